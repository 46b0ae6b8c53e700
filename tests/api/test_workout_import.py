"""Importing the files that Strong and Hevy export."""

import asyncio
from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from httpx import Response

from backend.core.settings import Settings
from backend.imports.export_files import Export
from backend.imports.turns import ImportTurns
from tests.support import Person, a_set, assert_problem, exercise_id, serve
from tests.unit.test_export_files import HEVY, STRONG

NAMES = {
    "Bench Press (Barbell)": "Bench Press",
    "Bench Press (Dumbbell)": "Dumbbell Bench Press",
    "Bench Press - Close Grip (Barbell)": "Close-Grip Bench Press",
    "Incline Bench Press (Dumbbell)": "Incline Dumbbell Press",
    "Squat (Barbell)": "Back Squat",
    "Squat (Smith Machine)": "Smith Machine Squat",
    "Deadlift (Barbell)": "Deadlift",
    "Deadlift (Trap bar)": "Trap Bar Deadlift",
    "Romanian Deadlift (Dumbbell)": "Dumbbell Romanian Deadlift",
    "Overhead Press (Barbell)": "Overhead Press",
    "Shoulder Press (Machine Plates)": "Machine Shoulder Press",
    "Bent Over Row (Barbell)": "Barbell Row",
    "Bent Over One Arm Row (Dumbbell)": "Dumbbell Row",
    "Seated Cable Row - V Grip (Cable)": "Seated Cable Row",
    "Lat Pulldown (Cable)": "Lat Pulldown",
    "Lat Pulldown - Close Grip (Cable)": "Close-Grip Lat Pulldown",
    "Straight Arm Lat Pulldown (Cable)": "Straight-Arm Pulldown",
    "Pull Up": "Pull-Up",
    "Pull Up (Assisted)": "Assisted Pull-Up",
    "Chest Dip (Weighted)": "Dip",
    "Bicep Curl (Cable)": "Cable Curl",
    "Preacher Curl (Barbell)": "Preacher Curl",
    "Skullcrusher (Barbell)": "Lying Triceps Extension",
    "Skullcrusher (Dumbbell)": "Dumbbell Skull Crusher",
    "Rear Delt Reverse Fly (Machine)": "Reverse Pec Deck",
    "Butterfly (Pec Deck)": "Pec Deck",
    "Leg Press (Machine)": "Leg Press",
    "Standing Calf Raise (Smith)": "Smith Machine Calf Raise",
    "Seated Calf Raise (Plate Loaded)": "Seated Calf Raise",
    "Back Extension (Weighted Hyperextension)": "Weighted Back Extension",
    "Hip Abductor (Machine)": "Hip Abduction",
    "Rowing (Machine)": "Rowing Machine",
    "Inverted Row (Bodyweight)": "Inverted Row",
    "Running (Treadmill)": "Treadmill Run",
}
UNKNOWN = ["Grandma's Curl", "Squat (Moon Rock)", "Shrug (Smith Machine)"]


def strong(*exercises: str, at: str = "2023-01-15 17:35:12") -> str:
    return "\n".join([STRONG, *(f"{at},Push Day,1h,{name},1,80,5,0,0,,," for name in exercises)])


async def send(person: Person, content: str, **query: Any) -> Response:
    return await person.ask(
        "POST", "/workouts/import", content=content.encode(), headers={"Content-Type": "text/csv"}, params=query
    )


async def import_file(person: Person, content: str, **query: Any) -> dict[str, Any]:
    response = await send(person, content, **query)
    assert response.status_code == 200, response.text
    report: dict[str, Any] = response.json()
    return report


async def workouts(person: Person) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await person.get("/workouts", params={"per_page": 100})).json()["items"]
    return items


