"""Following a plan: which day is due, what to load and why, and how regularly it was followed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from tests.support import Person, a_set, assert_problem, exercise_id, one_gateway

SQUAT, BENCH, PULL_UP = exercise_id("back-squat"), exercise_id("bench-press"), exercise_id("pull-up")
LINEAR = {"scheme": "linear", "increment": 2.5, "unit": "kg"}
DOUBLE = {"scheme": "double", "increment": 2, "unit": "kg"}
PERCENT = {"scheme": "percent_1rm"}


def an_exercise(
    *sets: dict[str, Any], exercise: str = SQUAT, progression: dict[str, Any] | None = None
) -> dict[str, Any]:
    return {"exercise_id": exercise, "progression": progression, "sets": list(sets)}


def a_target(reps: int = 5, most: int | None = None, **fields: Any) -> dict[str, Any]:
    return {"reps_min": reps, "reps_max": reps if most is None else most, **fields}


async def make(person: Person, *days: list[dict[str, Any]], **fields: Any) -> str:
    """A plan with these days, numbered 1, 3, 5 and 7; its id."""
    numbered = [{"day": 2 * place + 1, "exercises": exercises} for place, exercises in enumerate(days)]
    response = await person.ask("POST", "/plans", json={"name": uuid4().hex, "days": numbered, **fields})
    assert response.status_code == 201, response.text
    plan_id: str = response.json()["id"]
    return plan_id


async def log(person: Person, plan_id: str, on: str, *sets: dict[str, Any], day: int = 1) -> None:
    response = await person.log(*sets, plan_id=plan_id, plan_day=day, completed_at=f"{on}T18:00:00Z")
    assert response.status_code == 201, response.text


async def upcoming(person: Person, plan_id: str, **query: Any) -> dict[str, Any]:
    response = await person.get(f"/plans/{plan_id}/next", params=query)
    assert response.status_code == 200, response.text
    session: dict[str, Any] = response.json()
    return session


async def due(person: Person, plan_id: str) -> tuple[list[float | None], list[int | None], str]:
    """The loads, the reps and the reason of the first exercise that is due."""
    exercise = (await upcoming(person, plan_id))["exercises"][0]
    return [s["weight"] for s in exercise["sets"]], [s["reps"] for s in exercise["sets"]], exercise["why"]


def fives(weight: float, *reps: int, **fields: Any) -> list[dict[str, Any]]:
    return [a_set(weight=weight, reps=done, **fields) for done in reps]


async def test_the_first_session_is_what_the_plan_says(athlete: Person) -> None:
    targets = [a_target(weight=60, set_type="warmup"), a_target(weight=100, rpe=8, rest_seconds=180), a_target()]
    plan_id = await make(athlete, [an_exercise(*targets, progression=LINEAR)], duration_weeks=4, days_per_week=3)
    session = await upcoming(athlete, plan_id)
    assert {name: session[name] for name in ("week", "day", "finished", "done_this_week", "planned_per_week")} == {
        "week": 1,
        "day": 1,
        "finished": False,
        "done_this_week": 0,
        "planned_per_week": 3,
    }
    assert session["due_on"] == datetime.now(UTC).date().isoformat()
    exercise = session["exercises"][0]
    assert exercise["why"] == "The plan starts with 100 kg."
    assert [(s["weight"], s["weight_unit"], s["reps"]) for s in exercise["sets"]] == [
        (60, "kg", 5),
        (100, "kg", 5),
        (100, "kg", 5),
    ]
    assert (exercise["sets"][1]["rpe"], exercise["sets"][1]["rest_seconds"]) == (8, 180)


async def test_linear_adds_after_a_success(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(*[a_target(weight=100)] * 3, progression=LINEAR)])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5, 5, 6))
    assert await due(athlete, plan_id) == (
        [102.5] * 3,
        [5] * 3,
        "You met all targets with 100 kg on 2026-03-02, so add 2.5 kg.",
    )
    # What was really lifted counts, not what was suggested.
    await log(athlete, plan_id, "2026-03-04", *fives(107.5, 5, 5, 5))
    assert (await due(athlete, plan_id))[0] == [110] * 3


async def test_linear_repeats_after_a_miss_and_then_takes_off(athlete: Person) -> None:
    rule = LINEAR | {"deload": {"after_failures": 2, "percent": 10}}
    plan_id = await make(athlete, [an_exercise(*[a_target(weight=100)] * 3, progression=rule)])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5, 5, 4))
    assert await due(athlete, plan_id) == (
        [100] * 3,
        [5] * 3,
        "You missed a target with 100 kg on 2026-03-02, so repeat it.",
    )
    # A set left out is a miss, too.
    await log(athlete, plan_id, "2026-03-04", *fives(100, 5, 5))
    assert await due(athlete, plan_id) == (
        [90] * 3,
        [5] * 3,
        "You missed targets in 2 sessions in a row, so take 10 % off 100 kg.",
    )
    await log(athlete, plan_id, "2026-03-06", *fives(90, 5, 5, 0))
    assert (await due(athlete, plan_id))[0] == [90] * 3
    await log(athlete, plan_id, "2026-03-09", *fives(90, 5, 5, 0))
    assert (await due(athlete, plan_id))[0] == [80] * 3  # 81, as plates allow
    await log(athlete, plan_id, "2026-03-11", *fives(80, 5, 5, 5))
    assert (await due(athlete, plan_id))[0] == [82.5] * 3
    await log(athlete, plan_id, "2026-03-13", *fives(82.5, 5, 5, 4))
    assert (await due(athlete, plan_id))[2].endswith("so repeat it.")


async def test_a_lighter_set_is_a_miss(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(*[a_target(weight=100)] * 2, progression=LINEAR)])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5), *fives(90, 5))
    assert (await due(athlete, plan_id))[2].startswith("You missed a target with 100 kg")


async def test_a_ceiling_resets(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(weight=100), progression=LINEAR | {"ceiling": 105})])
    await log(athlete, plan_id, "2026-03-02", *fives(102.5, 5))
    assert (await due(athlete, plan_id))[0] == [105]
    await log(athlete, plan_id, "2026-03-04", *fives(105, 5))
    assert await due(athlete, plan_id) == (
        [100],
        [5],
        (
            "You met all targets with 105 kg on 2026-03-04, "
            "but a heavier load would exceed the ceiling of 105 kg, so go back to 100 kg."
        ),
    )


async def test_double_raises_reps_and_then_the_load(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(*[a_target(8, 12, weight=20)] * 3, progression=DOUBLE)])
    assert await due(athlete, plan_id) == ([20] * 3, [8] * 3, "The plan starts with 20 kg.")
    await log(athlete, plan_id, "2026-03-02", *fives(20, 12, 10, 8))
    assert await due(athlete, plan_id) == (
        [20] * 3,
        [12, 11, 9],
        "Not every set with 20 kg on 2026-03-02 reached its maximum reps, so add reps before you add load.",
    )
    await log(athlete, plan_id, "2026-03-04", *fives(20, 12, 12, 13))
    assert (await due(athlete, plan_id))[:2] == ([22] * 3, [8] * 3)
    await log(athlete, plan_id, "2026-03-06", *fives(22, 8, 8, 7))
    assert (await due(athlete, plan_id))[2] == "You missed a target with 22 kg on 2026-03-06, so repeat it."


async def test_bodyweight_gets_its_first_plate(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(5, 6), exercise=PULL_UP, progression=DOUBLE)])
    loads, _, why = await due(athlete, plan_id)
    assert (loads, why.startswith("The plan sets no load")) == ([None], True)
    await log(athlete, plan_id, "2026-03-02", a_set("pull-up", weight=None, reps=5))
    assert (await due(athlete, plan_id))[:2] == ([None], [6])
    await log(athlete, plan_id, "2026-03-04", a_set("pull-up", weight=None, reps=6))
    assert await due(athlete, plan_id) == (
        [2],
        [5],
        "You met all targets with no weight on 2026-03-04, so add 2 kg.",
    )


async def test_percentages_follow_the_estimate(athlete: Person) -> None:
    targets = [a_target(percent_1rm=50, set_type="warmup"), a_target(percent_1rm=75), a_target(percent_1rm=82.5)]
    rule = PERCENT | {"deload": {"after_failures": 1, "percent": 20}, "ceiling": 110}
    plan_id = await make(athlete, [an_exercise(*targets, progression=rule)])
    loads, _, why = await due(athlete, plan_id)
    assert loads == [None] * 3
    assert why.startswith("You have no set yet to estimate your 1RM from")
    # Outside of the plan: 100 kg for 5 with 1 in reserve is an estimate of 120 kg.
    await athlete.log(a_set(weight=100, reps=5, rir=1), completed_at="2026-03-01T10:00:00Z")
    assert await due(athlete, plan_id) == (
        [60, 90, 100],
        [5] * 3,
        "The plan takes percentages of your estimated 1RM of 120 kg.",
    )
    await log(athlete, plan_id, "2026-03-02", *fives(90, 5), *fives(100, 4))
    assert (await due(athlete, plan_id))[0] == [60, 72.5, 80]
    await log(athlete, plan_id, "2026-03-04", *fives(120, 5), *fives(130, 5))
    loads, _, why = await due(athlete, plan_id)
    assert (loads[2], why) == (110, "The plan's ceiling limits the load to 110 kg.")


async def test_an_old_best_does_not_count(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(percent_1rm=100), progression=PERCENT)])
    await athlete.log(a_set(weight=200, reps=1), completed_at="2025-01-01T10:00:00Z")
    await athlete.log(a_set(weight=100, reps=1), completed_at="2026-01-01T10:00:00Z")
    assert (await due(athlete, plan_id))[0] == [100]


async def test_without_progression_the_plan_says_it(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(weight=61)), an_exercise(a_target(), exercise=BENCH)])
    await log(athlete, plan_id, "2026-03-02", *fives(80, 5), a_set("bench-press", weight=57.5))
    first, second = (await upcoming(athlete, plan_id))["exercises"]
    assert (first["sets"][0]["weight"], first["why"]) == (61, "As the plan says.")
    assert (second["sets"][0]["weight"], second["why"]) == (57.5, "This is what you lifted on 2026-03-02.")


async def test_lighter_sets_keep_their_share(athlete: Person) -> None:
    targets = [a_target(weight=50, set_type="warmup"), a_target(weight=100), a_target(8, weight=80)]
    plan_id = await make(athlete, [an_exercise(*targets, progression=LINEAR | {"increment": 10})])
    await log(athlete, plan_id, "2026-03-02", *fives(110, 5), *fives(87.5, 8))
    assert (await due(athlete, plan_id))[0] == [60, 120, 95]  # 96, as plates allow


async def test_loads_are_in_the_profiles_unit(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(weight=100), progression=LINEAR)])
    await athlete.patch("/profile", {"weight_unit": "lb"})
    session = (await upcoming(athlete, plan_id))["exercises"][0]["sets"][0]
    assert (session["weight"], session["weight_unit"]) == (220, "lb")
    await log(athlete, plan_id, "2026-03-02", *fives(225, 5, weight_unit="lb"))
    # 2.5 kg are 5.5 lb, and plates make 5 of them.
    assert await due(athlete, plan_id) == (
        [230],
        [5],
        "You met all targets with 225 lb on 2026-03-02, so add 5 lb.",
    )


@pytest.mark.parametrize(("increment", "expected"), [(1, 101), (0.25, 100.25), (5, 105), (100, 200)])
async def test_an_increment_is_what_is_added(athlete: Person, increment: float, expected: float) -> None:
    rule = LINEAR | {"increment": increment}
    plan_id = await make(athlete, [an_exercise(a_target(weight=100), progression=rule)])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5))
    assert (await due(athlete, plan_id))[0] == [expected]


async def test_an_increment_too_small_for_the_plates_adds_the_least(athlete: Person) -> None:
    await athlete.patch("/profile", {"weight_unit": "lb"})
    plan_id = await make(
        athlete, [an_exercise(a_target(weight=100, weight_unit="lb"), progression=LINEAR | {"increment": 0.5})]
    )
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5, weight_unit="lb"))
    assert (await due(athlete, plan_id))[0] == [105]


async def test_days_that_declare_the_same_share_a_progression(athlete: Person) -> None:
    heavy = an_exercise(a_target(weight=100), progression=LINEAR)
    light = an_exercise(a_target(weight=70), progression=LINEAR)
    plan_id = await make(athlete, [heavy], [heavy], [light])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5), day=1)
    assert (await due(athlete, plan_id))[0] == [102.5]
    await log(athlete, plan_id, "2026-03-04", *fives(102.5, 5), day=3)
    assert (await due(athlete, plan_id))[0] == [70]


async def test_the_same_exercise_twice_in_a_day_is_told_apart(athlete: Person) -> None:
    heavy = an_exercise(a_target(weight=100), progression=LINEAR)
    volume = an_exercise(*[a_target(10, weight=70)] * 2, progression=LINEAR)
    plan_id = await make(athlete, [heavy, volume])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5), *fives(70, 10, 9))
    first, second = (await upcoming(athlete, plan_id))["exercises"]
    assert (first["sets"][0]["weight"], second["sets"][0]["weight"]) == (102.5, 70)
    assert second["why"].startswith("You missed a target")


async def test_time_is_no_rep(athlete: Person) -> None:
    plank = exercise_id("plank")
    plan_id = await make(athlete, [an_exercise({"set_type": "working"}, exercise=plank, progression=LINEAR)])
    await log(athlete, plan_id, "2026-03-02", a_set("plank", weight=None, reps=None, duration_seconds=60))
    assert (await due(athlete, plan_id))[:2] == ([2.5], [None])


async def test_a_version_that_declares_other_loads_begins_anew(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(weight=100), progression=LINEAR)])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5))
    same = an_exercise(a_target(weight=100, rpe=8), progression=LINEAR)
    other = an_exercise(a_target(weight=80), progression=LINEAR)
    for exercise, expected in ((same, 102.5), (other, 80)):
        plan = {"name": uuid4().hex, "days": [{"day": 1, "exercises": [exercise]}]}
        assert (await athlete.ask("PUT", f"/plans/{plan_id}", json=plan)).status_code == 200
        assert (await due(athlete, plan_id))[0] == [expected]
    await log(athlete, plan_id, "2026-03-04", *fives(80, 5))
    assert (await due(athlete, plan_id))[0] == [82.5]


async def test_reading_changes_nothing(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(weight=100), progression=LINEAR)])
    before = (await athlete.get(f"/plans/{plan_id}")).json()
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5))
    await upcoming(athlete, plan_id, dry_run_weeks=4)
    assert (await athlete.get(f"/plans/{plan_id}")).json() == before


async def test_days_come_in_turn_round_by_round(athlete: Person) -> None:
    squat = [an_exercise(a_target())]
    plan_id = await make(athlete, squat, squat, squat, duration_weeks=2)
    # A day left out is not asked for again.
    expected = {1: (1, 3), 3: (1, 5), 5: (2, 1)}
    standing = await upcoming(athlete, plan_id)
    assert (standing["week"], standing["day"]) == (1, 1)
    for number, (day, after) in enumerate(expected.items()):
        await log(athlete, plan_id, f"2026-03-0{number + 2}", *fives(100, 5), day=day)
        standing = await upcoming(athlete, plan_id)
        assert (standing["week"], standing["day"]) == after
    await log(athlete, plan_id, "2026-03-09", *fives(100, 5), day=3)
    standing = await upcoming(athlete, plan_id)
    assert (standing["week"], standing["day"]) == (2, 5)
    await log(athlete, plan_id, "2026-03-11", *fives(100, 5), day=5)
    standing = await upcoming(athlete, plan_id, dry_run_weeks=2)
    assert standing["finished"] is True
    assert [standing[name] for name in ("week", "day", "day_name", "due_on", "exercises", "dry_run")] == [
        None,
        None,
        None,
        None,
        [],
        [],
    ]


async def test_a_repeated_day_begins_a_round(athlete: Person) -> None:
    squat = [an_exercise(a_target())]
    plan_id = await make(athlete, squat, squat)
    for on in ("2026-03-02", "2026-03-03"):
        await log(athlete, plan_id, on, *fives(100, 5), day=1)
    standing = await upcoming(athlete, plan_id)
    assert (standing["week"], standing["day"], standing["finished"]) == (2, 3, False)


async def test_a_full_week_is_over(athlete: Person) -> None:
    timezone = ZoneInfo("Pacific/Auckland")
    await athlete.patch("/profile", {"timezone": timezone.key})
    plan_id = await make(athlete, [an_exercise(a_target())], days_per_week=1)
    response = await athlete.log(a_set(), plan_id=plan_id, plan_day=1)
    assert response.status_code == 201
    today = datetime.now(timezone).date()
    standing = await upcoming(athlete, plan_id)
    assert (standing["done_this_week"], standing["planned_per_week"]) == (1, 1)
    assert standing["due_on"] == (today + timedelta(days=7 - today.weekday())).isoformat()


async def test_a_dry_run_goes_on_as_if_all_went_well(athlete: Person) -> None:
    linear = an_exercise(a_target(weight=100), progression=LINEAR | {"ceiling": 105})
    double = an_exercise(a_target(8, 9, weight=20), exercise=BENCH, progression=DOUBLE)
    opened = an_exercise(a_target(), exercise=PULL_UP, progression=LINEAR)
    plan_id = await make(athlete, [linear, double], [linear, opened], duration_weeks=4)
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5), a_set("bench-press", weight=20, reps=8))
    session = await upcoming(athlete, plan_id, dry_run_weeks=3)
    assert [(s["week"], s["day"]) for s in session["dry_run"]] == [(1, 3), (2, 1), (2, 3), (3, 1), (3, 3)]
    loads = [
        [(e["exercise_name"], e["sets"][0]["weight"], e["sets"][0]["reps"]) for e in s["exercises"]]
        for s in session["dry_run"]
    ]
    assert loads == [
        [("Back Squat", 102.5, 5), ("Pull-Up", None, 5)],
        [("Back Squat", 105, 5), ("Bench Press", 20, 9)],
        [("Back Squat", 100, 5), ("Pull-Up", None, 5)],
        [("Back Squat", 102.5, 5), ("Bench Press", 22, 8)],
        [("Back Squat", 105, 5), ("Pull-Up", None, 5)],
    ]
    assert session["dry_run"][0]["exercises"][0]["sets"][0]["weight"] == session["exercises"][0]["sets"][0]["weight"]
    assert session["dry_run"][1]["exercises"][0]["why"] == "You met all targets with 102.5 kg, so add 2.5 kg."
    beyond = await upcoming(athlete, plan_id, dry_run_weeks=12)
    assert beyond["dry_run"][-1]["week"] == 4
    assert (await upcoming(athlete, plan_id))["dry_run"] == []


@one_gateway
@pytest.mark.parametrize("weeks", [-1, 13, "x"])
async def test_a_dry_run_has_its_limits(athlete: Person, weeks: object) -> None:
    plan_id = await make(athlete, [an_exercise(a_target())])
    response = await athlete.get(f"/plans/{plan_id}/next", params={"dry_run_weeks": weeks})
    assert_problem(response, 422, "invalid_request")


async def test_what_the_profile_excludes_is_marked(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target())])
    await athlete.patch("/profile", {"equipment": ["barbell", "dumbbell"]})
    marked = (await upcoming(athlete, plan_id))["exercises"][0]
    assert (marked["missing_equipment"], marked["available"], marked["safe"]) == (["rack"], False, True)
    await athlete.patch("/profile", {"equipment": ["dumbbell", "bench"], "injuries": ["knee"]})
    marked = (await upcoming(athlete, plan_id))["exercises"][0]
    assert (marked["available"], marked["safe"]) == (False, False)
    assert "barbell" in marked["missing_equipment"]
    assert marked["injured_joints"] == ["knee"]
    best = (await athlete.get(f"/exercises/{SQUAT}/alternatives", params={"per_page": 3})).json()["items"]
    assert [(a["exercise_id"], a["score"]) for a in marked["alternatives"]] == [(a["id"], a["score"]) for a in best]
    assert len(best) > 0
    for alternative in best:
        assert "knee" not in alternative["joints"]
        assert set(alternative["equipment"]) <= {"dumbbell", "bench"}


async def test_what_fits_has_no_alternatives(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(), exercise=exercise_id("push-up"))])
    marked = (await upcoming(athlete, plan_id))["exercises"][0]
    assert [marked[name] for name in ("available", "safe", "missing_equipment", "injured_joints", "alternatives")] == [
        True,
        True,
        [],
        [],
        [],
    ]


async def test_a_public_plan_is_followed_by_each_for_themselves(athlete: Person, stranger: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(weight=100), progression=LINEAR)], is_public=True)
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5))
    assert (await due(stranger, plan_id))[2] == "The plan starts with 100 kg."
    await log(stranger, plan_id, "2026-03-03", *fives(60, 5))
    assert (await due(stranger, plan_id))[0] == [62.5]
    assert (await due(athlete, plan_id))[0] == [102.5]
    # The author's new version does not take away what a follower has done.
    plan = {"name": "New", "is_public": True}
    exercises = [an_exercise(a_target(weight=90), progression=LINEAR)]
    await athlete.ask("PUT", f"/plans/{plan_id}", json=plan | {"days": [{"day": 1, "exercises": exercises}]})
    assert (await due(stranger, plan_id))[0] == [62.5]


async def test_anothers_private_plan_is_not_there(athlete: Person, stranger: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target())])
    for path in ("next", "adherence"):
        assert_problem(await stranger.get(f"/plans/{plan_id}/{path}"), 404, "plan_not_found")
        assert_problem(await stranger.get(f"/plans/{uuid4()}/{path}"), 404, "plan_not_found")


async def test_adherence_counts_weeks(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target())], duration_weeks=3, days_per_week=2)
    empty = (await athlete.get(f"/plans/{plan_id}/adherence")).json()
    assert empty == {"plan_id": plan_id, "planned_per_week": 2, "sessions": 0, "rate": None, "weeks": []}
    # 2026-03-02 is a Monday. More than planned in the first week, nothing in the second, half in the third.
    for on in ("2026-03-02", "2026-03-04", "2026-03-08", "2026-03-16"):
        await log(athlete, plan_id, on, *fives(100, 5))
    assert (await athlete.get(f"/plans/{plan_id}/adherence")).json() == {
        "plan_id": plan_id,
        "planned_per_week": 2,
        "sessions": 4,
        "rate": 0.5,
        "weeks": [
            {"week_start": "2026-03-02", "sessions": 3},
            {"week_start": "2026-03-09", "sessions": 0},
            {"week_start": "2026-03-16", "sessions": 1},
        ],
    }


async def test_the_current_week_counts_against_nobody(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target())], days_per_week=5)
    await athlete.log(a_set(), plan_id=plan_id, plan_day=1)
    adherence = (await athlete.get(f"/plans/{plan_id}/adherence")).json()
    assert (adherence["rate"], len(adherence["weeks"])) == (1, 1)
