"""An import compares names with keys that the exercises table keeps, and these stay true."""

from collections.abc import Iterator
from uuid import uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.database.test_properties import checked

# Letters with accents, apostrophes, brackets, repeated words and names without any letter.
NAMES = st.text("abcéßłı'’ -()÷😀S", min_size=1, max_size=30).filter(lambda name: name.strip() != "")  # noqa: RUF001
UNTRUE = """
    select count(*) from private.exercises as e
    where e.name_keys <> array(
        select private.name_key(n.name) from unnest(e.name || e.aliases) with ordinality as n (name, place)
        order by n.place
    ) or e.name_words <> array(
        select private.name_words(n.name) from unnest(e.name || e.aliases) with ordinality as n (name, place)
        order by n.place
    )
"""


@pytest.fixture
def undone(admin: psycopg.Connection) -> Iterator[psycopg.Connection]:
    with admin.transaction(force_rollback=True):
        yield admin


def count(connection: psycopg.Connection, query: str, *values: object) -> int:
    row = connection.execute(query, values).fetchone()
    assert row is not None
    return int(row[0])


def test_the_keys_of_the_catalogue_are_true(admin: psycopg.Connection) -> None:
    assert count(admin, "select count(*) from private.exercises where name_keys <> '{}'") > 500
    assert count(admin, UNTRUE) == 0


@checked
@given(first=st.lists(NAMES, min_size=1, max_size=4), then=st.lists(NAMES, min_size=1, max_size=4))
def test_keys_follow_what_users_write(admin: psycopg.Connection, first: list[str], then: list[str]) -> None:
    with admin.transaction(force_rollback=True):
        admin.execute("insert into auth.users (id, email) values (%s, 'keys@example.com')", (owner := uuid4(),))
        own = "where user_id = %s"
        admin.execute(
            "insert into private.exercises (user_id, name, aliases) values (%s, %s, %s)", (owner, first[0], first[1:])
        )
        assert count(admin, f"select cardinality(name_keys) from private.exercises {own}", owner) == len(first)
        admin.execute(f"update private.exercises set name = %s, aliases = %s {own}", (then[0], then[1:], owner))
        assert count(admin, f"select cardinality(name_words) from private.exercises {own}", owner) == len(then)
        assert count(admin, UNTRUE) == 0
        # A name always means the exercise that has it.
        for name in then:
            found = admin.execute(
                "select exercise_id in (select id from private.exercises where user_id = %s) "
                "from private.find_exercises_by_name(%s, %s)",
                (owner, owner, [name]),
            ).fetchall()
            assert found == [(True,)]


def test_matching_computes_keys_of_the_asked_names_alone(undone: psycopg.Connection) -> None:
    undone.execute("set local track_functions = 'all'")
    undone.execute("select * from private.find_exercises_by_name(null, array['Squat (Barbell)', 'Plank'])").fetchall()
    calls = count(
        undone, "select sum(calls) from pg_stat_xact_user_functions where funcname in ('name_key', 'name_words')"
    )
    # Of each name: its key, and the words of the name, of its base and of its tool, which are made of a key each.
    assert 0 < calls <= 2 * 7
