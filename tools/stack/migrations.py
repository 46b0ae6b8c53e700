"""Applies migrations and other SQL files, and records migrations as the Supabase CLI does."""

import re
from pathlib import Path

import psycopg
import sqlparse

from tools import ToolError, shown

_FILE_NAME = re.compile(r"(?P<version>\d+)_(?P<name>.+)\.sql")
_COMMENTS = re.compile(r"(\s|--.*\n)*")


def apply_migrations(connection: psycopg.Connection, directory: Path) -> list[str]:
    """Apply the migrations that the database lacks, in order, each in a transaction; return their file names.

    Raises ToolError when a migration fails, and when the files do not match what the database records: a migration was
    edited or deleted after it was applied.
    """
    with connection.transaction():
        connection.execute("create schema if not exists supabase_migrations")
        connection.execute(
            "create table if not exists supabase_migrations.schema_migrations "
            "(version text primary key, statements text[], name text)"
        )
    rows = connection.execute("select version, statements from supabase_migrations.schema_migrations").fetchall()
    recorded: dict[str, list[str]] = dict(rows)
    applied = []
    for path in sorted(directory.glob("*.sql")):
        match = _FILE_NAME.fullmatch(path.name)
        if match is None:
            raise ToolError(f"{path.name} must be named <timestamp>_<subject>.sql to be a migration. Rename it.")
        text = path.read_text(encoding="utf-8")
        statements = sqlparse.split(text, strip_semicolon=True)
        known = recorded.pop(match["version"], None)
        if known is None:
            _apply(connection, path, text, (match["version"], statements, match["name"]))
            applied.append(path.name)
        elif known != statements:
            raise ToolError(
                f"{path.name} was edited after this database applied it. Undo the edit and put the change into a new "
                "migration (uv run poe new-migration NAME), or start with --reset to discard the data."
            )
    if recorded:
        raise ToolError(
            f"The database has applied migrations that {shown(directory)} does not have: {', '.join(sorted(recorded))}."
            " Bring the files back, or start with --reset to discard the data."
        )
    return applied


def _apply(
    connection: psycopg.Connection, path: Path, text: str, record: tuple[str | None, list[str], str | None]
) -> None:
    with connection.transaction():
        run_file(connection, path, text)
        connection.execute(
            "insert into supabase_migrations.schema_migrations (version, statements, name) values (%s, %s, %s)", record
        )


def run_file(connection: psycopg.Connection, path: Path, text: str) -> None:
    """Run a file's statements in one transaction. Raises ToolError with the line that failed."""
    try:
        with connection.transaction():
            connection.execute(text.encode())
    except psycopg.Error as error:
        line = _failing_line(connection, text, error.diag.statement_position)
        message = error.diag.message_primary or str(error)
        raise ToolError(f"{shown(path)}, line {line}: {message}. Nothing in this file was applied.") from error


def _failing_line(connection: psycopg.Connection, text: str, position: str | None) -> int:
    """Postgres gives the position of a syntax error or an unknown name. For other errors, such as a violated
    constraint, this runs the statements one by one to find the one that fails.
    """
    offset = int(position) - 1 if position else 0
    if position is None:
        with connection.transaction(force_rollback=True):
            for statement in sqlparse.split(text):
                offset = text.index(statement, offset)
                try:
                    connection.execute(statement.encode())
                except psycopg.Error:
                    leading = _COMMENTS.match(statement)
                    offset += leading.end() if leading else 0
                    break
                offset += len(statement)
    return text.count("\n", 0, offset) + 1
