"""Whether openapi.json is valid, as the tools of those who build on it judge: a validator and two linters."""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing.exceptions import Unresolvable

from tools import ROOT, ToolError
from tools.stack import npm

PROGRAMS = ROOT / "node_modules" / ".bin"
# Neither program may call home.
ENVIRONMENT = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
LONGEST = 300
"""A message may contain the whole document."""
SPECTRAL_RULES = 'extends: ["spectral:oas"]\n'


def faults(document: dict[str, Any]) -> list[str]:
    """All errors and warnings: of openapi-spec-validator, of Redocly's recommended rules and of Spectral's.

    Raises ToolError if a program cannot be run.
    """
    npm.install()
    with tempfile.TemporaryDirectory(prefix="slow-burn-") as folder:
        path = Path(folder) / "openapi.json"
        path.write_text(json.dumps(document))
        return [*_of_validator(document), *_of_redocly(path), *_of_spectral(path)]


def _of_validator(document: dict[str, Any]) -> Iterator[str]:
    try:
        for error in OpenAPIV31SpecValidator(document).iter_errors():
            yield f"openapi-spec-validator: {error.message[:LONGEST]} ({'/'.join(map(str, error.absolute_path))})"
    except Unresolvable as error:
        yield f"openapi-spec-validator: nothing is at {error.ref}"


def _of_redocly(path: Path) -> Iterator[str]:
    report = _run("redocly", "lint", "--extends", "recommended", "--format", "json", str(path))
    for fault in report["problems"]:
        place = fault["location"][0].get("pointer", "")
        yield f"redocly {fault['ruleId']}: {fault['message']} ({place})"


def _of_spectral(path: Path) -> Iterator[str]:
    rules = path.with_name("rules.yaml")
    rules.write_text(SPECTRAL_RULES)
    for fault in _run("spectral", "lint", "--format", "json", "--quiet", "--ruleset", str(rules), str(path)):
        yield f"spectral {fault['code']}: {fault['message']} ({'/'.join(fault['path'])})"


def _run(program: str, *arguments: str) -> Any:
    node_first = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    ran = subprocess.run(
        [PROGRAMS / program, *arguments],
        env={**os.environ, **ENVIRONMENT, "PATH": node_first}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    try:
        return json.loads(ran.stdout)
    except ValueError:
        raise ToolError(f"{program} failed: {ran.stderr or ran.stdout}") from None
