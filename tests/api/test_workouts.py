"""Logging workouts and reading them back."""

import functools
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.support import Person, a_set, assert_problem, exercise_id, one_gateway, paths

FIVE_EXERCISES = [
    a_set("back-squat", weight=60, weight_unit="kg", reps=5, set_type="warmup"),
    a_set("back-squat", weight=225, weight_unit="lb", reps=5, rpe=8.5, rir=2, rest_seconds=180),
    a_set("back-squat", weight=225, weight_unit="lb", reps=5),
    a_set("back-squat", weight=225, weight_unit="lb", reps=4, set_type="failure"),
    a_set("bench-press", weight=80, weight_unit="kg", reps=1, tempo="3-1-X-0"),
    a_set("bench-press", weight=72.5, weight_unit="kg", reps=12, form_quality=5),
    a_set("bench-press", weight=60.125, weight_unit="kg", reps=13),
    a_set("pull-up", reps=8, superset=1),
    a_set("pull-up", reps=7, weight=0, superset=1),
    a_set("pull-up", reps=0, notes="nothing left 💀"),
    a_set("plank", reps=None, duration_seconds=90),
    a_set("plank", reps=None, duration_seconds=0),
    a_set("plank", reps=None, duration_seconds=45, weight=10, weight_unit="kg"),
    a_set("running", reps=None, duration_seconds=600, distance_meters=2012.5),
    a_set("running", reps=None, distance_meters=0),
    a_set("running", reps=None, duration_seconds=86_400, distance_meters=1_000_000),
]


async def test_a_workout_of_five_exercises_and_sixteen_sets(athlete: Person) -> None:
    started_at, completed_at = "2026-03-01T17:20:00+05:45", "2026-03-01T18:30:30.4+05:45"
    response = await athlete.log(
        *FIVE_EXERCISES,
        title="Leg day",
        started_at=started_at,
        completed_at=completed_at,
        notes="Felt strong",
        mood="great",
        energy_before=6,
        energy_after=10,
        overall_rpe=7.5,
    )
    assert response.status_code == 201, response.text
    workout = response.json()["workout"]
    assert datetime.fromisoformat(workout["started_at"]) == datetime.fromisoformat(started_at)
    assert datetime.fromisoformat(workout["completed_at"]) == datetime.fromisoformat(completed_at)
    assert workout["duration_seconds"] == 4230
    assert (workout["title"], workout["notes"], workout["mood"]) == ("Leg day", "Felt strong", "great")
    assert (workout["energy_before"], workout["energy_after"], workout["overall_rpe"]) == (6, 10, 7.5)
    assert (workout["total_sets"], workout["working_sets"]) == (16, 15)
    assert [(e["exercise_name"], e["working_sets"]) for e in workout["exercises"]] == [
        ("Back Squat", 3),
        ("Bench Press", 3),
        ("Pull-Up", 3),
        ("Plank", 3),
        ("Running", 3),
    ]
    assert [s["position"] for s in workout["sets"]] == list(range(1, 17))
    for sent, stored in zip(FIVE_EXERCISES, workout["sets"], strict=True):
        assert {name: stored[name] for name in sent} == sent
        assert stored["set_type"] == sent.get("set_type", "working")

    # 225 lb = 102.05828325 kg; Epley on reps + RIR.
    assert [s["weight_kg"] for s in workout["sets"]] == [
        *(60, 102.05828325, 102.05828325, 102.05828325),
        *(80, 72.5, 60.125),
        *(None, 0, None),
        *(None, None, 10),
        *(None, None, None),
    ]
    assert [s["volume_kg"] for s in workout["sets"]] == [
        *(0, 510.29141625, 510.29141625, 408.233133),
        *(80, 870, 781.625),
        *(None, 0, None),
        *(None, None, None),
        *(None, None, None),
    ]
    approx = functools.partial(pytest.approx, abs=1e-6)
    assert [s["estimated_1rm_kg"] for s in workout["sets"]] == [
        *(None, approx(125.871883), approx(119.067997), approx(115.666054)),
        *(80, 101.5, None),
        *(None, None, None),
        *(None, None, None),
        *(None, None, None),
    ]
    assert workout["total_volume_kg"] == pytest.approx(3160.4409655, abs=1e-9)

    read = await athlete.get(f"/workouts/{workout['id']}")
    assert read.status_code == 200
    assert read.json() == workout
    listed = (await athlete.get("/workouts")).json()
    assert listed["total"] == 1
    assert listed["items"] == [{name: value for name, value in workout.items() if name != "sets"}]


