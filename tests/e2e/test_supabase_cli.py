"""The real Supabase CLI over databases that were prepared as Supabase does, on every Postgres that the wheel has."""

import json
import shutil
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tools import MIGRATIONS, SUPABASE
from tools.schema.comparison import run_cli
from tools.stack.database import Database, temporary_database
from tools.stack.migrations import apply_migrations

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("supabase_cli")]

type Cli = Callable[..., subprocess.CompletedProcess[str]]

CATALOGUE = ("muscles", "equipment", "exercises", "exercise_relations")


@pytest.fixture(scope="module", params=[18, 16])
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A Postgres of its own, with what Supabase brings and nothing of ours."""
    with temporary_database(version=request.param) as database:
        with database.connect("supabase_admin") as admin:
            admin.execute("alter database postgres set pgrst.db_schemas = 'public'")
        yield database


@pytest.fixture(scope="module")
def cli(database: Database, tmp_path_factory: pytest.TempPathFactory) -> Cli:
    """Runs the CLI over that database, in a copy of this project, as the role that hosted Supabase gives."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(SUPABASE, project / "supabase")
    return lambda *arguments: run_cli(*arguments, "--remote", database.url("postgres"), folder=project)


@pytest.fixture(scope="module")
def pushed(cli: Cli) -> str:
    """The output of the CLI when it pushed the migrations the first time."""
    return succeeded(cli("db", "push", "--yes"))


def succeeded(answer: subprocess.CompletedProcess[str]) -> str:
    output = answer.stdout + answer.stderr
    assert answer.returncode == 0, output
    return output


def rows(database: Database, query: str) -> list[Any]:
    with database.connect("postgres") as connection:
        return connection.execute(query).fetchall()


def recorded(database: Database) -> list[Any]:
    return rows(database, "select version, name, statements from supabase_migrations.schema_migrations order by 1")


def catalogue(database: Database) -> list[Any]:
    return [rows(database, f"select t::text from private.{table} as t order by 1") for table in CATALOGUE]


def test_migrations_are_pushed_by_the_cli(database: Database, pushed: str) -> None:
    assert rows(database, "select rolsuper from pg_roles where rolname = 'postgres'") == [(False,)]
    for path in MIGRATIONS.glob("*.sql"):
        assert path.name in pushed
    assert len(recorded(database)) == len(list(MIGRATIONS.glob("*.sql")))


@pytest.mark.usefixtures("pushed")
def test_a_second_push_changes_nothing(database: Database, cli: Cli) -> None:
    before = recorded(database)
    assert "up to date" in succeeded(cli("db", "push", "--yes"))
    assert recorded(database) == before


@pytest.mark.usefixtures("pushed")
def test_the_seed_may_be_pushed_twice(database: Database, cli: Cli) -> None:
    succeeded(cli("db", "push", "--include-seed", "--yes"))
    first = catalogue(database)
    assert len(first[2]) >= 320
    # The CLI remembers the seed by its hash: forgetting that makes it run again.
    with database.connect("postgres") as connection:
        connection.execute("delete from supabase_migrations.seed_files")
    succeeded(cli("db", "push", "--include-seed", "--yes"))
    assert catalogue(database) == first


def advice(cli: Cli) -> set[tuple[str, str]]:
    """What the advisors find: the name of each lint and of the object that it is about."""
    findings = json.loads(cli("db", "advisors", "--fail-on", "none").stdout)
    return {(finding["name"], finding["metadata"]["name"]) for finding in findings}


@pytest.mark.usefixtures("pushed")
def test_the_advisors_find_only_parsed_bodies_without_a_search_path(database: Database, cli: Cli) -> None:
    # Postgres resolves the names in such a body when it creates the function, which the lint does not consider.
    parsed = rows(
        database,
        "select proname from pg_proc "
        "where pronamespace = 'private'::regnamespace and prosqlbody is not null and proconfig is null",
    )
    assert advice(cli) == {("function_search_path_mutable", name) for (name,) in parsed}


@pytest.mark.usefixtures("pushed")
def test_the_advisors_would_find_something(database: Database, cli: Cli) -> None:
    with database.connect("postgres") as connection:
        connection.execute("create table public.careless (x int)")
        connection.execute("grant select on public.careless to anon")
        try:
            found = advice(cli)
        finally:
            connection.execute("drop table public.careless")
    assert ("rls_disabled_in_public", "careless") in found


@pytest.mark.usefixtures("pushed")
def test_the_cli_and_the_laptop_record_the_same(database: Database, cli: Cli) -> None:
    by_the_cli = recorded(database)
    with database.connect("postgres") as connection:
        connection.execute("delete from supabase_migrations.schema_migrations")
    record_as_the_laptop_does(database)
    assert recorded(database) == by_the_cli
    listed = succeeded(cli("migration", "list"))
    for version, _, _ in by_the_cli:
        (line,) = [line for line in listed.splitlines() if version in line]
        assert line.count(version) == 2, listed
    assert "up to date" in succeeded(cli("db", "push", "--yes"))


def record_as_the_laptop_does(database: Database) -> None:
    """Apply the migrations with our own program to the emptied project."""
    with database.connect("postgres") as connection:
        connection.execute("drop schema private cascade")
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")
        connection.execute("grant usage on schema public to anon, authenticated, service_role")
        apply_migrations(connection, MIGRATIONS)