async def test_an_imported_workout_equals_a_logged_one_but_earns_nothing(athlete: Person) -> None:
    await athlete.patch("/profile", {"timezone": "America/New_York", "weight_unit": "lb"})
    warmup = "2023-07-15 17:35:12,Push Day,1h 10m,Bench Press (Barbell),W,95,10,0,0,,Felt good,"
    working = "2023-07-15 17:35:12,Push Day,1h 10m,Bench Press (Barbell),1,180,5,0,0,Slow,,8.5"
    content = f"{STRONG}\n{warmup}\n{working}"
    assert await import_file(athlete, content) == {"imported": 1, "skipped": 0, "unmatched_exercises": [], "errors": []}
    (listed,) = await workouts(athlete)
    workout = (await athlete.get(f"/workouts/{listed['id']}")).json()
    assert {name: workout[name] for name in ("title", "started_at", "completed_at", "duration_seconds", "notes")} == {
        "title": "Push Day",
        "started_at": "2023-07-15T21:35:12Z",
        "completed_at": "2023-07-15T22:45:12Z",
        "duration_seconds": 4200,
        "notes": "Felt good",
    }
    assert [(s["set_type"], s["weight"], s["weight_unit"], s["reps"], s["rpe"]) for s in workout["sets"]] == [
        ("warmup", 95, "lb", 10, None),
        ("working", 180, "lb", 5, 8.5),
    ]
    assert workout["sets"][1]["exercise_name"] == "Bench Press"
    # The import earns no points, but a later workout has to beat its records.
    assert await athlete.score() == 0
    logged = (await athlete.log(a_set("bench-press", weight=185, weight_unit="lb", reps=5))).json()
    weight = next(record for record in logged["personal_records"] if record["kind"] == "weight")
    assert (weight["value"], weight["previous"]) == (185, 180)


async def test_importing_a_file_again_changes_nothing(athlete: Person, admin: psycopg.Connection) -> None:
    content = (
        strong("Squat (Barbell)", "Deadlift (Barbell)") + "\n2023-01-17 07:00:00,Legs,,Squat (Barbell),1,90,5,,,,,"
    )
    assert (await import_file(athlete, content))["imported"] == 2
    before = await workouts(athlete)
    for _ in range(2):
        assert await import_file(athlete, content) == {
            "imported": 0,
            "skipped": 2,
            "unmatched_exercises": [],
            "errors": [],
        }
    assert await workouts(athlete) == before
    # An edited workout is skipped too. Only a deleted one is imported again.
    edited = {"title": "Mine", "sets": [a_set(weight=100)]}
    await athlete.ask("PUT", f"/workouts/{before[0]['id']}", json=edited)
    await athlete.ask("DELETE", f"/workouts/{before[1]['id']}")
    assert (await import_file(athlete, content))["imported"] == 1
    assert sorted(workout["title"] for workout in await workouts(athlete)) == ["Mine", "Push Day"]
    assert await athlete.score() == 0


async def test_exercise_names_of_other_apps_match_the_catalogue(athlete: Person) -> None:
    report = await import_file(athlete, strong(*NAMES, *UNKNOWN))
    assert report["unmatched_exercises"] == sorted(UNKNOWN)
    (listed,) = await workouts(athlete)
    sets = (await athlete.get(f"/workouts/{listed['id']}")).json()["sets"]
    assert [s["exercise_name"] for s in sets] == list(NAMES.values())


