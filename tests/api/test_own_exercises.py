"""Custom exercises: users create, change, archive and restore them, and no other user sees them."""

import asyncio
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.support import Person, a_set, assert_problem, exercise_id, one_gateway, paths

WHOLE = {
    "name": "Garage Lift",
    "aliases": ["Stone Curl"],
    "category": "strongman",
    "movement_pattern": "hinge",
    "force": "pull",
    "mechanic": "compound",
    "level": "advanced",
    "laterality": "bilateral",
    "measured_in": "reps",
    "equipment": ["sandbag", "bench"],
    "primary_muscles": ["glutes"],
    "secondary_muscles": ["lower_back"],
    "joints": ["hip"],
    "instructions": ["Lift it.", "Put it down."],
    "cues": ["Hug it."],
}


async def create(person: Person, **fields: Any) -> dict[str, Any]:
    response = await person.ask("POST", "/exercises", json={"name": "Garage Lift", **fields})
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


async def test_a_custom_exercise_is_stored_as_sent(athlete: Person) -> None:
    created = await create(athlete, **WHOLE)
    assert created["custom"] is True
    assert {name: created[name] for name in WHOLE} == WHOLE
    assert (created["slug"], created["source"], created["archived"], created["relations"]) == (None, None, False, [])
    assert (await athlete.get(f"/exercises/{created['id']}")).json() == created


async def test_only_the_name_is_required(athlete: Person) -> None:
    created = await create(athlete, name="  Garage Lift ")
    assert created["name"] == "Garage Lift"
    assert (created["category"], created["level"], created["measured_in"]) == (
        "strength",
        "beginner",
        "weight_and_reps",
    )
    assert created["joints"] is None
    assert created["equipment"] == created["primary_muscles"] == created["instructions"] == []


async def test_a_custom_exercise_can_be_found_and_logged(athlete: Person) -> None:
    created = await create(athlete, aliases=["Stöne Curl"])
    for q in ("garage", "lift gar", "stone", "gaarge lift"):
        items = (await athlete.get("/exercises", params={"q": q})).json()["items"]
        assert created["id"] in [item["id"] for item in items], q
    assert (await athlete.log(a_set(exercise_id=created["id"]))).status_code == 201
    (own,) = (await athlete.get("/exercises", params={"custom": "true"})).json()["items"]
    assert own["times_done"] == 1


async def test_other_users_cannot_find_a_custom_exercise(athlete: Person, stranger: Person) -> None:
    created = await create(athlete, name="Zwickelheber")
    assert_problem(await stranger.get(f"/exercises/{created['id']}"), 404, "exercise_not_found")
    assert_problem(await stranger.get(f"/exercises/{created['id']}/alternatives"), 404, "exercise_not_found")
    assert_problem(await stranger.patch(f"/exercises/{created['id']}", {"name": "X"}), 404, "exercise_not_found")
    assert_problem(await stranger.delete(f"/exercises/{created['id']}"), 404, "exercise_not_found")
    for q in ("zwickelheber", "zwickelhebre"):
        assert (await athlete.get("/exercises", params={"q": q})).json()["total"] == 1
        assert (await stranger.get("/exercises", params={"q": q})).json()["total"] == 0
    assert (await stranger.ask("POST", "/exercises", json={"name": "Zwickelheber"})).status_code == 201


@pytest.mark.parametrize("name", ["Back Squat", "back squats", "SQUAT", "back-squat!", "rdl", "Bénch Press"])
async def test_a_name_from_the_catalogue_is_refused(athlete: Person, name: str) -> None:
    problem = assert_problem(await athlete.ask("POST", "/exercises", json={"name": name}), 409, "exercise_exists")
    assert paths(problem) == ["name"]
    assert any(known in problem["detail"] for known in ("Back Squat", "Romanian Deadlift", "Bench Press"))
    assert (await athlete.get("/exercises", params={"custom": "true"})).json()["total"] == 0


