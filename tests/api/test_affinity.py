"""Personal records, points and levels."""

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.support import Connect, Person, a_set, assert_problem, exercise_id, one_gateway, paths

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


async def test_a_first_workout_sets_records_without_a_previous_value(athlete: Person) -> None:
    logged = await log(athlete, kg(100), kg(100), a_set("pull-up", reps=8), a_set("pull-up", reps=10))
    assert records(logged) == [
        ("Back Squat", "weight", 100, "kg", None),
        ("Back Squat", "estimated_1rm", 116.67, "kg", None),
        ("Back Squat", "session_volume", 1000, "kg", None),
        ("Pull-Up", "reps", 10, "reps", None),
    ]


async def test_only_a_better_value_is_a_record(athlete: Person) -> None:
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


async def test_records_are_in_the_profiles_unit(athlete: Person) -> None:
    await log(athlete, kg(100))
    await athlete.patch("/profile", {"weight_unit": "lb"})
    logged = await log(athlete, a_set(weight=225, reps=1))
    assert records(logged) == [("Back Squat", "weight", 225, "lb", 220.46)]


async def test_records_are_compared_with_earlier_workouts_only(athlete: Person) -> None:
    await log(athlete, kg(100), completed_at="2026-03-05T12:00:00Z")
    earlier = await log(athlete, kg(90), completed_at="2026-03-01T12:00:00Z")
    assert ("Back Squat", "weight", 90, "kg", None) in records(earlier)
    between = await log(athlete, kg(95), completed_at="2026-03-03T12:00:00Z")
    assert ("Back Squat", "weight", 95, "kg", 90) in records(between)


async def test_workouts_at_the_same_moment_count_in_the_order_they_were_logged(athlete: Person) -> None:
    at = "2026-03-01T12:00:00Z"
    for _ in range(3):
        for workout in (await athlete.get("/workouts")).json()["items"]:
            await athlete.delete(f"/workouts/{workout['id']}")
        await log(athlete, kg(100), completed_at=at)
        assert records(await log(athlete, kg(90), completed_at=at)) == []
        assert ("Back Squat", "weight", 110, "kg", 100) in records(await log(athlete, kg(110), completed_at=at))


async def test_sets_without_reps_or_load_leave_no_record_to_beat(athlete: Person) -> None:
    nothing = a_set(reps=None, duration_seconds=0, weight=300)
    assert records(await log(athlete, kg(500, reps=0), a_set(reps=0), nothing)) == []
    logged = await log(athlete, kg(100), a_set(reps=5, weight=0))
    assert {record["previous"] for record in logged["personal_records"]} == {None}
    assert [event["kind"] for event in logged["affinity"]["events"]] == ["workout_completed", "first_time"]


@pytest.mark.parametrize("weight", [65, 180, 185, 225])
async def test_the_estimate_of_a_single_in_pounds_equals_its_weight(athlete: Person, weight: float) -> None:
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


async def test_beaten_records_earn_points_up_to_the_daily_cap(athlete: Person) -> None:
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
    move_events_to_yesterday(athlete, admin)
    second = await log(athlete, kg(100))
    assert (second["affinity"]["level"], second["affinity"]["leveled_up"]) == (2, True)
    third = await log(athlete, kg(100))
    assert (third["affinity"]["level"], third["affinity"]["leveled_up"]) == (2, False)
    profile = (await athlete.get("/profile")).json()
    assert profile["affinity"] == {"score": 55, "level": 2, "title": "Warming Up", "next_level_at": 100}


@pytest.mark.parametrize(("zone", "gained"), [("Pacific/Kiritimati", 10), ("Etc/GMT+12", 0)])
async def test_daily_caps_follow_the_users_time_zone(athlete: Person, zone: str, gained: int) -> None:
    # The two zones are 26 hours apart, so their dates always differ.
    await athlete.patch("/profile", {"timezone": "Etc/GMT+12", "weekly_target": 7})
    for _ in range(2):
        await log(athlete, kg(100))
    await athlete.patch("/profile", {"timezone": zone})
    logged = await log(athlete, kg(100))
    assert logged["affinity"]["gained"] == gained


async def test_changing_the_time_zone_does_not_repeat_a_day(athlete: Person) -> None:
    gained = []
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "UTC", "Pacific/Kiritimati"):
        await athlete.patch("/profile", {"timezone": zone})
        gained += [(await log(athlete, kg(100)))["affinity"]["gained"] for _ in range(3)]
    # Two workouts, a first workout and the weekly target, even if the other zone is in another week.
    assert sum(gained) == 45


