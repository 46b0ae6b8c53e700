"""What triggers keep about workouts equals what the sets say, after any history of logs, edits and deletions."""

from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import uuid4

import psycopg
from hypothesis import given
from hypothesis import strategies as st

from tests.database.test_properties import Someone, an_example, checked, someone
from tests.support import Connect, exercise_id

__all__ = ["someone"]

LIFTS = [exercise_id(slug) for slug in ("back-squat", "bench-press", "pull-up")]
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)

ROLLED_UP = """
    select x.workout_id, x.exercise_id, x.performed_at, x.logged_at, x.position, x.working_sets, x.volume_kg,
        x.weight_kg, x.estimated_1rm_kg, x.reps,
        x.earlier_volume_kg, x.earlier_weight_kg, x.earlier_estimated_1rm_kg, x.earlier_reps
    from private.workout_exercises as x where x.user_id = %(user)s
"""
EXERCISES_OF_SETS = """
    with done as (
        select s.workout_id, s.exercise_id, w.completed_at, w.created_at, min(s.position),
            count(*) filter (where s.set_type <> 'warmup'),
            sum(s.volume_kg) filter (where s.set_type <> 'warmup') as volume,
            max(s.weight_kg) filter (
                where s.set_type <> 'warmup' and greatest(s.reps, s.duration_seconds, s.distance_meters) > 0
            ) as weight,
            max(s.estimated_1rm_kg) as estimate,
            max(s.reps) filter (where s.set_type <> 'warmup' and coalesce(s.weight, 0) = 0) as reps
        from private.workout_sets as s
        join private.workouts as w on w.user_id = s.user_id and w.id = s.workout_id
        where s.user_id = %(user)s
        group by s.workout_id, s.exercise_id, w.completed_at, w.created_at
    )
    select done.*,
        max(volume) over earlier, max(weight) over earlier, max(estimate) over earlier, max(reps) over earlier
    from done
    window earlier as (
        partition by exercise_id order by completed_at, created_at, workout_id
        rows between unbounded preceding and 1 preceding
    )
"""
KEPT_ON_WORKOUTS = """
    select w.id, w.has_work, w.total_sets, w.working_sets, w.total_volume_kg, w.rpe_sum, w.rpe_count,
        w.exercises::text
    from private.workouts as w where w.user_id = %(user)s
"""
TOTALS_OF_SETS = """
    select s.workout_id, bool_or(coalesce(greatest(s.reps, s.duration_seconds, s.distance_meters) > 0, false)),
        count(*)::integer, count(*) filter (where s.set_type <> 'warmup')::integer, coalesce(sum(s.volume_kg), 0),
        sum(s.rpe) filter (where s.set_type <> 'warmup'),
        count(s.rpe) filter (where s.set_type <> 'warmup')::integer,
        (
            select json_agg(
                json_build_object('exercise_id', d.exercise_id, 'exercise_name', d.name, 'working_sets', d.sets)
                order by d.first
            )::text
            from (
                select o.exercise_id, e.name, min(o.position) as first,
                    count(*) filter (where o.set_type <> 'warmup') as sets
                from private.workout_sets as o join private.exercises as e on e.id = o.exercise_id
                where o.user_id = %(user)s and o.workout_id = s.workout_id
                group by o.exercise_id, e.name
            ) as d
        )
    from private.workout_sets as s where s.user_id = %(user)s group by s.workout_id
"""
TIMES_DONE = "select exercise_id, times_done, last_done_at from private.done_exercises where user_id = %(user)s"
TIMES_IN_SETS = """
    select s.exercise_id, count(distinct s.workout_id)::integer, max(w.completed_at)
    from private.workout_sets as s join private.workouts as w on w.user_id = s.user_id and w.id = s.workout_id
    where s.user_id = %(user)s group by s.exercise_id
"""
WEEKS = "select week_start, workouts, workouts_with_work from private.training_weeks where user_id = %(user)s"
WEEKS_OF_WORKOUTS = """
    select date_trunc('week', w.completed_at at time zone p.timezone)::date, count(*)::integer,
        count(*) filter (where w.has_work)::integer
    from private.workouts as w join private.profiles as p using (user_id)
    where user_id = %(user)s group by 1
"""
PAIRS: list[tuple[LiteralString, LiteralString]] = [
    (ROLLED_UP, EXERCISES_OF_SETS),
    (KEPT_ON_WORKOUTS, TOTALS_OF_SETS),
    (TIMES_DONE, TIMES_IN_SETS),
    (WEEKS, WEEKS_OF_WORKOUTS),
]

