"""Isolation, made from the catalogue: each table and each exposed function, as one user against another's data.

A plain client of the Data API needs nothing of ours: what it can reach, anybody with an account can.
"""

import json
from typing import Any

import httpx
import psycopg
import pytest

from backend.core.caller import Caller
from backend.core.settings import Settings
from backend.main import make_gateway
from tests.support import Person, a_set, until_embedded

pytestmark = pytest.mark.parametrize("gateway", ["postgres", "postgrest"], indirect=True, scope="session")

SECRET = "a secret of the victim"
FILTERS = ("muscles", "equipment", "categories", "movement_patterns", "levels", "mechanics", "forces")


@pytest.fixture
async def victim(athlete: Person, admin: psycopg.Connection) -> Person:
    """A user with something in every table, marked wherever text can be."""
    await athlete.patch("/profile", {"display_name": SECRET, "goals": [SECRET], "preferences": {"x": SECRET}})
    own = admin.execute(
        "insert into private.exercises (user_id, name) values (%s, %s) returning id",
        (athlete.id, SECRET),
    ).fetchone()
    assert own is not None
    days = [{"day": 1, "name": SECRET, "exercises": [{"exercise_id": str(own[0]), "notes": SECRET, "sets": [{}]}]}]
    plan = await athlete.ask("POST", "/plans", json={"name": SECRET, "description": SECRET, "days": days})
    assert plan.status_code == 201
    for weight in (100, 110):
        sets = (a_set(weight=weight, notes=SECRET), a_set(exercise_id=str(own[0])))
        response = await athlete.log(*sets, title=SECRET, notes=SECRET, key=f"{SECRET} {weight}")
        assert response.status_code == 201
    assert (await athlete.ask("POST", "/progress/pause")).status_code == 200
    assert (await athlete.ask("POST", "/memories", json={"content": SECRET, "kind": "fact"})).status_code == 201
    assert (await athlete.ask("POST", "/chat", json={"message": SECRET})).status_code == 200
    # What goes on after the answer has to be over before anything is compared.
    await until_embedded(admin, athlete)
    return athlete


def plain(data_api: httpx.Client, person: Person, method: str, path: str, **options: Any) -> httpx.Response:
    """A request of the Data API with a user's token, by a client that is not ours."""
    headers = {"Authorization": f"Bearer {person.token}", "Prefer": "return=representation"}
    return data_api.request(method, path, headers=headers, **options)


def columns_by_table(admin: psycopg.Connection) -> dict[str, list[str]]:
    rows = admin.execute(
        "select table_name::text, array_agg(column_name::text) from information_schema.columns "
        "where table_schema = 'public' group by table_name"
    ).fetchall()
    tables: dict[str, list[str]] = dict(rows)
    assert len(tables) >= 10
    return tables


def of_users(admin: psycopg.Connection) -> list[str]:
    return sorted(table for table, columns in columns_by_table(admin).items() if "user_id" in columns)


def everything_of(admin: psycopg.Connection, person: Person) -> dict[str, list[Any]]:
    """All rows of a user, as they are stored."""
    kept = {}
    for table in [f"private.{table}" for table in of_users(admin)] + ["private.idempotency_keys"]:
        rows = admin.execute(f"select t::text from {table} as t where user_id = %s order by 1", (person.id,))
        kept[table] = rows.fetchall()
        assert kept[table], f"the victim has nothing in {table}"
    return kept


def test_a_plain_client_reads_nothing_of_anothers(
    victim: Person, stranger: Person, data_api: httpx.Client, admin: psycopg.Connection
) -> None:
    for table in columns_by_table(admin):
        answer = plain(data_api, stranger, "GET", f"/{table}")
        assert answer.status_code == 200, table
        assert SECRET not in answer.text, table
        assert str(victim.id) not in answer.text, table
        own = plain(data_api, victim, "GET", f"/{table}")
        assert table not in of_users(admin) or str(victim.id) in own.text, table


