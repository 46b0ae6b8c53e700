"""Alternatives: the exercises that can replace another one."""

from typing import Any

import pytest

from tests.support import Person, assert_problem, exercise_id

NO_LIMITS: dict[str, Any] = {"available": "false", "safe": "false"}


async def alternatives(person: Person, slug: str, per_page: int = 100, **params: Any) -> list[dict[str, Any]]:
    """Read all alternatives, page by page."""
    items: list[dict[str, Any]] = []
    for page in range(1, 100):
        filters = {"per_page": per_page, "page": page, **params}
        response = await person.get(f"/exercises/{exercise_id(slug)}/alternatives", params=filters)
        assert response.status_code == 200, response.text
        items += response.json()["items"]
        if len(items) == response.json()["total"]:
            break
    return items


@pytest.mark.parametrize(
    ("slug", "among_the_first"),
    [
        ("back-squat", "high-bar-squat"),
        ("bench-press", "dumbbell-bench-press"),
        ("barbell-row", "pendlay-row"),
        ("overhead-press", "dumbbell-shoulder-press"),
        ("romanian-deadlift", "dumbbell-romanian-deadlift"),
        ("lat-pulldown", "pull-up"),
        ("biceps-curl", "ez-bar-curl"),
        ("leg-curl", "seated-leg-curl"),
    ],
)
async def test_similar_exercises_come_first(athlete: Person, slug: str, among_the_first: str) -> None:
    items = await alternatives(athlete, slug, **NO_LIMITS)
    assert among_the_first in [item["slug"] for item in items[:6]], [(i["slug"], i["score"]) for i in items[:6]]
    scores = [item["score"] for item in items]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 for score in scores)
    assert slug not in [item["slug"] for item in items]


async def test_each_alternative_shows_what_both_exercises_share(athlete: Person) -> None:
    items = await alternatives(athlete, "back-squat", **NO_LIMITS)
    front = next(item for item in items if item["slug"] == "front-squat")
    assert (front["relation"], front["same_pattern"]) == ("variation", True)
    assert "quadriceps" in front["shared_muscles"]
    thrust = next(item for item in items if item["slug"] == "hip-thrust")
    assert (thrust["relation"], thrust["same_pattern"]) == (None, False)
    squat = (await athlete.get(f"/exercises/{exercise_id('back-squat')}")).json()
    for item in items:
        assert set(item["shared_muscles"]) == {*item["primary_muscles"], *item["secondary_muscles"]} & {
            *squat["primary_muscles"],
            *squat["secondary_muscles"],
        }
        assert set(item["primary_muscles"]) & set(squat["primary_muscles"])


async def test_alternatives_fit_the_profile_by_default(athlete: Person) -> None:
    everything = {item["slug"] for item in await alternatives(athlete, "back-squat", **NO_LIMITS)}
    at_home = await alternatives(athlete, "back-squat")
    assert at_home
    assert all(item["equipment"] == [] for item in at_home)
    await athlete.patch("/profile", {"equipment": ["dumbbell", "leg_press_machine"], "injuries": ["lower_back"]})
    fitting = await alternatives(athlete, "back-squat")
    assert "leg-press" in [item["slug"] for item in fitting]
    for item in fitting:
        assert set(item["equipment"]) <= {"dumbbell", "leg_press_machine"}
        assert "lower_back" not in item["joints"]
    risky = {item["slug"] for item in await alternatives(athlete, "back-squat", safe="false")}
    assert {item["slug"] for item in fitting} < risky < everything


async def test_a_lift_is_not_replaced_by_a_stretch_or_a_run(athlete: Person) -> None:
    categories = {item["category"] for item in await alternatives(athlete, "romanian-deadlift", **NO_LIMITS)}
    assert not categories & {"mobility", "conditioning"}
    assert {item["category"] for item in await alternatives(athlete, "hamstring-stretch", **NO_LIMITS)} == {"mobility"}


async def test_alternatives_include_the_users_own_exercises_only(athlete: Person, stranger: Person) -> None:
    own = {"name": "Garage Curl", "primary_muscles": ["biceps"], "movement_pattern": "elbow_flexion", "joints": []}
    created = (await athlete.ask("POST", "/exercises", json=own)).json()
    assert created["id"] in [item["id"] for item in await alternatives(athlete, "biceps-curl")]
    assert created["id"] not in [item["id"] for item in await alternatives(stranger, "biceps-curl")]
    response = await athlete.get(f"/exercises/{created['id']}/alternatives", params=NO_LIMITS)
    assert exercise_id("biceps-curl") in [item["id"] for item in response.json()["items"]]


async def test_an_exercise_without_muscles_has_no_alternatives(athlete: Person) -> None:
    created = (await athlete.ask("POST", "/exercises", json={"name": "Garage Lift"})).json()
    response = await athlete.get(f"/exercises/{created['id']}/alternatives")
    assert response.json() == {"items": [], "total": 0, "page": 1, "per_page": 20}


async def test_alternatives_come_in_pages(athlete: Person) -> None:
    whole = await alternatives(athlete, "push-up", **NO_LIMITS)
    assert len(whole) > 20
    assert await alternatives(athlete, "push-up", per_page=7, **NO_LIMITS) == whole
    problem = await athlete.get(f"/exercises/{exercise_id('push-up')}/alternatives", params={"per_page": 0})
    assert_problem(problem, 422, "invalid_request")
