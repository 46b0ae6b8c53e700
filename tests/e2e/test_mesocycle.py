"""Twelve weeks of training: 36 workouts that follow a plan. Every expected number was worked out by hand."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.support import Person, a_set, exercise_id

ZONE = ZoneInfo("Europe/Berlin")
SQUAT, BENCH, DEADLIFT = exercise_id("back-squat"), exercise_id("bench-press"), exercise_id("deadlift")
PLAN: dict[str, Any] = {
    "name": "Strength in twelve weeks",
    "duration_weeks": 12,
    "days_per_week": 3,
    "days": [
        {
            "day": 1,
            "name": "Squat",
            "exercises": [
                {
                    "exercise_id": SQUAT,
                    "progression": {
                        "scheme": "linear",
                        "increment": 2.5,
                        "deload": {"after_failures": 2, "percent": 10},
                    },
                    "sets": [{"set_type": "warmup", "reps_min": 5, "reps_max": 5, "weight": 60}]
                    + [{"reps_min": 5, "reps_max": 5, "weight": 100}] * 3,
                }
            ],
        },
        {
            "day": 3,
            "name": "Bench",
            "exercises": [
                {
                    "exercise_id": BENCH,
                    "progression": {"scheme": "double", "increment": 2.5},
                    "sets": [{"reps_min": 8, "reps_max": 10, "weight": 60}] * 3,
                }
            ],
        },
        {
            "day": 5,
            "name": "Deadlift",
            "exercises": [
                {
                    "exercise_id": DEADLIFT,
                    "progression": {"scheme": "percent_1rm"},
                    "sets": [
                        {"reps_min": 5, "reps_max": 5, "percent_1rm": 70},
                        {"reps_min": 5, "reps_max": 5, "percent_1rm": 70},
                        {"set_type": "amrap", "reps_min": 5, "reps_max": 12, "percent_1rm": 80},
                    ],
                }
            ],
        },
    ],
}


@dataclass(frozen=True)
class Session:
    """The loads and reps suggested for the working sets, the reps done with them, and the expected results."""

    loads: list[float]
    reps: list[int]
    done: list[int]
    volume: float
    records: list[str]
    why: str


def squat(load: float, done: str, volume: float, records: str, why: str) -> Session:
    return Session([load] * 3, [5] * 3, [int(reps) for reps in done.split()], volume, records.split(), why)


def bench(load: float, reps_and_done: str, volume: float, records: str, why: str) -> Session:
    suggested, real = ([int(count) for count in text.split()] for text in reps_and_done.split(" -> "))
    return Session([load] * 3, suggested, real, volume, records.split(), why)


def deadlift(loads: list[float], done: str, volume: float, records: str, why: str) -> Session:
    return Session(loads, [5] * 3, [int(reps) for reps in done.split()], volume, records.split(), why)


MORE, AGAIN, REPS, OF_1RM = "so add 2.5 kg.", "so repeat it.", "add reps before you add load.", "estimated 1RM of "
ALL = "weight estimated_1rm session_volume"
SQUATS = [
    squat(100, "5 5 5", 1500, ALL, "The plan starts with 100 kg."),
    squat(102.5, "5 5 5", 1537.5, ALL, MORE),
    squat(105, "5 5 5", 1575, ALL, MORE),
    squat(107.5, "5 5 4", 1505, "weight estimated_1rm", MORE),
    squat(107.5, "5 4 4", 1397.5, "", AGAIN),
    # 107.5 less 10 % is 96.75, rounded to plates 97.5.
    squat(97.5, "5 5 5", 1462.5, "", "You missed targets in 2 sessions in a row, so take 10 % off 107.5 kg."),
    squat(100, "5 5 5", 1500, "", MORE),
    squat(102.5, "5 5 5", 1537.5, "", MORE),
    squat(105, "5 5 5", 1575, "", MORE),
    squat(107.5, "5 5 5", 1612.5, "session_volume", MORE),
    squat(110, "5 5 5", 1650, ALL, MORE),
    squat(112.5, "5 5 5", 1687.5, ALL, MORE),
]
BENCHES = [
    bench(60, "8 8 8 -> 8 8 8", 1440, ALL, "The plan starts with 60 kg."),
    bench(60, "9 9 9 -> 9 9 9", 1620, "estimated_1rm session_volume", REPS),
    bench(60, "10 10 10 -> 10 10 10", 1800, "estimated_1rm session_volume", REPS),
    bench(62.5, "8 8 8 -> 9 8 8", 1562.5, "weight estimated_1rm", MORE),
    bench(62.5, "10 9 9 -> 10 10 10", 1875, "estimated_1rm session_volume", REPS),
    bench(65, "8 8 8 -> 8 8 7", 1495, "weight", MORE),
    bench(65, "8 8 8 -> 8 8 8", 1560, "", AGAIN),
    bench(65, "9 9 9 -> 10 10 10", 1950, "estimated_1rm session_volume", REPS),
    bench(67.5, "8 8 8 -> 10 10 10", 2025, ALL, MORE),
    bench(70, "8 8 8 -> 8 8 8", 1680, "weight", MORE),
    bench(70, "9 9 9 -> 9 9 9", 1890, "estimated_1rm", REPS),
    bench(70, "10 10 10 -> 10 10 10", 2100, "estimated_1rm session_volume", REPS),
]
# Before the plan, one rep with 150 kg. In the sixth week ten reps with 120 kg give an estimate of 160 kg.
DEADLIFTS = [
    deadlift([105, 105, 120], "5 5 5", 1650, "session_volume", OF_1RM + "150 kg."),
    *[deadlift([105, 105, 120], "5 5 5", 1650, "", OF_1RM + "150 kg.")] * 4,
    deadlift([105, 105, 120], "5 5 10", 2250, "estimated_1rm session_volume", OF_1RM + "150 kg."),
    # 112 and 128, rounded to plates.
    *[deadlift([112.5, 112.5, 127.5], "5 5 5", 1762.5, "", OF_1RM + "160 kg.")] * 6,
]
VOLUMES = [4590, 4807.5, 5025, 4717.5, 4922.5, 5207.5, 4822.5, 5250, 5362.5, 5055, 5302.5, 5550]
WARMUPS = [60, 62.5, 62.5, 65, 65, 57.5, 60, 62.5, 62.5, 65, 65, 67.5]
RECORDS: dict[tuple[str, str], list[float]] = {
    ("Back Squat", "weight"): [100, 102.5, 105, 107.5, 110, 112.5],
    ("Back Squat", "estimated_1rm"): [116.67, 119.58, 122.5, 125.42, 128.33, 131.25],
    ("Back Squat", "session_volume"): [1500, 1537.5, 1575, 1612.5, 1650, 1687.5],
    ("Bench Press", "weight"): [60, 62.5, 65, 67.5, 70],
    ("Bench Press", "estimated_1rm"): [76, 78, 80, 81.25, 83.33, 86.67, 90, 91, 93.33],
    ("Bench Press", "session_volume"): [1440, 1620, 1800, 1875, 1950, 2025, 2100],
    ("Deadlift", "weight"): [150],
    ("Deadlift", "estimated_1rm"): [150, 160],
    ("Deadlift", "session_volume"): [150, 1650, 2250],
}


def evening(day: date) -> str:
    return datetime(day.year, day.month, day.day, 18, tzinfo=ZONE).astimezone(UTC).isoformat()


async def read(person: Person, path: str, **query: Any) -> dict[str, Any]:
    response = await person.get(path, params=query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def train(person: Person, plan_id: str, start: date, week: int, session: Session) -> dict[str, Any]:
    """Check the session that is due, log the reps done, and return the workout."""
    due = await read(person, f"/plans/{plan_id}/next")
    day = due["day"]
    assert (due["week"], due["finished"]) == (week, False)
    on = start + timedelta(days=7 * (week - 1) + day - 1)
    (exercise,) = due["exercises"]
    sets = exercise["sets"]
    working = [s for s in sets if s["set_type"] != "warmup"]
    assert [s["weight"] for s in working] == session.loads, (week, day)
    assert [s["reps"] for s in working] == session.reps, (week, day)
    assert exercise["why"].endswith(session.why), exercise["why"]
    slug = {SQUAT: "back-squat", BENCH: "bench-press", DEADLIFT: "deadlift"}[exercise["exercise_id"]]
    done = [
        a_set(slug, set_type="warmup", weight=s["weight"], reps=s["reps"]) for s in sets if s["set_type"] == "warmup"
    ] + [a_set(slug, weight=s["weight"], reps=reps, rpe=10) for s, reps in zip(working, session.done, strict=True)]
    response = await person.log(*done, plan_id=plan_id, plan_day=day, completed_at=evening(on))
    assert response.status_code == 201, response.text
    logged: dict[str, Any] = response.json()
    assert logged["workout"]["total_volume_kg"] == session.volume, (week, day)
    assert [record["kind"] for record in logged["personal_records"]] == session.records, (week, day)
    workout: dict[str, Any] = logged["workout"]
    return workout


async def test_twelve_weeks_of_training(athlete: Person, admin: psycopg.Connection) -> None:
    today = datetime.now(ZONE).date()
    start = today - timedelta(days=today.weekday() + 12 * 7)
    await athlete.patch("/profile", {"timezone": ZONE.key, "weekly_target": 3})
    await athlete.log(a_set("deadlift", weight=150, reps=1), completed_at=evening(start - timedelta(days=3)))
    plan_id = (await athlete.ask("POST", "/plans", json=PLAN)).json()["id"]
    await check_the_dry_run(athlete, plan_id)
    for week, sessions in enumerate(zip(SQUATS, BENCHES, DEADLIFTS, strict=True)):
        for day, session in zip((1, 3, 5), sessions, strict=True):
            workout = await train(athlete, plan_id, start, week + 1, session)
            assert workout["plan_day"] == day
            if day == 1:
                full = await read(athlete, f"/workouts/{workout['id']}")
                assert full["sets"][0]["weight"] == WARMUPS[week], week
    assert (await read(athlete, f"/plans/{plan_id}/next"))["finished"] is True
    await check_progress(athlete, plan_id, start)
    ledger = admin.execute(
        "select sum(points) from private.affinity_events where user_id = %s", (athlete.id,)
    ).fetchone()
    # All workouts were logged today, so the daily caps allow points for two workouts and three records. The first
    # workout and the first plan come on top. The weekly target earns none: no workout was this week.
    assert ledger == (55,)
    assert await athlete.score() == 55


async def check_the_dry_run(athlete: Person, plan_id: str) -> None:
    """Check the dry run before the first session, which assumes that all targets are met."""
    dry_run_sessions = (await read(athlete, f"/plans/{plan_id}/next", dry_run_weeks=12))["dry_run"]
    assert len(dry_run_sessions) == 36
    squats, benches, deadlifts = (
        [
            [(s["weight"], s["reps"]) for s in session["exercises"][0]["sets"] if s["set_type"] != "warmup"]
            for session in dry_run_sessions
            if session["day"] == day
        ]
        for day in (1, 3, 5)
    )
    assert squats == [[(100 + 2.5 * week, 5)] * 3 for week in range(12)]
    assert benches == [[(60 + 2.5 * (week // 3), 8 + week % 3)] * 3 for week in range(12)]
    assert deadlifts == [[(105, 5), (105, 5), (120, 5)]] * 12


async def check_progress(athlete: Person, plan_id: str, start: date) -> None:
    """Check weeks, streak, records, series and adherence after the last session."""
    summary = await read(athlete, "/progress/summary", weeks=14)
    assert summary["streak"] == {"current": 12, "longest": 12, "paused": False}
    weeks = summary["weeks"]
    assert [week["sessions"] for week in weeks] == [1, *[3] * 12, 0]
    assert [week["volume_kg"] for week in weeks] == [150, *VOLUMES, 0]
    assert [week["average_rpe"] for week in weeks] == [None, *[10] * 12, None]
    assert weeks[1]["week_start"] == start.isoformat()
    for week in weeks[1:13]:
        hard = {muscle["muscle"]: (muscle["hard_sets"], muscle["sessions"]) for muscle in week["muscles"]}
        assert (hard["quadriceps"], hard["chest"], hard["triceps"]) == ((4.5, 2), (3, 1), (3, 1))
    records = await read(athlete, "/progress/records", per_page=100)
    found = {(r["exercise_name"], r["kind"]): [step["value"] for step in r["history"]] for r in records["items"]}
    assert found == RECORDS
    series = await read(athlete, f"/progress/exercises/{SQUAT}")
    points = series["points"]
    assert [point["top_set"]["weight"] for point in points] == [session.loads[0] for session in SQUATS]
    assert [point["volume_kg"] for point in points] == [session.volume for session in SQUATS]
    assert [point["date"] for point in points] == [(start + timedelta(days=7 * week)).isoformat() for week in range(12)]
    assert points[-1]["estimated_1rm_kg"] == pytest.approx(131.25)
    # Least squares: the loads times the distances of their weeks from the middle add up to 98.75, the squares of these
    # distances to 143, and the estimate for five reps is 7/6 of the load. Daylight saving may move a week by an hour.
    assert series["trend_kg_per_week"] == pytest.approx(98.75 * 7 / 6 / 143, abs=0.005)
    adherence = await read(athlete, f"/plans/{plan_id}/adherence")
    assert (adherence["sessions"], adherence["rate"], len(adherence["weeks"])) == (36, 1, 12)
    assert (await read(athlete, "/workouts", plan_id=plan_id))["total"] == 36
