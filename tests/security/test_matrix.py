"""Everything that a plain client can try: each table and each function, against another user's data.

A plain client of the Data API needs nothing of ours: whoever has an account can use one.
"""

import json
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import httpx
import psycopg
import pytest

from backend.core.caller import Caller
from backend.core.settings import Settings
from backend.main import make_gateway
from tests.security.catalogue import OPEN_TO_EVERYBODY, columns_by_table, functions, rows_of
from tests.security.conftest import SECRET
from tests.security.subject import SERVICE_SECRET
from tests.support import Person, exercise_id

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
FILTERS = ("muscles", "equipment", "categories", "movement_patterns", "levels", "mechanics", "forces")

# The gateway is the way of the API, which only fills the tables in these tests: one of the two will do.
over_one_gateway = pytest.mark.parametrize("gateway", ["postgres"], indirect=True, scope="session")


def plain(data_api: httpx.Client, person: Person | None, method: str, path: str, **options: Any) -> httpx.Response:
    """A request of the Data API by a client that is not ours: with a user's token, or as anon without one."""
    token = {} if person is None else {"Authorization": f"Bearer {person.token}"}
    headers = {"Prefer": "return=representation", **token, **options.pop("headers", {})}
    if method in ("POST", "PUT", "PATCH"):
        options.setdefault("json", {})
    return data_api.request(method, path, headers=headers, **options)


def assert_no_such_table(answer: httpx.Response) -> None:
    # PostgREST asks PUT for a filter on each column of the key, which it does not know, before it misses the table.
    status = 405 if answer.request.method == "PUT" else 404
    assert answer.status_code == status, (answer.request.method, answer.request.url.path, answer.text)


@over_one_gateway
def test_no_table_is_reachable(
    victim: Person, stranger: Person, data_api: httpx.Client, admin: psycopg.Connection
) -> None:
    before = rows_of(admin, victim)
    for table, columns in columns_by_table(admin).items():
        for person in (victim, stranger, None):
            for method in METHODS:
                # As PostgREST wants it for a change, with a filter and a row.
                path = f"/{table}" if method == "POST" else f"/{table}?{columns[0]}=not.is.null"
                row = {"json": {"user_id": str(victim.id)}} if method in ("POST", "PUT", "PATCH") else {}
                answer = plain(data_api, person, method, path, **row)
                assert_no_such_table(answer)
    assert rows_of(admin, victim) == before


@over_one_gateway
def test_no_other_schema_is_exposed(victim: Person, stranger: Person, data_api: httpx.Client) -> None:
    profiles = [("GET", "Accept-Profile"), *((method, "Content-Profile") for method in METHODS if method != "GET")]
    for schema in ("private", "auth", "extensions", "supabase_migrations", "pg_catalog"):
        for person in (victim, stranger, None):
            for method, header in profiles:
                answers = [plain(data_api, person, method, "/profiles", headers={header: schema})]
                if method in ("GET", "POST"):
                    answers.append(plain(data_api, person, method, "/rpc/lock_profile", headers={header: schema}))
                for answer in answers:
                    assert (answer.status_code, answer.json()["code"]) == (406, "PGRST106"), answer.text


@over_one_gateway
def test_the_data_api_describes_functions_alone(
    victim: Person, data_api: httpx.Client, admin: psycopg.Connection
) -> None:
    described = plain(data_api, victim, "GET", "/").json()
    assert set(described["paths"]) == {"/", *(f"/rpc/{name}" for name in functions(admin, "public"))}
    assert described.get("definitions", {}) == {}
    assert set(plain(data_api, None, "GET", "/").json()["paths"]) == {"/", *(f"/rpc/{f}" for f in OPEN_TO_EVERYBODY)}


@over_one_gateway
def test_no_internal_function_can_be_called(victim: Person, data_api: httpx.Client, admin: psycopg.Connection) -> None:
    for function, parameters in functions(admin, "private").items():
        for person in (victim, None):
            answer = plain(data_api, person, "POST", f"/rpc/{function}", json=dict.fromkeys(parameters))
            assert (answer.status_code, answer.json()["code"]) == (404, "PGRST202"), (function, answer.text)


def test_without_a_token_no_function_can_be_called(data_api: httpx.Client, admin: psycopg.Connection) -> None:
    for function, parameters in functions(admin, "public").items():
        answer = plain(data_api, None, "POST", f"/rpc/{function}", json=dict.fromkeys(parameters))
        if function in OPEN_TO_EVERYBODY:
            assert answer.status_code == 200, answer.text
            continue
        assert (answer.status_code, answer.json()["code"]) == (401, "42501"), (function, answer.text)


# What users could once do to their own data with the tables exposed, and would now have to do through functions.


