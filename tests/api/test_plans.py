"""Plans: users create, change, publish, copy, follow and delete them."""

import asyncio
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from httpx import Response

from tests.support import Person, a_set, assert_problem, exercise_id, one_gateway, paths

SQUAT, BENCH = exercise_id("back-squat"), exercise_id("bench-press")
NOTHING = dict.fromkeys(["reps_min", "reps_max", "weight", "weight_unit", "percent_1rm", "rpe", "rir", "rest_seconds"])


def a_plan(**fields: Any) -> dict[str, Any]:
    """Return a plan with one day and one exercise. `fields` replace its fields."""
    target = {"reps_min": 5, "reps_max": 5}
    return {"name": "Strength", "days": [{"day": 1, "exercises": [{"exercise_id": SQUAT, "sets": [target]}]}], **fields}


WHOLE = a_plan(
    description="Heavy.",
    training_style="full body",
    goal="strength",
    difficulty_level="advanced",
    duration_weeks=12,
    days_per_week=3,
    is_public=False,
    metadata={"color": "teal"},
    days=[
        {
            "day": 5,
            "name": "Bench day",
            "exercises": [
                {
                    "exercise_id": BENCH,
                    "superset": 1,
                    "notes": "Pause 💪",
                    "progression": {"scheme": "percent_1rm"},
                    "sets": [{"set_type": "warmup", "reps_min": 5, "reps_max": 8, "percent_1rm": 62.5}],
                },
                {"exercise_id": exercise_id("plank"), "superset": 1, "sets": [{"rest_seconds": 0}]},
            ],
        },
        {
            "day": 2,
            "exercises": [
                {
                    "exercise_id": SQUAT,
                    "progression": {
                        "scheme": "linear",
                        "increment": 2.5,
                        "unit": "kg",
                        "ceiling": 140,
                        "deload": {"after_failures": 2, "percent": 10},
                    },
                    "sets": [
                        {"reps_min": 5, "reps_max": 5, "weight": 0, "rpe": 8.5},
                        {
                            "set_type": "amrap",
                            "reps_min": 1,
                            "reps_max": 10,
                            "weight": 180,
                            "weight_unit": "lb",
                            "rir": 0,
                        },
                    ],
                }
            ],
        },
    ],
)


async def create(person: Person, **fields: Any) -> dict[str, Any]:
    response = await person.ask("POST", "/plans", json=a_plan(**fields))
    assert response.status_code == 201, response.text
    created: dict[str, Any] = response.json()
    return created


async def put(person: Person, plan: dict[str, Any], if_match: str | None = None, **fields: Any) -> Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    return await person.ask("PUT", f"/plans/{plan['id']}", json=a_plan(**fields), headers=headers)


async def test_a_plan_is_stored_as_sent(athlete: Person) -> None:
    response = await athlete.ask("POST", "/plans", json=WHOLE)
    assert response.status_code == 201, response.text
    plan = response.json()
    assert {name: plan[name] for name in WHOLE if name != "days"} == {
        name: value for name, value in WHOLE.items() if name != "days"
    }
    assert (plan["own"], plan["version"], response.headers["etag"]) == (True, 1, '"1"')
    squats, benches = plan["days"]
    assert (squats["day"], squats["name"], benches["day"], benches["name"]) == (2, None, 5, "Bench day")
    (squat,) = squats["exercises"]
    assert squat["exercise_name"] == "Back Squat"
    assert squat["progression"] == WHOLE["days"][1]["exercises"][0]["progression"]
    assert squat["sets"] == [
        NOTHING | {"set_type": "working", "reps_min": 5, "reps_max": 5, "weight": 0, "weight_unit": "kg", "rpe": 8.5},
        NOTHING | {"set_type": "amrap", "reps_min": 1, "reps_max": 10, "weight": 180, "weight_unit": "lb", "rir": 0},
    ]
    bench, plank = benches["exercises"]
    assert (bench["superset"], bench["notes"]) == (1, "Pause 💪")
    assert bench["progression"]["scheme"] == "percent_1rm"
    assert bench["sets"] == [NOTHING | {"set_type": "warmup", "reps_min": 5, "reps_max": 8, "percent_1rm": 62.5}]
    assert plank["sets"] == [NOTHING | {"set_type": "working", "rest_seconds": 0}]
    read = await athlete.get(f"/plans/{plan['id']}")
    assert (read.json(), read.headers["etag"]) == (plan, '"1"')


