"""Following a plan: the day that is due, its loads and their reasons, and adherence."""

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
    """Create a plan with these days, numbered 1, 3, 5 and 7, and return its id."""
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
    """Return the loads, the reps and the reason of the first exercise that is due."""
    exercise = (await upcoming(person, plan_id))["exercises"][0]
    return [s["weight"] for s in exercise["sets"]], [s["reps"] for s in exercise["sets"]], exercise["why"]


def fives(weight: float, *reps: int, **fields: Any) -> list[dict[str, Any]]:
    return [a_set(weight=weight, reps=done, **fields) for done in reps]


async def test_the_first_session_uses_the_loads_of_the_plan(athlete: Person) -> None:
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


async def test_linear_adds_load_after_a_success(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(*[a_target(weight=100)] * 3, progression=LINEAR)])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5, 5, 6))
    assert await due(athlete, plan_id) == (
        [102.5] * 3,
        [5] * 3,
        "You met all targets with 100 kg on 2026-03-02, so add 2.5 kg.",
    )
    # The next load follows from the lifted load, not from the suggested one.
    await log(athlete, plan_id, "2026-03-04", *fives(107.5, 5, 5, 5))
    assert (await due(athlete, plan_id))[0] == [110] * 3


async def test_linear_repeats_after_a_miss_and_then_deloads(athlete: Person) -> None:
    rule = LINEAR | {"deload": {"after_failures": 2, "percent": 10}}
    plan_id = await make(athlete, [an_exercise(*[a_target(weight=100)] * 3, progression=rule)])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5, 5, 4))
    assert await due(athlete, plan_id) == (
        [100] * 3,
        [5] * 3,
        "You missed a target with 100 kg on 2026-03-02, so repeat it.",
    )
    # A missing set is a miss too.
    await log(athlete, plan_id, "2026-03-04", *fives(100, 5, 5))
    assert await due(athlete, plan_id) == (
        [90] * 3,
        [5] * 3,
        "You missed targets in 2 sessions in a row, so take 10 % off 100 kg.",
    )
    await log(athlete, plan_id, "2026-03-06", *fives(90, 5, 5, 0))
    assert (await due(athlete, plan_id))[0] == [90] * 3
    await log(athlete, plan_id, "2026-03-09", *fives(90, 5, 5, 0))
    assert (await due(athlete, plan_id))[0] == [80] * 3  # 81, rounded to plates
    await log(athlete, plan_id, "2026-03-11", *fives(80, 5, 5, 5))
    assert (await due(athlete, plan_id))[0] == [82.5] * 3
    await log(athlete, plan_id, "2026-03-13", *fives(82.5, 5, 5, 4))
    assert (await due(athlete, plan_id))[2].endswith("so repeat it.")


async def test_a_set_with_less_load_is_a_miss(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(*[a_target(weight=100)] * 2, progression=LINEAR)])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5), *fives(90, 5))
    assert (await due(athlete, plan_id))[2].startswith("You missed a target with 100 kg")


async def test_after_the_ceiling_the_load_starts_over(athlete: Person) -> None:
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


async def test_a_bodyweight_exercise_gets_its_first_load(athlete: Person) -> None:
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


async def test_percentages_follow_the_estimated_1rm(athlete: Person) -> None:
    targets = [a_target(percent_1rm=50, set_type="warmup"), a_target(percent_1rm=75), a_target(percent_1rm=82.5)]
    rule = PERCENT | {"deload": {"after_failures": 1, "percent": 20}, "ceiling": 110}
    plan_id = await make(athlete, [an_exercise(*targets, progression=rule)])
    loads, _, why = await due(athlete, plan_id)
    assert loads == [None] * 3
    assert why.startswith("You have no set yet to estimate your 1RM from")
    # Logged outside the plan, 100 kg for 5 with 1 in reserve gives an estimate of 120 kg.
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


async def test_an_old_set_does_not_count_for_the_estimate(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(percent_1rm=100), progression=PERCENT)])
    await athlete.log(a_set(weight=200, reps=1), completed_at="2025-01-01T10:00:00Z")
    await athlete.log(a_set(weight=100, reps=1), completed_at="2026-01-01T10:00:00Z")
    assert (await due(athlete, plan_id))[0] == [100]


