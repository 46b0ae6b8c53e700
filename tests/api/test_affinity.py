"""Personal records, and what workouts do to the bond."""

import asyncio
from typing import Any

import psycopg
import pytest

from tests.support import Person, a_set

type Logged = dict[str, Any]


async def log(person: Person, *sets: dict[str, Any], **workout: Any) -> Logged:
    response = await person.log(*sets, **workout)
    assert response.status_code == 201, response.text
    logged: Logged = response.json()
    return logged


def records(logged: Logged) -> list[tuple[str, str, float, str, float | None]]:
    return [(r["exercise_name"], r["kind"], r["value"], r["unit"], r["previous"]) for r in logged["personal_records"]]


def kg(weight: float, reps: int = 5, **values: Any) -> dict[str, Any]:
    return a_set(weight=weight, weight_unit="kg", reps=reps, **values)


async def test_a_first_time_sets_records_without_a_previous_one(athlete: Person) -> None:
    logged = await log(athlete, kg(100), kg(100), a_set("pull-up", reps=8), a_set("pull-up", reps=10))
    assert records(logged) == [
        ("Back Squat", "weight", 100, "kg", None),
        ("Back Squat", "estimated_1rm", 116.67, "kg", None),
        ("Back Squat", "session_volume", 1000, "kg", None),
        ("Pull-Up", "reps", 10, "reps", None),
    ]


async def test_only_what_is_better_is_a_record(athlete: Person) -> None:
    await log(athlete, kg(100), kg(100))
    assert records(await log(athlete, kg(100), kg(100))) == []
    assert records(await log(athlete, kg(102.5, reps=2))) == [("Back Squat", "weight", 102.5, "kg", 100)]
    assert records(await log(athlete, kg(95, reps=8))) == [("Back Squat", "estimated_1rm", 120.33, "kg", 116.67)]
    assert records(await log(athlete, kg(80, reps=10), kg(80, reps=3))) == [
        ("Back Squat", "session_volume", 1040, "kg", 1000)
    ]


async def test_warm_ups_and_failed_lifts_set_no_records(athlete: Person) -> None:
    await log(athlete, kg(100))
    assert records(await log(athlete, kg(150, set_type="warmup"), kg(150, reps=0), kg(50, reps=1))) == []


async def test_records_are_told_in_the_profiles_unit(athlete: Person) -> None:
    await log(athlete, kg(100))
    await athlete.patch("/profile", {"weight_unit": "lb"})
    logged = await log(athlete, a_set(weight=225, reps=1))
    assert records(logged) == [("Back Squat", "weight", 225, "lb", 220.46)]


async def test_a_record_is_judged_at_its_date(athlete: Person) -> None:
    await log(athlete, kg(100), completed_at="2026-03-05T12:00:00Z")
    earlier = await log(athlete, kg(90), completed_at="2026-03-01T12:00:00Z")
    assert ("Back Squat", "weight", 90, "kg", None) in records(earlier)
    between = await log(athlete, kg(95), completed_at="2026-03-03T12:00:00Z")
    assert ("Back Squat", "weight", 95, "kg", 90) in records(between)


async def test_of_two_at_the_same_moment_the_first_logged_is_the_earlier(athlete: Person) -> None:
    at = "2026-03-01T12:00:00Z"
    for _ in range(3):
        for workout in (await athlete.get("/workouts")).json()["items"]:
            await athlete.delete(f"/workouts/{workout['id']}")
        await log(athlete, kg(100), completed_at=at)
        assert records(await log(athlete, kg(90), completed_at=at)) == []
        assert ("Back Squat", "weight", 110, "kg", 100) in records(await log(athlete, kg(110), completed_at=at))


async def test_nothing_lifted_is_nothing_to_beat(athlete: Person) -> None:
    nothing = a_set(reps=None, duration_seconds=0, weight=300)
    assert records(await log(athlete, kg(500, reps=0), a_set(reps=0), nothing)) == []
    logged = await log(athlete, kg(100), a_set(reps=5, weight=0))
    assert {record["previous"] for record in logged["personal_records"]} == {None}
    assert [event["kind"] for event in logged["affinity"]["events"]] == ["workout_completed"]


@pytest.mark.parametrize("weight", [65, 180, 185, 225])
async def test_a_single_in_pounds_is_its_own_estimate(athlete: Person, weight: float) -> None:
    await athlete.patch("/profile", {"weight_unit": "lb"})
    logged = await log(athlete, a_set(weight=weight, reps=1))
    assert ("Back Squat", "estimated_1rm", weight, "lb", None) in records(logged)


async def test_a_first_workout_earns_twenty_points(athlete: Person) -> None:
    logged = await log(athlete, kg(100))
    assert logged["affinity"] == {
        "gained": 20,
        "score": 20,
        "level": 1,
        "title": "New Acquaintance",
        "leveled_up": False,
        "events": [
            {"kind": "workout_completed", "points": 10, "reason": "Completed a workout"},
            {"kind": "first_time", "points": 10, "reason": "Logged a first workout"},
        ],
    }
    assert await athlete.score() == 20


