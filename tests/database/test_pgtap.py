"""The pgTAP tests of the database: each file of supabase/tests runs as one test here."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from tap.parser import Parser

from tools import ROOT
from tools.stack.database import PROGRAMS, database_url

TAP_LINE = re.compile(r"(not )?ok |# |1\.\.\d+$")
FILES = sorted((ROOT / "supabase" / "tests").glob("*.test.sql"))


@pytest.mark.usefixtures("pgtap")
@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_pgtap(path: Path, socket_directory: str, fresh_database: str) -> None:
    answer = subprocess.run(
        [PROGRAMS / "psql", database_url(socket_directory, "postgres", fresh_database), "-XqAt", "-f", path],
        env={**os.environ, "PGOPTIONS": "--client-min-messages=warning"},
        capture_output=True,
        text=True,
        check=False,
    )
    # The parser takes a line such as "1f647b8a-…" for a plan of 47 tests, and files print what their steps return.
    output = "\n".join(line for line in answer.stdout.splitlines() if TAP_LINE.match(line))
    lines = list(Parser().parse_text(output))  # type: ignore[no-untyped-call]
    failed = [f"{line}\n{line.diagnostics or ''}" for line in lines if line.category == "test" and not line.ok]
    comments = [line for line in answer.stdout.splitlines() if line.startswith("#")]
    plans = [line.expected_tests for line in lines if line.category == "plan"]
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    assert failed == [], "\n".join([*failed, *comments])
    assert plans == [sum(line.category == "test" for line in lines)], answer.stdout


def test_there_are_files() -> None:
    assert len(FILES) >= 20
