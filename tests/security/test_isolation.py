"""A user cannot see, change or delete another user's data, through the API or as a role in SQL.

Clients reach no table any more; what the roles may do to tables in SQL is the second wall behind the functions.
"""

import json
from typing import Any

import psycopg
import pytest

from tests.security.catalogue import OPEN_TO_EVERYBODY, columns_by_table, functions, rows_of, tables_of_users
from tests.support import Connect, Person, a_set, assert_problem, paths

# For the tests that act in SQL: the gateway only makes their users.
over_one_gateway = pytest.mark.parametrize("gateway", ["postgres"], indirect=True, scope="session")


@pytest.fixture
def as_user(connect: Connect) -> Any:
    """A connection of the API's own role that acts as a user, like the gateway's. It is rolled back in the end."""

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


async def test_another_users_workout_is_not_found(victim: Person, stranger: Person) -> None:
    workout_id = (await victim.get("/workouts")).json()["items"][0]["id"]
    for method in ("GET", "DELETE"):
        assert_problem(await stranger.ask(method, f"/workouts/{workout_id}"), 404, "workout_not_found")
    assert (await victim.get(f"/workouts/{workout_id}")).status_code == 200
    assert (await stranger.get("/workouts")).json()["total"] == 0


async def test_a_user_cannot_change_another_users_profile(victim: Person, stranger: Person) -> None:
    before = (await victim.get("/profile")).json()
    await stranger.patch("/profile", {"display_name": "Somebody else"})
    await stranger.log(a_set(weight=200))
    assert (await victim.get("/profile")).json() == before


async def test_records_of_another_user_do_not_count(victim: Person, stranger: Person) -> None:
    logged = (await stranger.log(a_set(weight=50))).json()
    assert [record["previous"] for record in logged["personal_records"]] == [None] * 3


async def test_another_users_own_exercise_cannot_be_logged(
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


@over_one_gateway
def test_a_user_sees_only_their_own_rows(
    as_user: Any, victim: Person, stranger: Person, admin: psycopg.Connection
) -> None:
    # Other tests may have left public plans, which everybody may see.
    publishers = {row[0] for row in admin.execute("select user_id from private.plans where is_public")}
    for table in readable_tables_of_users(admin):
        everything = f"select user_id from private.{table} where user_id is not null"
        with as_user(victim) as connection:
            assert {row[0] for row in connection.execute(everything)} - publishers == {victim.id}, table
        with as_user(stranger) as connection:
            assert {row[0] for row in connection.execute(everything)} - publishers <= {stranger.id}, table


@over_one_gateway
def test_a_user_cannot_change_or_delete_rows_of_another_user(
    as_user: Any, victim: Person, stranger: Person, admin: psycopg.Connection
) -> None:
    before = rows_of(admin, victim)
    for table in tables_of_users(admin):
        with as_user(stranger) as connection:
            state = refused(connection, f"delete from private.{table} where user_id = %s", victim.id)
            assert state in (None, "42501"), table
            state = refused(connection, f"update private.{table} set user_id = %s", stranger.id)
            assert state == "42501", table
            connection.execute("commit")
    assert rows_of(admin, victim) == before


def readable_tables_of_users(admin: psycopg.Connection) -> list[str]:
    rows = admin.execute(
        "select name from unnest(%s::text[]) as name "
        "where has_table_privilege('authenticated', format('private.%%I', name), 'select')",
        (tables_of_users(admin),),
    ).fetchall()
    assert len(rows) >= 10
    return [name for (name,) in rows]


@over_one_gateway
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
        "select * from private.service_secrets",
        "insert into private.service_secrets (hash) values (sha256('x'))",
        "delete from private.service_secrets",
        "select private.add_service_secret(repeat('x', 32))",
        "select * from auth.users",
        "select * from supabase_migrations.schema_migrations",
        "create table public.mine (x int)",
        "create table private.mine (x int)",
        "create function public.mine() returns int language sql return 1",
        "set role postgres",
        "set role service_role",
    ],
)
def test_a_user_has_no_privilege_for(as_user: Any, athlete: Person, statement: str) -> None:
    with as_user(athlete) as connection:
        assert refused(connection, statement) == "42501"