async def test_a_workout_can_be_a_single_set(athlete: Person) -> None:
    before = datetime.now(UTC)
    response = await athlete.log(a_set("push-up", reps=0))
    assert response.status_code == 201
    workout = response.json()["workout"]
    assert abs(datetime.fromisoformat(workout["completed_at"]) - before) < timedelta(minutes=1)
    assert workout["started_at"] is None
    assert workout["duration_seconds"] is None
    assert workout["total_volume_kg"] == 0
    assert response.json()["personal_records"] == []


async def test_a_workout_has_200_sets_at_most(athlete: Person) -> None:
    response = await athlete.log(*[a_set(weight=100, weight_unit="kg", notes=str(i)) for i in range(200)])
    assert response.status_code == 201
    assert [s["notes"] for s in response.json()["workout"]["sets"]] == [str(i) for i in range(200)]
    problem = assert_problem(await athlete.log(*[a_set()] * 201), 422, "invalid_request")
    assert paths(problem) == ["sets"]


async def test_a_weight_without_a_unit_uses_the_profiles_unit(athlete: Person) -> None:
    await athlete.patch("/profile", {"weight_unit": "lb"})
    stored = (await athlete.log(a_set(weight=180))).json()["workout"]["sets"][0]
    assert (stored["weight"], stored["weight_unit"], stored["weight_kg"]) == (180, "lb", 81.6466266)


@pytest.mark.parametrize(
    ("values", "estimate"),
    [
        ({"reps": 1}, 100),
        ({"reps": 1, "rir": 0}, 100),
        ({"reps": 1, "rir": 1}, 106.666667),
        ({"reps": 2}, 106.666667),
        ({"reps": 1, "weight": 180, "weight_unit": "lb"}, 81.6466266),
        ({"reps": 12}, 140),
        ({"reps": 10, "rir": 2}, 140),
        ({"reps": 13}, None),
        ({"reps": 10, "rir": 3}, None),
        ({"reps": 2, "rir": 10}, 120),
        ({"reps": 2, "rpe": 1}, 120),
        ({"reps": 5, "rpe": 8}, 123.333333),
        ({"reps": 5, "rpe": 8.5}, 121.666667),
        ({"reps": 5, "rpe": 8.5, "rir": 1}, 120),
        ({"reps": 5, "rpe": 8.5, "rir": 2}, 123.333333),
        ({"reps": 1, "rpe": 10}, 100),
        ({"reps": 10, "rpe": 7}, None),
        ({"reps": 0}, None),
        ({"reps": 0, "rir": 5}, None),
        ({"reps": 5, "set_type": "warmup"}, None),
        ({"reps": 5, "weight": 0}, None),
        ({"reps": 5, "weight": None}, None),
        ({"reps": None, "duration_seconds": 10}, None),
    ],
)
async def test_estimated_1rm(athlete: Person, values: dict[str, Any], estimate: float | None) -> None:
    response = await athlete.log(a_set(**{"weight": 100, "weight_unit": "kg", **values}))
    assert response.json()["workout"]["sets"][0]["estimated_1rm_kg"] == (estimate and pytest.approx(estimate, abs=1e-6))


FUTURE = "2999-01-01T12:00:00Z"


