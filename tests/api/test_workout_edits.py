"""Editing and searching workouts."""

import asyncio
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from httpx import Response

from tests.support import Person, a_set, assert_problem, exercise_id, one_gateway, paths

FIRST, SECOND, THIRD = "2026-03-01T10:00:00Z", "2026-03-02T10:00:00Z", "2026-03-03T10:00:00Z"


async def log(person: Person, *sets: dict[str, Any], **workout: Any) -> dict[str, Any]:
    response = await person.log(*sets, **workout)
    assert response.status_code == 201, response.text
    logged: dict[str, Any] = response.json()
    return logged


async def put(person: Person, workout: dict[str, Any], *sets: dict[str, Any], **fields: Any) -> Response:
    return await person.ask("PUT", f"/workouts/{workout['id']}", json={**fields, "sets": list(sets)})


async def edit(person: Person, workout: dict[str, Any], *sets: dict[str, Any], **fields: Any) -> dict[str, Any]:
    response = await put(person, workout, *sets, **fields)
    assert response.status_code == 200, response.text
    edited: dict[str, Any] = response.json()
    return edited


def kinds(answer: dict[str, Any]) -> list[str]:
    return [record["kind"] for record in answer["personal_records"]]


def ledger(admin: psycopg.Connection, person: Person) -> int:
    row = admin.execute("select sum(points) from private.affinity_events where user_id = %s", (person.id,)).fetchone()
    assert row is not None
    total: int = row[0] or 0
    return total


async def test_an_edit_replaces_the_whole_workout(athlete: Person) -> None:
    fields = {
        "title": "Leg day",
        "started_at": "2026-03-01T09:00:00Z",
        "completed_at": FIRST,
        "notes": "n",
        "mood": "good",
        "energy_before": 5,
        "energy_after": 6,
        "overall_rpe": 7.5,
    }
    logged = (await log(athlete, a_set(weight=100), title="Wrong", completed_at=SECOND))["workout"]
    edited = (await edit(athlete, logged, a_set(weight=110, rir=1), a_set("plank", duration_seconds=60), **fields))[
        "workout"
    ]
    assert {name: edited[name] for name in fields} == fields
    assert (edited["id"], edited["created_at"]) == (logged["id"], logged["created_at"])
    assert edited["duration_seconds"] == 3600
    assert [(s["position"], s["exercise_name"], s["weight"]) for s in edited["sets"]] == [
        (1, "Back Squat", 110),
        (2, "Plank", None),
    ]
    assert (await athlete.get(f"/workouts/{logged['id']}")).json() == edited
    assert (await athlete.get("/workouts")).json()["total"] == 1


async def test_an_edit_clears_absent_fields_except_the_time(athlete: Person) -> None:
    logged = (await log(athlete, a_set(), title="Leg day", notes="n", completed_at=FIRST))["workout"]
    for fields in ({}, {"completed_at": None}):
        edited = (await edit(athlete, logged, a_set(), **fields))["workout"]
        assert (edited["title"], edited["notes"], edited["completed_at"]) == (None, None, FIRST)


async def test_an_edit_changes_its_own_records_and_later_ones(athlete: Person) -> None:
    first = await log(athlete, a_set(weight=100), completed_at=FIRST)
    later = await log(athlete, a_set(weight=105), completed_at=SECOND)
    assert "weight" in kinds(later)
    edited = await edit(athlete, first["workout"], a_set(weight=120))
    assert [record["previous"] for record in edited["personal_records"]] == [None] * 3
    again = await edit(athlete, later["workout"], a_set(weight=105))
    assert kinds(again) == []
    # Moved before the other workout, it is the first one and sets all records.
    moved = await edit(athlete, later["workout"], a_set(weight=105), completed_at="2026-02-01T10:00:00Z")
    assert [record["previous"] for record in moved["personal_records"]] == [None] * 3


async def test_edits_award_no_points_twice(athlete: Person, admin: psycopg.Connection) -> None:
    await log(athlete, a_set(weight=100), completed_at=FIRST)
    second = await log(athlete, a_set(weight=110), completed_at=SECOND)
    assert await athlete.score() == 35
    for _ in range(3):
        same = await edit(athlete, second["workout"], a_set(weight=110))
        assert (same["affinity"]["gained"], same["affinity"]["score"]) == (0, 35)
        assert [event["kind"] for event in same["affinity"]["events"]] == ["workout_completed", "personal_record"]
    lighter = await edit(athlete, second["workout"], a_set(weight=90))
    assert (lighter["affinity"]["gained"], await athlete.score()) == (-5, 30)
    assert [event["kind"] for event in lighter["affinity"]["events"]] == ["workout_completed"]
    heavier = await edit(athlete, second["workout"], a_set(weight=130))
    assert (heavier["affinity"]["gained"], await athlete.score()) == (5, 35)
    assert ledger(admin, athlete) == 35


