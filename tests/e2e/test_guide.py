"""The guide in docs/api.md is strictly typed, and each of its steps works on the laptop stack."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.stack import environment, running, temporary_folder
from tools import ROOT
from tools.openapi_file import PATH

pytestmark = pytest.mark.slow

FRONTEND = ROOT / "tests" / "frontend"
GENERATED = FRONTEND / "generated"
PROGRAMS = ROOT / "node_modules" / ".bin"
SETTINGS = """
import assert from "node:assert/strict"
function setting(name: string): string {
  const value = process.env[name]
  assert.ok(value, name)
  return value
}
const [API_URL, SUPABASE_URL] = [setting("API_URL"), setting("SUPABASE_URL")]
const [PUBLISHABLE_KEY, email, password] = [setting("PUBLISHABLE_KEY"), setting("EMAIL"), setting("PASSWORD")]
"""
CHECKS = """
assert.equal(workout.total_volume_kg, 500)
assert.ok(records.length > 0 && affinity.gained > 0)
await sync()
assert.deepEqual([...copy.values()].map(({ kind }) => kind).toSorted(), ["memory", "workout", "workout"])
assert.ok([...copy.values()].some(({ value }) => value && "title" in value && value.title === "Heavy leg day"))
assert.equal(edited.response.status, 200)
assert.deepEqual(line.map(({ y }) => Math.round(y)), [120, 120])
assert.ok(reply.length > 10)
assert.deepEqual(wrong.get("energy_after"), "höchstens 10")
assert.deepEqual(wrong.get("sets.0.reps"), "höchstens 1000")
"""


def run(*command: str | Path, **variables: str) -> None:
    ran = subprocess.run(
        command,
        cwd=ROOT,
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.fixture(scope="module")
def guide(supabase_js: Path) -> Path:
    """The steps of the guide as one program, with its checks at the end."""
    assert supabase_js.exists()
    run(PROGRAMS / "openapi-typescript", PATH, "--output", GENERATED / "api.d.ts")
    steps = re.findall(r"^```ts\n(.*?)^```$", (ROOT / "docs" / "api.md").read_text(), re.DOTALL | re.MULTILINE)
    assert len(steps) == 8
    program = GENERATED / "guide.mts"
    program.write_text("\n".join([SETTINGS, *steps, CHECKS]))
    return program


def test_the_guide_is_strictly_typed(guide: Path) -> None:
    config = GENERATED / "tsconfig.json"
    config.write_text(json.dumps({"extends": "../tsconfig.json", "include": [guide.name]}))
    run(PROGRAMS / "tsc", "--project", config)


def test_each_step_of_the_guide_works(guide: Path) -> None:
    with temporary_folder() as folder, running(folder / "state") as stack:
        user = stack.info["users"][0]
        run(
            Path(sys.executable).parent / "node",
            guide,
            API_URL=stack.info["api_url"],
            SUPABASE_URL=stack.info["supabase_url"],
            PUBLISHABLE_KEY=stack.info["publishable_key"],
            EMAIL=user["email"],
            PASSWORD=user["password"],
            NO_PROXY="127.0.0.1",
        )
