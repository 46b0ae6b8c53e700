"""A change that is not committed yet holds back the later changes of its user, so no cursor can pass it.

One session cannot show this, so pgTAP cannot.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.support import Connect, exercise_id
from tools.stack.users import ROLE as AUTH_ROLE
from tools.stack.users import create_user

SQUAT = exercise_id("back-squat")
SETS = [{"exercise_id": SQUAT, "reps": 5}]


def act(connection: psycopg.Connection, user_id: UUID) -> None:
    """Make the rest of the transaction act for a user."""
    claims = json.dumps({"role": "authenticated", "sub": str(user_id)})
    connection.execute(
        "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)", (claims,)
    )


def call(connection: psycopg.Connection, function: str, *arguments: Any) -> Any:
    given = [json.dumps(value) if isinstance(value, dict) else value for value in arguments]
    row = connection.execute(f"select public.{function}({', '.join('%s' for _ in given)})", given).fetchone()
    assert row is not None
    return row[0]


@pytest.fixture
def users(connect: Connect) -> list[UUID]:
    with connect(AUTH_ROLE) as connection:
        made = [create_user(connection, f"{uuid4().hex}@example.com", None) for _ in range(2)]
    return [user.id for user in made if user is not None]


@pytest.fixture
def sessions(connect: Connect) -> Iterator[tuple[psycopg.Connection, psycopg.Connection]]:
    with connect("slow_burn_api") as first, connect("slow_burn_api") as second:
        second.execute("set lock_timeout = '100ms'")
        yield first, second


def test_the_end_of_anothers_plan_holds_back_the_changes_of_its_followers(
    users: list[UUID], sessions: tuple[psycopg.Connection, psycopg.Connection]
) -> None:
    (author, follower), (first, second) = users, sessions
    exercise = {"exercise_id": SQUAT, "sets": [{}]}
    plan = {"name": "Shared", "is_public": True, "days": [{"day": 1, "exercises": [exercise]}]}
    with first.transaction():
        act(first, author)
        plan_id = call(first, "create_plan", plan)["id"]
    with second.transaction():
        act(second, follower)
        followed = call(second, "log_workout", {"plan_id": plan_id, "sets": SETS})["workout"]
        cursor = call(second, "list_changes")["cursor"]
    with first.transaction():
        act(first, author)
        call(first, "delete_plan", plan_id)
        # The follower's workout has changed, but only in this transaction.
        with second.transaction(force_rollback=True):
            act(second, follower)
            with pytest.raises(psycopg.errors.LockNotAvailable):
                call(second, "log_workout", {"sets": SETS})
    with second.transaction():
        act(second, follower)
        later = call(second, "log_workout", {"sets": SETS})["workout"]
        changed = call(second, "list_changes", cursor)["items"]
    assert [item["id"] for item in changed] == [followed["id"], later["id"]]
    assert changed[0]["value"]["plan_id"] is None


def test_the_end_of_an_account_leaves_no_deletions(
    users: list[UUID], sessions: tuple[psycopg.Connection, psycopg.Connection], admin: psycopg.Connection
) -> None:
    (user, _), (first, _) = users, sessions
    with first.transaction():
        act(first, user)
        call(first, "log_workout", {"sets": SETS})
        call(first, "delete_account", "delete my account")
    assert admin.execute("select from private.deletions where user_id = %s", (user,)).fetchall() == []