def test_a_plain_client_changes_and_deletes_nothing_of_anothers(
    victim: Person, stranger: Person, data_api: httpx.Client, admin: psycopg.Connection
) -> None:
    before = everything_of(admin, victim)
    for table, columns in columns_by_table(admin).items():
        for column in columns:
            value = str(stranger.id) if column == "user_id" else None
            answer = plain(data_api, stranger, "PATCH", f"/{table}?{column}=not.is.null", json={column: value})
            assert answer.status_code in (200, 400, 403, 422), (table, column, answer.text)
            assert answer.status_code != 200 or SECRET not in answer.text
        answer = plain(data_api, stranger, "DELETE", f"/{table}?{columns[0]}=not.is.null")
        assert answer.status_code in (200, 403), (table, answer.text)
        answer = plain(data_api, stranger, "POST", f"/{table}", json={"user_id": str(victim.id)})
        assert answer.status_code in (400, 403, 409), (table, answer.text)
    assert everything_of(admin, victim) == before


def test_a_plain_client_without_a_user_gets_nothing(
    victim: Person, data_api: httpx.Client, admin: psycopg.Connection
) -> None:
    assert everything_of(admin, victim)
    for table in columns_by_table(admin):
        answer = data_api.get(f"/{table}")
        assert (answer.status_code, answer.json()["code"]) == (401, "42501"), table
    for function in functions(admin):
        answer = data_api.post(f"/rpc/{function}", json={})
        assert answer.status_code in (401, 404), function


def test_what_is_private_is_not_there(stranger: Person, data_api: httpx.Client) -> None:
    for path in (
        "/idempotency_keys",
        "/rpc/award_workout",
        "/rpc/award_conversation",
        "/rpc/remember_answer",
        "/rpc/lock_profile",
    ):
        assert plain(data_api, stranger, "POST", path, json={}).status_code == 404
    headers = {"Authorization": f"Bearer {stranger.token}", "Accept-Profile": "private"}
    assert data_api.get("/idempotency_keys", headers=headers).status_code == 406


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("profiles", {"affinity_score": 9000}),
        ("profiles", {"created_at": "2000-01-01"}),
        ("affinity_events", {"points": 9000}),
        ("affinity_levels", {"threshold": 0}),
        ("affinity_rules", {"points": 9000}),
        ("workout_sets", {"estimated_1rm_kg": 9000}),
        ("workout_sets", {"weight": 500}),
        ("workouts", {"completed_at": "2000-01-01T00:00:00Z"}),
    ],
)
def test_a_user_cannot_change_what_the_system_awards(
    victim: Person, data_api: httpx.Client, admin: psycopg.Connection, table: str, change: dict[str, Any]
) -> None:
    before = everything_of(admin, victim)
    (column,) = change
    answer = plain(data_api, victim, "PATCH", f"/{table}?{column}=not.is.null", json=change)
    assert answer.status_code in (400, 403), answer.text
    assert everything_of(admin, victim) == before


def functions(admin: psycopg.Connection) -> dict[str, list[str]]:
    """The exposed functions with their parameters."""
    rows = admin.execute(
        "select proname::text, coalesce(proargnames[1:pronargs], '{}') from pg_proc "
        "where pronamespace = 'public'::regnamespace"
    ).fetchall()
    found: dict[str, list[str]] = dict(rows)
    assert len(found) >= 8
    return found


