"""Applies migrations and the seed, and records what the Supabase CLI would record."""

import re
from pathlib import Path

import psycopg
import sqlparse

from tools.stack import StackError

_FILE_NAME = re.compile(r"(?P<version>\d+)_(?P<name>.+)\.sql")


def apply_migrations(connection: psycopg.Connection, directory: Path) -> list[str]:
    """Apply what is missing, in order, each in a transaction; the names of the files that were applied.

    Raises StackError for a migration that fails, and for a history that the files do not tell: a migration that was
    edited after it was applied, or is gone.
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
            raise StackError(f"{path.name} is no migration's name: it takes <timestamp>_<subject>.sql. Rename it.")
        text = path.read_text(encoding="utf-8")
        statements = sqlparse.split(text, strip_semicolon=True)
        known = recorded.pop(match["version"], None)
        if known is None:
            _apply(connection, path, text, (match["version"], statements, match["name"]))
            applied.append(path.name)
        elif known != statements:
            raise StackError(f"{path.name} was edited after it was applied. Start over with --reset, or undo the edit.")
    if recorded:
        gone = ", ".join(sorted(recorded))
        raise StackError(f"The database has migrations that are gone from {directory}: {gone}. Start with --reset.")
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
    """Run a file's statements in one transaction. Raises StackError that says where it failed."""
    try:
        with connection.transaction():
            connection.execute(text.encode())
    except psycopg.Error as error:
        position = error.diag.statement_position
        line = f" at line {text.count('\n', 0, int(position)) + 1}" if position else ""
        message = error.diag.message_primary or str(error)
        raise StackError(
            f"{path.name} failed{line}: {message}. Nothing of it was kept; mend it and start again."
        ) from error