async def test_without_a_progression_the_plan_or_the_last_workout_sets_the_load(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(weight=61)), an_exercise(a_target(), exercise=BENCH)])
    await log(athlete, plan_id, "2026-03-02", *fives(80, 5), a_set("bench-press", weight=57.5))
    first, second = (await upcoming(athlete, plan_id))["exercises"]
    assert (first["sets"][0]["weight"], first["why"]) == (61, "As the plan says.")
    assert (second["sets"][0]["weight"], second["why"]) == (57.5, "This is what you lifted on 2026-03-02.")


async def test_lighter_sets_keep_their_share_of_the_load(athlete: Person) -> None:
    targets = [a_target(weight=50, set_type="warmup"), a_target(weight=100), a_target(8, weight=80)]
    plan_id = await make(athlete, [an_exercise(*targets, progression=LINEAR | {"increment": 10})])
    await log(athlete, plan_id, "2026-03-02", *fives(110, 5), *fives(87.5, 8))
    assert (await due(athlete, plan_id))[0] == [60, 120, 95]  # 96, rounded to plates


async def test_loads_are_in_the_profiles_unit(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(weight=100), progression=LINEAR)])
    await athlete.patch("/profile", {"weight_unit": "lb"})
    session = (await upcoming(athlete, plan_id))["exercises"][0]["sets"][0]
    assert (session["weight"], session["weight_unit"]) == (220, "lb")
    await log(athlete, plan_id, "2026-03-02", *fives(225, 5, weight_unit="lb"))
    # 2.5 kg are 5.5 lb, rounded to plates 5 lb.
    assert await due(athlete, plan_id) == (
        [230],
        [5],
        "You met all targets with 225 lb on 2026-03-02, so add 5 lb.",
    )


@pytest.mark.parametrize(("increment", "expected"), [(1, 101), (0.25, 100.25), (5, 105), (100, 200)])
async def test_the_increment_is_added_exactly(athlete: Person, increment: float, expected: float) -> None:
    rule = LINEAR | {"increment": increment}
    plan_id = await make(athlete, [an_exercise(a_target(weight=100), progression=rule)])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5))
    assert (await due(athlete, plan_id))[0] == [expected]


async def test_an_increment_too_small_for_the_plates_adds_the_smallest_step(athlete: Person) -> None:
    await athlete.patch("/profile", {"weight_unit": "lb"})
    plan_id = await make(
        athlete, [an_exercise(a_target(weight=100, weight_unit="lb"), progression=LINEAR | {"increment": 0.5})]
    )
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5, weight_unit="lb"))
    assert (await due(athlete, plan_id))[0] == [105]


async def test_days_with_the_same_sets_share_a_progression(athlete: Person) -> None:
    heavy = an_exercise(a_target(weight=100), progression=LINEAR)
    light = an_exercise(a_target(weight=70), progression=LINEAR)
    plan_id = await make(athlete, [heavy], [heavy], [light])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5), day=1)
    assert (await due(athlete, plan_id))[0] == [102.5]
    await log(athlete, plan_id, "2026-03-04", *fives(102.5, 5), day=3)
    assert (await due(athlete, plan_id))[0] == [70]


async def test_the_same_exercise_twice_in_a_day_progresses_separately(athlete: Person) -> None:
    heavy = an_exercise(a_target(weight=100), progression=LINEAR)
    volume = an_exercise(*[a_target(10, weight=70)] * 2, progression=LINEAR)
    plan_id = await make(athlete, [heavy, volume])
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5), *fives(70, 10, 9))
    first, second = (await upcoming(athlete, plan_id))["exercises"]
    assert (first["sets"][0]["weight"], second["sets"][0]["weight"]) == (102.5, 70)
    assert second["why"].startswith("You missed a target")


async def test_a_set_without_reps_progresses_by_load(athlete: Person) -> None:
    plank = exercise_id("plank")
    plan_id = await make(athlete, [an_exercise({"set_type": "working"}, exercise=plank, progression=LINEAR)])
    await log(athlete, plan_id, "2026-03-02", a_set("plank", weight=None, reps=None, duration_seconds=60))
    assert (await due(athlete, plan_id))[:2] == ([2.5], [None])


async def test_a_version_with_other_loads_restarts_the_progression(athlete: Person) -> None:
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