async def test_deleting_a_workout_takes_its_points_back_and_frees_the_cap(athlete: Person) -> None:
    first = await log(athlete, kg(100), completed_at="2026-03-01T12:00:00Z")
    await log(athlete, kg(110), completed_at="2026-03-02T12:00:00Z")
    assert await athlete.score() == 35
    await athlete.delete(f"/workouts/{first['workout']['id']}")
    # The second workout is the first one now, and beats no record any more.
    assert await athlete.score() == 20
    assert (await log(athlete, kg(100), completed_at="2026-03-03T12:00:00Z"))["affinity"]["gained"] == 10


async def test_the_score_is_the_sum_of_the_ledger(athlete: Person, admin: psycopg.Connection) -> None:
    ids = [(await log(athlete, kg(100 + i)))["workout"]["id"] for i in range(4)]
    await athlete.delete(f"/workouts/{ids[1]}")
    row = admin.execute(
        "select p.affinity_score, sum(e.points) from private.profiles as p "
        "join private.affinity_events as e using (user_id) where user_id = %s group by 1",
        (athlete.id,),
    ).fetchone()
    assert row is not None
    assert row[0] == row[1] == await athlete.score()


def move_events_to_yesterday(person: Person, admin: psycopg.Connection) -> None:
    """Move all events of a person back by a day."""
    admin.execute("update private.affinity_events set earned_on = earned_on - 1 where user_id = %s", (person.id,))


async def test_the_score_is_the_sum_of_the_ledger_after_concurrent_changes(
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
    row = admin.execute("select sum(points) from private.affinity_events where user_id = %s", (athlete.id,)).fetchone()
    assert row is not None
    assert row[0] == await athlete.score()
    assert (await athlete.get("/workouts")).json()["total"] == 4


def talk(connect: Connect, person: Person, message_id: UUID, *, role: str = "slow_burn_api") -> dict[str, Any]:
    """Award a turn of a conversation, as complete_chat_turn does."""
    with connect(role) as connection, connection.transaction():
        connection.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
            (json.dumps({"role": "authenticated", "sub": str(person.id)}),),
        )
        row = connection.execute("select private.award_conversation(%s)", (message_id,)).fetchone()
    assert row is not None
    answer: dict[str, Any] = row[0]
    return answer


