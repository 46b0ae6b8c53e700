"""Measure how well `match_memories` recalls memories for labelled messages, in a temporary database.

The set has three users with 90 memories and 45 messages each. Each message is labelled with the memories that it should
recall, which may be none. The embeddings have 384 numbers and are padded with zeros. Recall is the share of the wanted
memories that are among the first 5 or 10, averaged over the messages that want any.
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
"""Returns the ids of the memories for a message of the set, best first."""


@dataclass(frozen=True)
class Figures:
    """The figures of one way to recall."""

    recall_5: float
    recall_10: float
    rare_words: float
    """Recall at 5 over the messages whose memory shares a rare word with them."""
    for_nothing: float
    """The average number of memories returned for messages that want none."""


def vector(numbers: list[float]) -> str:
    """Pad a vector and format it for Postgres."""
    return json.dumps([*numbers, *[0] * (DIMENSIONS - len(numbers))])


def memory_id(label: str) -> UUID:
    """Return the id of a memory of the set."""
    return uuid5(NAMESPACE_OID, label)


def load(connection: psycopg.Connection, users: list[dict[str, Any]]) -> None:
    """Store the users and their memories, dated as the set says. The connection must be a superuser's."""
    for user in users:
        user_id = uuid5(NAMESPACE_OID, user["user"])
        connection.execute("insert into auth.users (id, email) values (%s, %s)", (user_id, f"{user_id}@example.com"))
        # A superseded memory refers to the one that replaced it, so that one has to exist first.
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
    """Return a function that calls match_memories as this user, with the vector, the text or both."""
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
    """Compute the figures of a way to recall over these users."""
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
    """Read the users of the set."""
    users: list[dict[str, Any]] = json.loads(DATA.read_text())["users"]
    return users


def main() -> None:
    """Print the table that docs/companion.md shows."""
    users = read_users()
    with temporary_database() as database:
        with database.connect("postgres") as owner:
            apply_migrations(owner, MIGRATIONS)
        with database.connect("supabase_admin") as connection:
            load(connection, users)
            print_table(connection, users)


def print_table(connection: psycopg.Connection, users: list[dict[str, Any]]) -> None:
    """Print a row for each way to recall, and one for each user."""
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
