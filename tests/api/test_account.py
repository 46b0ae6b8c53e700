"""Exporting and deleting an account."""

import asyncio
import csv
import io
import json
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from backend.account.files import COLUMNS
from backend.core.settings import Settings
from tests.support import (
    Connect,
    NewPerson,
    Person,
    SupabaseServer,
    a_set,
    assert_problem,
    exercise_id,
    one_gateway,
    serve,
    serve_supabase,
    until_embedded,
)
from tools.stack.signing import SigningKey

DELETION = {"confirm": "delete my account"}


async def delete(person: Person, body: Any = DELETION) -> httpx.Response:
    return await person.ask("DELETE", "/account", json=body)


async def export(person: Person) -> dict[str, Any]:
    response = await person.get("/account/export")
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    assert response.headers["content-disposition"].startswith('attachment; filename="slow-burn-account-')
    document: dict[str, Any] = response.json()
    return document


def tables_of_users(admin: psycopg.Connection) -> set[str]:
    rows = admin.execute(
        "select table_name from information_schema.columns where table_schema = 'private' and column_name = 'user_id'"
    ).fetchall()
    return {name for (name,) in rows}


def rows_of(admin: psycopg.Connection, person: Person) -> dict[str, int]:
    counts = {}
    for table in tables_of_users(admin):
        row = admin.execute(f"select count(*) from private.{table} where user_id = %s", (person.id,)).fetchone()
        assert row is not None
        counts[table] = row[0]
    return counts


async def fill(person: Person) -> None:
    """Give a person rows in many tables."""
    await person.patch("/profile", {"display_name": "Robin", "timezone": "Europe/Oslo", "weight_unit": "lb"})
    own = (await person.ask("POST", "/exercises", json={"name": "Zercher carry"})).json()
    plan = {"name": "Mine", "days": [{"day": 1, "exercises": [{"exercise_id": own["id"], "sets": [{}]}]}]}
    assert (await person.ask("POST", "/plans", json=plan)).status_code == 201
    logged = await person.log(a_set(), {"exercise_id": own["id"], "distance_meters": 40.5}, key="k", title="Zürich 🏋️")
    assert logged.status_code == 201, logged.text
    assert (await person.ask("POST", "/measurements", json={"kind": "waist", "value": 31})).status_code == 201
    memory = {"content": "Hurt the left knee skiing.", "kind": "injury", "pinned": True}
    assert (await person.ask("POST", "/memories", json=memory)).status_code == 201
    assert (await person.ask("POST", "/chat", json={"message": "I love squats"})).status_code == 200


async def test_an_export_has_every_row_of_every_table(
    athlete: Person, stranger: Person, admin: psycopg.Connection
) -> None:
    await fill(athlete)
    await fill(stranger)
    document = await export(athlete)
    assert (document["format"], document["version"]) == ("slow-burn-account", 1)
    assert document["user"] == {"id": str(athlete.id), "email": athlete.user.email}
    names = {row["name"] for row in document["tables"].pop("used_exercises")}
    assert "Zercher carry" in names
    assert len(names) == 2
    assert {name: len(rows) for name, rows in document["tables"].items()} == rows_of(admin, athlete)
    assert str(stranger.id) not in json.dumps(document)
    (profile,) = document["tables"]["profiles"]
    assert (profile["display_name"], profile["timezone"]) == ("Robin", "Europe/Oslo")
    assert document["tables"]["workouts"][0]["title"] == "Zürich 🏋️"
    assert {message["content"] for message in document["tables"]["messages"]} >= {"I love squats"}


async def test_an_export_is_complete_beyond_a_page(athlete: Person, admin: psycopg.Connection) -> None:
    admin.execute(
        "insert into private.memories (user_id, content, kind) "
        "select %s, 'Number ' || n, 'fact' from generate_series(1, 1001) as n",
        (athlete.id,),
    )
    rows = (await export(athlete))["tables"]["memories"]
    assert {row["content"] for row in rows} == {f"Number {n}" for n in range(1, 1002)}
    assert len(rows) == 1001


async def test_the_export_of_a_new_user_is_empty(athlete: Person) -> None:
    tables = (await export(athlete))["tables"]
    assert {name for name, rows in tables.items() if rows} == {"profiles"}
    lines = (await athlete.get("/account/export/workouts.csv")).text.splitlines()
    assert lines == [",".join(COLUMNS)]