async def test_reading_the_next_session_changes_nothing(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(weight=100), progression=LINEAR)])
    before = (await athlete.get(f"/plans/{plan_id}")).json()
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5))
    await upcoming(athlete, plan_id, dry_run_weeks=4)
    assert (await athlete.get(f"/plans/{plan_id}")).json() == before


async def test_days_come_in_turn_in_each_round(athlete: Person) -> None:
    squat = [an_exercise(a_target())]
    plan_id = await make(athlete, squat, squat, squat, duration_weeks=2)
    # A skipped day is not due again.
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


async def test_repeating_a_day_starts_a_round(athlete: Person) -> None:
    squat = [an_exercise(a_target())]
    plan_id = await make(athlete, squat, squat)
    for on in ("2026-03-02", "2026-03-03"):
        await log(athlete, plan_id, on, *fives(100, 5), day=1)
    standing = await upcoming(athlete, plan_id)
    assert (standing["week"], standing["day"], standing["finished"]) == (2, 3, False)


async def test_after_a_full_week_the_next_session_is_due_on_monday(athlete: Person) -> None:
    timezone = ZoneInfo("Pacific/Auckland")
    await athlete.patch("/profile", {"timezone": timezone.key})
    plan_id = await make(athlete, [an_exercise(a_target())], days_per_week=1)
    response = await athlete.log(a_set(), plan_id=plan_id, plan_day=1)
    assert response.status_code == 201
    today = datetime.now(timezone).date()
    standing = await upcoming(athlete, plan_id)
    assert (standing["done_this_week"], standing["planned_per_week"]) == (1, 1)
    assert standing["due_on"] == (today + timedelta(days=7 - today.weekday())).isoformat()


async def test_a_dry_run_assumes_that_all_targets_are_met(athlete: Person) -> None:
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
async def test_a_wrong_number_of_dry_run_weeks_is_refused(athlete: Person, weeks: object) -> None:
    plan_id = await make(athlete, [an_exercise(a_target())])
    response = await athlete.get(f"/plans/{plan_id}/next", params={"dry_run_weeks": weeks})
    assert_problem(response, 422, "invalid_request")


async def test_exercises_that_the_profile_excludes_are_marked(athlete: Person) -> None:
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


async def test_an_exercise_that_fits_the_profile_has_no_alternatives(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(), exercise=exercise_id("push-up"))])
    marked = (await upcoming(athlete, plan_id))["exercises"][0]
    assert [marked[name] for name in ("available", "safe", "missing_equipment", "injured_joints", "alternatives")] == [
        True,
        True,
        [],
        [],
        [],
    ]


async def test_each_follower_of_a_public_plan_progresses_separately(athlete: Person, stranger: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target(weight=100), progression=LINEAR)], is_public=True)
    await log(athlete, plan_id, "2026-03-02", *fives(100, 5))
    assert (await due(stranger, plan_id))[2] == "The plan starts with 100 kg."
    await log(stranger, plan_id, "2026-03-03", *fives(60, 5))
    assert (await due(stranger, plan_id))[0] == [62.5]
    assert (await due(athlete, plan_id))[0] == [102.5]
    # A new version by the author does not reset the progress of a follower.
    plan = {"name": "New", "is_public": True}
    exercises = [an_exercise(a_target(weight=90), progression=LINEAR)]
    await athlete.ask("PUT", f"/plans/{plan_id}", json=plan | {"days": [{"day": 1, "exercises": exercises}]})
    assert (await due(stranger, plan_id))[0] == [62.5]


async def test_private_plans_of_others_are_not_found(athlete: Person, stranger: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target())])
    for path in ("next", "adherence"):
        assert_problem(await stranger.get(f"/plans/{plan_id}/{path}"), 404, "plan_not_found")
        assert_problem(await stranger.get(f"/plans/{uuid4()}/{path}"), 404, "plan_not_found")


async def test_adherence_counts_sessions_by_week(athlete: Person) -> None:
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


async def test_the_current_week_does_not_lower_the_rate(athlete: Person) -> None:
    plan_id = await make(athlete, [an_exercise(a_target())], days_per_week=5)
    await athlete.log(a_set(), plan_id=plan_id, plan_day=1)
    adherence = (await athlete.get(f"/plans/{plan_id}/adherence")).json()
    assert (adherence["rate"], len(adherence["weeks"])) == (1, 1)
