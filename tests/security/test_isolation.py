"""Nobody sees, changes or deletes what is another's, through the API or with a token at the database itself."""

import json
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.support import Connect, Person, a_set, assert_problem, paths

TABLES_OF_USERS = ("profiles", "workouts", "workout_sets", "affinity_events")
AWARDED = ("affinity_events", "affinity_levels", "affinity_rules")


@pytest.fixture
def as_user(connect: Connect) -> Any:
    """A connection of the API's own role that speaks for a user, as the gateway's do; nothing it does stays."""

    def as_user(person: Person | None) -> psycopg.Connection:
        connection = connect("slow_burn_api")
        connection.execute("begin")
        role = "anon" if person is None else "authenticated"
        claims = {"role": role} if person is None else {"role": role, "sub": str(person.id)}
        connection.execute(
            "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true)",
            (role, json.dumps(claims)),
        )
        connection.execute("savepoint start")
        return connection

    return as_user


def refused(connection: psycopg.Connection, statement: str, *values: Any) -> str | None:
    """The SQLSTATE with which a statement fails, or None."""
    try:
        connection.execute(statement, values)
    except psycopg.Error as error:
        return error.sqlstate
    else:
        return None
    finally:
        connection.execute("rollback to start")


@pytest.fixture
async def full_athlete(athlete: Person, admin: psycopg.Connection) -> Person:
    """An athlete with something in every table."""
    for weight in (100, 110):
        response = await athlete.log(a_set(weight=weight, notes="a secret"), key=str(weight))
        assert response.status_code == 201
    for table in TABLES_OF_USERS:
        statement = sql.SQL("select count(*) from private.{} where user_id = %s").format(sql.Identifier(table))
        row = admin.execute(statement, (athlete.id,)).fetchone()
        assert row is not None
        assert row[0] > 0
    return athlete


async def test_anothers_workout_does_not_exist(full_athlete: Person, stranger: Person) -> None:
    workout_id = (await full_athlete.get("/workouts")).json()["items"][0]["id"]
    for method in ("GET", "DELETE"):
        assert_problem(await stranger.ask(method, f"/workouts/{workout_id}"), 404, "workout_not_found")
    assert (await full_athlete.get(f"/workouts/{workout_id}")).status_code == 200
    assert (await stranger.get("/workouts")).json()["total"] == 0


async def test_one_user_does_nothing_to_anothers_profile(full_athlete: Person, stranger: Person) -> None:
    before = (await full_athlete.get("/profile")).json()
    await stranger.patch("/profile", {"display_name": "Somebody else"})
    await stranger.log(a_set(weight=200))
    assert (await full_athlete.get("/profile")).json() == before


async def test_anothers_records_are_no_measure(full_athlete: Person, stranger: Person) -> None:
    logged = (await stranger.log(a_set(weight=50))).json()
    assert [record["previous"] for record in logged["personal_records"]] == [None] * 3


async def test_anothers_own_exercise_cannot_be_logged(
    athlete: Person, stranger: Person, admin: psycopg.Connection
) -> None:
    row = admin.execute(
        "insert into private.exercises (user_id, name) values (%s, 'Secret Lift') returning id",
        (athlete.id,),
    ).fetchone()
    assert row is not None
    own = a_set(exercise_id=str(row[0]))
    problem = assert_problem(await stranger.log(a_set(), own), 422, "exercise_not_found")
    assert paths(problem) == ["sets.1.exercise_id"]
    assert "Secret" not in json.dumps(problem)
    assert (await athlete.log(a_set(), own)).status_code == 201
    admin.execute("delete from auth.users where id = %s", (athlete.id,))


@pytest.mark.parametrize("table", TABLES_OF_USERS)
def test_the_database_shows_each_user_only_their_own_rows(
    as_user: Any, full_athlete: Person, stranger: Person, table: str
) -> None:
    everything = sql.SQL("select user_id from private.{}").format(sql.Identifier(table))
    with as_user(full_athlete) as connection:
        assert {row[0] for row in connection.execute(everything)} == {full_athlete.id}
    with as_user(stranger) as connection:
        assert {row[0] for row in connection.execute(everything)} <= {stranger.id}


@pytest.mark.parametrize("table", TABLES_OF_USERS)
def test_a_stranger_changes_and_deletes_nothing(
    as_user: Any, full_athlete: Person, stranger: Person, admin: psycopg.Connection, table: str
) -> None:
    count = sql.SQL("select count(*) from private.{} where user_id = %s").format(sql.Identifier(table))
    before = admin.execute(count, (full_athlete.id,)).fetchone()
    with as_user(stranger) as connection:
        state = refused(connection, f"delete from private.{table} where user_id = %s", full_athlete.id)
        assert state in (None, "42501")
        state = refused(connection, f"update private.{table} set user_id = %s", stranger.id)
        assert state == "42501"
        connection.execute("commit")
    assert admin.execute(count, (full_athlete.id,)).fetchone() == before