async def test_a_load_without_a_unit_uses_the_profiles_unit(athlete: Person) -> None:
    await athlete.patch("/profile", {"weight_unit": "lb"})
    sets = [{"reps_min": 5, "reps_max": 5, "weight": 100}]
    plan = await create(athlete, days=[{"day": 1, "exercises": [{"exercise_id": SQUAT, "sets": sets}]}])
    assert plan["days"][0]["exercises"][0]["sets"][0]["weight_unit"] == "lb"


async def test_each_put_creates_a_version_and_keeps_the_older_ones(athlete: Person) -> None:
    plan = await create(athlete)
    for number in (2, 3):
        response = await put(athlete, plan, name=f"Strength {number}", goal=f"goal {number}")
        assert (response.status_code, response.json()["version"]) == (200, number)
        assert response.headers["etag"] == f'"{number}"'
    current = (await athlete.get(f"/plans/{plan['id']}")).json()
    assert (current["name"], current["version"], current["id"]) == ("Strength 3", 3, plan["id"])
    assert current["created_at"] == plan["created_at"]
    versions = (await athlete.get(f"/plans/{plan['id']}/versions")).json()
    assert [(item["version"], item["name"], item["goal"]) for item in versions["items"]] == [
        (3, "Strength 3", "goal 3"),
        (2, "Strength 2", "goal 2"),
        (1, "Strength", None),
    ]
    assert versions["items"][0] == current
    assert versions["items"][2]["days"] == plan["days"]
    second = (await athlete.get(f"/plans/{plan['id']}/versions", params={"per_page": 1, "page": 2})).json()
    assert (second["total"], second["items"]) == (3, [versions["items"][1]])


async def test_the_list_shows_and_counts_only_current_versions(athlete: Person) -> None:
    first, second = await create(athlete), await create(athlete, name="Endurance")
    await put(athlete, first, name="Strength again")
    body = (await athlete.get("/plans")).json()
    assert body["total"] == 2
    assert [(item["name"], item["version"]) for item in body["items"]] == [("Strength again", 2), ("Endurance", 1)]
    assert body["items"][1] == {name: value for name, value in second.items() if name != "days"}
    page = (await athlete.get("/plans", params={"per_page": 1, "page": 2})).json()
    assert ([item["name"] for item in page["items"]], page["total"]) == (["Endurance"], 2)


async def test_the_list_is_empty_at_first(athlete: Person) -> None:
    assert (await athlete.get("/plans")).json() == {"items": [], "total": 0, "page": 1, "per_page": 20}


@pytest.mark.parametrize("if_match", ['"2"', 'W/"2"', '"1", "2"', "*"])
async def test_if_match_with_the_current_version_replaces_the_plan(athlete: Person, if_match: str) -> None:
    plan = await create(athlete)
    assert (await put(athlete, plan, name="Changed")).json()["version"] == 2
    assert (await put(athlete, plan, if_match)).json()["version"] == 3


async def test_a_plan_that_stays_the_same_gets_no_version(athlete: Person) -> None:
    plan = await create(athlete)
    for _ in range(20):
        same = await put(athlete, plan)
        assert (same.status_code, same.json(), same.headers["etag"]) == (200, plan, '"1"')
    assert (await athlete.get(f"/plans/{plan['id']}/versions")).json()["total"] == 1


@pytest.mark.parametrize("if_match", ['"1"', '"3"', "2", '"x"', "", '"2"x', 'no "2" no', '"99999999999999999999"'])
async def test_if_match_without_the_current_version_is_refused(athlete: Person, if_match: str) -> None:
    plan = await create(athlete)
    await put(athlete, plan, name="Changed elsewhere")
    problem = assert_problem(await put(athlete, plan, if_match, name="Mine"), 412, "plan_changed")
    assert 'now "2"' in problem["detail"]
    assert (await athlete.get(f"/plans/{plan['id']}")).json()["name"] == "Changed elsewhere"