async def figures(person: Person) -> dict[str, Any]:
    """What a user sees of their training."""
    workouts = (await person.get("/workouts", params={"per_page": 100})).json()["items"]
    records = (await person.get("/progress/records", params={"per_page": 100})).json()["items"]
    summary = (await person.get("/progress/summary", params={"weeks": 52})).json()
    return {
        "workouts": [
            {name: workout[name] for name in ("title", "notes", "started_at", "total_sets", "total_volume_kg")}
            for workout in workouts
        ],
        "sets": [
            [
                {name: value for name, value in done.items() if name not in ("id", "exercise_id")}
                for done in (await person.get(f"/workouts/{workout['id']}")).json()["sets"]
            ]
            for workout in workouts
        ],
        "records": [{name: record[name] for name in ("exercise_name", "kind", "value", "unit")} for record in records],
        "weeks": summary["weeks"],
        "streak": summary["streak"],
    }


async def test_what_was_exported_can_be_imported_again(new_person: NewPerson) -> None:
    leaving, returning = new_person(), new_person()
    for person in (leaving, returning):
        await person.patch("/profile", {"timezone": "Europe/Oslo"})
    bench, plank, run = exercise_id("bench-press"), exercise_id("plank"), exercise_id("running")
    for number in range(3):
        logged = await leaving.log(
            {"exercise_id": bench, "weight": 45, "weight_unit": "lb", "reps": 10, "set_type": "warmup"},
            {"exercise_id": bench, "weight": 180.5 + number, "weight_unit": "lb", "reps": 5, "rir": 2, "rpe": 8.5},
            {"exercise_id": bench, "weight": 82.5, "weight_unit": "kg", "reps": 5, "set_type": "backoff"},
            {
                "exercise_id": bench,
                "weight": 60,
                "weight_unit": "kg",
                "reps": 12,
                "set_type": "drop",
                "tempo": "3-1-1-0",
            },
            {"exercise_id": plank, "duration_seconds": 90, "superset": 1, "notes": "=1+1"},
            {
                "exercise_id": run,
                "distance_meters": 5000.125,
                "duration_seconds": 1500,
                "superset": 1,
                "rest_seconds": 60,
            },
            title=f'Push "{number}", heavy',
            notes="Two\nlines",
            started_at=f"2026-0{number + 1}-01T17:30:05Z",
            completed_at=f"2026-0{number + 1}-01T18:30:10Z",
        )
        assert logged.status_code == 201, logged.text
    assert (await leaving.log(a_set(), completed_at="2026-05-01T10:00:00Z")).status_code == 201

    answer = await leaving.get("/account/export/workouts.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(lines) == 19
    assert (lines[0]["start_time"], lines[0]["weight_lbs"], lines[0]["set_type"]) == (
        "2026-01-01 18:30:05",
        "45",
        "warmup",
    )
    memory = {"content": "Hurt the left knee skiing.", "kind": "injury", "importance": 0.9, "pinned": True}
    assert (await leaving.ask("POST", "/memories", json=memory)).status_code == 201
    (exported,) = (await export(leaving))["tables"]["memories"]
    before = await figures(leaving)
    assert (await delete(leaving)).status_code == 200

    imported = await returning.ask(
        "POST", "/workouts/import", content=answer.content, headers={"Content-Type": "text/csv"}
    )
    assert imported.json() == {"imported": 4, "skipped": 0, "unmatched_exercises": [], "errors": []}
    assert await figures(returning) == before
    again = {name: exported[name] for name in memory}
    assert again == memory
    assert (await returning.ask("POST", "/memories", json=again)).status_code == 201


@pytest.mark.parametrize("body", [{}, {"confirm": ""}, {"confirm": "yes"}, {"confirm": None}, {"confirm": 1}, None])
async def test_a_deletion_needs_its_confirmation(athlete: Person, body: Any) -> None:
    response = await delete(athlete, body)
    assert response.status_code == 422
    assert response.json()["code"] in ("not_confirmed", "invalid_request")
    assert (await athlete.get("/profile")).status_code == 200


async def test_a_deletion_leaves_no_row_and_touches_nobody_else(
    athlete: Person, stranger: Person, admin: psycopg.Connection
) -> None:
    await fill(athlete)
    await fill(stranger)
    # Their memories are embedded after the answer.
    await until_embedded(admin, stranger)
    before = rows_of(admin, stranger)
    response = await delete(athlete)
    assert response.status_code == 200
    # These settings have no secret key, so the sign-in is left.
    assert (response.json()["deleted"], response.json()["sign_in_deleted"]) == (True, False)
    assert "sign-in" in response.json()["left_to_do"]
    assert set(rows_of(admin, athlete).values()) == {0}
    assert rows_of(admin, stranger) == before
    # It can be repeated, and the old token finds an account that nothing revives.
    assert (await delete(athlete)).json() == response.json()
    assert_problem(await athlete.get("/account/export"), 404, "profile_not_found")


async def test_no_request_revives_a_deleted_account(athlete: Person, admin: psycopg.Connection) -> None:
    plan_id, anything = "5b1f0c9e-7d3a-4e2b-9a68-1c4d7e8f9a0b", exercise_id("bench-press")
    days = [{"day": 1, "exercises": [{"exercise_id": anything, "sets": [{}]}]}]
    assert (await delete(athlete)).status_code == 200
    document = (await athlete.client.get("/openapi.json")).json()
    bodies: dict[tuple[str, str], Any] = {
        ("PATCH", "/profile"): {"display_name": "Back again"},
        ("POST", "/exercises"): {"name": "Mine"},
        ("PATCH", "/exercises/{exercise_id}"): {"name": "Mine"},
        ("POST", "/plans"): {"name": "Mine", "days": days},
        ("PUT", "/plans/{plan_id}"): {"name": "Mine", "days": days},
        ("POST", "/plans/{plan_id}/copy"): {},
        ("POST", "/workouts/log"): {"sets": [a_set()]},
        ("PUT", "/workouts/{workout_id}"): {"sets": [a_set()]},
        ("POST", "/chat"): {"message": "Hi"},
        ("POST", "/chat/stream"): {"message": "Hi"},
        ("POST", "/memories"): {"content": "Anything", "kind": "fact"},
        ("POST", "/measurements"): {"kind": "waist", "value": 80},
        ("PATCH", "/memories/{memory_id}"): {"pinned": True},
    }
    tried = 0
    for path, operations in document["paths"].items():
        short = path.removeprefix("/api/v1")
        if short == path or short.startswith(("/auth", "/account")):
            continue
        for method in operations:
            url = short
            for parameter in ("exercise_id", "plan_id", "workout_id", "conversation_id", "memory_id", "measurement_id"):
                url = url.replace(f"{{{parameter}}}", anything if parameter == "exercise_id" else plan_id)
            if short == "/workouts/import":
                line = b"title,start_time,exercise_title,reps\nx,2026-01-01 10:00,Bench Press,5"
                response = await athlete.ask("POST", url, content=line, headers={"Content-Type": "text/csv"})
            else:
                asked = {"kind": "waist"} if short.endswith("/series") else {}
                body = bodies.get((method.upper(), short))
                response = await athlete.ask(
                    method.upper(), url, params=asked, json=body, headers={"Idempotency-Key": "k"}
                )
            # What everybody may read, such as the catalogue, can still be read.
            answers = (200, 404) if method == "get" else (404,)
            assert response.status_code in answers, (method, path, response.text)
            tried += 1
    assert tried > 30
    assert set(rows_of(admin, athlete).values()) == {0}


@one_gateway
async def test_no_function_revives_a_deleted_account(
    athlete: Person, admin: psycopg.Connection, connect: Connect
) -> None:
    """With arguments that each function accepts from a user who has a profile."""
    squat, nothing = exercise_id("back-squat"), str(UUID(int=0))
    workout = {"sets": [a_set()], "completed_at": "2026-01-01T10:00:00Z"}
    plan = {"name": "Mine", "days": [{"day": 1, "exercises": [{"exercise_id": squat, "sets": [{}]}]}]}
    given: dict[str, list[Any]] = {
        "begin_chat_turn": ["Hi"],
        "copy_plan": [nothing],
        "create_exercise": [{"name": "Mine"}],
        "create_memory": [{"content": "Anything", "kind": "fact"}],
        "create_measurement": [{"kind": "waist", "value": 80}],
        "create_plan": [plan],
        "import_workouts": [{"workouts": [workout]}],
        "log_workout": [workout, "k"],
        "pause_streak": [1],
        "resume_streak": [],
        "store_embeddings": [{"memories": []}],
        "update_profile": [{"display_name": "Back again"}],
    }
    assert (await delete(athlete)).status_code == 200
    rows = admin.execute(
        "select proname, pronargs - pronargdefaults from pg_proc "
        "where pronamespace = 'public'::regnamespace and provolatile = 'v' and proname <> 'delete_account'"
    ).fetchall()
    claims = json.dumps({"role": "authenticated", "sub": str(athlete.id)})
    answers = {}
    with connect("slow_burn_api") as connection:
        for name, required in rows:
            arguments = given.get(name, [nothing, {}][:required])
            values = [json.dumps(value) if isinstance(value, dict) else value for value in arguments]
            try:
                with connection.transaction():
                    connection.execute(
                        "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
                        (claims,),
                    )
                    connection.execute(f"select {name}({', '.join('%s' for _ in values)})", values)
                answers[name] = "answered"
            except psycopg.Error as error:
                answers[name] = str(error.diag.message_detail)
    assert set(rows_of(admin, athlete).values()) == {0}
    # These two write for the service, and only rows that are there.
    assert answers == {
        name: "answered" if name in ("claim_unembedded_memories", "store_embeddings") else "profile_not_found"
        for name, _ in rows
    }


async def test_a_workout_that_is_logged_during_the_deletion_does_not_stay(
    new_person: NewPerson, admin: psycopg.Connection
) -> None:
    for _ in range(5):
        person = new_person()
        statuses = await asyncio.gather(
            *(person.log(a_set()) for _ in range(3)), delete(person), *(person.log(a_set()) for _ in range(3))
        )
        assert {response.status_code for response in statuses} <= {200, 201, 404}
        assert set(rows_of(admin, person).values()) == {0}


async def test_an_account_of_many_years_can_be_deleted(athlete: Person, admin: psycopg.Connection) -> None:
    admin.execute(
        "with w as (insert into private.workouts (user_id, completed_at) "
        "select %s, now() - make_interval(hours => n) from generate_series(1, 3000) as n returning *) "
        "insert into private.workout_sets (user_id, workout_id, position, exercise_id, reps) "
        "select w.user_id, w.id, n, %s, 5 from w cross join generate_series(1, 16) as n",
        (athlete.id, exercise_id("bench-press")),
    )
    assert (await delete(athlete)).status_code == 200
    assert set(rows_of(admin, athlete).values()) == {0}


SECRET_KEY = "sb_secret_tests"


@pytest.fixture
def supabase(key: SigningKey, jwks: SupabaseServer) -> Iterator[SupabaseServer]:
    """A Supabase that counts which of its users were deleted, and passes calls on to the PostgREST of all tests."""
    with serve_supabase(key, jwks.data_api) as server:
        yield server


@pytest.fixture
async def with_secret_key(
    supabase: SupabaseServer, settings: Settings, athlete: Person, key: SigningKey
) -> AsyncIterator[Person]:
    """A user of an API that may delete users of Supabase Auth."""
    update = {"supabase_url": supabase.url, "supabase_secret_key": SECRET_KEY}
    async with serve(Settings.model_validate(settings.model_dump() | update)) as client:
        yield Person(client, athlete.user, key.access_token(athlete.user, supabase.url))


async def test_the_sign_in_is_deleted_with_the_secret_key(with_secret_key: Person, supabase: SupabaseServer) -> None:
    for _ in range(2):  # The second time, Supabase answers that there is no such user.
        answer = (await delete(with_secret_key)).json()
        assert answer == {"deleted": True, "sign_in_deleted": True, "left_to_do": None}
    assert supabase.deleted_users == [str(with_secret_key.id)]
    headers = supabase.admin_headers[0]
    assert headers["apikey"] == SECRET_KEY
    assert_problem(await with_secret_key.get("/profile"), 404, "profile_not_found")


async def test_an_interrupted_deletion_can_be_finished(
    with_secret_key: Person, supabase: SupabaseServer, admin: psycopg.Connection
) -> None:
    supabase.admin_status = 502
    response = await delete(with_secret_key)
    assert_problem(response, 503, "auth_unavailable")
    assert "retry-after" in response.headers
    assert set(rows_of(admin, with_secret_key).values()) == {0}
    supabase.admin_status = None
    assert (await delete(with_secret_key)).json()["sign_in_deleted"] is True
    assert supabase.deleted_users == [str(with_secret_key.id)]


async def test_supabase_may_be_down_or_slow(
    with_secret_key: Person, supabase: SupabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.account.auth_users.TIMEOUT_SECONDS", 0.2)
    supabase.admin_delay = 1
    assert_problem(await delete(with_secret_key), 503, "auth_unavailable")


async def test_a_secret_key_that_supabase_rejects_is_a_matter_for_the_operator(
    with_secret_key: Person, supabase: SupabaseServer, caplog: pytest.LogCaptureFixture
) -> None:
    supabase.admin_status = 401
    assert (await delete(with_secret_key)).json()["sign_in_deleted"] is False
    assert "Supabase Auth rejects SUPABASE_SECRET_KEY" in caplog.messages
    assert SECRET_KEY not in caplog.text


@one_gateway
async def test_the_secret_key_is_used_for_nothing_else(with_secret_key: Person, supabase: SupabaseServer) -> None:
    await fill(with_secret_key)
    await export(with_secret_key)
    assert supabase.admin_headers == []
    assert all(SECRET_KEY not in str(headers) for headers in supabase.data_api_headers)
