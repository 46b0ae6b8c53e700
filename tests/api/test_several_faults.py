"""A request that breaks several rules of the domain learns all of them at once, each with its own code."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from tests.support import Person, a_set, assert_problem, exercise_id, one_gateway

SQUAT = exercise_id("back-squat")
NOTHING = str(uuid4())


def codes(response: Response) -> set[tuple[str, str, str]]:
    """The place, the path and the code of each wrong field."""
    errors = assert_problem(response, 422, "invalid_request")["errors"]
    assert response.json()["detail"] == f"{len(errors)} fields are wrong."
    assert all(error["message"] for error in errors)
    return {(error["in"], error["path"], error["code"]) for error in errors}


def a_wrong_workout() -> dict[str, Any]:
    later = datetime.now(UTC) + timedelta(days=2)
    return {
        "plan_id": NOTHING,
        "started_at": (later + timedelta(hours=1)).isoformat(),
        "completed_at": later.isoformat(),
        "sets": [a_set(), {"exercise_id": NOTHING, "reps": 1}, {"exercise_id": NOTHING, "reps": 1}],
    }


WRONG = {
    ("body", "plan_id", "plan_not_found"),
    ("body", "completed_at", "completed_in_future"),
    ("body", "completed_at", "completed_before_started"),
    ("body", "sets.1.exercise_id", "exercise_not_found"),
    ("body", "sets.2.exercise_id", "exercise_not_found"),
}


async def test_of_a_workout_all_faults_are_told(athlete: Person) -> None:
    assert codes(await athlete.ask("POST", "/workouts/log", json=a_wrong_workout())) == WRONG


@one_gateway
async def test_of_an_edit_all_faults_are_told(athlete: Person) -> None:
    workout = (await athlete.log(a_set())).json()["workout"]
    assert codes(await athlete.ask("PUT", f"/workouts/{workout['id']}", json=a_wrong_workout())) == WRONG
    assert (await athlete.get(f"/workouts/{workout['id']}")).json() == workout


async def test_of_a_plan_all_faults_are_told(athlete: Person) -> None:
    own = (await athlete.ask("POST", "/exercises", json={"name": "Garage Lift"})).json()["id"]
    good = {"name": "Taken", "days": [{"day": 1, "exercises": [{"exercise_id": SQUAT, "sets": [{}]}]}]}
    assert (await athlete.ask("POST", "/plans", json=good)).status_code == 201
    days = [
        {"day": 1, "exercises": [{"exercise_id": own, "sets": [{}]}, {"exercise_id": NOTHING, "sets": [{}]}]},
        {"day": 1, "exercises": [{"exercise_id": SQUAT, "sets": [{}]}]},
    ]
    wrong = {"name": "taken", "is_public": True, "days": days}
    assert codes(await athlete.ask("POST", "/plans", json=wrong)) == {
        ("body", "name", "plan_exists"),
        ("body", "days.1.day", "day_repeated"),
        ("body", "days.0.exercises.0.exercise_id", "exercise_not_public"),
        ("body", "days.0.exercises.1.exercise_id", "exercise_not_found"),
    }


@one_gateway
async def test_of_an_exercise_all_faults_are_told(athlete: Person) -> None:
    wrong = {"name": "X", "equipment": ["spoon"], "primary_muscles": ["chest", "ear"], "secondary_muscles": ["nose"]}
    assert codes(await athlete.ask("POST", "/exercises", json=wrong)) == {
        ("body", "equipment", "unknown_equipment"),
        ("body", "primary_muscles", "unknown_muscle"),
        ("body", "secondary_muscles", "unknown_muscle"),
    }


@one_gateway
async def test_of_a_profile_all_faults_are_told(athlete: Person) -> None:
    wrong = {"birth_date": "2024-01-01", "timezone": "Mars/Base", "equipment": ["spoon"]}
    assert codes(await athlete.patch("/profile", wrong)) == {
        ("body", "birth_date", "too_young"),
        ("body", "timezone", "unknown_timezone"),
        ("body", "equipment", "unknown_equipment"),
    }


@pytest.mark.parametrize("path", ["/exercises", "/exercises/facets"])
async def test_of_a_search_all_faults_are_told(athlete: Person, path: str) -> None:
    assert codes(await athlete.get(path, params={"muscle": "ear", "equipment": "spoon"})) == {
        ("query", "muscle", "unknown_muscle"),
        ("query", "equipment", "unknown_equipment"),
    }
