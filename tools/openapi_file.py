"""Writes, checks and publishes openapi.json, the description of the API for people who do not run it."""

import argparse
import json
import os
import sys
from functools import cache

import httpx

from backend.core.settings import Settings
from backend.main import create_app
from tools import ROOT
from tools.openapi_rules import faults

PATH = ROOT / "openapi.json"
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
    """Return 1 and say what to do if openapi.json differs from the routes, or is not valid."""
    if not PATH.is_file() or PATH.read_text() != rendered():
        print("error: openapi.json does not match the routes. Run: uv run poe generate-openapi", file=sys.stderr)
        return 1
    found = faults(json.loads(rendered()))
    for fault in found:
        print(f"error: {fault}", file=sys.stderr)
    return 1 if found else 0


def publish(url: str) -> int:
    """Send the verified file to a URL by HTTP PUT. Return 1 if it is out of date or not accepted."""
    if verify() != 0:
        return 1
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
    publishing = commands.add_parser("publish", help=f"PUT openapi.json to a URL; a token in {TOKEN_VARIABLE} is sent")
    publishing.add_argument("url")
    options = parser.parse_args()
    if options.command == "publish":
        return publish(options.url)
    return generate() if options.command == "generate" else verify()


if __name__ == "__main__":
    sys.exit(main())