async def read(person: Person, **query: Any) -> dict[str, Any]:
    response = await person.get("/affinity", params=query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def earned_today(person: Person) -> dict[str, int]:
    today = (await read(person))["today"]
    by_kind = {kind["kind"]: kind["earned"] for kind in today["by_kind"]}
    assert today["earned"] == sum(by_kind.values())
    return {kind: points for kind, points in by_kind.items() if points}


def reasons(answer: dict[str, Any]) -> list[tuple[str, int]]:
    return [(event["reason"], event["points"]) for event in answer["affinity"]["events"]]


async def test_a_new_user_has_no_points(athlete: Person) -> None:
    assert await read(athlete) == {
        "score": 0,
        "level": 1,
        "title": "New Acquaintance",
        "next_level_at": 30,
        "today": {
            "earned": 0,
            "cap": 85,
            "by_kind": [
                {"kind": "workout_completed", "label": "Workouts", "earned": 0, "cap": 20},
                {"kind": "personal_record", "label": "Personal records", "earned": 0, "cap": 15},
                {"kind": "weekly_streak", "label": "Weekly target", "earned": 0, "cap": 15},
                {"kind": "first_time", "label": "First times", "earned": 0, "cap": 30},
                {"kind": "conversation", "label": "Conversation", "earned": 0, "cap": 5},
            ],
        },
        "levels": [
            {"level": 1, "title": "New Acquaintance", "threshold": 0},
            {"level": 2, "title": "Warming Up", "threshold": 30},
            {"level": 3, "title": "Gym Buddy", "threshold": 100},
            {"level": 4, "title": "Training Partner", "threshold": 250},
            {"level": 5, "title": "Trusted Spotter", "threshold": 500},
            {"level": 6, "title": "Close Friend", "threshold": 1000},
            {"level": 7, "title": "Confidant", "threshold": 2000},
            {"level": 8, "title": "Kindred Spirit", "threshold": 3500},
            {"level": 9, "title": "Inseparable", "threshold": 5500},
            {"level": 10, "title": "Iron Bond", "threshold": 8000},
        ],
        "events": {"items": [], "total": 0, "page": 1, "per_page": 20},
    }


async def test_events_give_every_reason_latest_first(athlete: Person, stranger: Person, connect: Connect) -> None:
    before = datetime.now(UTC)
    workout = (await log(athlete, kg(100)))["workout"]
    talk(connect, athlete, uuid4())
    affinity = await read(athlete)
    assert [affinity[name] for name in ("score", "level", "title", "next_level_at")] == [31, 2, "Warming Up", 100]
    items = affinity["events"]["items"]
    assert [(event["kind"], event["points"], event["reason"], event["workout_id"]) for event in items] == [
        ("first_time", 10, "Talked with the companion for the first time", None),
        ("conversation", 1, "Talked with the companion", None),
        ("first_time", 10, "Logged a first workout", workout["id"]),
        ("workout_completed", 10, "Completed a workout", workout["id"]),
    ]
    for event in items:
        assert set(event) == {"id", "kind", "points", "reason", "earned_on", "created_at", "workout_id"}
        assert event["earned_on"] in {before.date().isoformat(), datetime.now(UTC).date().isoformat()}
        assert before - timedelta(minutes=1) < datetime.fromisoformat(event["created_at"])
    second = await read(athlete, page=2, per_page=3)
    assert second["events"] == {"items": items[3:], "total": 4, "page": 2, "per_page": 3}
    assert (await read(athlete, page=3, per_page=3))["events"]["items"] == []
    assert {name: second[name] for name in ("score", "today", "levels")} == {
        name: affinity[name] for name in ("score", "today", "levels")
    }
    assert (await read(stranger))["events"]["total"] == 0


@one_gateway
@pytest.mark.parametrize(
    ("query", "path"), [({"page": 0}, "page"), ({"per_page": 101}, "per_page"), ({"kind": "x"}, "kind")]
)
async def test_a_wrong_parameter_is_named(athlete: Person, query: dict[str, Any], path: str) -> None:
    problem = assert_problem(await athlete.get("/affinity", params=query), 422, "invalid_request")
    assert paths(problem) == [path]


async def test_today_is_the_day_in_the_users_time_zone(athlete: Person) -> None:
    await athlete.patch("/profile", {"timezone": "Etc/GMT+12"})
    await log(athlete, kg(100))
    first_day = {"workout_completed": 10, "first_time": 10}
    assert await earned_today(athlete) == first_day
    # It is tomorrow there. Until the user earns points on that day, changing back is possible.
    await athlete.patch("/profile", {"timezone": "Pacific/Kiritimati"})
    assert await earned_today(athlete) == {}
    await athlete.patch("/profile", {"timezone": "Etc/GMT+12"})
    assert await earned_today(athlete) == first_day
    await athlete.patch("/profile", {"timezone": "Pacific/Kiritimati"})
    await log(athlete, kg(110))
    await athlete.patch("/profile", {"timezone": "Etc/GMT+12"})
    # A day is never repeated, so today is still the later day.
    assert await earned_today(athlete) == {"workout_completed": 10, "personal_record": 5}


async def test_a_met_weekly_target_is_awarded_once(athlete: Person) -> None:
    await athlete.patch("/profile", {"weekly_target": 2})
    last_week = (datetime.now(UTC) - timedelta(days=7)).isoformat()
    for _ in range(2):
        await log(athlete, kg(100), completed_at=last_week)
    assert await earned_today(athlete) == {"workout_completed": 20, "first_time": 10}
    full = "Completed a workout (today's limit of 20 points is reached)"
    assert reasons(await log(athlete, kg(100))) == [(full, 0)]
    met = await log(athlete, kg(100))
    assert reasons(met) == [(full, 0), ("Trained 2 times this week", 15)]
    assert reasons(await log(athlete, kg(100))) == [(full, 0)]
    edited = await athlete.ask("PUT", f"/workouts/{met['workout']['id']}", json={"sets": [kg(100)]})
    assert (edited.json()["affinity"]["gained"], reasons(edited.json())) == (0, reasons(met))
    # The third workout is now the second one, and reaches the target.
    await athlete.delete(f"/workouts/{met['workout']['id']}")
    assert await earned_today(athlete) == {"workout_completed": 20, "first_time": 10, "weekly_streak": 15}
    assert reasons(await log(athlete, kg(100))) == [(full, 0)]


async def test_a_lower_target_is_met_by_the_next_workout(athlete: Person) -> None:
    await athlete.patch("/profile", {"weekly_target": 7})
    await log(athlete, kg(100))
    await athlete.patch("/profile", {"weekly_target": 1})
    assert await earned_today(athlete) == {"workout_completed": 10, "first_time": 10}
    assert ("Trained 2 times this week", 15) in reasons(await log(athlete, kg(100)))


async def test_imported_workouts_earn_nothing_but_count_towards_the_weekly_target(athlete: Person) -> None:
    await athlete.patch("/profile", {"weekly_target": 2})
    started = datetime.now(UTC) - timedelta(seconds=5)
    lines = (
        "Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE",
        f"{started:%Y-%m-%d %H:%M:%S},Push Day,0s,Bench Press (Barbell),1,80,5,0,0,,,",
    )
    imported = await athlete.ask(
        "POST", "/workouts/import", content="\n".join(lines), headers={"Content-Type": "text/csv"}
    )
    assert imported.json()["imported"] == 1, imported.text
    assert (await read(athlete))["events"]["total"] == 0
    assert reasons(await log(athlete, kg(100))) == [
        ("Completed a workout", 10),
        ("Trained 2 times this week", 15),
        ("Logged a first workout", 10),
    ]


async def test_first_times_are_awarded_once(athlete: Person, connect: Connect) -> None:
    days = [{"day": 1, "exercises": [{"exercise_id": exercise_id("back-squat"), "sets": [{}]}]}]
    plan = (await athlete.ask("POST", "/plans", json={"name": "Strength", "days": days})).json()
    plain = await log(athlete, kg(100))
    edited = await athlete.ask(
        "PUT", f"/workouts/{plain['workout']['id']}", json={"plan_id": plan["id"], "sets": [kg(100)]}
    )
    first_plan = ("Followed a plan for the first time", 10)
    assert reasons(edited.json()) == [("Completed a workout", 10), ("Logged a first workout", 10), first_plan]
    again = await log(athlete, kg(100), plan_id=plan["id"])
    assert "first_time" not in {event["kind"] for event in again["affinity"]["events"]}
    assert [event["points"] for event in talk(connect, athlete, uuid4())["events"]] == [10, 1]
    assert [event["points"] for event in talk(connect, athlete, uuid4())["events"]] == [1]
    assert (await earned_today(athlete))["first_time"] == 30
    # Of what remains, another one is the first; without a plan there is none.
    await athlete.delete(f"/workouts/{plain['workout']['id']}")
    assert (await earned_today(athlete))["first_time"] == 30
    await athlete.ask("PUT", f"/workouts/{again['workout']['id']}", json={"sets": [kg(100)]})
    assert (await earned_today(athlete))["first_time"] == 20


async def test_conversation_earns_points_up_to_its_cap(athlete: Person, connect: Connect) -> None:
    message = uuid4()
    await log(athlete, kg(100))
    assert talk(connect, athlete, message) == {
        "gained": 11,
        "score": 31,
        "level": 2,
        "title": "Warming Up",
        "leveled_up": True,
        "events": [
            {"kind": "first_time", "points": 10, "reason": "Talked with the companion for the first time"},
            {"kind": "conversation", "points": 1, "reason": "Talked with the companion"},
        ],
    }
    assert talk(connect, athlete, message)["gained"] == 0
    assert [talk(connect, athlete, uuid4())["gained"] for _ in range(6)] == [1, 1, 1, 1, 0, 0]
    assert await athlete.score() == 35


def test_only_the_service_can_award_conversation(athlete: Person, connect: Connect) -> None:
    with pytest.raises(psycopg.Error) as refusal:
        talk(connect, athlete, uuid4(), role="authenticator")
    assert refusal.value.sqlstate == "PT403"


async def test_the_caps_hold_for_concurrent_requests(
    athlete: Person, connect: Connect, admin: psycopg.Connection
) -> None:
    days = [{"day": 1, "exercises": [{"exercise_id": exercise_id("back-squat"), "sets": [{}]}]}]
    plan = (await athlete.ask("POST", "/plans", json={"name": "Strength", "days": days})).json()
    message = uuid4()
    responses, *turns = await asyncio.gather(
        asyncio.gather(*(athlete.log(kg(100 + i), plan_id=plan["id"]) for i in range(20))),
        *(asyncio.to_thread(talk, connect, athlete, uuid4()) for _ in range(8)),
        *(asyncio.to_thread(talk, connect, athlete, message) for _ in range(4)),
    )
    assert [response.status_code for response in responses] == [201] * 20
    # How many records were beaten depends on the order.
    earned = await earned_today(athlete)
    assert earned.pop("personal_record", 0) in {0, 5, 10, 15}
    assert earned == {"workout_completed": 20, "weekly_streak": 15, "first_time": 30, "conversation": 5}
    # Each response shows only the points of its own request.
    gains = [response.json()["affinity"] for response in responses] + turns
    assert sum(gain["gained"] for gain in gains) == await athlete.score()
    assert sum(gain["leveled_up"] for gain in gains) == 1
    await asyncio.gather(
        *(athlete.delete(f"/workouts/{response.json()['workout']['id']}") for response in responses[:10]),
        *(athlete.log(kg(130 + i)) for i in range(10)),
    )
    rows = admin.execute(
        "select rule.kind, sum(e.points) <= rule.daily_cap from private.affinity_events as e "
        "join private.affinity_rules as rule using (kind) where e.user_id = %s group by rule.kind",
        (athlete.id,),
    ).fetchall()
    assert len(rows) == 5
    assert all(within for _, within in rows)
    ledger = admin.execute("select sum(points) from private.affinity_events where user_id = %s", (athlete.id,))
    assert ledger.fetchone() == (await athlete.score(),)
