"""schemathesis finds nothing over either gateway, and what it may find is known by its reason."""

import json
import os
import subprocess
import sys

import pytest

from tests.e2e.stack import environment
from tools import ROOT, openapi_file

pytestmark = pytest.mark.slow


def test_a_refusal_for_another_reason_is_a_fault() -> None:
    # schemathesis takes the module's hook for every run of this process.
    program = """
import json, sys
from tools.fuzzing.rules import breaks_known_rules
print(json.dumps([breaks_known_rules(problem) for problem in json.load(sys.stdin)]))
"""
    problems = [
        {"code": "plan_changed"},
        {"code": "invalid_request", "errors": [{"code": "two_loads"}, {"code": "timestamp"}]},
        {"code": "invalid_request", "errors": [{"code": "two_loads"}, {"code": "string_type"}]},
        *({"code": code} for code in ("value_refused", "conflict", "internal_error", "database_timeout")),
        {},
    ]
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        input=json.dumps(problems),
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(ran.stdout) == [True, True] + [False] * 6


@pytest.mark.usefixtures("postgrest")
def test_schemathesis_finds_nothing_over_either_gateway() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "tools.fuzzing", "--seconds", "60", "--examples", "8"],
        cwd=ROOT,
        env={**environment(), "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert ran.returncode == 0, ran.stdout[-20_000:] + ran.stderr[-2_000:]
    operations = sum(len(methods) for methods in json.loads(openapi_file.PATH.read_text())["paths"].values())
    # All but the deletion of the account, which has a run of its own.
    assert ran.stdout.count(f"{operations - 1} passed") >= 2
    assert ran.stdout.count("Over ") == 2