async def test_a_later_import_adds_exercises_that_were_unknown_before(athlete: Person) -> None:
    content = strong("Squat (Barbell)", "Grandma's Curl", "Deadlift (Barbell)")
    only_unknown = strong("grandmas curls", at="2023-01-16 17:35:12")
    assert await import_file(athlete, content) == {
        "imported": 1,
        "skipped": 0,
        "unmatched_exercises": ["Grandma's Curl"],
        "errors": [],
    }
    assert (await import_file(athlete, only_unknown))["skipped"] == 1
    assert (await import_file(athlete, content))["skipped"] == 1
    # Both spellings become one exercise.
    completed = await import_file(athlete, content + "\n" + only_unknown.partition("\n")[2], create_missing=True)
    assert completed == {"imported": 2, "skipped": 0, "unmatched_exercises": [], "errors": []}
    own = (await athlete.get("/exercises", params={"custom": True})).json()
    assert [exercise["name"] for exercise in own["items"]] == ["Grandma's Curl"]
    assert own["items"][0]["times_done"] == 2
    whole = next(w for w in await workouts(athlete) if w["total_sets"] == 3)
    sets = (await athlete.get(f"/workouts/{whole['id']}")).json()["sets"]
    assert [(s["position"], s["exercise_name"]) for s in sets] == [
        (1, "Back Squat"),
        (2, "Grandma's Curl"),
        (3, "Deadlift"),
    ]
    assert (await import_file(athlete, content, create_missing=True))["skipped"] == 1


async def test_a_later_import_does_not_change_an_edited_workout(athlete: Person) -> None:
    content = strong("Squat (Barbell)", "Grandma's Curl")
    await import_file(athlete, content)
    (workout,) = await workouts(athlete)
    await athlete.ask("PUT", f"/workouts/{workout['id']}", json={"sets": [a_set(weight=70)]})
    assert (await import_file(athlete, content, create_missing=True))["skipped"] == 1
    (workout,) = await workouts(athlete)
    assert workout["total_volume_kg"] == 350


async def test_a_name_matches_a_custom_exercise_before_the_catalogue(athlete: Person, stranger: Person) -> None:
    for person in (athlete, stranger):
        response = await person.ask("POST", "/exercises", json={"name": "Garage Row", "aliases": ["Squat (Barbell)"]})
        assert response.status_code == 201
    await import_file(athlete, strong("Garage Row", "Squat (Barbell)"))
    (workout,) = await workouts(athlete)
    own = (await athlete.get("/exercises", params={"custom": True})).json()["items"][0]["id"]
    assert [exercise["exercise_id"] for exercise in workout["exercises"]] == [own]


async def test_a_file_of_hevy_can_be_sent_as_a_form(athlete: Person) -> None:
    content = HEVY + '\n"Push","28 Mar 2025, 17:29","28 Mar 2025, 18:30",,"Squat (Barbell)",3,,0,warmup,40,10,,,'
    response = await athlete.ask("POST", "/workouts/import", files={"file": ("workouts.csv", content.encode())})
    assert response.status_code == 200, response.text
    (workout,) = await workouts(athlete)
    (only,) = (await athlete.get(f"/workouts/{workout['id']}")).json()["sets"]
    assert (only["set_type"], only["superset"], only["exercise_id"]) == ("warmup", 1, exercise_id("back-squat"))


async def test_a_workout_in_the_future_is_skipped_and_reported(athlete: Person) -> None:
    now = datetime.now(UTC)
    tomorrow, just_now = now + timedelta(days=1), now - timedelta(minutes=5)
    content = strong("Squat (Barbell)", at=f"{tomorrow:%Y-%m-%d %H:%M:%S}")
    content += f"\n{just_now:%Y-%m-%d %H:%M:%S},Short,1h,Squat (Barbell),1,80,5,0,0,,,"
    assert await import_file(athlete, content) == {
        "imported": 1,
        "skipped": 1,
        "unmatched_exercises": [],
        "errors": [{"line": 2, "reason": "The workout lies in the future"}],
    }


async def test_lines_that_cannot_be_read_do_not_stop_the_import(athlete: Person) -> None:
    content = strong("Squat (Barbell)") + "\nnever,A,,Squat,1,80,5,,,,,\n2023-01-16 17:35:12,B,,Squat,1,9000,5,,,,,"
    report = await import_file(athlete, content)
    assert (report["imported"], [error["line"] for error in report["errors"]]) == (1, [3, 4])


