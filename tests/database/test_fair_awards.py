"""Nobody can gain or lose affinity by deleting and logging again: the ledger is what the workouts there are earn."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, Literal
from uuid import uuid4

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.types.json import Jsonb

from tests.support import Connect, exercise_id
from tools.stack.users import ROLE as AUTH_ROLE
from tools.stack.users import create_user

SQUAT, BENCH = exercise_id("back-squat"), exercise_id("bench-press")


class Account:
    """A new user whose workouts are logged one after the other, on days that a test chooses."""

    def __init__(self, connection: psycopg.Connection, auth: psycopg.Connection) -> None:
        user = create_user(auth, f"{uuid4().hex}@example.com", None)
        assert user is not None
        self.id = user.id
        self._connection = connection
        self.call("update_profile", Jsonb({"weekly_target": 2}))

    def call(self, function: str, *arguments: Any) -> Any:
        places = ", ".join("%s" for _ in arguments)
        with self._connection.transaction():
            self._connection.execute("select set_config('request.jwt.claims', %s, true)", (f'{{"sub": "{self.id}"}}',))
            row = self._connection.execute(f"select public.{function}({places})", arguments).fetchone()
        assert row is not None
        return row[0]

    def log(self, sets: list[dict[str, Any]], minute: int) -> str:
        moment = datetime.now(UTC) - timedelta(minutes=60 - minute)
        workout = {"completed_at": moment.isoformat(), "sets": sets}
        workout_id: str = self.call("log_workout", Jsonb(workout))["workout"]["id"]
        return workout_id

    def edit(self, workout_id: str, sets: list[dict[str, Any]]) -> None:
        self.call("update_workout", workout_id, Jsonb({"sets": sets}))

    def points(self) -> dict[str, int]:
        rows = self._connection.execute(
            "select kind, sum(points) from private.affinity_events where user_id = %s group by kind", (self.id,)
        ).fetchall()
        return dict(rows)

    def score(self) -> int:
        row = self._connection.execute(
            "select affinity_score from private.profiles where user_id = %s", (self.id,)
        ).fetchone()
        assert row is not None
        score: int = row[0]
        return score


@pytest.fixture
def new_account(admin: psycopg.Connection, connect: Connect) -> Iterator[Any]:
    with connect(AUTH_ROLE) as auth:
        yield lambda: Account(admin, auth)


def squat(weight: float, reps: int = 5) -> dict[str, Any]:
    return {"exercise_id": SQUAT, "weight": weight, "weight_unit": "kg", "reps": reps}


def test_deleting_one_of_two_workouts_leaves_what_the_other_alone_earns(new_account: Any) -> None:
    account = new_account()
    account.call("update_profile", Jsonb({"weekly_target": 1}))
    first = account.log([squat(100)], 1)
    second = account.log([squat(110)], 2)
    account.call("delete_workout", first)
    assert account.points() == {"workout_completed": 10, "first_time": 10, "weekly_streak": 15}
    account.call("delete_workout", second)
    assert account.points() == {}
    assert account.score() == 0


@pytest.mark.parametrize(
    "nothing",
    [
        {"exercise_id": SQUAT, "reps": 0},
        {"exercise_id": SQUAT, "reps": 0, "weight": 500, "weight_unit": "kg"},
        {"exercise_id": SQUAT, "duration_seconds": 0},
        {"exercise_id": SQUAT, "distance_meters": 0},
    ],
)
def test_sets_without_work_earn_nothing(new_account: Any, nothing: dict[str, Any]) -> None:
    account = new_account()
    account.call("update_profile", Jsonb({"weekly_target": 1}))
    workout = account.log([nothing] * 3, 1)
    assert account.points() == {}
    assert account.call("get_progress_summary", 1)["streak"]["current"] == 0
    # An edit that adds work earns as if the workout had been logged so, and one that removes it takes it back.
    account.edit(workout, [nothing, squat(100)])
    assert account.points() == {"workout_completed": 10, "first_time": 10, "weekly_streak": 15}
    account.edit(workout, [nothing])
    assert account.points() == {}


def test_raising_the_target_does_not_rewrite_history(new_account: Any, admin: psycopg.Connection) -> None:
    account = new_account()
    for weeks_ago in range(1, 11):
        for _ in range(2):
            admin.execute(
                "insert into private.workouts (user_id, completed_at, has_work) "
                "values (%s, now() - make_interval(weeks => %s), true)",
                (account.id, weeks_ago),
            )
    assert account.call("get_progress_summary", 1)["streak"]["current"] == 10
    account.call("update_profile", Jsonb({"weekly_target": 4}))
    assert account.call("get_progress_summary", 1)["streak"]["current"] == 10


type Step = tuple[Literal["log", "edit", "delete"], int, list[dict[str, Any]]]

SETS = st.lists(
    st.builds(
        lambda exercise, weight, reps: {"exercise_id": exercise, "weight": weight, "weight_unit": "kg", "reps": reps},
        st.sampled_from([SQUAT, BENCH]),
        st.sampled_from([60, 80, 100, 120]),
        st.sampled_from([0, 5]),
    ),
    min_size=1,
    max_size=3,
)
STEPS = st.lists(
    st.tuples(st.sampled_from(["log", "log", "edit", "delete"]), st.integers(0, 5), SETS), min_size=2, max_size=8
)


@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(STEPS)
def test_the_ledger_is_what_the_remaining_workouts_alone_would_earn(new_account: Any, steps: list[Step]) -> None:
    account, fresh = new_account(), new_account()
    there: dict[str, tuple[int, list[dict[str, Any]]]] = {}
    for minute, (what, which, sets) in enumerate(steps):
        if what == "log":
            there[account.log(sets, minute)] = (minute, sets)
        elif there:
            workout_id = [*there][which % len(there)]
            if what == "delete":
                account.call("delete_workout", workout_id)
                del there[workout_id]
            else:
                account.edit(workout_id, sets)
                there[workout_id] = (there[workout_id][0], sets)
    for minute, sets in there.values():
        fresh.log(sets, minute)
    assert account.points() == fresh.points()
    assert account.score() == sum(account.points().values())