async def test_beaten_records_earn_points_up_to_the_days_cap(athlete: Person) -> None:
    exercises = ("back-squat", "bench-press", "deadlift", "overhead-press")
    await log(athlete, *[a_set(slug, weight=50) for slug in exercises])
    logged = await log(athlete, *[a_set(slug, weight=60) for slug in exercises])
    assert logged["affinity"]["events"] == [
        {"kind": "workout_completed", "points": 10, "reason": "Completed a workout"},
        {
            "kind": "personal_record",
            "points": 15,
            "reason": "Set 4 personal records (today's limit of 15 points is reached)",
        },
    ]
    assert logged["affinity"]["gained"] == 25
    third = await log(athlete, a_set(weight=70))
    assert third["affinity"] == {
        "gained": 15,
        "score": 60,
        "level": 2,
        "title": "Warming Up",
        "leveled_up": False,
        "events": [
            {
                "kind": "workout_completed",
                "points": 0,
                "reason": "Completed a workout (today's limit of 20 points is reached)",
            },
            {
                "kind": "personal_record",
                "points": 0,
                "reason": "Set a personal record (today's limit of 15 points is reached)",
            },
            {"kind": "weekly_streak", "points": 15, "reason": "Trained 3 times this week"},
        ],
    }


async def test_a_new_level_is_announced_once(athlete: Person, admin: psycopg.Connection) -> None:
    first = await log(athlete, kg(100))
    assert (first["affinity"]["score"], first["affinity"]["leveled_up"]) == (20, False)
    yesterday(athlete, admin)
    second = await log(athlete, kg(100))
    assert (second["affinity"]["level"], second["affinity"]["leveled_up"]) == (2, True)
    third = await log(athlete, kg(100))
    assert (third["affinity"]["level"], third["affinity"]["leveled_up"]) == (2, False)
    profile = (await athlete.get("/profile")).json()
    assert profile["affinity"] == {"score": 55, "level": 2, "title": "Warming Up", "next_level_at": 100}


@pytest.mark.parametrize(("zone", "gained"), [("Pacific/Kiritimati", 10), ("Etc/GMT+12", 0)])
async def test_the_cap_is_for_the_day_in_the_users_time_zone(athlete: Person, zone: str, gained: int) -> None:
    # Between the two zones lie 26 hours: at any moment they are in two different days.
    await athlete.patch("/profile", {"timezone": "Etc/GMT+12", "weekly_target": 7})
    for _ in range(2):
        await log(athlete, kg(100))
    await athlete.patch("/profile", {"timezone": zone})
    logged = await log(athlete, kg(100))
    assert logged["affinity"]["gained"] == gained


async def test_no_day_comes_twice(athlete: Person) -> None:
    gained = []
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "UTC", "Pacific/Kiritimati"):
        await athlete.patch("/profile", {"timezone": zone})
        gained += [(await log(athlete, kg(100)))["affinity"]["gained"] for _ in range(3)]
    # Two workouts, a first one, and the week's target, even where the other zone is in another week.
    assert sum(gained) == 45


async def test_deleting_takes_the_points_back_and_makes_room_under_the_cap(athlete: Person) -> None:
    first = await log(athlete, kg(100), completed_at="2026-03-01T12:00:00Z")
    await log(athlete, kg(110), completed_at="2026-03-02T12:00:00Z")
    assert await athlete.score() == 35
    await athlete.delete(f"/workouts/{first['workout']['id']}")
    assert await athlete.score() == 15
    # A workout, and what the first one took back.
    assert (await log(athlete, kg(100), completed_at="2026-03-03T12:00:00Z"))["affinity"]["gained"] == 20


async def test_the_score_is_the_ledgers_sum(athlete: Person, admin: psycopg.Connection) -> None:
    ids = [(await log(athlete, kg(100 + i)))["workout"]["id"] for i in range(4)]
    await athlete.delete(f"/workouts/{ids[1]}")
    row = admin.execute(
        "select p.affinity_score, sum(e.points) from public.profiles as p "
        "join public.affinity_events as e using (user_id) where user_id = %s group by 1",
        (athlete.id,),
    ).fetchone()
    assert row is not None
    assert row[0] == row[1] == await athlete.score()


def yesterday(person: Person, admin: psycopg.Connection) -> None:
    """Move what was earned a day back."""
    admin.execute("update public.affinity_events set earned_on = earned_on - 1 where user_id = %s", (person.id,))


async def test_the_score_is_the_ledgers_sum_after_everything_at_once(
    athlete: Person, admin: psycopg.Connection
) -> None:
    ids = [(await log(athlete, kg(100 + i)))["workout"]["id"] for i in range(8)]
    responses = await asyncio.gather(
        *(athlete.delete(f"/workouts/{workout_id}") for workout_id in ids * 2),
        *(athlete.log(kg(110 + i), key=str(i % 4)) for i in range(4)),
        *(athlete.patch("/profile", {"weekly_target": 1 + i % 7}) for i in range(8)),
        *(athlete.get("/workouts") for _ in range(4)),
    )
    statuses = sorted(response.status_code for response in responses)
    assert statuses == [200] * 12 + [201] * 4 + [204] * 8 + [404] * 8
    row = admin.execute("select sum(points) from public.affinity_events where user_id = %s", (athlete.id,)).fetchone()
    assert row is not None
    assert row[0] == await athlete.score()
    assert (await athlete.get("/workouts")).json()["total"] == 4