some_sets = st.lists(
    st.fixed_dictionaries(
        {
            "exercise_id": st.sampled_from(LIFTS),
            "reps": st.integers(0, 12),
            "weight": st.none() | st.sampled_from([0, 60, 100, 102.5]),
            "weight_unit": st.sampled_from(["kg", "lb"]),
            "rpe": st.none() | st.sampled_from([7, 8.5]),
            "set_type": st.sampled_from(["warmup", "working", "drop"]),
        }
    ),
    min_size=1,
    max_size=5,
)
a_day = st.integers(0, 40)
events = st.lists(
    st.one_of(
        st.tuples(st.just("log"), a_day, some_sets),
        st.tuples(st.just("edit"), a_day, some_sets),
        st.tuples(st.just("delete"), a_day, st.just([])),
        st.tuples(st.just("move"), a_day, st.just([])),
    ),
    min_size=1,
    max_size=12,
)


def played(someone: Someone, history: list[tuple[str, int, list[dict[str, Any]]]]) -> None:
    """Do what a history says: a number names the day of a new workout, or which of the workouts is changed."""
    workouts: list[str] = []
    someone.call("get_profile")  # From now on, the connection may read what the user may.
    for kind, number, entries in history:
        completed_at = (NOW - timedelta(days=number)).isoformat()
        sets = [{name: value for name, value in entry.items() if value is not None} for entry in entries]
        for entry in sets:
            if "weight" not in entry:
                del entry["weight_unit"]
        if kind == "log":
            logged = someone.call("log_workout", {"completed_at": completed_at, "sets": sets})
            workouts.append(logged["workout"]["id"])
        elif kind == "move":
            someone.call("update_profile", {"timezone": ["UTC", "Asia/Kathmandu", "Pacific/Auckland"][number % 3]})
        elif workouts and kind == "edit":
            changed = {"completed_at": completed_at, "sets": sets}
            someone.call("update_workout", workouts[number % len(workouts)], changed)
        elif workouts and kind == "delete":
            someone.call("delete_workout", workouts.pop(number % len(workouts)))


def assert_kept(connection: psycopg.Connection, someone: Someone) -> None:
    for kept, counted in PAIRS:
        rows, expected = (set(connection.execute(query, {"user": someone.id}).fetchall()) for query in (kept, counted))
        assert rows == expected


@checked
@given(history=events)
def test_what_is_kept_equals_the_sets(someone: Someone, history: list[Any]) -> None:
    with an_example(someone):
        played(someone, history)
        assert_kept(someone.connection, someone)


def test_a_statement_with_many_workouts_is_rolled_up_too(someone: Someone, admin: psycopg.Connection) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute(
            "insert into private.workouts (user_id, completed_at) "
            "select %s, now() - make_interval(days => n) from generate_series(1, 30) as n",
            (someone.id,),
        )
        admin.execute(
            "insert into private.workout_sets (user_id, workout_id, position, exercise_id, weight, weight_unit, reps) "
            "select w.user_id, w.id, n, (%s::uuid[])[1 + n %% 3], 100 + extract(day from w.completed_at), 'kg', 5 "
            "from private.workouts as w cross join generate_series(1, 6) as n where w.user_id = %s",
            (LIFTS, someone.id),
        )
        assert_kept(admin, someone)


def test_a_new_name_reaches_the_workouts_that_have_the_exercise(someone: Someone, connect: Connect) -> None:
    with an_example(someone):
        own = someone.call("create_exercise", {"name": f"Press {uuid4().hex[:8]}"})["id"]
        one_set = {"exercise_id": own, "reps": 5}
        logged = someone.call("log_workout", {"sets": [one_set, {"exercise_id": LIFTS[0], "reps": 5}]})["workout"]
        someone.call("update_exercise", own, {"name": "My Press"})
        read = someone.call("get_workout", logged["id"])
        listed = someone.call("list_workouts")["items"][0]
    assert [entry["exercise_name"] for entry in read["exercises"]] == ["My Press", "Back Squat"]
    assert listed["exercises"] == read["exercises"]
    assert read["sets"][0]["exercise_name"] == "My Press"


