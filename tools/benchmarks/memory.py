"""How well memories are recalled: labelled messages against `match_memories` in a database of its own.

The set has three users with 90 memories each and 135 messages with the memories they should call to mind; a message may
want nothing. Its embeddings have 384 numbers and are padded with zeros. Recall is the mean over the messages that want
something of the share of wanted memories among the first 5 and 10.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import psycopg

from tools import MIGRATIONS, ROOT
from tools.stack.database import temporary_database
from tools.stack.migrations import apply_migrations

DATA = ROOT / "tests" / "data" / "memory_eval.json"
DIMENSIONS = 768

type Recall = Callable[[dict[str, Any]], list[str]]
"""The ids of the memories for a message of the set, best first."""


@dataclass(frozen=True)
class Figures:
    """What a way to recall reaches."""

    recall_5: float
    recall_10: float
    rare_words: float
    """Recall at 5 over the messages that hang on a rare word."""
    for_nothing: float
    """Memories returned on average for messages that want none."""


def vector(numbers: list[float]) -> str:
    """A padded vector as Postgres reads it."""
    return json.dumps([*numbers, *[0] * (DIMENSIONS - len(numbers))])


def memory_id(label: str) -> UUID:
    """The id of a memory of the set."""
    return uuid5(NAMESPACE_OID, label)


def load(connection: psycopg.Connection, users: list[dict[str, Any]]) -> None:
    """Store the users with their memories, told as many days ago as the set says. The connection is a superuser's."""
    for user in users:
        user_id = uuid5(NAMESPACE_OID, user["user"])
        connection.execute("insert into auth.users (id, email) values (%s, %s)", (user_id, f"{user_id}@example.com"))
        # Replaced ones refer to what replaced them, which has to be there.
        for memory in sorted(user["memories"], key=lambda memory: memory["superseded_by"] is not None):
            replaced = memory["superseded_by"]
            connection.execute(
                "insert into private.memories (user_id, id, content, kind, importance, last_told_at, embedding, "
                "superseded_at, superseded_by) values (%s, %s, %s, %s, %s, now() - %s * interval '1 day', "
                "extensions.l2_normalize(%s::extensions.halfvec), %s, %s)",
                (
                    user_id,
                    memory_id(memory["id"]),
                    memory["content"],
                    memory["kind"],
                    memory["importance"],
                    memory["days_ago"],
                    vector(memory["embedding"]),
                    None if replaced is None else "now",
                    None if replaced is None else memory_id(replaced),
                ),
            )


def recall(
    connection: psycopg.Connection, user: dict[str, Any], *, with_vector: bool = True, text: bool = True
) -> Recall:
    """What match_memories answers a user of the set, by vector, text or both."""
    labels = {memory_id(memory["id"]): memory["id"] for memory in user["memories"]}
    claims = json.dumps({"role": "authenticated", "sub": str(uuid5(NAMESPACE_OID, user["user"]))})

    def ask(query: dict[str, Any]) -> list[str]:
        with connection.transaction(force_rollback=True):
            connection.execute(
                "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
                (claims,),
            )
            rows = connection.execute(
                "select id from public.match_memories(%s, %s, 10)",
                (vector(query["embedding"]) if with_vector else None, query["text"] if text else ""),
            ).fetchall()
        return [labels.get(row[0], "another's") for row in rows]

    return ask


def figures(users: list[dict[str, Any]], recall_of: Callable[[dict[str, Any]], Recall]) -> Figures:
    """What a way to recall reaches over some users."""
    wanted: list[tuple[float, float, bool]] = []
    unwanted: list[int] = []
    for user in users:
        ask = recall_of(user)
        for query in user["queries"]:
            found, gold = ask(query), query["gold"]
            if gold:
                at_5, at_10 = (sum(label in found[:k] for label in gold) / len(gold) for k in (5, 10))
                wanted.append((at_5, at_10, query["type"] == "lexical"))
            else:
                unwanted.append(len(found))
    rare = [at_5 for at_5, _, is_rare in wanted if is_rare]
    return Figures(
        recall_5=sum(at_5 for at_5, _, _ in wanted) / len(wanted),
        recall_10=sum(at_10 for _, at_10, _ in wanted) / len(wanted),
        rare_words=sum(rare) / len(rare),
        for_nothing=sum(unwanted) / len(unwanted),
    )


def read_users() -> list[dict[str, Any]]:
    """The set."""
    users: list[dict[str, Any]] = json.loads(DATA.read_text())["users"]
    return users


def main() -> None:
    """Print the table that docs/companion.md keeps."""
    users = read_users()
    with temporary_database() as database:
        with database.connect("postgres") as owner:
            apply_migrations(owner, MIGRATIONS)
        with database.connect("supabase_admin") as connection:
            load(connection, users)
            _print(connection, users)


def _print(connection: psycopg.Connection, users: list[dict[str, Any]]) -> None:
    print("| | R@5 | R@10 | rare words R@5 | returned for nothing |")
    print("|---|---|---|---|---|")
    rows: list[tuple[str, list[dict[str, Any]], dict[str, bool]]] = [
        ("text alone", users, {"with_vector": False}),
        ("vector alone", users, {"text": False}),
        ("both", users, {}),
        *((f"both, {user['user']} only", [user], {}) for user in users),
    ]
    for name, some, ways in rows:
        reached = figures(some, lambda user, ways=ways: recall(connection, user, **ways))  # type: ignore[misc]
        print(
            f"| {name} | {reached.recall_5:.3f} | {reached.recall_10:.3f} | {reached.rare_words:.2f} "
            f"| {reached.for_nothing:.1f} |"
        )


if __name__ == "__main__":
    main()