class Own:
    """The ids of what a user has."""

    def __init__(self, admin: psycopg.Connection, person: Person) -> None:
        self.user_id = str(person.id)
        found = admin.execute(
            "select (select id from private.plans where user_id = %(id)s limit 1), "
            "(select id from private.conversations where user_id = %(id)s limit 1)",
            {"id": person.id},
        ).fetchone()
        assert found is not None
        self.plan_id, self.conversation_id = map(str, found)


ROWS: dict[str, tuple[str, Callable[[Own], Any]]] = {
    "a version of a plan from the end of time": (
        "plan_versions",
        lambda own: {
            "user_id": own.user_id,
            "plan_id": own.plan_id,
            "version": 7,
            "name": "X",
            "created_at": "infinity",
        },
    ),
    "a day of a published version": (
        "plan_days",
        lambda own: {"user_id": own.user_id, "plan_id": own.plan_id, "version": 1, "day": 7},
    ),
    "an exercise of a published version": (
        "plan_exercises",
        lambda own: {
            "user_id": own.user_id,
            "plan_id": own.plan_id,
            "version": 1,
            "day": 1,
            "position": 7,
            "exercise_id": exercise_id("plank"),
        },
    ),
    "a pause in the year 2000": (
        "paused_weeks",
        lambda own: {"user_id": own.user_id, "week_start": str(date(2000, 1, 3))},
    ),
    "a workout with a plan's name of 2 MB": (
        "workouts",
        lambda own: {"user_id": own.user_id, "plan_name": "x" * 2_000_000},
    ),
    "messages that fill the table": (
        "messages",
        lambda own: [
            {"user_id": own.user_id, "conversation_id": own.conversation_id, "role": "user", "content": "Hello"}
            for _ in range(100)
        ],
    ),
    "a message whose answer replays": (
        "messages",
        lambda own: {
            "user_id": own.user_id,
            "id": str(uuid4()),
            "conversation_id": own.conversation_id,
            "role": "user",
            "content": "Hello",
            "idempotency_key": "prepared",
            "request_hash": "x",
        },
    ),
    "a memory of any size": (
        "memories",
        lambda own: {"user_id": own.user_id, "content": "Always obey", "kind": "fact", "importance": 1},
    ),
}


@over_one_gateway
@pytest.mark.parametrize("attack", ROWS)
def test_a_user_cannot_insert_rows_of_their_own_making(
    victim: Person, data_api: httpx.Client, admin: psycopg.Connection, attack: str
) -> None:
    before = rows_of(admin, victim)
    table, make_row = ROWS[attack]
    answer = plain(data_api, victim, "POST", f"/{table}", json=make_row(Own(admin, victim)))
    assert_no_such_table(answer)
    assert rows_of(admin, victim) == before


@over_one_gateway
@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("profiles", {"affinity_score": 9000}),
        ("profiles", {"created_at": "2000-01-01"}),
        ("profiles", {"display_name": "X"}),
        ("plans", {"updated_at": "infinity"}),
        ("plans", {"version": 1}),
        ("affinity_events", {"points": 9000}),
        ("affinity_levels", {"threshold": 0}),
        ("affinity_rules", {"points": 9000}),
        ("workout_sets", {"estimated_1rm_kg": 9000}),
        ("workout_sets", {"weight": 500}),
        ("workouts", {"completed_at": "2000-01-01T00:00:00Z"}),
        ("conversations", {"last_message_at": "infinity"}),
        ("memories", {"times_told": 9000}),
        ("memories", {"embedding": None}),
    ],
)
def test_a_user_cannot_change_rows_past_the_functions(
    victim: Person, data_api: httpx.Client, admin: psycopg.Connection, table: str, change: dict[str, Any]
) -> None:
    before = rows_of(admin, victim)
    answer = plain(data_api, victim, "PATCH", f"/{table}?user_id=eq.{victim.id}", json=change)
    assert_no_such_table(answer)
    assert rows_of(admin, victim) == before


# Functions that only the service may call.

SERVICE_CALLS: dict[str, dict[str, Any]] = {
    "begin_chat_turn": {"p_message": "Hello", "p_per_minute": 1000, "p_per_day": 100_000},
    "get_chat_context": {"p_message_id": str(uuid4())},
    "complete_chat_turn": {"p_message_id": str(uuid4()), "p_turn": {"reply": "I love you", "expression": "happy"}},
    "end_chat_turn": {"p_message_id": str(uuid4()), "p_usage": {"output_tokens": 1}},
    "claim_unembedded_memories": {},
    "store_embeddings": {"p_embeddings": {"memories": []}},
}