@one_gateway
@pytest.mark.parametrize(
    ("workout", "path"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"title": "a\0b"}, "title"),
        ({"started_at": "2026-03-01T17:20:00"}, "started_at"),
        ({"started_at": "2026-03-01"}, "started_at"),
        ({"started_at": 1_772_385_600}, "started_at"),
        ({"started_at": "2026-13-01T17:20:00Z"}, "started_at"),
        ({"completed_at": "1969-12-31T23:59:59Z"}, "completed_at"),
        ({"completed_at": "now"}, "completed_at"),
        ({"completed_at": "9999-12-31T23:59:59-23:59"}, "completed_at"),
        ({"notes": "x" * 5001}, "notes"),
        ({"notes": "a\0b"}, "notes"),
        ({"notes": ["x"]}, "notes"),
        ({"mood": "angry"}, "mood"),
        ({"energy_before": 0}, "energy_before"),
        ({"energy_after": 11}, "energy_after"),
        ({"energy_after": 5.5}, "energy_after"),
        ({"overall_rpe": 0.5}, "overall_rpe"),
        ({"overall_rpe": 7.25}, "overall_rpe"),
        ({"overall_rpe": 10.5}, "overall_rpe"),
        ({"affinity": 100}, "affinity"),
        ({"user_id": str(uuid4())}, "user_id"),
        ({"sets": []}, "sets"),
        ({"sets": None}, "sets"),
        ({"sets": {}}, "sets"),
        ({"sets": [None]}, "sets.0"),
        ({"sets": ["x"]}, "sets.0"),
    ],
)
async def test_a_wrong_field_is_named(athlete: Person, workout: dict[str, Any], path: str) -> None:
    response = await athlete.ask("POST", "/workouts/log", json={"sets": [a_set()]} | workout)
    assert paths(assert_problem(response, 422, "invalid_request")) == [path]
    await assert_nothing_stored(athlete)


@one_gateway
@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"exercise_id": "squat"}, "exercise_id"),
        ({"exercise_id": None}, "exercise_id"),
        ({"exercise_id": 7}, "exercise_id"),
        ({"set_type": "easy"}, "set_type"),
        ({"set_type": None}, "set_type"),
        ({"weight": -1}, "weight"),
        ({"weight": 2000.5}, "weight"),
        ({"weight": 1.0001}, "weight"),
        ({"weight": "100"}, "weight"),
        ({"weight": True}, "weight"),
        ({"weight": 10**400}, "weight"),
        ({"weight_unit": "stone"}, "weight_unit"),
        ({"reps": -1}, "reps"),
        ({"reps": 1001}, "reps"),
        ({"reps": 5.5}, "reps"),
        ({"reps": "5"}, "reps"),
        ({"reps": False}, "reps"),
        ({"duration_seconds": -1}, "duration_seconds"),
        ({"duration_seconds": 86_401}, "duration_seconds"),
        ({"distance_meters": -0.1}, "distance_meters"),
        ({"distance_meters": 1_000_001}, "distance_meters"),
        ({"rpe": 0}, "rpe"),
        ({"rpe": 8.3}, "rpe"),
        ({"rir": -1}, "rir"),
        ({"rir": 11}, "rir"),
        ({"rest_seconds": 3601}, "rest_seconds"),
        ({"tempo": "slow"}, "tempo"),
        ({"tempo": "3-1"}, "tempo"),
        ({"tempo": "3-1-1-1-1"}, "tempo"),
        ({"form_quality": 0}, "form_quality"),
        ({"form_quality": 6}, "form_quality"),
        ({"superset": 0}, "superset"),
        ({"superset": 21}, "superset"),
        ({"notes": "x" * 1001}, "notes"),
        ({"volume_kg": 9000}, "volume_kg"),
        ({"estimated_1rm_kg": 9000}, "estimated_1rm_kg"),
    ],
)
async def test_a_wrong_field_of_a_set_is_named_with_its_index(
    athlete: Person, values: dict[str, Any], path: str
) -> None:
    problem = assert_problem(await athlete.log(a_set(), a_set(**values)), 422, "invalid_request")
    assert paths(problem) == [f"sets.1.{path}"]
    await assert_nothing_stored(athlete)


async def test_a_set_with_nothing_but_a_weight_is_refused(athlete: Person) -> None:
    problem = assert_problem(await athlete.log(a_set(), a_set(reps=None, weight=100)), 422, "invalid_request")
    assert paths(problem) == ["sets.1"]


