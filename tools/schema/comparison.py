"""Compares two databases: their schemas with the Supabase CLI, and the rows of their reference data."""

import os
import subprocess
import tempfile
from typing import NamedTuple

import psycopg
from psycopg import sql

from tools import ToolError
from tools.stack import npm
from tools.stack.database import Database

CLI_SECONDS = 120

# A table without user_id holds the same rows for everybody.
_REFERENCE_TABLES = """
    select n.nspname, c.relname
    from pg_class as c
    join pg_namespace as n on n.oid = c.relnamespace
    where n.nspname in ('public', 'private') and c.relkind in ('r', 'p') and not c.relispartition
        and not exists (
            select from pg_attribute as a
            where a.attrelid = c.oid and a.attname = 'user_id' and not a.attisdropped
        )
    order by n.nspname, c.relname
"""


class Difference(NamedTuple):
    """What separates one database from another."""

    statements: str
    """The SQL that turns the schema of the first into that of the second; empty when they are equal."""
    rows: list[str]
    """One line for each row of reference data that only one of them has."""

    def __bool__(self) -> bool:
        return bool(self.statements or self.rows)


def compare(migrated: Database, declared: Database) -> Difference:
    """What the migrated database lacks, and what it has too much."""
    return Difference(_diff_schemas(migrated.url("postgres"), declared.url("postgres")), _diff_rows(migrated, declared))


def run_cli(*arguments: str, folder: str | os.PathLike[str]) -> subprocess.CompletedProcess[str]:
    """Run the Supabase CLI in a folder, with nothing sent to its makers."""
    environment = {**os.environ, "HOME": str(folder), "SUPABASE_TELEMETRY_DISABLED": "1", "DO_NOT_TRACK": "1"}
    return subprocess.run(
        [npm.supabase_cli(), *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=CLI_SECONDS,
        check=False,
    )


def _diff_schemas(source: str, target: str) -> str:
    with tempfile.TemporaryDirectory(prefix="slow-burn-") as folder:
        answer = run_cli("db", "diff", "--from", source, "--to", target, folder=folder)
    if answer.returncode != 0:
        raise ToolError(f"The Supabase CLI could not compare the databases: {answer.stderr.strip()}")
    return answer.stdout.strip()


def _diff_rows(migrated: Database, declared: Database) -> list[str]:
    with migrated.connect("postgres") as connection:
        made = _reference_data(connection)
    with declared.connect("postgres") as connection:
        wanted = _reference_data(connection)
    missing = [f"{row} is missing" for row in sorted(wanted - made)]
    return missing + [f"{row} is not declared" for row in sorted(made - wanted)]


def _reference_data(connection: psycopg.Connection) -> set[str]:
    """Each row as text that begins with its table. As JSON, because the order of the columns does not matter."""
    rows = set()
    for schema, table in connection.execute(_REFERENCE_TABLES).fetchall():
        query = sql.SQL("select to_jsonb(t)::text from {} as t").format(sql.Identifier(schema, table))
        rows |= {f"{schema}.{table} {row}" for (row,) in connection.execute(query).fetchall()}
    return rows