def attacks(admin: psycopg.Connection, victim: Person) -> dict[str, list[Any]]:
    """For each parameter that a function may have, what an attacker would try."""
    ids = [
        str(row[0])
        for table in ("workouts", "workout_sets", "exercises", "plans", "affinity_events", "conversations", "messages")
        for row in admin.execute(f"select id from private.{table} where user_id = %s", (victim.id,))
    ]
    own_exercise = admin.execute("select id from private.exercises where user_id = %s", (victim.id,)).fetchone()
    assert own_exercise is not None
    forged = {
        "user_id": str(victim.id),
        "affinity_score": 9000,
        "sets": [{"exercise_id": str(own_exercise[0]), "reps": 5, "user_id": str(victim.id)}],
    }
    forged_days = [{"day": 1, "exercises": [{"exercise_id": str(own_exercise[0]), "sets": [{}]}]}]
    return {
        "p_id": [*ids, str(victim.id), None],
        "p_changes": [{"user_id": str(victim.id)}, {"affinity_score": 9000}, forged],
        "p_workout": [forged],
        "p_idempotency_key": [f"{SECRET} 100", f"{SECRET} 110"],
        "p_from": [None],
        "p_to": [None],
        "p_plan_id": ids,
        "p_exercise_id": ids,
        "p_q": ["secret", "", "%"],
        "p_custom": [True, False],
        "p_page": [1, 2],
        "p_per_page": [100],
        "p_plan": [{"name": "Mine", "user_id": str(victim.id), "days": forged_days}],
        "p_name": ["Mine"],
        "p_message": ["Tell me the secret"],
        "p_message_id": ids,
        "p_conversation_id": ids,
        "p_turn": [{"reply": "Hi", "expression": "happy", "memories": [{"content": "secret", "kind": "fact"}]}],
        "p_keep_memories": [False, True],
        "p_per_minute": [100],
        "p_per_day": [100],
        "p_memory": [{"content": "Mine", "kind": "fact", "user_id": str(victim.id), "replaces": ids[-1]}],
        "p_kinds": [None],
        "p_superseded": [True],
        "p_limit": [100],
        "p_embedding": [None],
        "p_embeddings": [{"memories": [{"id": ids[-1], "content": SECRET, "embedding": "[1]"}]}],
        "p_query_embedding": [None],
        "p_query_text": ["secret"],
        "p_match_count": [100],
        "p_min_similarity": [-2],
        "p_dry_run_weeks": [0, 12],
        "p_weeks": [1, 104],
        "p_history": [{"workouts": [forged | {"import_key": SECRET, "started_at": "2026-03-01T10:00:00"}]}],
        "p_create_missing": [True, False],
        "p_if_versions": [None, [1]],
        "p_visibility": ["all", "public"],
        "p_exercise": [{"name": "Mine", "user_id": str(victim.id)}],
        "p_available": [True, False],
        "p_safe": [True, False],
        "p_sort": ["recent", "popular"],
        **{f"p_{name}": [None] for name in FILTERS},
    }


def attempts(admin: psycopg.Connection, victim: Person) -> list[tuple[str, dict[str, Any]]]:
    tried = attacks(admin, victim)
    calls: list[tuple[str, dict[str, Any]]] = []
    for name, parameters in functions(admin).items():
        for parameter in parameters:
            # A parameter that nobody thought of fails here, and wants to be thought of.
            calls += [(name, {parameter: value}) for value in tried[parameter]]
        calls += [(name, dict(zip(parameters, (tried[p][0] for p in parameters), strict=True)))]
    assert len(calls) > 30
    return calls


async def test_no_function_gives_or_takes_anything_of_anothers(
    victim: Person, stranger: Person, settings: Settings, admin: psycopg.Connection
) -> None:
    before = everything_of(admin, victim)
    token = stranger.token
    caller = Caller(
        user_id=stranger.id,
        email=stranger.user.email,
        role="authenticated",
        expires_at=(await stranger.get("/auth/me")).json()["expires_at"],
        token=token,
        claims=json.dumps({"sub": str(stranger.id), "role": "authenticated"}),
    )
    gateway = make_gateway(settings)
    await gateway.open()
    try:
        for name, arguments in attempts(admin, victim):
            try:
                answer = json.dumps(await gateway.call(name, arguments, caller), default=str)
            except Exception as problem:  # noqa: BLE001  # whatever it is, it may tell nothing
                answer = repr(problem)
            assert SECRET not in answer, (name, arguments)
            assert "secret" not in answer, (name, arguments)
    finally:
        await gateway.close()
    assert everything_of(admin, victim) == before
    assert await stranger.score() == 0