async def test_two_exercises_of_a_user_cannot_share_a_name(athlete: Person) -> None:
    first = await create(athlete)
    other = await create(athlete, name="Shed Lift")
    for name in ("garage lift", "Garage-Lifts"):
        response = await athlete.ask("POST", "/exercises", json={"name": name})
        assert_problem(response, 409, "exercise_exists")
        assert_problem(await athlete.patch(f"/exercises/{other['id']}", {"name": name}), 409, "exercise_exists")
    # An exercise can take another spelling of its own name, and emoji are names too.
    assert (await athlete.patch(f"/exercises/{first['id']}", {"name": "GARAGE LIFT"})).status_code == 200
    assert (await create(athlete, name="💪"))["name"] == "💪"
    assert (await create(athlete, name="🏋️"))["name"] == "🏋️"
    assert_problem(await athlete.ask("POST", "/exercises", json={"name": "💪"}), 409, "exercise_exists")


async def test_concurrent_requests_create_an_exercise_once(athlete: Person) -> None:
    answers = await asyncio.gather(*(athlete.ask("POST", "/exercises", json={"name": "Twin Lift"}) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409, 409]
    assert (await athlete.get("/exercises", params={"custom": "true"})).json()["total"] == 1


async def test_a_patch_changes_only_the_fields_it_names(athlete: Person) -> None:
    created = await create(athlete, **WHOLE)
    changes: dict[str, Any] = {"name": "Shed Lift", "level": "beginner", "equipment": [], "force": None, "joints": None}
    changed = (await athlete.patch(f"/exercises/{created['id']}", changes)).json()
    revised = {field: changed[field] for field in ("revision", "updated_at")}
    assert changed == {**created, **changes, **revised, "available": True}
    assert (await athlete.patch(f"/exercises/{created['id']}", {})).json() == changed


async def test_users_cannot_change_the_catalogue(athlete: Person) -> None:
    squat = exercise_id("back-squat")
    assert_problem(await athlete.patch(f"/exercises/{squat}", {"name": "Mine"}), 403, "exercise_read_only")
    assert_problem(await athlete.delete(f"/exercises/{squat}"), 403, "exercise_read_only")
    assert (await athlete.get(f"/exercises/{squat}")).json()["name"] == "Back Squat"


async def test_an_unknown_exercise_is_not_found(athlete: Person) -> None:
    assert_problem(await athlete.patch(f"/exercises/{uuid4()}", {"name": "X"}), 404, "exercise_not_found")
    assert_problem(await athlete.delete(f"/exercises/{uuid4()}"), 404, "exercise_not_found")


async def test_an_unused_exercise_is_deleted(athlete: Person) -> None:
    created = await create(athlete)
    response = await athlete.delete(f"/exercises/{created['id']}")
    assert (response.status_code, response.content) == (204, b"")
    assert_problem(await athlete.get(f"/exercises/{created['id']}"), 404, "exercise_not_found")
    await create(athlete)


async def test_a_used_exercise_is_archived_and_can_be_restored(athlete: Person) -> None:
    created = await create(athlete)
    workout = (await athlete.log(a_set(exercise_id=created["id"]))).json()["workout"]
    assert (await athlete.delete(f"/exercises/{created['id']}")).status_code == 204
    # No list shows the exercise any more, and its workout is unchanged.
    for params in ({"q": "garage"}, {"custom": "true"}, {"sort": "recent", "custom": "true"}):
        assert (await athlete.get("/exercises", params=params)).json()["total"] == 0
    assert (await athlete.get(f"/workouts/{workout['id']}")).json() == workout
    archived = (await athlete.get(f"/exercises/{created['id']}")).json()
    assert (archived["archived"], archived["times_done"]) == (True, 1)
    assert (await athlete.delete(f"/exercises/{created['id']}")).status_code == 204
    # Another exercise can take its name, and must go before this one can be restored.
    other = await create(athlete)
    problem = await athlete.patch(f"/exercises/{created['id']}", {"archived": False})
    assert_problem(problem, 409, "exercise_exists")
    assert (await athlete.delete(f"/exercises/{other['id']}")).status_code == 204
    back = (await athlete.patch(f"/exercises/{created['id']}", {"archived": False})).json()
    assert back["archived"] is False
    assert (await athlete.get("/exercises", params={"q": "garage"})).json()["total"] == 1
    assert (await athlete.patch(f"/exercises/{created['id']}", {"archived": True})).json()["archived"] is True


async def test_an_exercise_is_deleted_once_no_workout_uses_it(athlete: Person) -> None:
    created = await create(athlete)
    workout = (await athlete.log(a_set(exercise_id=created["id"]))).json()["workout"]
    await athlete.delete(f"/workouts/{workout['id']}")
    await athlete.delete(f"/exercises/{created['id']}")
    assert_problem(await athlete.get(f"/exercises/{created['id']}"), 404, "exercise_not_found")


async def test_deleting_an_exercise_while_logging_it_loses_nothing(athlete: Person) -> None:
    for round_number in range(5):
        created = await create(athlete, name=f"Raced {round_number}")
        logged, deleted = await asyncio.gather(
            athlete.log(a_set(exercise_id=created["id"])), athlete.delete(f"/exercises/{created['id']}")
        )
        assert deleted.status_code == 204
        there = (await athlete.get(f"/exercises/{created['id']}")).status_code
        assert (logged.status_code, there) in ((201, 200), (422, 404))


async def test_a_user_has_500_exercises_at_most(athlete: Person, admin: psycopg.Connection) -> None:
    admin.execute(
        "insert into private.exercises (user_id, name) select %s, 'Lift ' || n from generate_series(1, 499) as n",
        (athlete.id,),
    )
    last = await create(athlete)
    problem = await athlete.ask("POST", "/exercises", json={"name": "One more"})
    assert "500" in assert_problem(problem, 409, "too_many_exercises")["detail"]
    await athlete.delete(f"/exercises/{last['id']}")
    await create(athlete, name="One more")


@one_gateway
@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": None}, "name"),
        ({"name": ""}, "name"),
        ({"name": " "}, "name"),
        ({"name": 5}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"aliases": [""]}, "aliases.0"),
        ({"aliases": ["x"] * 21}, "aliases"),
        ({"aliases": None}, "aliases"),
        ({"category": "dance"}, "category"),
        ({"category": None}, "category"),
        ({"movement_pattern": "dance"}, "movement_pattern"),
        ({"level": "expert"}, "level"),
        ({"laterality": "both"}, "laterality"),
        ({"measured_in": "smiles"}, "measured_in"),
        ({"equipment": "barbell"}, "equipment"),
        ({"joints": ["toe"]}, "joints.0"),
        ({"instructions": ["x" * 2001]}, "instructions.0"),
        ({"instructions": ["x"] * 41}, "instructions"),
        ({"cues": ["\0"]}, "cues.0"),
        ({"archived": "yes"}, "archived"),
        ({"user_id": str(uuid4())}, "user_id"),
        ({"slug": "mine"}, "slug"),
        ({"source": "me"}, "source"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(athlete: Person, fields: dict[str, Any], path: str) -> None:
    response = await athlete.ask("POST", "/exercises", json={"name": "Garage Lift", **fields})
    assert paths(assert_problem(response, 422, "invalid_request")) == [path]
    assert (await athlete.get("/exercises", params={"custom": "true"})).json()["total"] == 0


async def test_a_missing_name_is_named(athlete: Person) -> None:
    problem = assert_problem(await athlete.ask("POST", "/exercises", json={}), 422, "invalid_request")
    assert paths(problem) == ["name"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"equipment": ["barbell", "wand"]}, "unknown_equipment"),
        ({"primary_muscles": ["wings"]}, "unknown_muscle"),
        ({"secondary_muscles": ["wings"]}, "unknown_muscle"),
    ],
)
async def test_unknown_muscles_and_equipment_are_named(athlete: Person, fields: dict[str, Any], code: str) -> None:
    created = await create(athlete)
    response = await athlete.ask("POST", "/exercises", json={"name": "Shed Lift", **fields})
    for answer in (response, await athlete.patch(f"/exercises/{created['id']}", fields)):
        problem = assert_problem(answer, 422, code)
        assert set(fields) <= set(paths(problem))
    assert (await athlete.get("/exercises", params={"custom": "true"})).json()["total"] == 1


async def test_a_primary_muscle_cannot_become_secondary_too(athlete: Person) -> None:
    created = await create(athlete, primary_muscles=["chest"])
    response = await athlete.patch(f"/exercises/{created['id']}", {"secondary_muscles": ["chest"]})
    assert_problem(response, 422, "muscle_listed_twice")


async def test_repeated_values_are_dropped(athlete: Person) -> None:
    created = await create(athlete, equipment=["bench", "barbell", "bench"], primary_muscles=["chest", "chest"])
    assert (created["equipment"], created["primary_muscles"]) == (["bench", "barbell"], ["chest"])
