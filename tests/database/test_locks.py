"""Functions that write for a user wait for each other, and for nobody else.

One session cannot show this, so pgTAP cannot: here one session holds the lock on a user's profile while others call
functions for that user and for a stranger.
"""

import json
from collections.abc import Iterator
from typing import Any
from uuid import UUID, uuid4

import psycopg
import pytest

from tests.support import Connect
from tools.stack.users import ROLE as AUTH_ROLE
from tools.stack.users import create_user

NOTHING = str(UUID(int=0))
PATIENCE = "100ms"

# The arguments are such that the functions refuse them: one that did not lock first would refuse them at once.
WRITING: dict[str, list[Any]] = {
    "begin_chat_turn": [""],
    "begin_import": [NOTHING],
    "complete_chat_turn": [NOTHING, {}],
    "end_chat_turn": [NOTHING, {}],
    "copy_plan": [NOTHING],
    "create_exercise": [{}],
    "create_measurement": [{}],
    "create_memory": [{}],
    "create_plan": [{}],
    "delete_account": ["delete my account"],
    "delete_conversation": [NOTHING],
    "delete_exercise": [NOTHING],
    "delete_measurement": [NOTHING],
    "delete_memories": [],
    "delete_memory": [NOTHING],
    "delete_plan": [NOTHING],
    "delete_workout": [NOTHING],
    "end_import": [NOTHING],
    "import_workouts": [{}],
    "log_workout": [{}],
    "pause_streak": [0],
    "replace_plan": [NOTHING, {}],
    "resume_streak": [],
    "update_exercise": [NOTHING, {}],
    "update_memory": [NOTHING, {}],
    "update_profile": [{"display_name": "X"}],
    "update_workout": [NOTHING, {}],
}
# These do without: one skips the rows that others have locked, the other writes only what has not changed.
WITHOUT_LOCK: dict[str, list[Any]] = {"claim_unembedded_memories": [], "store_embeddings": [{"memories": []}]}


class Session:
    """A connection of the service that acts for one user."""

    def __init__(self, connection: psycopg.Connection, user_id: UUID) -> None:
        self.connection = connection
        self.connection.execute(f"set lock_timeout = '{PATIENCE}'")
        self.claims = json.dumps({"role": "authenticated", "sub": str(user_id)})

    def call(self, function: str, *arguments: Any) -> str:
        """Calls a function in a transaction of its own; returns "waits", or "answers" whatever it answers."""
        given = [json.dumps(value) if isinstance(value, dict) else value for value in arguments]
        try:
            with self.connection.transaction(force_rollback=True):
                self.begin()
                self.connection.execute(f"select {function}({', '.join('%s' for _ in given)})", given)
        except psycopg.errors.LockNotAvailable:
            return "waits"
        except psycopg.Error:
            # A refusal is an answer too.
            pass
        return "answers"

    def begin(self) -> None:
        self.connection.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
            (self.claims,),
        )


@pytest.fixture
def users(connect: Connect) -> list[UUID]:
    with connect(AUTH_ROLE) as connection:
        made = [create_user(connection, f"{uuid4().hex}@example.com", None) for _ in range(2)]
    return [user.id for user in made if user is not None]


@pytest.fixture
def sessions(connect: Connect, users: list[UUID]) -> Iterator[tuple[Session, Session, Session]]:
    """The owner, in a transaction that holds the lock on their profile; the owner again; and a stranger."""
    owner, stranger = users
    with connect("slow_burn_api") as first, connect("slow_burn_api") as second, connect("slow_burn_api") as third:
        holder = Session(first, owner)
        with first.transaction(force_rollback=True):
            holder.begin()
            first.execute("select private.lock_profile()")
            yield holder, Session(second, owner), Session(third, stranger)


def test_every_function_of_the_api_is_listed_here(admin: psycopg.Connection) -> None:
    rows = admin.execute(
        "select proname from pg_proc where pronamespace = 'public'::regnamespace and provolatile = 'v'"
    ).fetchall()
    assert {name for (name,) in rows} == WRITING.keys() | WITHOUT_LOCK.keys()


def test_writing_waits_for_another_request_of_the_same_user(sessions: tuple[Session, Session, Session]) -> None:
    _, owner, _ = sessions
    assert {name: owner.call(name, *given) for name, given in WRITING.items()} == dict.fromkeys(WRITING, "waits")


def test_writing_does_not_wait_for_another_user(sessions: tuple[Session, Session, Session]) -> None:
    _, _, stranger = sessions
    assert {name: stranger.call(name, *given) for name, given in WRITING.items()} == dict.fromkeys(WRITING, "answers")


def test_reading_waits_for_nobody(sessions: tuple[Session, Session, Session]) -> None:
    _, owner, _ = sessions
    for function in ("get_profile", "list_workouts", "list_plans", "list_memories", "get_affinity"):
        assert owner.call(function) == "answers", function
    for function, given in WITHOUT_LOCK.items():
        assert owner.call(function, *given) == "answers", function


def test_rows_that_refer_to_a_locked_profile_can_be_inserted(
    sessions: tuple[Session, Session, Session], users: list[UUID], admin: psycopg.Connection
) -> None:
    assert sessions
    with admin.transaction(force_rollback=True):
        admin.execute(f"set local lock_timeout = '{PATIENCE}'")
        admin.execute("insert into private.workouts (user_id) values (%s)", (users[0],))


def test_an_embedding_is_claimed_by_one_request(
    sessions: tuple[Session, Session, Session], users: list[UUID], admin: psycopg.Connection
) -> None:
    """The second request skips the rows that the first is about to claim, instead of waiting for them."""
    holder, owner, _ = sessions
    with admin.transaction():
        admin.execute(f"set local lock_timeout = '{PATIENCE}'")
        admin.execute(
            "insert into private.memories (user_id, content, kind) values (%s, 'Likes tea', 'fact')", (users[0],)
        )
    claim = "select jsonb_array_length(claim_unembedded_memories() -> 'memories')"
    assert holder.connection.execute(claim).fetchone() == (1,)
    with owner.connection.transaction(force_rollback=True):
        owner.begin()
        assert owner.connection.execute(claim).fetchone() == (0,)
