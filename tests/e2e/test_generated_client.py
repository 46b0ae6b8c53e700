"""A client that is generated from openapi.json is strictly typed, and lives a frontend's day over both gateways."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stack import Stack, running, temporary_folder
from tools import ROOT
from tools.openapi_file import PATH

pytestmark = pytest.mark.slow

FRONTEND = ROOT / "tests" / "frontend"
TYPES = FRONTEND / "generated" / "api.d.ts"
DAY = FRONTEND / "day.test.ts"
PYTHON_BIN = Path(sys.executable).parent


def run(*command: str | Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **variables, "PATH": f"{PYTHON_BIN}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=180
    )  # fmt: skip


@pytest.fixture(scope="module")
def typescript(supabase_js: Path) -> Path:
    """Where npm's programs are, after the types are generated."""
    programs = supabase_js.parents[1] / ".bin"
    generated = run(programs / "openapi-typescript", PATH, "--output", TYPES)
    assert generated.returncode == 0, generated.stderr
    return programs


@pytest.fixture(scope="module", params=["postgres", "postgrest"])
def stack(request: pytest.FixtureRequest, typescript: Path) -> Iterator[Stack]:
    assert typescript.exists()
    with temporary_folder() as folder, running(folder / "state", "--gateway", request.param) as stack:
        yield stack


def test_the_day_is_strictly_typed(typescript: Path) -> None:
    checked = run(typescript / "tsc", "--project", FRONTEND)
    assert checked.returncode == 0, checked.stdout
    code = re.sub(r"//.*|/\*.*?\*/|^import .*", "", DAY.read_text(), flags=re.MULTILINE)
    assert not re.search(r"\bas \w|: any\b|<any>|@ts-|!\.", code)


def test_a_wrong_field_is_a_type_error(typescript: Path, tmp_path: Path) -> None:
    wrong = FRONTEND / "generated" / "wrong.ts"
    wrong.write_text(
        'import type { components } from "./api.d.ts"\n'
        'export const one: components["schemas"]["SetLog"] = { exercise_id: "x", repetitions: 5 }\n'
        'export const two: components["schemas"]["SetType"] = "jump"\n'
    )
    config = tmp_path / "tsconfig.json"
    config.write_text(f'{{"extends": "{FRONTEND / "tsconfig.json"}", "include": ["{wrong}"]}}')
    checked = run(typescript / "tsc", "--project", config, "--typeRoots", str(ROOT / "node_modules" / "@types"))
    wrong.unlink()
    assert checked.returncode != 0
    assert checked.stdout.count("error TS2") == 2


def test_the_client_lives_a_day(stack: Stack) -> None:
    ran = run(
        PYTHON_BIN / "node", "--test", DAY,
        API_URL=stack.info["api_url"], SUPABASE_URL=stack.info["supabase_url"],
        PUBLISHABLE_KEY=stack.info["publishable_key"], NO_PROXY="127.0.0.1",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