async def test_an_edit_stays_within_the_caps_of_its_day(athlete: Person, admin: psycopg.Connection) -> None:
    lifts = ["back-squat", "bench-press", "deadlift", "overhead-press", "barbell-row"]
    await log(athlete, *(a_set(slug, weight=50) for slug in lifts), completed_at=FIRST)
    second = await log(athlete, a_set(weight=40), completed_at=SECOND)
    before = await athlete.score()
    edited = await edit(athlete, second["workout"], *(a_set(slug, weight=60) for slug in lifts))
    assert edited["affinity"]["gained"] == 15
    assert "limit of 15" in edited["affinity"]["events"][1]["reason"]
    assert await athlete.score() == before + 15 == ledger(admin, athlete)


async def test_deleting_a_workout_takes_back_the_points_of_its_edits(athlete: Person) -> None:
    await log(athlete, a_set(weight=100), completed_at=FIRST)
    second = await log(athlete, a_set(weight=90), completed_at=SECOND)
    await edit(athlete, second["workout"], a_set(weight=110))
    assert await athlete.score() == 35
    await athlete.delete(f"/workouts/{second['workout']['id']}")
    assert await athlete.score() == 20


async def test_an_edit_keeps_the_version_of_the_plan(athlete: Person) -> None:
    days = [{"day": 1, "exercises": [{"exercise_id": exercise_id("back-squat"), "sets": [{}]}]}]
    plan = (await athlete.ask("POST", "/plans", json={"name": "Strength", "days": days})).json()
    logged = (await log(athlete, a_set(), plan_id=plan["id"], plan_day=1))["workout"]
    await athlete.ask("PUT", f"/plans/{plan['id']}", json={"name": "Renamed", "days": days})
    followed = ("plan_id", "plan_version", "plan_day", "plan_name")
    edited = (await edit(athlete, logged, a_set(), plan_id=plan["id"], plan_day=1))["workout"]
    assert [edited[name] for name in followed] == [plan["id"], 1, 1, "Strength"]
    response = await put(athlete, logged, a_set(), plan_id=plan["id"], plan_day=7)
    assert_problem(response, 422, "plan_day_not_found")
    await athlete.delete(f"/plans/{plan['id']}")
    assert_problem(await put(athlete, logged, a_set(), plan_day=7), 422, "plan_day_not_found")
    edited = (await edit(athlete, logged, a_set(), plan_day=1))["workout"]
    assert [edited[name] for name in followed] == [None, 1, 1, "Strength"]
    other = (await athlete.ask("POST", "/plans", json={"name": "Other", "days": days})).json()
    edited = (await edit(athlete, logged, a_set(), plan_id=other["id"]))["workout"]
    assert [edited[name] for name in followed] == [other["id"], 1, None, "Other"]
    left = (await edit(athlete, logged, a_set()))["workout"]
    assert [left[name] for name in followed] == [None, None, None, None]


@pytest.mark.parametrize(
    ("fields", "sets", "code", "path"),
    [
        ({}, [], "invalid_request", "sets"),
        ({}, [{"exercise_id": str(uuid4()), "reps": 5}], "exercise_not_found", "sets.0.exercise_id"),
        ({"completed_at": "2999-01-01T00:00:00Z"}, [a_set()], "completed_in_future", "completed_at"),
        ({"started_at": SECOND}, [a_set()], "completed_before_started", "completed_at"),
        ({"plan_id": str(uuid4())}, [a_set()], "plan_not_found", "plan_id"),
        ({"plan_day": 1}, [a_set()], "plan_day_not_found", "plan_day"),
        ({"id": str(uuid4())}, [a_set()], "invalid_request", "id"),
    ],
)
async def test_a_refused_edit_changes_nothing(
    athlete: Person, fields: dict[str, Any], sets: list[dict[str, Any]], code: str, path: str
) -> None:
    logged = (await log(athlete, a_set(weight=100), completed_at=FIRST))["workout"]
    assert paths(assert_problem(await put(athlete, logged, *sets, **fields), 422, code)) == [path]
    assert (await athlete.get(f"/workouts/{logged['id']}")).json() == logged
    assert await athlete.score() == 20


async def test_users_cannot_edit_workouts_of_others(athlete: Person, stranger: Person) -> None:
    logged = (await log(athlete, a_set(weight=100)))["workout"]
    assert_problem(await put(stranger, logged, a_set()), 404, "workout_not_found")
    assert_problem(await put(athlete, {"id": str(uuid4())}, a_set()), 404, "workout_not_found")
    assert (await athlete.get(f"/workouts/{logged['id']}")).json() == logged


