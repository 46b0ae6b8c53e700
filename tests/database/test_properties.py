"""The results of SQL functions match plain Python models of the same rules."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import Connect, exercise_id
from tools.stack.users import ROLE as AUTH_ROLE
from tools.stack.users import create_user

SQUAT = exercise_id("back-squat")
POUND = Fraction("0.45359237")
ZONES = ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Auckland", "Asia/Kathmandu", "America/St_Johns"]

# Each run tests the same examples. They can share a fixture, because each example cleans up after itself.
checked = settings(
    max_examples=60,
    derandomize=True,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


class Someone:
    """A signed-in user who calls the database directly."""

    def __init__(self, connection: psycopg.Connection, user_id: UUID) -> None:
        self.connection = connection
        self.id = user_id

    def call(self, function: str, *arguments: Any) -> Any:
        """Call a function and return its result."""
        given = [json.dumps(value) if isinstance(value, dict) else value for value in arguments]
        self.connection.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
            (json.dumps({"role": "authenticated", "sub": str(self.id)}),),
        )
        row = self.connection.execute(
            f"select public.{function}({', '.join('%s' for _ in given)})",
            given,
        ).fetchone()
        assert row is not None
        return row[0]


@pytest.fixture
def someone(connect: Connect) -> Iterator[Someone]:
    with connect(AUTH_ROLE) as connection:
        user = create_user(connection, f"{uuid4().hex}@example.com", None)
    assert user is not None
    with connect("slow_burn_api") as connection:
        yield Someone(connection, user.id)


def an_example(someone: Someone) -> AbstractContextManager[psycopg.Transaction]:
    """Open a transaction that is rolled back at its end."""
    return someone.connection.transaction(force_rollback=True)


weights = st.decimals(0, 2000, places=3)
# RIR and RPE, which may contradict each other by half a rep.
efforts = st.one_of(
    st.tuples(st.none() | st.integers(0, 10), st.none()),
    st.tuples(st.none(), st.integers(2, 20).map(lambda halves: halves / 2)),
    st.tuples(st.integers(1, 8), st.sampled_from([-0.5, 0.0, 0.5])).map(lambda both: (both[0], 10 - both[0] + both[1])),
)
units = st.sampled_from(["kg", "lb"])


@checked
@given(
    weight=weights,
    unit=units,
    reps=st.integers(0, 15) | st.integers(0, 1000),
    effort=efforts,
)
def test_weight_volume_and_estimate_match_the_model(
    someone: Someone, weight: Decimal, unit: str, reps: int, effort: tuple[int | None, float | None]
) -> None:
    rir, rpe = effort
    entry = {"exercise_id": SQUAT, "weight": float(weight), "weight_unit": unit, "reps": reps, "rir": rir, "rpe": rpe}
    with an_example(someone):
        (done,) = someone.call("log_workout", {"sets": [entry]})["workout"]["sets"]
    kilograms = Fraction(weight) * (POUND if unit == "lb" else 1)
    assert (Fraction(str(done["weight"])), done["weight_unit"]) == (Fraction(weight), unit)
    assert done["weight_kg"] == pytest.approx(float(kilograms), abs=1e-9)
    assert done["volume_kg"] == pytest.approx(float(kilograms * reps), abs=1e-6)
    reserve = Fraction(rir) if rir is not None else 10 - Fraction(rpe) if rpe is not None else Fraction(0)
    effective = reps + min(reserve, Fraction(4))
    if weight == 0 or reps == 0 or effective > 12:
        assert done["estimated_1rm_kg"] is None
    else:
        factor = 1 if effective == 1 else 1 + Fraction(effective) / 30
        assert done["estimated_1rm_kg"] == pytest.approx(float(kilograms * factor), rel=1e-7)


def weeks_of_streak(met: set[date], paused: set[date], this_week: date) -> tuple[int, int]:
    """Return the current and the longest streak by walking through the weeks one by one."""
    if not met:
        return 0, 0
    week, run, longest, current = min(met), 0, 0, 0
    while week <= this_week:
        if week in met:
            run += 1
        elif week not in paused and week != this_week:
            run = 0
        longest = max(longest, run)
        current = run
        week += timedelta(days=7)
    return current, longest


@checked
@given(
    zone=st.sampled_from(ZONES),
    target=st.integers(1, 3),
    hours_ago=st.lists(st.integers(0, 20 * 7 * 24), max_size=60),
    paused_ago=st.sets(st.integers(0, 20), max_size=8),
)
def test_streaks_match_the_model(
    someone: Someone, zone: str, target: int, hours_ago: list[int], paused_ago: set[int]
) -> None:
    timezone = ZoneInfo(zone)
    now = datetime.now(UTC)
    today = now.astimezone(timezone).date()
    this_week = today - timedelta(days=today.weekday())
    with an_example(someone):
        someone.call("update_profile", {"timezone": zone, "weekly_target": target})
        moments = [now - timedelta(hours=hours) for hours in hours_ago]
        for moment in moments:
            someone.call(
                "log_workout", {"completed_at": moment.isoformat(), "sets": [{"exercise_id": SQUAT, "reps": 1}]}
            )
        paused = {this_week - timedelta(days=7 * ago) for ago in paused_ago}
        for week in paused:
            someone.connection.execute("insert into private.paused_weeks values (%s, %s)", (someone.id, week))
        streak = someone.call("get_progress_summary", 1)["streak"]
    sessions: dict[date, int] = {}
    for moment in moments:
        day = moment.astimezone(timezone).date()
        week = day - timedelta(days=day.weekday())
        sessions[week] = sessions.get(week, 0) + 1
    met = {week for week, times in sessions.items() if times >= target}
    current, longest = weeks_of_streak(met, paused, this_week)
    assert streak == {"current": current, "longest": longest, "paused": this_week in paused}


log_entries = st.tuples(st.integers(1, 60), st.sampled_from([0, 60, 80, 100, 120]), st.integers(0, 8))


@checked
@given(entries=st.lists(log_entries, min_size=1, max_size=12))
def test_records_match_the_model(someone: Someone, entries: list[tuple[int, int, int]]) -> None:
    now = datetime.now(UTC)
    with an_example(someone):
        for days_ago, weight, reps in entries:
            done = {"exercise_id": SQUAT, "weight": weight, "weight_unit": "kg", "reps": reps}
            at = (now - timedelta(days=days_ago)).isoformat()
            someone.call("log_workout", {"completed_at": at, "sets": [done]})
        found = {item["kind"]: item for item in someone.call("list_records")["items"]}
    values: dict[str, Callable[[int, int], float]] = {
        "weight": lambda weight, reps: weight if reps else 0,
        "estimated_1rm": lambda weight, reps: (
            0 if not weight or not reps else weight if reps == 1 else weight * (1 + reps / 30)
        ),
        "reps": lambda weight, reps: 0 if weight else reps,
        "session_volume": lambda weight, reps: weight * reps,
    }
    # Of two workouts at the same moment, the one logged first counts as earlier. Sorting keeps their order.
    in_time = sorted(entries, key=lambda entry: -entry[0])
    for kind, value in values.items():
        steps: list[float] = []
        for _, weight, reps in in_time:
            if (reached := round(value(weight, reps), 2)) > (steps[-1] if steps else 0):
                steps.append(reached)
        assert (
            [step["value"] for step in found[kind]["history"]] == pytest.approx(steps) if steps else kind not in found
        )


class PlanModel:
    """The versions of a plan, as a list of names."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def put(self, name: str, expected: list[int] | None) -> bool:
        """Add a version if the current one is expected and the name is new; return whether the put is accepted."""
        if expected is not None and len(self.names) not in expected:
            return False
        if self.names[-1:] != [name]:
            self.names.append(name)
        return True