@over_one_gateway
@pytest.mark.parametrize("field", ["goals", "equipment", "injuries"])
def test_the_database_refuses_a_list_of_lists(as_user: Any, athlete: Person, field: str) -> None:
    with as_user(athlete) as connection:
        for value in ('{{"barbell"},{"knee"}}', '{"a",null}', '{" "}'):
            state = refused(connection, f"update private.profiles set {field} = '{value}'")
            assert state in ("23514", "PT422"), value


@over_one_gateway
def test_the_database_refuses_deep_nesting(as_user: Any, athlete: Person) -> None:
    with as_user(athlete) as connection:
        for depth, state in ((30, None), (300, "23514")):
            nested = f'{{"x": {"[" * depth}{"]" * depth}}}'
            assert refused(connection, "update private.profiles set preferences = %s::jsonb", nested) == state


@over_one_gateway
def test_a_user_cannot_log_for_another(as_user: Any, athlete: Person, stranger: Person) -> None:
    with as_user(stranger) as connection:
        state = refused(
            connection, "insert into private.workouts (user_id, completed_at) values (%s, now())", athlete.id
        )
        assert state == "42501"


def callable_by(admin: psycopg.Connection, role: str) -> list[str]:
    rows = admin.execute(
        "select oid::regprocedure::text from pg_proc where pronamespace in ('public'::regnamespace, "
        "'private'::regnamespace) and has_function_privilege(%s, oid, 'execute')",
        (role,),
    ).fetchall()
    return [function for (function,) in rows]


def test_anon_can_reach_no_table_and_no_function(as_user: Any, admin: psycopg.Connection) -> None:
    with as_user(None) as connection:
        for table in columns_by_table(admin):
            for statement in (f"select from private.{table}", f"delete from private.{table}"):
                assert refused(connection, statement) == "42501", statement
        for function in functions(admin, "public").keys() - OPEN_TO_EVERYBODY:
            assert refused(connection, f"select public.{function}()") in ("42501", "42883"), function
    assert callable_by(admin, "anon") == [f"{function}()" for function in OPEN_TO_EVERYBODY]


def test_the_service_role_can_reach_no_table_and_no_function(connect: Connect, admin: psycopg.Connection) -> None:
    with connect("authenticator") as connection:
        connection.execute("begin")
        connection.execute("set local role service_role")
        connection.execute("savepoint start")
        for table in columns_by_table(admin):
            for statement in (f"select from private.{table}", f"delete from private.{table}"):
                assert refused(connection, statement) == "42501", statement
        assert refused(connection, "select public.get_profile()") == "42501"
        assert refused(connection, "select public.claim_unembedded_memories()") == "42501"
    assert callable_by(admin, "service_role") == []


def test_a_request_without_a_user_is_refused(as_user: Any, connect: Connect) -> None:
    with connect("slow_burn_api") as connection:
        connection.execute("begin")
        connection.execute("set local role authenticated")
        connection.execute("savepoint start")
        for call in ("get_profile()", "list_workouts()", "log_workout('{}')", "update_profile('{}')"):
            assert refused(connection, f"select public.{call}") == "PT401", call


def test_the_role_of_the_service_can_do_nothing_by_itself(connect: Connect, admin: psycopg.Connection) -> None:
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
        for table in columns_by_table(admin):
            assert refused(connection, f"select from private.{table}") == "42501", table
        for role in ("postgres", "service_role", "supabase_admin", "authenticator"):
            assert refused(connection, f"set role {role}") == "42501", role
    assert callable_by(admin, "slow_burn_api") == []


@over_one_gateway
def test_a_connection_forgets_its_last_caller(connect: Connect, athlete: Person) -> None:
    with connect("slow_burn_api") as connection:
        cursor = psycopg.ClientCursor(connection)
        cursor.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true); "
            "select public.get_profile()",
            (json.dumps({"sub": str(athlete.id)}),),
        )
        row = connection.execute(
            "select current_user::text, coalesce(current_setting('request.jwt.claims', true), '')"
        ).fetchone()
        assert row == ("slow_burn_api", "")
