"""Calls read few rows, however many workouts a user and all other users have, because triggers keep what they need.

The test counts rows and pages that Postgres reads, not seconds, because the counts are the same on every machine.
"""

import json
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
import pytest

from tests.support import exercise_id
from tools.stack.database import database_url

OTHERS, MANY_OTHERS = 20, 120
OWN, MUCH, OF_OTHERS = 40, 800, 100
SETS = 4
READER = 1
LIFTS = [exercise_id(slug) for slug in ("back-squat", "bench-press", "deadlift", "overhead-press", "barbell-row")]
# Of smaller tables, Postgres rightly reads all.
PER_USER = ("workouts", "workout_exercises", "workout_sets", "training_weeks")
USER = "('00000000-0000-4000-9000-' || lpad(to_hex({}), 12, '0'))::uuid"
PEOPLE = f"""
    insert into auth.users (id, email)
    select {USER.format("n")}, n || '@example.com' from generate_series(%(first)s, %(last)s) as n
"""
WORKOUTS = f"""
    insert into private.workouts (user_id, id, completed_at, created_at, plan_id, plan_version, plan_name, plan_day)
    select
        {USER.format("n")},
        ('00000000-0000-4000-' || lpad(to_hex(n), 4, '0') || '-' || lpad(to_hex(k), 12, '0'))::uuid,
        now() - k * interval '2 days', now() - k * interval '2 days', %(plan)s, 1, 'Strength', 1
    from generate_series(%(first)s, %(last)s) as n
    cross join generate_series(%(from)s, %(to)s) as k
"""
WORKOUT_SETS = f"""
    insert into private.workout_sets (user_id, workout_id, position, exercise_id, weight, weight_unit, reps)
    select
        {USER.format("n")},
        ('00000000-0000-4000-' || lpad(to_hex(n), 4, '0') || '-' || lpad(to_hex(k), 12, '0'))::uuid,
        p, (%(lifts)s::uuid[])[1 + (k + p) %% 5], 100 + (k * 7 + p) %% 40, 'kg', 5
    from generate_series(%(first)s, %(last)s) as n
    cross join generate_series(%(from)s, %(to)s) as k
    cross join generate_series(1, %(sets)s) as p
"""
CALLS = {
    "next session, targets met": "select get_next_session(%(plan)s, 4)",
    "next session, targets missed": "select get_next_session(%(hard_plan)s)",
    "summary": "select get_progress_summary(12)",
    "records": "select list_records()",
    "records of an exercise": "select list_records(%(lift)s)",
    "workouts": "select list_workouts()",
    "the last page of workouts": "select list_workouts(p_page => %(last_page)s)",
    "workouts with an exercise": "select list_workouts(p_exercise_id => %(lift)s)",
    "a workout": "select get_workout(%(workout_id)s)",
    "what changed": "select list_changes(p_limit => 20)",
    "exercises": "select search_exercises(p_sort => 'recent')",
    "public plans": "select list_plans('public')",
    "log": "select log_workout(%(workout)s)",
    "edit": "select update_workout(%(workout_id)s, %(workout)s)",
}
PLANS = ("force_custom_plan", "force_generic_plan")
# What a plan or a deeper index may add, in pages of 8 kB.
SLACK_PAGES = 60
SLACK_ROWS = 300


def a_plan(name: str, weight: int) -> str:
    sets = [{"reps_min": 5, "reps_max": 5, "weight": weight}]
    progression = {"scheme": "linear", "increment": 2.5}
    exercises = [{"exercise_id": lift, "progression": progression, "sets": sets} for lift in LIFTS]
    return json.dumps({"name": name, "is_public": True, "days": [{"day": 1, "exercises": exercises}]})


class Read(NamedTuple):
    """What a call reads."""

    scans: int
    """Sequential scans of tables that have rows of every user."""
    rows: int
    pages: int


