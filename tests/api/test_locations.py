"""Whatever a POST created is where its Location says."""

from typing import Any

import pytest

from tests.support import Person, a_set, exercise_id, one_gateway

SQUAT = exercise_id("back-squat")
EXERCISE = {"exercise_id": SQUAT, "sets": [{"reps_min": 5, "reps_max": 5}]}
PLAN = {"name": "Strength", "days": [{"day": 1, "exercises": [EXERCISE]}]}


@one_gateway
@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/plans", PLAN),
        ("/exercises", {"name": "Garage Lift"}),
        ("/memories", {"content": "Likes tea", "kind": "preference"}),
        ("/workouts/log", {"sets": [a_set(reps=5)]}),
    ],
)
async def test_a_created_thing_says_where_it_is(athlete: Person, path: str, body: dict[str, Any]) -> None:
    created = await athlete.ask("POST", path, json=body)
    assert created.status_code == 201
    location = created.headers["Location"].removeprefix("/api/v1")
    stored = created.json().get("workout", created.json())
    assert location == f"{path.removesuffix('/log')}/{stored['id']}"
    if path != "/memories":  # they are read as a list
        assert (await athlete.get(location)).json()["id"] == stored["id"]
    assert (await athlete.ask("DELETE", location)).status_code == 204


@one_gateway
async def test_a_copy_says_where_it_is(athlete: Person, stranger: Person) -> None:
    plan = (await stranger.ask("POST", "/plans", json=PLAN | {"is_public": True})).json()
    copy = await athlete.ask("POST", f"/plans/{plan['id']}/copy")
    assert copy.headers["Location"] == f"/api/v1/plans/{copy.json()['id']}"
    assert copy.json()["id"] != plan["id"]