async def test_numbers_that_are_not_finite_are_refused(athlete: Person) -> None:
    for value in ("NaN", "Infinity", "-Infinity", "1e999"):
        body = f'{{"sets": [{{"exercise_id": "{exercise_id("back-squat")}", "reps": 5, "weight": {value}}}]}}'
        headers = {"Content-Type": "application/json"}
        response = await athlete.ask("POST", "/workouts/log", content=body, headers=headers)
        assert paths(assert_problem(response, 422, "invalid_request")) == ["sets.0.weight"]


@pytest.mark.parametrize(
    ("workout", "code"),
    [
        ({"completed_at": FUTURE}, "completed_in_future"),
        ({"started_at": FUTURE}, "completed_before_started"),
        (
            {"started_at": "2026-03-01T12:00:00Z", "completed_at": "2026-03-01T13:59:59+02:00"},
            "completed_before_started",
        ),
    ],
)
async def test_impossible_times_are_refused(athlete: Person, workout: dict[str, Any], code: str) -> None:
    problem = assert_problem(await athlete.log(a_set(), **workout), 422, code)
    assert paths(problem) == ["completed_at"]
    await assert_nothing_stored(athlete)


async def test_any_offset_of_rfc_3339_is_accepted(athlete: Person) -> None:
    response = await athlete.log(a_set(), completed_at="2026-03-02T06:00:00+20:00")
    assert response.status_code == 201
    assert response.json()["workout"]["completed_at"] == "2026-03-01T10:00:00Z"


async def test_the_clock_of_a_client_can_run_slightly_ahead(athlete: Person) -> None:
    soon = (datetime.now(UTC) + timedelta(seconds=30)).isoformat()
    assert (await athlete.log(a_set(), completed_at=soon)).status_code == 201


async def test_an_unknown_exercise_is_named_with_the_index_of_its_set(athlete: Person) -> None:
    unknown = a_set(exercise_id=str(uuid4()))
    problem = assert_problem(await athlete.log(a_set(), unknown, a_set(), unknown), 422, "exercise_not_found")
    assert paths(problem) == ["sets.1.exercise_id", "sets.3.exercise_id"]
    await assert_nothing_stored(athlete)


async def test_a_wrong_last_set_leaves_nothing_behind(athlete: Person, admin: psycopg.Connection) -> None:
    await athlete.log(a_set(weight=100, weight_unit="kg"), completed_at="2026-03-01T12:00:00Z")
    before = stored_rows(admin)
    good = [a_set(weight=110, weight_unit="kg") for _ in range(199)]
    response = await athlete.log(*good, a_set(exercise_id=str(uuid4())), key="once")
    assert_problem(response, 422, "exercise_not_found")
    assert stored_rows(admin) == before
    assert await athlete.score() == 20
    # The refused request did not use up the key.
    assert (await athlete.log(*good, key="once")).status_code == 201


@pytest.mark.parametrize("table", ["workout_sets", "affinity_events"])
async def test_a_failure_at_any_step_leaves_nothing_behind(
    athlete: Person, admin: psycopg.Connection, table: str
) -> None:
    before = stored_rows(admin)
    admin.execute("create function public.fail() returns trigger language plpgsql as 'begin raise ''broken''; end'")
    admin.execute("grant execute on function public.fail to public")
    admin.execute(f"create trigger fail after insert on private.{table} for each row execute function public.fail()")
    try:
        assert_problem(await athlete.log(a_set(weight=100)), 500, "internal_error")
    finally:
        admin.execute("drop function public.fail cascade")
    assert stored_rows(admin) == before
    assert await athlete.score() == 0


def stored_rows(admin: psycopg.Connection) -> list[tuple[Any, ...]]:
    tables = ("private.workouts", "private.workout_sets", "private.affinity_events", "private.idempotency_keys")
    return [admin.execute(f"select count(*) from {table}").fetchall()[0] for table in tables]


async def assert_nothing_stored(person: Person) -> None:
    assert (await person.get("/workouts")).json()["total"] == 0
    assert await person.score() == 0


async def test_the_list_is_empty_at_first(athlete: Person) -> None:
    response = await athlete.get("/workouts")
    assert response.status_code == 200
    assert response.json() == {"items": [], "total": 0, "page": 1, "per_page": 20}