class Reader:
    """One user among others, whose calls the test measures."""

    def __init__(self, admin: psycopg.Connection) -> None:
        self.admin = admin
        self.workouts = 0
        self._sign_up(READER, READER)
        self.plan, self.hard_plan = (
            self._created(a_plan(name, weight)) for name, weight in (("Easy", 60), ("Hard", 400))
        )

    def train(self, workouts: int) -> None:
        """Let the reader do more workouts, of which every third one follows the plan whose targets nobody meets."""
        self._train(READER, READER, (self.workouts + 1, self.workouts + workouts))
        self.workouts += workouts
        self.admin.execute(
            "update private.workouts set plan_id = %s "
            "where plan_id = %s and extract(day from completed_at)::integer %% 3 = 0",
            (self.hard_plan, self.plan),
        )
        self.admin.execute("vacuum analyze")

    def add_others(self, first: int, last: int) -> None:
        """Add other users with these numbers."""
        self._sign_up(first, last)
        self._train(first, last, (1, OF_OTHERS))
        self.admin.execute("vacuum analyze")

    def read(self, call: str) -> Read:
        """Count what a call reads, after one that fills the caches of the connection.

        It counts with the plan for these very arguments, which the first calls of a connection get, and with the one
        for any arguments, which later calls get. The worse one counts.
        """
        values = {
            "plan": self.plan,
            "hard_plan": self.hard_plan,
            "lift": LIFTS[0],
            "last_page": (self.workouts + 19) // 20,
            "workout_id": "00000000-0000-4000-0001-000000000001",
            "workout": json.dumps({"sets": [{"exercise_id": LIFTS[0], "reps": 5, "weight": 100}]}),
        }
        return Read(*map(max, *(self._read_twice(call, values, mode) for mode in PLANS)))

    def _read_twice(self, call: str, values: dict[str, object], plans: str) -> Read:
        counted = []
        for _ in range(2):
            with self.admin.transaction(force_rollback=True):
                self._become_reader()
                self.admin.execute("select set_config('plan_cache_mode', %s, true)", (plans,))
                before = self._counters()
                answer = self.admin.execute(call, values).fetchone()
                assert answer is not None
                assert answer[0]
                counted.append(
                    Read(*(after - earlier for after, earlier in zip(self._counters(), before, strict=True)))
                )
        return counted[-1]

    def _created(self, plan: str) -> str:
        with self.admin.transaction():
            self._become_reader()
            row = self.admin.execute("select create_plan(%s) ->> 'id'", (plan,)).fetchone()
        assert row is not None
        created: str = row[0]
        return created

    def _become_reader(self) -> None:
        row = self.admin.execute(f"select {USER.format(READER)}::text").fetchone()
        assert row is not None
        self.admin.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true), "
            "set_config('search_path', 'public', true)",
            (json.dumps({"role": "authenticated", "sub": row[0]}),),
        )

    def _sign_up(self, first: int, last: int) -> None:
        psycopg.ClientCursor(self.admin).execute(PEOPLE, {"first": first, "last": last})

    def _train(self, first: int, last: int, workouts: tuple[int, int]) -> None:
        values = {"first": first, "last": last, "from": workouts[0], "to": workouts[1]}
        with self.admin.transaction():
            psycopg.ClientCursor(self.admin).execute(WORKOUTS, {**values, "plan": self.plan})
            psycopg.ClientCursor(self.admin).execute(WORKOUT_SETS, {**values, "sets": SETS, "lifts": LIFTS})

    def _counters(self) -> tuple[int, int, int]:
        row = self.admin.execute(
            "select sum(seq_scan)::integer, sum(idx_tup_fetch)::integer, "
            "(select sum(pg_stat_get_xact_blocks_fetched(t.relid))::integer from pg_stat_user_tables as t "
            "where t.schemaname = 'private') "
            "from pg_stat_xact_user_tables where schemaname = 'private' and relname = any(%s)",
            (list(PER_USER),),
        ).fetchone()
        assert row is not None
        return row


@pytest.fixture
def reader(socket_directory: str, fresh_database: str) -> Iterator[Reader]:
    url = database_url(socket_directory, "supabase_admin", fresh_database)
    with psycopg.connect(url, autocommit=True) as admin:
        yield Reader(admin)


@pytest.mark.slow
def test_calls_read_no_more_when_a_user_and_all_others_have_trained_for_years(reader: Reader) -> None:
    reader.add_others(2, OTHERS)
    reader.train(OWN)
    little = {name: reader.read(call) for name, call in CALLS.items()}
    reader.train(MUCH)
    much = {name: reader.read(call) for name, call in CALLS.items()}
    reader.add_others(OTHERS + 1, MANY_OTHERS)
    among_many = {name: reader.read(call) for name, call in CALLS.items()}
    assert {name: read.scans for name, read in among_many.items()} == dict.fromkeys(CALLS, 0)
    for name, read in among_many.items():
        # Where a plan's week is comes from all workouts that followed it. Nothing reads the sets of the history.
        assert read.rows <= reader.workouts + SLACK_ROWS, (name, read)
        assert much[name].pages <= 2 * little[name].pages + SLACK_PAGES, (name, little[name], much[name])
        # With more users, an index may get another level, which is a page more for each row that it finds.
        assert read.pages <= 1.2 * much[name].pages + SLACK_PAGES, (name, much[name], read)