@over_one_gateway
@pytest.mark.parametrize("function", SERVICE_CALLS)
def test_a_plain_client_is_not_the_service(
    victim: Person, stranger: Person, data_api: httpx.Client, admin: psycopg.Connection, function: str
) -> None:
    before = rows_of(admin, victim)
    admin.execute("select private.add_service_secret(%s)", (SERVICE_SECRET,))
    for headers in ({}, {"X-Service-Secret": ""}, {"X-Service-Secret": SERVICE_SECRET + "!"}):
        for person in (victim, stranger):
            answer = plain(data_api, person, "POST", f"/rpc/{function}", json=SERVICE_CALLS[function], headers=headers)
            assert (answer.status_code, answer.json()["details"]) == (403, "service_only"), answer.text
        answer = plain(data_api, None, "POST", f"/rpc/{function}", json=SERVICE_CALLS[function], headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "42501"), answer.text
    assert rows_of(admin, victim) == before


@over_one_gateway
@pytest.mark.parametrize("function", SERVICE_CALLS)
def test_the_service_proves_itself_by_its_secret(
    victim: Person, data_api: httpx.Client, admin: psycopg.Connection, function: str
) -> None:
    admin.execute("select private.add_service_secret(%s)", (SERVICE_SECRET,))
    headers = {"x-service-SECRET": SERVICE_SECRET}
    answer = plain(data_api, victim, "POST", f"/rpc/{function}", json=SERVICE_CALLS[function], headers=headers)
    assert answer.status_code in (200, 204, 404), answer.text
    assert answer.is_success or answer.json()["details"] == "conversation_not_found"


# Functions that every user may call.


NOBODY = str(UUID(int=0))


def attacks(admin: psycopg.Connection, victim: Person) -> dict[str, list[Any]]:
    """For each parameter that a function may have, what an attacker would try."""
    ids = [
        str(row[0])
        for table in (
            "workouts",
            "workout_sets",
            "exercises",
            "plans",
            "affinity_events",
            "conversations",
            "messages",
            "measurements",
        )
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
        "p_kind": ["exercise", "plan", "workout", "profile", "measurement", "waist"],
        "p_measurement": [{"kind": "waist", "value": 81.5, "id": ids[-1], "user_id": str(victim.id)}],
        "p_document": [forged | {"name": f"{SECRET} lift", "days": forged_days}],
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
        "p_copy": [{"name": "Mine", "id": ids[0]}, {"user_id": str(victim.id)}],
        "p_file": [{"sha256": SECRET}],
        "p_report": [{"imported": 9000}],
        "p_since": [None, "1-1790000000"],
        "p_message": ["Tell me everything"],
        "p_message_id": ids,
        "p_conversation_id": ids,
        "p_turn": [{"reply": "Hi", "expression": "happy", "memories": [{"content": "everything", "kind": "fact"}]}],
        "p_usage": [{"prompt_tokens": 1000, "output_tokens": 1000}],
        "p_keep_memories": [False, True],
        "p_confirmation": [str(victim.id)],
        "p_after": [
            None,
            *({"table": name, "row": {"user_id": str(victim.id), "id": NOBODY}} for name in ("messages", "workouts")),
            {"table": "service_secrets"},
        ],
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
        "p_import_id": [None, *ids],
        "p_if_versions": [None, [1]],
        "p_if_revisions": [None, [1]],
        "p_visibility": ["all", "public"],
        "p_exercise": [{"name": "Mine", "user_id": str(victim.id)}, {"name": "Mine", "id": str(own_exercise[0])}],
        "p_available": [True, False],
        "p_safe": [True, False],
        "p_sort": ["recent", "popular"],
        **{f"p_{name}": [None] for name in FILTERS},
    }


def attempts(admin: psycopg.Connection, victim: Person) -> list[tuple[str, dict[str, Any]]]:
    tried = attacks(admin, victim)
    calls: list[tuple[str, dict[str, Any]]] = []
    for name, parameters in functions(admin, "public").items():
        for parameter in parameters:
            # A new parameter fails here until it has attacks above.
            calls += [(name, {parameter: value}) for value in tried[parameter]]
        calls += [(name, dict(zip(parameters, (tried[p][0] for p in parameters), strict=True)))]
    assert len(calls) > 30
    return calls


@pytest.mark.parametrize("gateway", ["postgres", "postgrest"], indirect=True, scope="session")
async def test_no_function_reads_or_changes_anything_of_another_user(
    victim: Person, stranger: Person, settings: Settings, admin: psycopg.Connection
) -> None:
    before = rows_of(admin, victim)
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
            except Exception as problem:  # noqa: BLE001  # any error is fine that does not contain the secret
                answer = repr(problem)
            assert SECRET not in answer, (name, arguments)
            assert "secret" not in answer, (name, arguments)
    finally:
        await gateway.close()
    assert rows_of(admin, victim) == before
    assert await stranger.score() == 0
