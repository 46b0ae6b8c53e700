"""Years of use for the benchmarks: users, workouts, sets and memories, and how to call a function as one of them."""

import hashlib
import json
from uuid import UUID

import psycopg

from tools.stack.signing import User
from tools.stack.users import ROLE as AUTH_ROLE

SETS = 16
SQUAT = "bb6924d2-d3b5-68ea-1667-8a551e3569ff"
WORKOUT = {"sets": [{"exercise_id": SQUAT, "reps": 5, "weight": 100}] * SETS}
"""A workout to log."""
LIFTS = """
    select array_agg(e.id order by e.slug) from private.exercises as e
    where e.slug in (
        'back-squat', 'bench-press', 'deadlift', 'overhead-press', 'barbell-row', 'pull-up', 'dip', 'front-squat',
        'romanian-deadlift', 'hip-thrust', 'lat-pulldown', 'leg-press'
    )
"""
"""Twelve exercises, of which a workout has four."""
USERS_SQL = """
    insert into auth.users (id, email)
    select md5('user ' || n)::uuid, 'user-' || n || '@example.com' from generate_series(%(first)s, %(last)s) as n
"""
WORKOUTS_SQL = """
    insert into private.workouts (user_id, id, title, started_at, completed_at, created_at)
    select
        md5('user ' || n)::uuid, md5('workout ' || n || ' ' || k)::uuid, 'Workout ' || k,
        now() - k * interval '2 days' - interval '1 hour', now() - k * interval '2 days', now() - k * interval '2 days'
    from generate_series(%(first)s, %(last)s) as n
    cross join generate_series(%(from)s, %(to)s) as k
"""
SETS_SQL = """
    insert into private.workout_sets (
        user_id, workout_id, position, exercise_id, set_type, weight, weight_unit, reps, rpe
    )
    select
        w.user_id, w.id, p,
        lifts.ids[1 + (k %% 3) * 4 + (p - 1) / 4], case p %% 4 when 1 then 'warmup' else 'working' end,
        40 + (k * 7 + p) %% 60, 'kg', 3 + (k + p) %% 8, 7 + p %% 3
    from generate_series(%(first)s, %(last)s) as n
    cross join generate_series(%(from)s, %(to)s) as k
    inner join private.workouts as w
        on w.user_id = md5('user ' || n)::uuid and w.id = md5('workout ' || n || ' ' || k)::uuid
    cross join generate_series(1, %(sets)s) as p
    cross join (select %(lifts)s::uuid[] as ids) as lifts
"""
AWARDS_SQL = """
    insert into private.affinity_events (user_id, kind, source, workout_id, points, reason, earned_on, created_at)
    select
        w.user_id, 'workout_completed', 'workout:' || w.id, w.id, 10, 'Completed a workout',
        (w.completed_at at time zone 'utc')::date, w.completed_at
    from generate_series(%(first)s, %(last)s) as n
    cross join generate_series(%(from)s, %(to)s) as k
    inner join private.workouts as w
        on w.user_id = md5('user ' || n)::uuid and w.id = md5('workout ' || n || ' ' || k)::uuid
"""
# The text decides how long a row is, and all users have the same vectors, because making them takes longest.
MEMORIES_SQL = """
    with vectors as materialized (
        select
            k,
            extensions.l2_normalize((
                select array_agg(random() - 0.5) from generate_series(1, 768) as place
                where place > 0 * k  -- without k, Postgres would make one vector for all
            )::extensions.vector)::extensions.halfvec(768) as embedding
        from generate_series(1, %(memories)s) as k
    )
    insert into private.memories (user_id, content, kind, embedding)
    select
        md5('user ' || n)::uuid, 'Fact ' || k || repeat(' about my knee and coffee', %(phrases)s), 'fact',
        vectors.embedding
    from generate_series(%(first)s, %(last)s) as n
    cross join vectors
"""


def add_users(superuser: psycopg.Connection, first: int, last: int) -> None:
    """Sign up users with these numbers."""
    with superuser.transaction():
        superuser.execute(f"set local role {AUTH_ROLE}")
        psycopg.ClientCursor(superuser).execute(USERS_SQL, {"first": first, "last": last})


def add_workouts(superuser: psycopg.Connection, users: tuple[int, int], workouts: tuple[int, int]) -> None:
    """Give users workouts with these numbers, one for every second day, with their awards. Number 1 is the latest."""
    row = superuser.execute(LIFTS).fetchone()
    assert row is not None
    values = {"first": users[0], "last": users[1], "from": workouts[0], "to": workouts[1]}
    with superuser.transaction():
        psycopg.ClientCursor(superuser).execute(WORKOUTS_SQL, values)
        psycopg.ClientCursor(superuser).execute(SETS_SQL, {**values, "sets": SETS, "lifts": row[0]})
        psycopg.ClientCursor(superuser).execute(AWARDS_SQL, values)


def add_memories(superuser: psycopg.Connection, users: tuple[int, int], memories: int, phrases: int) -> None:
    """Give users memories, whose texts have some phrases: 19 make the longest that a memory may have."""
    values = {"first": users[0], "last": users[1], "memories": memories, "phrases": phrases}
    psycopg.ClientCursor(superuser).execute(MEMORIES_SQL, values)


def as_user(call: str, users: int) -> str:
    """A script of pgbench that calls a function as a random one of the users, in one message and transaction."""
    return f"""\\set n random(1, {users})
begin \\;
select set_config('role', 'authenticated', true), set_config('request.jwt.claims',
    json_build_object('role', 'authenticated', 'sub', md5('user ' || :n)::uuid)::text, true) \\;
select {call} \\;
commit;
"""


def become(connection: psycopg.Connection, number: int) -> None:
    """Act as the user with a number until the transaction ends."""
    connection.execute(
        "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
        (json.dumps({"role": "authenticated", "sub": str(user(number).id)}),),
    )


def fixed_id(text: str) -> UUID:
    """The id that Postgres gives as md5(text)::uuid."""
    return UUID(hashlib.md5(text.encode(), usedforsecurity=False).hexdigest())


def user(number: int) -> User:
    """The user with a number."""
    return User(fixed_id(f"user {number}"), f"user-{number}@example.com")