@pytest.mark.parametrize(
    "statement",
    [
        "update private.profiles set affinity_score = 9000",
        "insert into private.affinity_events values (auth.uid(), gen_random_uuid(), 'workout_completed', 'me')",
        "update private.affinity_events set points = 1000",
        "delete from private.affinity_events",
        "update private.affinity_rules set points = 1000",
        "insert into private.affinity_levels values (99, 'God', 1)",
        "update private.affinity_levels set threshold = 0",
        "update private.workout_sets set weight = 500",
        "update private.workouts set completed_at = now()",
        "insert into private.profiles (user_id, display_name) values (gen_random_uuid(), 'x')",
        "delete from private.profiles",
        "insert into private.exercises (name) values ('X')",
        "insert into private.exercises (user_id, slug, name) values (auth.uid(), 'x', 'X')",
        "update private.exercises set slug = 'x'",
        "update private.exercises set user_id = auth.uid()",
        "delete from private.exercise_relations",
        "delete from private.muscles",
        "select * from private.idempotency_keys",
        "delete from private.idempotency_keys",
        "select * from auth.users",
        "select * from supabase_migrations.schema_migrations",
        "create table public.mine (x int)",
        "set role postgres",
        "set role service_role",
    ],
)
def test_a_user_cannot_write_what_is_not_theirs_to_write(as_user: Any, full_athlete: Person, statement: str) -> None:
    with as_user(full_athlete) as connection:
        assert refused(connection, statement) == "42501"


@pytest.mark.parametrize("field", ["goals", "equipment", "injuries"])
def test_a_list_of_lists_is_no_list(as_user: Any, full_athlete: Person, field: str) -> None:
    with as_user(full_athlete) as connection:
        for value in ('{{"barbell"},{"knee"}}', '{"a",null}', '{" "}'):
            state = refused(connection, f"update private.profiles set {field} = '{value}'")
            assert state in ("23514", "PT422"), value


def test_endless_nesting_is_refused_by_the_database_too(as_user: Any, full_athlete: Person) -> None:
    with as_user(full_athlete) as connection:
        for depth, state in ((30, None), (300, "23514")):
            nested = f'{{"x": {"[" * depth}{"]" * depth}}}'
            assert refused(connection, "update private.profiles set preferences = %s::jsonb", nested) == state


def test_a_user_cannot_log_for_another(as_user: Any, full_athlete: Person, stranger: Person) -> None:
    with as_user(stranger) as connection:
        state = refused(
            connection, "insert into private.workouts (user_id, completed_at) values (%s, now())", full_athlete.id
        )
        assert state == "42501"


def public_functions(admin: psycopg.Connection) -> list[str]:
    rows = admin.execute(
        "select oid::regprocedure::text from pg_catalog.pg_proc where pronamespace = 'public'::regnamespace"
    )
    return [row[0] for row in rows]


def public_tables(admin: psycopg.Connection) -> list[str]:
    rows = admin.execute(
        "select oid::regclass::text from pg_catalog.pg_class where relkind in ('r', 'p', 'v') and "
        "relnamespace = 'public'::regnamespace"
    )
    return [row[0] for row in rows]


def test_who_is_not_signed_in_gets_nothing(as_user: Any, admin: psycopg.Connection) -> None:
    assert len(public_tables(admin)) >= 10
    with as_user(None) as connection:
        for table in public_tables(admin):
            for statement in (f"select from {table}", f"delete from {table}"):
                assert refused(connection, statement) == "42501", statement
        for function in public_functions(admin):
            row = admin.execute("select has_function_privilege('anon', %s, 'execute')", (function,)).fetchone()
            assert row == (False,), function


def test_a_signed_in_role_without_a_user_is_refused(as_user: Any, connect: Connect) -> None:
    with connect("slow_burn_api") as connection:
        connection.execute("begin")
        connection.execute("set local role authenticated")
        connection.execute("savepoint start")
        for call in ("get_profile()", "list_workouts()", "log_workout('{}')", "update_profile('{}')"):
            assert refused(connection, f"select public.{call}") == "PT401", call


def test_the_apis_own_role_may_do_nothing_by_itself(connect: Connect, admin: psycopg.Connection) -> None:
    row = admin.execute(
        "select rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolinherit, rolreplication "
        "from pg_catalog.pg_roles where rolname = 'slow_burn_api'"
    ).fetchone()
    assert row == (False,) * 6
    members = admin.execute(
        "select roleid::regrole::text from pg_catalog.pg_auth_members where member = 'slow_burn_api'::regrole"
    ).fetchall()
    assert sorted(name for (name,) in members) == ["anon", "authenticated"]
    with connect("slow_burn_api") as connection:
        connection.execute("begin")
        connection.execute("savepoint start")
        for table in public_tables(admin):
            assert refused(connection, f"select from {table}") == "42501", table
        for function in public_functions(admin):
            row = admin.execute("select has_function_privilege('slow_burn_api', %s, 'execute')", (function,)).fetchone()
            assert row == (False,), function
        for role in ("postgres", "service_role", "supabase_admin", "authenticator"):
            assert refused(connection, f"set role {role}") == "42501", role


def test_a_connection_keeps_nothing_of_its_last_caller(connect: Connect, full_athlete: Person) -> None:
    with connect("slow_burn_api") as connection:
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true); "
            "select public.get_profile()",
            (json.dumps({"sub": str(full_athlete.id)}),),
        )
        row = connection.execute(
            "select current_user::text, coalesce(current_setting('request.jwt.claims', true), '')"
        ).fetchone()
        assert row == ("slow_burn_api", "")
