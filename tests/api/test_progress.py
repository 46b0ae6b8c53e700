"""Progress: weeks, streaks, records and time series, in the user's time zone."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest

from tests.support import Person, a_set, assert_problem, exercise_id, one_gateway, paths

SQUAT, BENCH = exercise_id("back-squat"), exercise_id("bench-press")
WEEK = timedelta(days=7)


def this_monday(timezone: str = "UTC") -> date:
    today = datetime.now(ZoneInfo(timezone)).date()
    return today - timedelta(days=today.weekday())


def on(day: date, hour: int = 12, timezone: str = "UTC") -> str:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZoneInfo(timezone)).astimezone(UTC).isoformat()


async def log(person: Person, *sets: dict[str, Any], at: str, **fields: Any) -> dict[str, Any]:
    response = await person.log(*(sets or (a_set(),)), completed_at=at, **fields)
    assert response.status_code == 201, response.text
    workout: dict[str, Any] = response.json()["workout"]
    return workout


async def read(person: Person, path: str, **query: Any) -> dict[str, Any]:
    response = await person.get(f"/progress/{path}", params=query)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_new_user_has_no_progress(athlete: Person) -> None:
    summary = await read(athlete, "summary")
    assert summary["streak"] == {"current": 0, "longest": 0, "paused": False}
    starts = [this_monday() - weeks * WEEK for weeks in range(11, -1, -1)]
    assert summary["weeks"] == [
        {
            "week_start": start.isoformat(),
            "sessions": 0,
            "duration_seconds": 0,
            "volume_kg": 0,
            "average_rpe": None,
            "muscles": [],
        }
        for start in starts
    ]
    assert await read(athlete, "records") == {"items": [], "total": 0, "page": 1, "per_page": 20}
    assert await read(athlete, f"exercises/{SQUAT}") == {
        "exercise_id": SQUAT,
        "exercise_name": "Back Squat",
        "trend_kg_per_week": None,
        "points": [],
    }


async def test_a_week_sums_up_its_workouts(athlete: Person) -> None:
    last = this_monday() - WEEK
    started = datetime.fromisoformat(on(last)) - timedelta(minutes=50)
    await log(
        athlete,
        a_set(set_type="warmup", weight=60, rpe=3),
        a_set(weight=100, reps=5, rpe=8),
        a_set(weight=100, reps=5, rpe=9),
        a_set("bench-press", weight=135, weight_unit="lb", reps=10),
        at=on(last),
        started_at=started.isoformat(),
    )
    await log(athlete, a_set(weight=90, reps=5), at=on(last + timedelta(days=6)), overall_rpe=6)
    week = (await read(athlete, "summary", weeks=2))["weeks"][0]
    muscles = {muscle["muscle"]: muscle for muscle in week.pop("muscles")}
    assert week == {
        "week_start": last.isoformat(),
        "sessions": 2,
        "duration_seconds": 3000,
        "volume_kg": pytest.approx(1000 + 1350 * 0.45359237 + 450),
        "average_rpe": 8.5,
    }
    squat = (await athlete.get(f"/exercises/{SQUAT}")).json()
    bench = (await athlete.get(f"/exercises/{BENCH}")).json()
    expected: dict[str, float] = {}
    for exercise, sets in ((squat, 3), (bench, 1)):
        for muscle in exercise["primary_muscles"]:
            expected[muscle] = expected.get(muscle, 0) + sets
        for muscle in exercise["secondary_muscles"]:
            expected[muscle] = expected.get(muscle, 0) + sets / 2
    assert {muscle: trained["hard_sets"] for muscle, trained in muscles.items()} == expected
    assert (muscles["quadriceps"]["hard_sets"], muscles["quadriceps"]["sessions"]) == (3, 2)
    assert (muscles["chest"]["hard_sets"], muscles["chest"]["sessions"]) == (1, 1)


async def test_sets_without_rpe_count_with_that_of_the_workout(athlete: Person) -> None:
    for rpe in (6, 9):
        await log(athlete, at=on(this_monday() - WEEK), overall_rpe=rpe)
    assert (await read(athlete, "summary", weeks=2))["weeks"][0]["average_rpe"] == 7.5


async def test_weeks_follow_the_users_time_zone(athlete: Person) -> None:
    # Sunday at 23:30 in New York is Monday in UTC.
    monday = this_monday("America/New_York") - WEEK
    sunday = datetime(monday.year, monday.month, monday.day, tzinfo=ZoneInfo("America/New_York")) - timedelta(
        minutes=30
    )
    await athlete.patch("/profile", {"timezone": "America/New_York"})
    await log(athlete, at=sunday.astimezone(UTC).isoformat())
    weeks = {week["week_start"]: week["sessions"] for week in (await read(athlete, "summary"))["weeks"]}
    assert weeks[(monday - WEEK).isoformat()] == 1
    await athlete.patch("/profile", {"timezone": "UTC"})
    weeks = {week["week_start"]: week["sessions"] for week in (await read(athlete, "summary"))["weeks"]}
    assert weeks[monday.isoformat()] == 1


@one_gateway
@pytest.mark.parametrize("weeks", [0, 105, "x"])
async def test_a_wrong_number_of_weeks_is_refused(athlete: Person, weeks: object) -> None:
    assert_problem(await athlete.get("/progress/summary", params={"weeks": weeks}), 422, "invalid_request")


async def train(person: Person, weeks_ago: int, times: int = 1) -> None:
    for _ in range(times):
        await log(person, at=on(this_monday() - weeks_ago * WEEK, hour=0))


async def streak(person: Person) -> tuple[int, int, bool]:
    found = (await read(person, "summary", weeks=1))["streak"]
    return found["current"], found["longest"], found["paused"]


async def test_a_streak_counts_weeks_that_met_the_target(athlete: Person) -> None:
    await athlete.patch("/profile", {"weekly_target": 2})
    for weeks_ago in (9, 8, 7, 5, 2, 1):
        await train(athlete, weeks_ago, 2)
    await train(athlete, 6)  # once is not enough
    assert await streak(athlete) == (2, 3, False)
    # The current week never breaks the streak, and lengthens it once it meets the target.
    await train(athlete, 0)
    assert await streak(athlete) == (2, 3, False)
    await train(athlete, 0)
    assert await streak(athlete) == (3, 3, False)
    # A new target counts from this week on, whether it is lower or higher.
    await athlete.patch("/profile", {"weekly_target": 1})
    assert await streak(athlete) == (3, 3, False)
    await athlete.patch("/profile", {"weekly_target": 7})
    assert await streak(athlete) == (2, 3, False)


async def test_a_missed_week_ends_a_streak(athlete: Person) -> None:
    await athlete.patch("/profile", {"weekly_target": 1})
    for weeks_ago in (4, 3, 2):
        await train(athlete, weeks_ago)
    assert await streak(athlete) == (0, 3, False)


async def test_paused_weeks_neither_lengthen_nor_break_a_streak(athlete: Person) -> None:
    await athlete.patch("/profile", {"weekly_target": 1})
    for weeks_ago in (5, 4, 1):
        await train(athlete, weeks_ago)
    assert await streak(athlete) == (1, 2, False)
    start = this_monday() - 3 * WEEK
    wednesday = (start + timedelta(days=2)).isoformat()
    paused = await athlete.ask("POST", "/progress/pause", json={"weeks": 2, "from": wednesday})
    assert paused.status_code == 200, paused.text
    assert paused.json() == {
        "streak": {"current": 3, "longest": 3, "paused": False},
        "paused_weeks": [start.isoformat(), (start + WEEK).isoformat()],
    }
    # The same pause again changes nothing, and a paused week that meets the target still counts.
    assert (await athlete.ask("POST", "/progress/pause", json={"weeks": 2, "from": wednesday})).json() == paused.json()
    await train(athlete, 3)
    assert await streak(athlete) == (4, 4, False)


async def test_the_current_week_can_be_paused_and_resumed(athlete: Person) -> None:
    await athlete.patch("/profile", {"weekly_target": 1})
    await train(athlete, 1)
    paused = (await athlete.ask("POST", "/progress/pause")).json()
    assert paused == {
        "streak": {"current": 1, "longest": 1, "paused": True},
        "paused_weeks": [this_monday().isoformat()],
    }
    resumed = (await athlete.ask("DELETE", "/progress/pause")).json()
    assert resumed == {"streak": {"current": 1, "longest": 1, "paused": False}, "paused_weeks": []}


@one_gateway
@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"weeks": 0}, "weeks"),
        ({"weeks": 13}, "weeks"),
        ({"weeks": None}, "weeks"),
        ({"from": None}, "from"),
        ({"from": "yesterday"}, "from"),
        ({"from": 20260803}, "from"),
        ({"from_": "2026-08-03"}, "from_"),
    ],
)
async def test_a_wrong_field_of_a_pause_is_named(athlete: Person, body: dict[str, Any], path: str) -> None:
    problem = assert_problem(await athlete.ask("POST", "/progress/pause", json=body), 422, "invalid_request")
    assert paths(problem) == [path]


@pytest.mark.parametrize("weeks", [-5, 53])
async def test_a_pause_cannot_start_far_from_today(athlete: Person, weeks: int) -> None:
    body = {"from": (this_monday() + weeks * WEEK).isoformat()}
    problem = assert_problem(await athlete.ask("POST", "/progress/pause", json=body), 422, "invalid_pause")
    assert paths(problem) == ["from"]
    body = {"from": (this_monday() + (weeks + (1 if weeks < 0 else -1)) * WEEK).isoformat()}
    assert (await athlete.ask("POST", "/progress/pause", json=body)).status_code == 200


async def test_records_have_a_history_of_the_values_they_beat(athlete: Person) -> None:
    first = await log(athlete, a_set(weight=100, reps=5), at="2026-03-01T10:00:00Z")
    second = await log(athlete, a_set(weight=110, reps=1), at="2026-03-08T10:00:00Z")
    await log(athlete, a_set(set_type="warmup", weight=500), a_set(weight=90, reps=2), at="2026-03-15T10:00:00Z")
    await log(athlete, a_set("pull-up", weight=None, reps=12), at="2026-03-16T10:00:00Z")
    page = await read(athlete, "records")
    assert page["total"] == 4
    assert [(r["exercise_name"], r["kind"], r["unit"], r["value"], r["workout_id"]) for r in page["items"][:3]] == [
        ("Back Squat", "weight", "kg", 110, second["id"]),
        ("Back Squat", "estimated_1rm", "kg", 116.67, first["id"]),
        ("Back Squat", "session_volume", "kg", 500, first["id"]),
    ]
    assert (page["items"][3]["exercise_name"], page["items"][3]["unit"], page["items"][3]["value"]) == (
        "Pull-Up",
        "reps",
        12,
    )
    assert page["items"][0]["history"] == [
        {"value": 100, "achieved_at": "2026-03-01T10:00:00Z", "workout_id": first["id"]},
        {"value": 110, "achieved_at": "2026-03-08T10:00:00Z", "workout_id": second["id"]},
    ]
    squats = await read(athlete, "records", exercise_id=SQUAT, per_page=2, page=2)
    assert (squats["total"], [r["kind"] for r in squats["items"]]) == (3, ["session_volume"])
    await athlete.patch("/profile", {"weight_unit": "lb"})
    assert (await read(athlete, "records"))["items"][0]["value"] == 242.51


async def test_records_are_compared_with_earlier_workouts_only(athlete: Person) -> None:
    later = await log(athlete, a_set(weight=100), at="2026-03-08T10:00:00Z")
    before = await log(athlete, a_set(weight=120), at="2026-03-01T10:00:00Z")
    (weight,) = [r for r in (await read(athlete, "records"))["items"] if r["kind"] == "weight"]
    assert (weight["workout_id"], len(weight["history"])) == (before["id"], 1)
    await athlete.ask("DELETE", f"/workouts/{before['id']}")
    (weight,) = [r for r in (await read(athlete, "records"))["items"] if r["kind"] == "weight"]
    assert weight["workout_id"] == later["id"]


async def test_a_series_has_a_point_for_each_workout(athlete: Person) -> None:
    await athlete.patch("/profile", {"timezone": "Asia/Tokyo"})
    first = await log(
        athlete,
        a_set(set_type="warmup", weight=150),
        a_set(weight=100, reps=5),
        a_set(weight=100, reps=6, rpe=10),
        a_set(weight=80, reps=8),
        at="2026-03-01T20:00:00Z",
    )
    await log(athlete, a_set(weight=110, reps=6), at="2026-03-15T20:00:00Z")
    await log(athlete, a_set("bench-press"), at="2026-03-16T20:00:00Z")
    series = await read(athlete, f"exercises/{SQUAT}")
    assert len(series["points"]) == 2
    assert series["points"][0] == {
        "workout_id": first["id"],
        "completed_at": "2026-03-01T20:00:00Z",
        "date": "2026-03-02",
        "working_sets": 3,
        "volume_kg": 1740,
        "estimated_1rm_kg": 120,
        "top_set": {
            "weight": 100,
            "weight_unit": "kg",
            "weight_kg": 100,
            "reps": 6,
            "duration_seconds": None,
            "distance_meters": None,
            "rpe": 10,
        },
        "reps_at_weight": [
            {"weight": 100, "weight_unit": "kg", "reps": 6},
            {"weight": 80, "weight_unit": "kg", "reps": 8},
        ],
    }
    # The estimate rises from 120 to 132 kg in two weeks.
    assert series["trend_kg_per_week"] == 6
    for query, dates in (
        ({"from": "2026-03-02", "to": "2026-03-02"}, ["2026-03-02"]),
        ({"from": "2026-03-03"}, ["2026-03-16"]),
        ({"to": "2026-03-01"}, []),
    ):
        found = await read(athlete, f"exercises/{SQUAT}", **query)
        assert [point["date"] for point in found["points"]] == dates
        assert found["trend_kg_per_week"] is None


async def test_a_series_of_an_exercise_without_weight(athlete: Person) -> None:
    await log(
        athlete,
        a_set("plank", weight=None, reps=None, duration_seconds=60),
        a_set("plank", weight=None, reps=None, duration_seconds=90),
        at="2026-03-01T10:00:00Z",
    )
    series = await read(athlete, f"exercises/{exercise_id('plank')}")
    (point,) = series["points"]
    assert (point["top_set"]["duration_seconds"], point["reps_at_weight"], point["estimated_1rm_kg"]) == (90, [], None)
    assert (point["volume_kg"], series["trend_kg_per_week"]) == (0, None)


async def test_a_wrong_range_is_refused(athlete: Person) -> None:
    path = f"/progress/exercises/{SQUAT}"
    response = await athlete.get(path, params={"from": "2026-03-02", "to": "2026-03-01"})
    assert paths(assert_problem(response, 422, "invalid_range")) == ["from"]
    for query in ({"from": "2026"}, {"to": "2026-02-30"}, {"since": "2026-01-01"}):
        assert_problem(await athlete.get(path, params=query), 422, "invalid_request")


async def test_progress_counts_only_the_users_own_workouts(athlete: Person, stranger: Person) -> None:
    await log(athlete, at=on(this_monday() - WEEK))
    assert (await read(stranger, "records"))["total"] == 0
    assert sum(week["sessions"] for week in (await read(stranger, "summary"))["weeks"]) == 0
    assert (await read(stranger, f"exercises/{SQUAT}"))["points"] == []
    own = await athlete.ask("POST", "/exercises", json={"name": "Secret lift"})
    path = f"/progress/exercises/{own.json()['id']}"
    assert (await athlete.get(path)).status_code == 200
    assert_problem(await stranger.get(path), 404, "exercise_not_found")
    assert_problem(await stranger.get(f"/progress/exercises/{uuid4()}"), 404, "exercise_not_found")


@pytest.mark.parametrize("timezone", ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
async def test_weeks_keep_their_length_across_daylight_saving(
    athlete: Person, admin: psycopg.Connection, timezone: str
) -> None:
    """The first and the last second of each of 99 weeks belong to that week."""
    await athlete.patch("/profile", {"timezone": timezone, "weekly_target": 2})
    zone = ZoneInfo(timezone)
    monday = this_monday(timezone)
    starts = [monday - weeks * WEEK for weeks in range(1, 100)]
    moments = []
    for start in starts:
        first = datetime(start.year, start.month, start.day, tzinfo=zone)
        end = start + WEEK
        moments += [first, datetime(end.year, end.month, end.day, tzinfo=zone).astimezone(UTC) - timedelta(seconds=1)]
    with admin.cursor() as cursor:
        cursor.executemany(
            "insert into private.workouts (user_id, completed_at, has_work) values (%s, %s, true)",
            [(athlete.id, moment) for moment in moments],
        )
    weeks = {week["week_start"]: week["sessions"] for week in (await read(athlete, "summary", weeks=104))["weeks"]}
    assert {start: weeks[start.isoformat()] for start in starts} == dict.fromkeys(starts, 2)
    assert await streak(athlete) == (99, 99, False)