puts = st.tuples(st.text("abc", min_size=1, max_size=3), st.none() | st.lists(st.integers(1, 6), max_size=3))


@checked
@given(changes=st.lists(puts, max_size=8))
def test_versions_of_a_plan_match_the_model(someone: Someone, changes: list[tuple[str, list[int] | None]]) -> None:
    days = [{"day": 1, "exercises": [{"exercise_id": SQUAT, "sets": [{}]}]}]
    model = PlanModel()
    model.put("first", None)
    with an_example(someone):
        plan_id = someone.call("create_plan", {"name": "first", "days": days})["id"]
        for name, expected in changes:
            plan = {"name": name, "days": days}
            if model.put(name, expected):
                someone.call("replace_plan", plan_id, plan, expected)
            else:
                with (
                    pytest.raises(psycopg.Error, match="has changed meanwhile"),
                    someone.connection.transaction(),
                ):
                    someone.call("replace_plan", plan_id, plan, expected)
        versions = someone.call("list_plan_versions", plan_id)["items"]
        listed = someone.call("list_plans")
    assert [(v["version"], v["name"]) for v in reversed(versions)] == [*enumerate(model.names, start=1)]
    assert (listed["total"], listed["items"][0]["version"], listed["items"][0]["name"]) == (
        1,
        len(model.names),
        model.names[-1],
    )
