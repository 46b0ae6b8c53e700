"""Writes the migration that leads from the migrations there are to what the schema files declare."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlfluff

from tools import ROOT, ToolError, shown
from tools.schema.comparison import Difference, compare
from tools.schema.declared import apply_schema_files
from tools.stack import npm
from tools.stack.database import Database, temporary_database
from tools.stack.migrations import apply_migrations

_NAME = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")


def new_migration(name: str, supabase: Path) -> int:
    """Write the migration, try it, and return 0 if the migrations and the schema files agree afterwards, else 1."""
    path = _path_for(name, supabase / "migrations")
    npm.install()
    npm.supabase_cli()  # Raises ToolError now, before databases start.
    with temporary_database() as declared:
        with declared.connect("postgres") as connection:
            apply_schema_files(connection, supabase)
        with _migrated(supabase) as migrated:
            difference = compare(migrated, declared)
        if not difference:
            print("The migrations and the schema files agree. No migration is needed.")
            return 0
        if not difference.statements:
            print(f"Only rows of reference data differ. Write {shown(path)} with the statements for them:\n")
            print("\n".join(difference.rows))
            return 1
        text = sqlfluff.fix(difference.statements + "\n", dialect="postgres", config_path=str(ROOT / "pyproject.toml"))
        path.write_text(text, encoding="utf-8")
        print(f"{text}\nWrote {shown(path)}.")
        with _migrated(supabase) as migrated:
            left = compare(migrated, declared)
    return _report(left, path)


def _path_for(name: str, migrations: Path) -> Path:
    if not _NAME.fullmatch(name):
        raise ToolError(f"{name!r} is not a name for a migration. Use snake_case, such as add_rest_days.")
    if taken := sorted(migrations.glob(f"*_{name}.sql")):
        raise ToolError(f"{shown(taken[0])} has this name already. Choose another one.")
    path = migrations / f"{datetime.now(UTC):%Y%m%d%H%M%S}_{name}.sql"
    last = max((there.name for there in migrations.glob("*.sql")), default="")
    if path.name < last:
        raise ToolError(
            f"{path.name} would come before {last}, which exists already. Is the clock of this machine right?"
        )
    return path


@contextmanager
def _migrated(supabase: Path) -> Iterator[Database]:
    # A server of its own for each database, because roles belong to the server: the CLI would not see a new one.
    with temporary_database() as database:
        with database.connect("postgres") as connection:
            apply_migrations(connection, supabase / "migrations")
        yield database


def _report(left: Difference, path: Path) -> int:
    if not left:
        print("With it, the migrations and the schema files agree. Read it, and add data steps where rows need them.")
        return 0
    print(f"\nWith it, the migrations still differ from the schema files. Edit {path.name} until this is gone:\n")
    print("\n".join([left.statements, *left.rows]).strip())
    return 1
