"""Calls stay fast while the data of other users grow, because they find all rows through indexes.

The test counts the rows that Postgres reads, not seconds, because the counts are the same on every machine.
"""

import json
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.support import exercise_id
from tools.stack.database import database_url

FEW, MANY, WORKOUTS, SETS = 20, 200, 1000, 4
READER = "00000000-0000-4000-9000-000000000001"
LIFTS = [exercise_id(slug) for slug in ("back-squat", "bench-press", "deadlift", "overhead-press", "barbell-row")]
PLAN = {
    "name": "Strength",
    "days": [
        {
            "day": 1,
            "exercises": [
                {
                    "exercise_id": lift,
                    "progression": {"scheme": "linear", "increment": 2.5},
                    "sets": [{"reps_min": 5, "reps_max": 5, "weight": 100}],
                }
                for lift in LIFTS
            ],
        }
    ],
}
PEOPLE = """
    with made as (
        insert into auth.users (id, email)
        select ('00000000-0000-4000-9000-' || lpad(to_hex(n), 12, '0'))::uuid, n || '@example.com'
        from generate_series(%(first)s, %(last)s) as n
        returning id
    )
    insert into private.profiles (user_id, display_name)
    select made.id, 'Someone' from made
"""
HISTORY = """
    insert into private.workouts (user_id, id, completed_at, created_at, plan_id, plan_version, plan_name, plan_day)
    select
        ('00000000-0000-4000-9000-' || lpad(to_hex(n), 12, '0'))::uuid,
        ('00000000-0000-4000-' || lpad(to_hex(n), 4, '0') || '-' || lpad(to_hex(k), 12, '0'))::uuid,
        now() - k * interval '2 days', now() - k * interval '2 days', %(plan)s, 1, 'Strength', 1
    from generate_series(%(first)s, %(last)s) as n
    cross join generate_series(1, %(workouts)s) as k;
    insert into private.workout_sets (
        user_id, workout_id, position, exercise_id, weight, weight_unit, reps
    )
    select
        w.user_id, w.id, p,
        (%(lifts)s::uuid[])[1 + (extract(epoch from w.completed_at)::bigint / 172800 + p) %% 5], 100 + p, 'kg', 5
    from private.workouts as w
    cross join generate_series(1, %(sets)s) as p
    where w.user_id between ('00000000-0000-4000-9000-' || lpad(to_hex(%(first)s), 12, '0'))::uuid
        and ('00000000-0000-4000-9000-' || lpad(to_hex(%(last)s), 12, '0'))::uuid
"""
CALLS: dict[str, str] = {
    "next session": "select get_next_session(%(plan)s, 4)",
    "adherence": "select get_adherence(%(plan)s)",
    "summary": "select get_progress_summary(12)",
    "records": "select list_records()",
    "records of an exercise": "select list_records(%(lift)s)",
    "series": "select get_exercise_progress(%(lift)s)",
    "workouts": "select list_workouts()",
    "workouts of a plan": "select list_workouts(p_plan_id => %(plan)s)",
    "workouts with an exercise": "select list_workouts(p_exercise_id => %(lift)s)",
    "exercises": "select search_exercises(p_sort => 'recent')",
    "log": "select log_workout(%(workout)s)",
}


def become(connection: psycopg.Connection, role: str) -> None:
    connection.execute(
        "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true), "
        "set_config('search_path', 'public', true)",
        (role, json.dumps({"role": role, "sub": READER})),
    )


class Reader:
    """One user among many others, whose calls the test measures."""

    def __init__(self, admin: psycopg.Connection) -> None:
        self.admin = admin
        self.plan: str | None = None

    def add_users(self, first: int, last: int) -> None:
        """Add users with these numbers and years of training. The first user writes the plan that all follow."""
        with self.admin.transaction():
            # Without triggers, which would check and award the rows one by one.
            self.admin.execute("set local session_replication_role = replica")
            psycopg.ClientCursor(self.admin).execute(PEOPLE, {"first": first, "last": last})
        if self.plan is None:
            with self.admin.transaction():
                become(self.admin, "authenticated")
                row = self.admin.execute("select create_plan(%s) ->> 'id'", (json.dumps(PLAN),)).fetchone()
                assert row is not None
                self.plan = row[0]
        values = {"first": first, "last": last, "workouts": WORKOUTS, "sets": SETS, "lifts": LIFTS, "plan": self.plan}
        with self.admin.transaction():
            self.admin.execute("set local session_replication_role = replica")
            psycopg.ClientCursor(self.admin).execute(HISTORY, values)
        self.admin.execute("vacuum analyze")

    def rows_read(self, call: str) -> tuple[int, int]:
        """Count what a call reads of workouts and their sets: sequential scans, and rows fetched through indexes."""
        values = {
            "plan": self.plan,
            "lift": LIFTS[0],
            "workout": json.dumps({"sets": [{"exercise_id": LIFTS[0], "reps": 5, "weight": 100}]}),
        }
        with self.admin.transaction(force_rollback=True):
            become(self.admin, "authenticated")
            scans_before, rows_before = self._counters()
            answer = self.admin.execute(call, values).fetchone()
            assert answer is not None
            assert answer[0]
            scans, rows = self._counters()
        return scans - scans_before, rows - rows_before

    def _counters(self) -> tuple[int, int]:
        row = self.admin.execute(
            "select sum(seq_scan)::integer, sum(idx_tup_fetch)::integer from pg_stat_xact_user_tables "
            "where schemaname = 'private' and relname in ('workouts', 'workout_sets')"
        ).fetchone()
        assert row is not None
        return row[0], row[1]


@pytest.fixture
def reader(socket_directory: str, fresh_database: str) -> Iterator[Reader]:
    url = database_url(socket_directory, "supabase_admin", fresh_database)
    with psycopg.connect(url, autocommit=True) as admin:
        yield Reader(admin)


@pytest.mark.slow
def test_reads_do_not_grow_with_the_data_of_other_users(reader: Reader) -> None:
    reader.add_users(1, FEW)
    few: dict[str, Any] = {name: reader.rows_read(call) for name, call in CALLS.items()}
    reader.add_users(FEW + 1, MANY)
    counted = reader.admin.execute("select count(*) from private.workouts").fetchone()
    assert counted == (MANY * WORKOUTS,)
    many = {name: reader.rows_read(call) for name, call in CALLS.items()}
    assert {name: scans for name, (scans, _) in many.items()} == dict.fromkeys(CALLS, 0)
    for name, (_, rows) in many.items():
        # With ten times the data Postgres may choose a plan that reads one more row for each workout of the user.
        assert rows <= 2 * few[name][1] + WORKOUTS, name
        assert rows <= 2 * WORKOUTS * SETS, name
