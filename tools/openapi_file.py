"""Writes, checks and publishes openapi.json, the description of the API for people who do not run it."""

import argparse
import json
import os
import sys
from functools import cache
from pathlib import Path
from typing import Any

import httpx

from backend.core.settings import Settings
from backend.main import create_app
from tools import ROOT, ToolError
from tools.openapi_changes import compare, needed
from tools.openapi_rules import faults

PATH = ROOT / "openapi.json"
RELEASED = ROOT / "openapi.released.json"
"""That of the last release; absent before the first."""
TOKEN_VARIABLE = "OPENAPI_PUBLISH_TOKEN"  # noqa: S105  # the name of a variable


@cache
def rendered() -> str:
    """The document that the routes produce. It is the same on every machine."""
    # Routes do not depend on settings, and this connects to nothing.
    settings = Settings.model_validate({"supabase_url": "http://localhost", "database_url": "postgresql://localhost"})
    return json.dumps(create_app(settings).openapi(), indent=2, ensure_ascii=False, sort_keys=False) + "\n"


def generate() -> int:
    """Write openapi.json."""
    PATH.write_text(rendered())
    return 0


def verify() -> int:
    """Return 1 and say what to do if openapi.json differs from the routes, is not valid, or changed more since the
    last release than the version says.
    """
    if not PATH.is_file() or PATH.read_text() != rendered():
        print("error: openapi.json does not match the routes. Run: uv run poe generate-openapi", file=sys.stderr)
        return 1
    try:
        found = faults(json.loads(rendered()))
    except ToolError as error:
        found = [str(error)]
    if RELEASED.is_file():
        found += version_faults(json.loads(RELEASED.read_text()), json.loads(rendered()))
    for fault in found:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if found else 0


def version_faults(released: dict[str, Any], current: dict[str, Any]) -> list[str]:
    """What is wrong with the version in pyproject.toml, after all changes since a release."""
    changes = compare(released, current)
    before, now = released["info"]["version"], current["info"]["version"]
    lowest = needed(changes, before)
    if lowest is None or _parts(now) >= _parts(lowest):
        return []
    advice = (
        f"the API changed since {before}, so the version must be {lowest} or higher, and not {now}. Raise `version` in "
        "pyproject.toml, or undo the change"
    )
    return [*map(str, changes), advice]


def _parts(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split(".")))


def release() -> int:
    """Keep the verified file as that of the release, with which later ones are compared."""
    if verify() != 0:
        return 1
    RELEASED.write_bytes(PATH.read_bytes())
    print(f"{RELEASED.name} is what later versions are compared with")
    return 0


def publish(target: str) -> int:
    """Write the verified file into a folder, or send it to a URL by HTTP PUT. Return 1 if it is out of date or not
    accepted.
    """
    if verify() != 0:
        return 1
    if Path(target).is_dir():
        copy = Path(target) / PATH.name
        copy.write_bytes(PATH.read_bytes())
        print(f"openapi.json is published at {copy}")
        return 0
    return _send(target)


def _send(url: str) -> int:
    token = os.environ.get(TOKEN_VARIABLE)
    headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
    try:
        httpx.put(url, content=PATH.read_bytes(), headers=headers, timeout=30).raise_for_status()
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        print(f"error: openapi.json was not published: {error}", file=sys.stderr)
        return 1
    print(f"openapi.json is published at {url}")
    return 0


def main() -> int:
    """Run a command and return the exit status."""
    parser = argparse.ArgumentParser(prog="openapi", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("generate", help="write openapi.json")
    commands.add_parser("verify", help="fail when openapi.json differs from the routes")
    commands.add_parser("release", help=f"keep openapi.json as {RELEASED.name}")
    publishing = commands.add_parser(
        "publish", help=f"write openapi.json into a folder, or PUT it to a URL; a token in {TOKEN_VARIABLE} is sent"
    )
    publishing.add_argument("target", help="a folder or a URL")
    options = parser.parse_args()
    if options.command == "publish":
        return publish(options.target)
    return {"generate": generate, "verify": verify, "release": release}[options.command]()


if __name__ == "__main__":
    sys.exit(main())
