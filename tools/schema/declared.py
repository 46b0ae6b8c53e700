"""Builds a database from the files that declare it."""

import tomllib
from pathlib import Path

import psycopg

from tools import ToolError, shown
from tools.stack.migrations import run_file


def schema_files(supabase: Path) -> list[Path]:
    """The files that `schema_paths` in config.toml lists, in that order.

    Raises ToolError unless it lists every file under supabase/schemas exactly once.
    """
    config = supabase / "config.toml"
    try:
        listed = tomllib.loads(config.read_text(encoding="utf-8"))["db"]["migrations"]["schema_paths"]
        files = [supabase / path for path in listed]
    except (OSError, tomllib.TOMLDecodeError, KeyError, TypeError) as error:
        raise ToolError(f"{shown(config)} has no readable schema_paths under [db.migrations]: {error}") from error
    for path in files:
        if not path.is_file():
            raise ToolError(
                f"{shown(config)} lists {path.relative_to(supabase)} in schema_paths, but there is no such file."
            )
        if files.count(path) > 1:
            raise ToolError(f"{shown(config)} lists {path.relative_to(supabase)} in schema_paths more than once.")
    for path in sorted((supabase / "schemas").rglob("*.sql")):
        if path not in files:
            raise ToolError(f"{shown(config)} does not list {path.relative_to(supabase)} in schema_paths. Add it.")
    return files


def apply_schema_files(connection: psycopg.Connection, supabase: Path) -> None:
    """Make what the schema files declare in an empty database. Raises ToolError with the file and line that failed."""
    for path in schema_files(supabase):
        run_file(connection, path, path.read_text(encoding="utf-8"))
