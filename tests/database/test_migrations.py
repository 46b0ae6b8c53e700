"""Applying migrations and the seed, as `poe dev` does."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tools import MIGRATIONS, SEED, ToolError
from tools.stack.database import database_url, temporary_database
from tools.stack.migrations import apply_migrations, run_file

FIRST = "create table public.first (x int);\n\n-- why\ncomment on table public.first is 'a; b';\n"
SECOND = """\
create function public.second() returns int language plpgsql as $$
begin
    return 1;
end
$$;
"""


@pytest.fixture
def owner(socket_directory: str, empty_database: str) -> Iterator[psycopg.Connection]:
    url = database_url(socket_directory, "postgres", empty_database)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "20260102000000_second.sql").write_text(SECOND)
    (tmp_path / "20260101000000_first.sql").write_text(FIRST)
    return tmp_path


def recorded(owner: psycopg.Connection) -> list[tuple[str, str, list[str]]]:
    return owner.execute(
        "select version, name, statements from supabase_migrations.schema_migrations order by version"
    ).fetchall()


def test_migrations_are_applied_in_order_and_recorded_by_statement(owner: psycopg.Connection, folder: Path) -> None:
    assert apply_migrations(owner, folder) == ["20260101000000_first.sql", "20260102000000_second.sql"]
    assert recorded(owner) == [
        (
            "20260101000000",
            "first",
            ["create table public.first (x int)", "-- why\ncomment on table public.first is 'a; b'"],
        ),
        ("20260102000000", "second", [SECOND.rstrip(";\n")]),
    ]


def test_only_new_migrations_are_applied_to_an_older_database(owner: psycopg.Connection, folder: Path) -> None:
    apply_migrations(owner, folder)
    (folder / "20260103000000_third.sql").write_text("create table public.third (x int);")
    assert apply_migrations(owner, folder) == ["20260103000000_third.sql"]
    assert apply_migrations(owner, folder) == []


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("select nonsense;", "column .nonsense. does not exist"),
        ("create table public.third (y int);", "relation .third. already exists"),
        ("create function public.f() returns int language sql as 'selec 1';", "syntax error at or near .selec."),
    ],
)
def test_a_migration_that_fails_is_named_with_its_line_and_changes_nothing(
    owner: psycopg.Connection, folder: Path, statement: str, message: str
) -> None:
    text = f"create table public.third (x int);\n\n-- Why.\n{statement}\nselect 1;\n"
    (folder / "20260103000000_third.sql").write_text(text)
    with pytest.raises(ToolError, match=rf"20260103000000_third\.sql, line 4: {message}"):
        apply_migrations(owner, folder)
    assert [version for version, _, _ in recorded(owner)] == ["20260101000000", "20260102000000"]
    assert owner.execute("select to_regclass('public.third')").fetchone() == (None,)


def test_an_edited_migration_is_an_error_that_says_what_to_do(owner: psycopg.Connection, folder: Path) -> None:
    apply_migrations(owner, folder)
    (folder / "20260101000000_first.sql").write_text(FIRST.replace("int", "bigint"))
    with pytest.raises(
        ToolError, match=r"20260101000000_first\.sql was edited after.*Undo the edit.*new-migration.*--reset"
    ):
        apply_migrations(owner, folder)


def test_a_deleted_migration_is_an_error(owner: psycopg.Connection, folder: Path) -> None:
    apply_migrations(owner, folder)
    (folder / "20260101000000_first.sql").unlink()
    with pytest.raises(ToolError, match=r"does not have: 20260101000000\. Bring the files back.*--reset"):
        apply_migrations(owner, folder)


def test_a_name_without_a_timestamp_is_an_error(owner: psycopg.Connection, folder: Path) -> None:
    (folder / "notes.sql").write_text("select 1")
    with pytest.raises(ToolError, match=r"notes\.sql must be named"):
        apply_migrations(owner, folder)


def catalogue(owner: psycopg.Connection) -> list[tuple[object, ...]]:
    tables = ("muscles", "equipment", "exercises", "exercise_relations")
    # What was put right has changed.
    rows = "select (to_jsonb(t) - array['revision', 'updated_at'])::text from private.{} as t order by 1"
    return [row for table in tables for row in owner.execute(rows.format(table))]


@pytest.mark.slow
def test_the_seed_may_be_applied_again_and_puts_right_what_was_changed(owner: psycopg.Connection) -> None:
    apply_migrations(owner, MIGRATIONS)
    run_file(owner, SEED, SEED.read_text())
    first = catalogue(owner)
    assert len(first) > 1000
    run_file(owner, SEED, SEED.read_text())
    assert catalogue(owner) == first
    owner.execute("update private.exercises set name = 'Wrong', joints = '{}' where slug = 'back-squat'")
    owner.execute("delete from private.exercise_relations where kind = 'variation'")
    owner.execute("update private.exercise_relations set kind = 'variation'")
    run_file(owner, SEED, SEED.read_text())
    assert catalogue(owner) == first


def test_users_from_before_get_a_profile(owner: psycopg.Connection, socket_directory: str, empty_database: str) -> None:
    with psycopg.connect(database_url(socket_directory, "supabase_auth_admin", empty_database)) as auth:
        auth.execute("insert into auth.users (email) values ('early@example.com')")
    apply_migrations(owner, MIGRATIONS)
    assert owner.execute("select display_name from private.profiles").fetchall() == [("early",)]


@pytest.mark.slow
def test_everything_runs_on_postgres_16_too() -> None:
    with temporary_database(version=16) as database, database.connect("postgres") as owner:
        assert owner.info.server_version // 10_000 == 16
        assert len(apply_migrations(owner, MIGRATIONS)) == len(list(MIGRATIONS.glob("*.sql")))
        run_file(owner, SEED, SEED.read_text())
        assert len(catalogue(owner)) > 1000