async def test_a_file_can_have_250_workouts(athlete: Person) -> None:
    start = datetime(2020, 1, 1, 18, tzinfo=UTC)
    lines = [
        f"{start + timedelta(days=2 * day):%Y-%m-%d %H:%M:%S},Day,1h,Squat (Barbell),{order},{80 + day / 10},5,,,,,"
        for day in range(250)
        for order in range(1, 5)
    ]
    report = await import_file(athlete, "\n".join([STRONG, *lines]))
    assert (report["imported"], report["errors"]) == (250, [])
    assert (await athlete.get("/workouts")).json()["total"] == 250
    records = (await athlete.get("/progress/records")).json()["items"]
    assert (records[0]["value"], len(records[0]["history"])) == (104.9, 250)


async def test_a_file_that_cannot_be_read_is_refused(athlete: Person) -> None:
    assert_problem(await send(athlete, "a,b\n1,2"), 422, "unreadable_file")
    assert_problem(await send(athlete, strong("Squat"), weight_unit="stone"), 422, "invalid_request")
    assert_problem(await athlete.ask("POST", "/workouts/import", json={"a": 1}), 415, "not_csv")
    assert_problem(await athlete.ask("POST", "/workouts/import"), 415, "not_csv")
    assert_problem(await athlete.ask("POST", "/workouts/import", files={"other": ("a.csv", b"a")}), 422, "file_missing")
    broken = {"Content-Type": "multipart/form-data; boundary=x"}
    response = await athlete.ask("POST", "/workouts/import", content=b"no form", headers=broken)
    assert response.status_code in (400, 422)
    assert await workouts(athlete) == []


async def test_a_file_can_be_larger_than_other_bodies(athlete: Person) -> None:
    padding = ("\n" + "," * 15) * 90_000
    assert (await import_file(athlete, strong("Squat (Barbell)") + padding))["imported"] == 1
    assert_problem(await send(athlete, "x" * (16 * 1024 * 1024 + 1)), 413, "body_too_large")


@pytest.mark.parametrize("path", ["/workouts/import"])
async def test_an_import_needs_a_token(athlete: Person, path: str) -> None:
    response = await athlete.client.post(f"/api/v1{path}", content=b"x", headers={"Content-Type": "text/csv"})
    assert_problem(response, 401, "missing_token")


async def test_a_user_has_one_import_at_a_time(
    athlete: Person, stranger: Person, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when another process of the service gets the second one; and everybody else is served meanwhile."""
    reached, go_on = asyncio.Event(), asyncio.Event()
    read = ImportTurns.read

    async def held(self: ImportTurns, reading: Generator[None, None, Export]) -> Export:
        if not reached.is_set():
            reached.set()
            await go_on.wait()
        return await read(self, reading)

    monkeypatch.setattr(ImportTurns, "read", held)
    content = strong("Squat (Barbell)")
    first = asyncio.create_task(import_file(athlete, content))
    await reached.wait()
    refused = await send(athlete, content)
    assert_problem(refused, 409, "import_running")
    assert refused.headers["Retry-After"] == "5"
    async with serve(settings) as other_process:
        assert_problem(await send(replace(athlete, client=other_process), content), 409, "import_running")
    assert (await import_file(stranger, content))["imported"] == 1
    assert await workouts(athlete) == []
    go_on.set()
    assert (await first)["imported"] == 1
    assert (await import_file(athlete, content))["skipped"] == 1


async def test_the_next_import_works_whatever_ended_the_last(athlete: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    content = strong("Squat (Barbell)")
    assert_problem(await send(athlete, "no export"), 422, "unreadable_file")
    reached = asyncio.Event()

    async def held(*_: object) -> None:
        reached.set()
        await asyncio.Event().wait()

    with monkeypatch.context() as patch:
        patch.setattr(ImportTurns, "read", held)
        cancelled = asyncio.create_task(send(athlete, content))
        await reached.wait()
        cancelled.cancel()
        with pytest.raises(asyncio.CancelledError):
            await cancelled
    assert (await import_file(athlete, content))["imported"] == 1