def test_what_is_kept_about_the_catalogue_follows_it(admin: psycopg.Connection) -> None:
    kept_and_counted = (
        (
            "select facet_value, exercises from private.catalogue_facets",
            "select unnest(facet_values), count(*)::integer from private.exercises where user_id is null group by 1",
        ),
        (
            "select word, pairs from private.catalogue_words",
            """
            select word, private.letter_pairs(word) from (
                select distinct unnest(tsvector_to_array(search_document)) from private.exercises where user_id is null
            ) as w (word)
            """,
        ),
    )

    def holds() -> bool:
        return all(
            set(admin.execute(kept).fetchall()) == set(admin.execute(counted).fetchall())
            for kept, counted in kept_and_counted
        )

    copy = (
        "insert into private.exercises (slug, name, source, license, equipment, primary_muscles) "
        "values ('zercher-quokka', 'Zercher Quokka', 'somewhere', 'CC0-1.0', '{barbell}', '{chest}')"
    )
    with admin.transaction(force_rollback=True):
        assert holds()
        admin.execute(copy)
        assert holds()
        admin.execute(
            "update private.exercises set name = 'Quokka Press', equipment = '{}', level = 'advanced' "
            "where slug = 'zercher-quokka'"
        )
        assert holds()
        admin.execute("update private.exercises set archived_at = null where slug = 'back-squat'")
        assert holds()
        admin.execute("delete from private.exercises where slug = 'zercher-quokka'")
        assert holds()
        assert admin.execute("select from private.catalogue_words where word = 'quokka'").fetchone() is None


def test_public_plans_are_counted(someone: Someone, admin: psycopg.Connection) -> None:
    counts = (
        "select coalesce(sum(plans), 0)::integer from private.public_plan_counts",
        "select count(*)::integer from private.plans where is_public",
    )

    def holds() -> bool:
        kept, counted = (admin.execute(query).fetchone() for query in counts)
        return kept == counted

    with admin.transaction(force_rollback=True):
        assert holds()
        for name, public in (("A", True), ("B", False), ("C", True)):
            admin.execute(
                "insert into private.plans (user_id, name, is_public) values (%s, %s, %s)", (someone.id, name, public)
            )
        assert holds()
        admin.execute("update private.plans set is_public = not is_public where user_id = %s", (someone.id,))
        assert holds()
        admin.execute("delete from auth.users where id = %s", (someone.id,))
        assert holds()


def test_the_centre_of_memories_is_their_average(someone: Someone, admin: psycopg.Connection) -> None:
    kept = "select embedding::text, memories from private.memory_centres where user_id = %s"
    computed = (
        "select extensions.avg(embedding)::extensions.halfvec(768)::text, count(*)::integer from private.memories "
        "where user_id = %s and superseded_at is null and embedding is not null having count(*) > 0"
    )

    def holds() -> bool:
        return admin.execute(kept, (someone.id,)).fetchone() == admin.execute(computed, (someone.id,)).fetchone()

    with admin.transaction(force_rollback=True):
        assert holds()
        admin.execute(
            "insert into private.memories (user_id, content, kind, embedding) "
            "select %s, 'Likes number ' || n, 'fact', "
            "(select array_agg(sin(n * q)) from generate_series(1, 768) as q)::extensions.vector "
            "from generate_series(1, 5) as n",
            (someone.id,),
        )
        assert holds()
        admin.execute("update private.memories set superseded_at = now() where content = 'Likes number 2'")
        assert holds()
        admin.execute("update private.memories set embedding = null where content = 'Likes number 3'")
        assert holds()
        admin.execute("delete from private.memories where user_id = %s", (someone.id,))
        assert holds()
        assert admin.execute(kept, (someone.id,)).fetchone() is None