async def test_concurrent_changes_keep_the_score_equal_to_the_ledger(
    athlete: Person, admin: psycopg.Connection
) -> None:
    for _ in range(3):
        first = (await log(athlete, a_set(weight=100)))["workout"]
        second = (await log(athlete, a_set(weight=110)))["workout"]
        answers = await asyncio.gather(
            *(put(athlete, second, a_set(weight=90 + 5 * number)) for number in range(6)),
            athlete.delete(f"/workouts/{first['id']}"),
            *(athlete.log(a_set(weight=120 + number)) for number in range(3)),
            athlete.delete(f"/workouts/{second['id']}"),
        )
        assert {answer.status_code for answer in answers} <= {200, 201, 204, 404}
        assert await athlete.score() == ledger(admin, athlete)
    orphans = admin.execute(
        "select 1 from private.affinity_events as e where e.user_id = %s and not exists (select from private.workouts "
        "as w where w.id = e.workout_id)",
        (athlete.id,),
    ).fetchall()
    assert orphans == []


async def test_workouts_can_be_filtered_by_time_plan_exercise_and_words(athlete: Person, stranger: Person) -> None:
    days = [{"day": 1, "exercises": [{"exercise_id": exercise_id("back-squat"), "sets": [{}]}]}]
    plan = (await athlete.ask("POST", "/plans", json={"name": "Winter", "days": days})).json()
    ids = [
        (await log(athlete, a_set(), completed_at=FIRST, title="Léger day"))["workout"]["id"],
        (await log(athlete, a_set("plank"), completed_at=SECOND, notes="felt light"))["workout"]["id"],
        (await log(athlete, a_set(), a_set("plank"), completed_at=THIRD, plan_id=plan["id"]))["workout"]["id"],
    ]
    await log(stranger, a_set(), completed_at=SECOND, title="Léger day")

    async def found(**params: Any) -> list[int]:
        body = (await athlete.get("/workouts", params=params)).json()
        assert body["total"] == len(body["items"])
        return sorted(ids.index(item["id"]) for item in body["items"])

    assert await found() == [0, 1, 2]
    assert await found(**{"from": SECOND}) == [1, 2]
    assert await found(to=SECOND) == [0]
    assert await found(**{"from": "2026-03-02T11:00:00+01:00", "to": THIRD}) == [1]
    assert await found(plan_id=plan["id"]) == [2]
    assert await found(plan_id=str(uuid4())) == []
    assert await found(exercise_id=exercise_id("plank")) == [1, 2]
    assert await found(exercise_id=exercise_id("plank"), to=THIRD) == [1]
    assert await found(q="leger") == [0]
    assert await found(q="LIGHT felt") == [1]
    assert await found(q="winter") == [2]
    assert await found(q="%") == []
    second = (await athlete.get("/workouts", params={"per_page": 1, "page": 2, "to": THIRD})).json()
    assert ([ids.index(item["id"]) for item in second["items"]], second["total"]) == ([0], 2)


@one_gateway
@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"from": "yesterday"}, "from"),
        ({"to": "2026-03-01"}, "to"),
        ({"plan_id": "x"}, "plan_id"),
        ({"exercise_id": "back-squat"}, "exercise_id"),
        ({"q": "x" * 101}, "q"),
        ({"from_": FIRST}, "from_"),
    ],
)
async def test_a_wrong_filter_is_named(athlete: Person, params: dict[str, Any], path: str) -> None:
    problem = assert_problem(await athlete.get("/workouts", params=params), 422, "invalid_request")
    assert paths(problem) == [path]


async def test_search_matches_whole_words_as_the_user_wrote_them(athlete: Person) -> None:
    await log(athlete, a_set(), title="DB day", notes="bb rows felt ok; see you tomorrow")
    for q, total in (
        ("db", 1),
        ("bb ROWS", 1),
        ("row", 1),
        ("ow", 0),
        ("morrow", 0),
        ("dumbbell", 0),
        ("!!!", 0),
        ("", 1),
        (" ", 1),
    ):
        assert (await athlete.get("/workouts", params={"q": q})).json()["total"] == total, q


async def test_a_replay_returns_the_edited_workout(athlete: Person, admin: psycopg.Connection) -> None:
    first = await athlete.log(a_set(weight=100), notes="a private note", key="once")
    edited = await edit(athlete, first.json()["workout"], a_set(weight=90))
    again = await athlete.log(a_set(weight=100), notes="a private note", key="once")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.json()["workout"] == edited["workout"]
    kept = admin.execute(
        "select answer::text from private.idempotency_keys where user_id = %s", (athlete.id,)
    ).fetchone()
    assert kept is not None
    assert "private note" not in kept[0]


async def test_values_that_look_equal_are_not_a_record(athlete: Person) -> None:
    await log(athlete, a_set(weight=225, weight_unit="lb", reps=1), completed_at=FIRST)
    for weight in (102.06, 102.059):
        assert kinds(await log(athlete, a_set(weight=weight, reps=1))) == []
    records = (await athlete.get("/progress/records")).json()["items"]
    assert [len(record["history"]) for record in records] == [1, 1, 1]