async def test_the_list_shows_the_latest_first_in_pages(athlete: Person) -> None:
    for day in (3, 1, 5, 2, 4):
        await athlete.log(a_set(), title=f"Day {day}", completed_at=f"2026-03-0{day}T12:00:00Z")
    titles = []
    for page in (1, 2, 3):
        body = (await athlete.get("/workouts", params={"page": page, "per_page": 2})).json()
        assert (body["total"], body["page"], body["per_page"]) == (5, page, 2)
        titles += [item["title"] for item in body["items"]]
    assert titles == ["Day 5", "Day 4", "Day 3", "Day 2", "Day 1"]
    beyond = (await athlete.get("/workouts", params={"page": 4, "per_page": 2})).json()
    assert (beyond["items"], beyond["total"]) == ([], 5)


async def test_deleting_a_workout_deletes_its_sets_and_points(athlete: Person, admin: psycopg.Connection) -> None:
    before = stored_rows(admin)
    workout_id = (await athlete.log(a_set(weight=100), a_set("bench-press"))).json()["workout"]["id"]
    assert await athlete.score() == 20
    response = await athlete.delete(f"/workouts/{workout_id}")
    assert response.status_code == 204
    assert response.content == b""
    assert_problem(await athlete.get(f"/workouts/{workout_id}"), 404, "workout_not_found")
    assert_problem(await athlete.delete(f"/workouts/{workout_id}"), 404, "workout_not_found")
    assert stored_rows(admin) == before
    assert await athlete.score() == 0


@pytest.mark.parametrize("method", ["GET", "DELETE"])
async def test_an_unknown_workout_is_not_found(athlete: Person, method: str) -> None:
    assert_problem(await athlete.ask(method, f"/workouts/{uuid4()}"), 404, "workout_not_found")
    problem = assert_problem(await athlete.ask(method, "/workouts/log-1"), 422, "invalid_request")
    assert paths(problem) == ["workout_id"]


async def test_a_long_list_of_errors_is_shortened(athlete: Person) -> None:
    many = {f"unknown-{'x' * 300}-{number}": 1 for number in range(1000)}
    problem = assert_problem(await athlete.ask("POST", "/workouts/log", json=many), 422, "invalid_request")
    assert problem["detail"] == "1001 fields are wrong."
    assert len(problem["errors"]) == 100
    assert all(len(path) <= 200 for path in paths(problem))


@one_gateway
async def test_a_wrong_field_comes_with_the_limit_of_its_rule(athlete: Person) -> None:
    sets = [
        a_set(reps=1001),
        a_set(reps=-1),
        a_set(rpe=7.2),
        a_set(notes="x" * 1001),
        a_set(reps="5"),
    ]
    response = await athlete.ask("POST", "/workouts/log", json={"title": "", "sets": sets})
    wrong = {error["path"]: (error["code"], error.get("limit", "none")) for error in response.json()["errors"]}
    assert wrong == {
        "title": ("string_too_short", 1),
        "sets.0.reps": ("less_than_equal", 1000),
        "sets.1.reps": ("greater_than_equal", 0),
        "sets.2.rpe": ("multiple_of", 0.5),
        "sets.3.notes": ("too_long", 1000),
        "sets.4.reps": ("int_type", "none"),
    }


@one_gateway
@pytest.mark.parametrize("reps", [5.0, 0.0])
async def test_a_whole_number_may_be_written_with_a_point(athlete: Person, reps: float) -> None:
    logged = await athlete.log(a_set(reps=reps, rest_seconds=90.0), energy_before=7.0)
    assert logged.status_code == 201, logged.text
    (stored,) = logged.json()["workout"]["sets"]
    assert (stored["reps"], stored["rest_seconds"]) == (int(reps), 90)


@one_gateway
@pytest.mark.parametrize("reps", [5.5, "5", True, 1e300])
async def test_what_is_no_whole_number_is_refused(athlete: Person, reps: object) -> None:
    assert paths(assert_problem(await athlete.log(a_set(reps=reps)), 422, "invalid_request")) == ["sets.0.reps"]
