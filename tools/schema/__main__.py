"""The command line for migrations: `poe new-migration` and `poe release-migrations` call it."""

import argparse
import sys
from pathlib import Path

from tools import SUPABASE, ToolError, shown
from tools.schema.new_migration import new_migration
from tools.schema.releases import RELEASED, release_migrations


def main(arguments: list[str] | None = None, supabase: Path = SUPABASE) -> int:
    """Run a command and return the exit status. Errors take one line."""
    options = _parser().parse_args(arguments)
    try:
        if options.command == "new-migration":
            return new_migration(options.name, supabase)
        return _release(supabase / "migrations")
    except ToolError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130  # what shells report for Ctrl-C


def _release(migrations: Path) -> int:
    names = release_migrations(migrations)
    for name in names:
        print(f"Released {name}")
    print(f"{shown(migrations / RELEASED)} lists every migration." if names else "Every migration was released before.")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="poe", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    new = commands.add_parser("new-migration", help="write the migration that the schema files call for")
    new.add_argument("name", help="what it does, in snake_case")
    commands.add_parser("release-migrations", help=f"add the migrations of a release to {RELEASED}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