async def test_twenty_concurrent_writers_create_twenty_versions(athlete: Person) -> None:
    plan = await create(athlete)
    answers = await asyncio.gather(*(put(athlete, plan, name=f"By {number}") for number in range(20)))
    assert sorted(answer.json()["version"] for answer in answers) == list(range(2, 22))
    versions = (await athlete.get(f"/plans/{plan['id']}/versions", params={"per_page": 100})).json()
    assert [item["version"] for item in versions["items"]] == list(range(21, 0, -1))
    assert len({item["name"] for item in versions["items"]}) == 21


async def test_one_of_twenty_concurrent_writers_with_if_match_succeeds(athlete: Person) -> None:
    plan = await create(athlete)
    answers = await asyncio.gather(*(put(athlete, plan, '"1"', name=f"By {number}") for number in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 19
    assert (await athlete.get(f"/plans/{plan['id']}")).json()["version"] == 2


async def test_two_plans_of_a_user_cannot_share_a_name(athlete: Person, stranger: Person) -> None:
    plan, other = await create(athlete), await create(athlete, name="Endurance")
    problem = assert_problem(await athlete.ask("POST", "/plans", json=a_plan(name=" strength ")), 409, "plan_exists")
    assert paths(problem) == ["name"]
    assert_problem(await put(athlete, other, name="STRENGTH"), 409, "plan_exists")
    assert (await put(athlete, plan, name="STRENGTH")).status_code == 200
    await create(stranger)


async def test_other_users_cannot_find_a_private_plan(athlete: Person, stranger: Person) -> None:
    plan = await create(athlete)
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/versions"),
        ("POST", "/copy"),
    ):
        assert_problem(await stranger.ask(method, f"/plans/{plan['id']}{path}"), 404, "plan_not_found")
    assert_problem(await put(stranger, plan), 404, "plan_not_found")
    for visibility in ("own", "public", "all"):
        listed = (await stranger.get("/plans", params={"visibility": visibility, "per_page": 100})).json()["items"]
        assert plan["id"] not in [item["id"] for item in listed]
    assert (await athlete.get(f"/plans/{plan['id']}")).json() == plan


async def test_everyone_can_read_and_copy_a_public_plan_and_only_its_owner_can_change_it(
    athlete: Person, stranger: Person
) -> None:
    plan = await create(athlete, goal="secret at first")
    plan = (await put(athlete, plan, is_public=True)).json()
    seen = (await stranger.get(f"/plans/{plan['id']}")).json()
    assert seen == {**plan, "own": False}
    assert_problem(await put(stranger, plan), 403, "plan_read_only")
    assert_problem(await stranger.delete(f"/plans/{plan['id']}"), 403, "plan_read_only")
    # Other users cannot see the versions from before it was public.
    assert_problem(await stranger.get(f"/plans/{plan['id']}/versions"), 404, "plan_not_found")
    copied = await stranger.ask("POST", f"/plans/{plan['id']}/copy")
    assert (copied.status_code, copied.headers["etag"]) == (201, '"1"')
    copy = copied.json()
    assert (copy["own"], copy["is_public"], copy["version"], copy["name"]) == (True, False, 1, "Strength")
    assert copy["id"] != plan["id"]
    assert copy["days"] == plan["days"]
    counts = {
        visibility: (await stranger.get("/plans", params={"visibility": visibility})).json()["total"]
        for visibility in ("own", "public", "all")
    }
    assert counts["own"] == 1
    assert counts["all"] == counts["public"] + 1
    # Once it is private again, other users cannot find the plan, but the copy stays.
    await put(athlete, plan, is_public=False)
    assert_problem(await stranger.get(f"/plans/{plan['id']}"), 404, "plan_not_found")
    assert (await stranger.get(f"/plans/{copy['id']}")).json() == copy


async def test_a_copy_gets_a_name_that_is_free(athlete: Person) -> None:
    plan = await create(athlete)
    names = [(await athlete.ask("POST", f"/plans/{plan['id']}/copy")).json()["name"] for _ in range(2)]
    assert names == ["Strength (2)", "Strength (3)"]
    named = await athlete.ask("POST", f"/plans/{plan['id']}/copy", json={"name": " Mine "})
    assert named.json()["name"] == "Mine"
    taken = await athlete.ask("POST", f"/plans/{plan['id']}/copy", json={"name": "mine"})
    assert_problem(taken, 409, "plan_exists")
    long = await create(athlete, name="x" * 100)
    copied = (await athlete.ask("POST", f"/plans/{long['id']}/copy")).json()
    assert copied["name"] == "x" * 94 + " (2)"


async def test_a_workout_keeps_the_version_of_the_plan_it_followed(athlete: Person) -> None:
    plan = await create(athlete)
    logged = (await athlete.log(a_set(), plan_id=plan["id"], plan_day=1)).json()["workout"]
    await put(athlete, plan, name="Renamed")
    again = (await athlete.log(a_set(), plan_id=plan["id"])).json()["workout"]
    followed = ("plan_id", "plan_version", "plan_day", "plan_name")
    first = (await athlete.get(f"/workouts/{logged['id']}")).json()
    assert [first[name] for name in followed] == [plan["id"], 1, 1, "Strength"]
    assert [again[name] for name in followed] == [plan["id"], 2, None, "Renamed"]


async def test_deleting_a_plan_frees_its_name_and_keeps_its_workouts(athlete: Person) -> None:
    plan = await create(athlete)
    workout = (await athlete.log(a_set(), plan_id=plan["id"], plan_day=1)).json()["workout"]
    assert (await athlete.delete(f"/plans/{plan['id']}")).status_code == 204
    for path in ("", "/versions"):
        assert_problem(await athlete.get(f"/plans/{plan['id']}{path}"), 404, "plan_not_found")
    assert_problem(await athlete.delete(f"/plans/{plan['id']}"), 404, "plan_not_found")
    changed = ("revision", "updated_at")
    read = (await athlete.get(f"/workouts/{workout['id']}")).json()
    assert read == {**workout, "plan_id": None, **{field: read[field] for field in changed}}
    assert workout["plan_name"] == "Strength"
    await create(athlete)


async def test_users_can_follow_public_plans_of_others(athlete: Person, stranger: Person) -> None:
    plan = await create(athlete, is_public=True)
    workout = (await stranger.log(a_set(), plan_id=plan["id"], plan_day=1)).json()["workout"]
    await athlete.delete(f"/plans/{plan['id']}")
    read = (await stranger.get(f"/workouts/{workout['id']}")).json()
    assert (read["plan_id"], read["plan_name"], read["plan_version"]) == (None, "Strength", 1)


@pytest.mark.parametrize(
    ("fields", "code", "path"),
    [
        ({"plan_id": str(uuid4())}, "plan_not_found", "plan_id"),
        ({"plan_day": 1}, "plan_day_not_found", "plan_day"),
        ({"plan_id": "own", "plan_day": 2}, "plan_day_not_found", "plan_day"),
        ({"plan_id": "stranger's"}, "plan_not_found", "plan_id"),
    ],
)
async def test_a_workout_cannot_follow_an_unknown_plan_or_day(
    athlete: Person, stranger: Person, fields: dict[str, Any], code: str, path: str
) -> None:
    owner = {"own": athlete, "stranger's": stranger}.get(fields.get("plan_id", ""))
    if owner is not None:
        fields = {**fields, "plan_id": (await create(owner))["id"]}
    problem = assert_problem(await athlete.log(a_set(), **fields), 422, code)
    assert paths(problem) == [path]
    assert (await athlete.get("/workouts")).json()["total"] == 0


async def test_a_public_plan_cannot_contain_custom_exercises(athlete: Person) -> None:
    own = (await athlete.ask("POST", "/exercises", json={"name": "Garage Lift"})).json()["id"]
    days = [{"day": 1, "exercises": [{"exercise_id": SQUAT, "sets": [{}]}, {"exercise_id": own, "sets": [{}]}]}]
    plan = await create(athlete, days=days)
    assert plan["days"][0]["exercises"][1]["exercise_name"] == "Garage Lift"
    problem = assert_problem(await put(athlete, plan, days=days, is_public=True), 422, "exercise_not_public")
    assert paths(problem) == ["days.0.exercises.1.exercise_id"]
    # The plan uses the exercise, so deleting only archives it and the plan is unchanged.
    await athlete.delete(f"/exercises/{own}")
    assert (await athlete.get(f"/plans/{plan['id']}")).json() == plan


async def test_a_plan_cannot_contain_exercises_of_others(athlete: Person, stranger: Person) -> None:
    own = (await stranger.ask("POST", "/exercises", json={"name": "Secret Lift"})).json()["id"]
    days = [{"day": 1, "exercises": [{"exercise_id": own, "sets": [{}]}, {"exercise_id": str(uuid4()), "sets": [{}]}]}]
    problem = assert_problem(await athlete.ask("POST", "/plans", json=a_plan(days=days)), 422, "exercise_not_found")
    assert paths(problem) == ["days.0.exercises.0.exercise_id", "days.0.exercises.1.exercise_id"]


async def test_a_repeated_day_is_refused(athlete: Person) -> None:
    day = {"day": 3, "exercises": [{"exercise_id": SQUAT, "sets": [{}]}]}
    problem = assert_problem(await athlete.ask("POST", "/plans", json=a_plan(days=[day, day])), 422, "day_repeated")
    assert paths(problem) == ["days.1.day"]


async def test_a_progression_keeps_its_authors_unit(athlete: Person, stranger: Person) -> None:
    await athlete.patch("/profile", {"weight_unit": "lb"})
    days = [
        {
            "day": 1,
            "exercises": [
                {"exercise_id": SQUAT, "progression": progression, "sets": [{}]}
                for progression in (
                    {"scheme": "linear", "increment": 5},
                    {"scheme": "percent_1rm", "ceiling": 300},
                    {"scheme": "linear", "increment": 2.5, "unit": "kg"},
                    {"scheme": "percent_1rm"},
                )
            ],
        }
    ]
    plan = await create(athlete, days=days)
    units = [exercise["progression"]["unit"] for exercise in plan["days"][0]["exercises"]]
    assert units == ["lb", "lb", "kg", None]
    await athlete.patch("/profile", {"weight_unit": "kg"})
    copy = (await athlete.ask("POST", f"/plans/{plan['id']}/copy")).json()
    assert [exercise["progression"]["unit"] for exercise in copy["days"][0]["exercises"]] == units


async def test_a_plan_has_500_sets_at_most(athlete: Person) -> None:
    exercises = [{"exercise_id": SQUAT, "sets": [{}] * 20}] * 25
    day = {"day": 1, "exercises": exercises}
    assert (await athlete.ask("POST", "/plans", json=a_plan(days=[day]))).status_code == 201
    more = {"day": 2, "exercises": [{"exercise_id": SQUAT, "sets": [{}]}]}
    response = await athlete.ask("POST", "/plans", json=a_plan(name="More", days=[day, more]))
    assert_problem(response, 422, "too_many_sets")


async def test_the_limit_of_metadata_applies_to_the_stored_text(athlete: Person) -> None:
    response = await athlete.ask("POST", "/plans", json=a_plan(metadata={"n": [1e300] * 30}))
    assert paths(assert_problem(response, 422, "metadata_too_large")) == ["metadata"]


async def test_a_plan_can_be_deleted_while_another_user_logs_it(athlete: Person, stranger: Person) -> None:
    for number in range(10):
        plan = await create(athlete, name=f"Shared {number}", is_public=True)
        deleted, logged = await asyncio.gather(
            athlete.ask("DELETE", f"/plans/{plan['id']}"), stranger.log(a_set(), plan_id=plan["id"])
        )
        assert deleted.status_code == 204
        if logged.status_code != 201:
            assert paths(assert_problem(logged, 422, "plan_not_found")) == ["plan_id"]


async def test_a_user_has_200_plans_at_most(athlete: Person, admin: psycopg.Connection) -> None:
    admin.execute(
        "with made as (insert into private.plans (user_id, name) "
        "select %s, 'Plan ' || n from generate_series(1, 199) as n"
        " returning user_id, id, name) "
        "insert into private.plan_versions (user_id, plan_id, version, name) select user_id, id, 1, name from made",
        (athlete.id,),
    )
    plan = await create(athlete)
    assert_problem(await athlete.ask("POST", "/plans", json=a_plan(name="One more")), 409, "too_many_plans")
    await athlete.delete(f"/plans/{plan['id']}")
    await create(athlete, name="One more")


def with_set(**fields: Any) -> dict[str, Any]:
    return {"days": [{"day": 1, "exercises": [{"exercise_id": SQUAT, "sets": [fields]}]}]}


def with_exercise(**fields: Any) -> dict[str, Any]:
    return {"days": [{"day": 1, "exercises": [{"exercise_id": SQUAT, "sets": [{}], **fields}]}]}


@one_gateway
@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"name": None}, "name"),
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"name": "a\0b"}, "name"),
        ({"description": "x" * 2001}, "description"),
        ({"training_style": ""}, "training_style"),
        ({"difficulty_level": "expert"}, "difficulty_level"),
        ({"duration_weeks": 0}, "duration_weeks"),
        ({"duration_weeks": 53}, "duration_weeks"),
        ({"days_per_week": 8}, "days_per_week"),
        ({"is_public": "yes"}, "is_public"),
        ({"metadata": []}, "metadata"),
        ({"metadata": {"x": "y" * 8192}}, "metadata"),
        ({"metadata": {"x": "\0"}}, "metadata"),
        ({"version": 7}, "version"),
        ({"days": []}, "days"),
        ({"days": [{"day": n, "exercises": [{"exercise_id": SQUAT, "sets": [{}]}]} for n in range(1, 9)]}, "days"),
        ({"days": [{"day": 8, "exercises": [{"exercise_id": SQUAT, "sets": [{}]}]}]}, "days.0.day"),
        ({"days": [{"day": 1, "exercises": []}]}, "days.0.exercises"),
        (with_exercise(sets=[]), "days.0.exercises.0.sets"),
        (with_exercise(sets=[{}] * 21), "days.0.exercises.0.sets"),
        (with_exercise(exercise_id="back-squat"), "days.0.exercises.0.exercise_id"),
        (with_exercise(superset=0), "days.0.exercises.0.superset"),
        (with_exercise(progression={"scheme": "magic"}), "days.0.exercises.0.progression.scheme"),
        (with_exercise(progression={"scheme": "linear"}), "days.0.exercises.0.progression"),
        (
            with_exercise(progression={"scheme": "linear", "increment": 0}),
            "days.0.exercises.0.progression.increment",
        ),
        (
            with_exercise(progression={"scheme": "double", "increment": 1, "deload": {"after_failures": 1}}),
            "days.0.exercises.0.progression.deload.percent",
        ),
        (with_set(reps_min=5), "days.0.exercises.0.sets.0"),
        (with_set(reps_min=6, reps_max=5), "days.0.exercises.0.sets.0"),
        (with_set(reps_min=0, reps_max=5), "days.0.exercises.0.sets.0.reps_min"),
        (with_set(weight=100, percent_1rm=80), "days.0.exercises.0.sets.0"),
        (with_set(weight=-1), "days.0.exercises.0.sets.0.weight"),
        (with_set(percent_1rm=0.5), "days.0.exercises.0.sets.0.percent_1rm"),
        (with_set(rpe=8.3), "days.0.exercises.0.sets.0.rpe"),
        (with_set(set_type="hard"), "days.0.exercises.0.sets.0.set_type"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(athlete: Person, fields: dict[str, Any], path: str) -> None:
    response = await athlete.ask("POST", "/plans", json=a_plan(**fields))
    assert paths(assert_problem(response, 422, "invalid_request")) == [path]
    assert (await athlete.get("/plans")).json()["total"] == 0


async def test_a_refused_change_leaves_the_plan_as_it_was(athlete: Person) -> None:
    plan = await create(athlete)
    assert_problem(await put(athlete, plan, days=[]), 422, "invalid_request")
    assert_problem(await put(athlete, plan, **with_exercise(exercise_id=str(uuid4()))), 422, "exercise_not_found")
    assert (await athlete.get(f"/plans/{plan['id']}")).json() == plan


async def test_an_unknown_visibility_is_refused(athlete: Person) -> None:
    problem = assert_problem(await athlete.get("/plans", params={"visibility": "theirs"}), 422, "invalid_request")
    assert paths(problem) == ["visibility"]
