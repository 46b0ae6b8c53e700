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
    wrong = "1 field is wrong." if len(errors) == 1 else f"{len(errors)} fields are wrong."
    assert response.json()["detail"] == wrong
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


# The form of these is wrong as well. Only the fields whose form is right can break a rule of the domain.
MALFORMED_PLAN = {
    "name": "taken",
    "is_public": True,
    "days": [
        {"day": 1, "exercises": [{"exercise_id": NOTHING, "sets": [{"reps_min": 5, "weight": 1, "percent_1rm": "x"}]}]},
        {"day": 1, "exercises": [{"exercise_id": "x", "sets": []}, 7]},
        "x",
    ],
}
MALFORMED: dict[str, tuple[str, str, dict[str, Any], set[tuple[str, str]]]] = {
    "plan": (
        "POST",
        "/plans",
        MALFORMED_PLAN,
        {
            ("name", "plan_exists"),
            ("days.0.exercises.0.exercise_id", "exercise_not_found"),
            ("days.0.exercises.0.sets.0", "reps_incomplete"),
            ("days.0.exercises.0.sets.0", "two_loads"),
            ("days.0.exercises.0.sets.0.percent_1rm", "float_type"),
            ("days.1.day", "day_repeated"),
            ("days.1.exercises.0.exercise_id", "uuid_parsing"),
            ("days.1.exercises.0.sets", "too_short"),
            ("days.1.exercises.1", "model_attributes_type"),
            ("days.2", "model_attributes_type"),
        },
    ),
    "copy": (
        "POST",
        "/plans/{plan}/copy",
        {"name": "Taken", "color": 1},
        {("name", "plan_exists"), ("color", "extra_forbidden")},
    ),
    "plan that keeps its name": ("PUT", "/plans/{plan}", {"name": "Taken"}, {("days", "missing")}),
    "exercise": (
        "POST",
        "/exercises",
        {
            "name": "garage lift",
            "equipment": ["spoon", 5],
            "primary_muscles": ["chest", "ear"],
            "secondary_muscles": ["chest"],
            "level": "godlike",
        },
        {
            ("name", "exercise_exists"),
            ("equipment.1", "string_type"),
            ("equipment", "unknown_equipment"),
            ("primary_muscles", "unknown_muscle"),
            ("primary_muscles", "muscle_listed_twice"),
            ("secondary_muscles", "muscle_listed_twice"),
            ("level", "literal_error"),
        },
    ),
    "changed exercise": (
        "PATCH",
        "/exercises/{exercise}",
        {"name": "Garage Lift", "equipment": ["spoon"], "cues": 0},
        {("equipment", "unknown_equipment"), ("cues", "list_type")},
    ),
    "profile": (
        "PATCH",
        "/profile",
        {"birth_date": "2024-01-01", "timezone": "Mars/Base", "equipment": ["spoon", None], "weekly_target": 99},
        {
            ("birth_date", "too_young"),
            ("timezone", "unknown_timezone"),
            ("equipment", "unknown_equipment"),
            ("equipment.1", "string_type"),
            ("weekly_target", "less_than_equal"),
        },
    ),
    "pause": (
        "POST",
        "/progress/pause",
        {"weeks": "two", "from": "1999-01-01"},
        {("weeks", "int_type"), ("from", "invalid_pause")},
    ),
}


async def test_of_a_malformed_workout_the_broken_rules_are_told_too(athlete: Person) -> None:
    malformed = a_wrong_workout() | {"mood": "purple", "shoes": "\0"}
    malformed["sets"][1]["weight"] = "heavy"
    malformed["sets"][2] = {"exercise_id": "squat", "rpe": 11}
    wrong = {
        *WRONG - {("body", "sets.2.exercise_id", "exercise_not_found")},
        ("body", "mood", "literal_error"),
        ("body", "shoes", "extra_forbidden"),
        ("body", "sets.1.weight", "float_type"),
        ("body", "sets.2", "no_measure"),
        ("body", "sets.2.exercise_id", "uuid_parsing"),
        ("body", "sets.2.rpe", "less_than_equal"),
    }
    # Its fields are right, so they are looked at further.
    malformed["sets"][1] |= {"rpe": 8, "rir": 4}
    wrong.add(("body", "sets.1", "effort_contradicts"))
    assert codes(await athlete.ask("POST", "/workouts/log", json=malformed)) == wrong
    workout = (await athlete.log(a_set())).json()["workout"]
    assert codes(await athlete.ask("PUT", f"/workouts/{workout['id']}", json=malformed)) == wrong
    assert (await athlete.get(f"/workouts/{workout['id']}")).json() == workout


@one_gateway
@pytest.mark.parametrize("kind", MALFORMED)
async def test_of_a_malformed_request_the_broken_rules_are_told_too(athlete: Person, kind: str) -> None:
    method, path, request, wrong = MALFORMED[kind]
    day = {"day": 1, "exercises": [{"exercise_id": SQUAT, "sets": [{}]}]}
    plan = (await athlete.ask("POST", "/plans", json={"name": "Taken", "days": [day]})).json()["id"]
    exercise = (await athlete.ask("POST", "/exercises", json={"name": "Garage Lift"})).json()["id"]
    answer = await athlete.ask(method, path.format(plan=plan, exercise=exercise), json=request)
    assert codes(answer) == {("body", *fault) for fault in wrong}


@one_gateway
@pytest.mark.parametrize("path", ["/exercises", "/exercises/facets"])
async def test_of_a_malformed_search_the_broken_rules_are_told_too(athlete: Person, path: str) -> None:
    answer = await athlete.get(path, params={"muscle": ["ear", "chest"], "level": "godlike", "color": "red"})
    assert codes(answer) == {
        ("query", "muscle", "unknown_muscle"),
        ("query", "level.0", "literal_error"),
        ("query", "color", "extra_forbidden"),
    }


@one_gateway
async def test_a_taken_name_is_told_with_the_other_faults_of_an_exercise(athlete: Person) -> None:
    wrong = {"name": "Back Squat", "primary_muscles": ["ear"]}
    assert codes(await athlete.ask("POST", "/exercises", json=wrong)) == {
        ("body", "name", "exercise_exists"),
        ("body", "primary_muscles", "unknown_muscle"),
    }


@one_gateway
async def test_a_body_that_is_no_object_breaks_no_rule(athlete: Person) -> None:
    assert codes(await athlete.ask("POST", "/workouts/log", json=[a_wrong_workout()])) == {
        ("body", "", "model_attributes_type")
    }
    assert codes(await athlete.ask("POST", "/workouts/log", json={"sets": "none", "title": 5})) == {
        ("body", "sets", "list_type"),
        ("body", "title", "string_type"),
    }
