"""Recalling memories: how well it works, that it is exact, and that it never shows memories of others."""

import json
import random
from collections.abc import Iterator
from typing import Any
from uuid import NAMESPACE_OID, UUID, uuid5

import psycopg
import pytest

from tools.benchmarks import memory
from tools.benchmarks.memory import figures, load, memory_id, read_users, recall
from tools.stack.database import database_url

PEOPLE = 3
MEMORIES = 5000
DIMENSIONS = 768


@pytest.fixture
def superuser(socket_directory: str, fresh_database: str) -> Iterator[psycopg.Connection]:
    url = database_url(socket_directory, "supabase_admin", fresh_database)
    with psycopg.connect(url, autocommit=True) as connection:
        yield connection


def test_recall_does_not_fall_below_its_floor(superuser: psycopg.Connection) -> None:
    users = read_users()
    load(superuser, users)
    reached = figures(users, lambda user: recall(superuser, user))
    assert reached.recall_5 >= 0.84
    assert reached.recall_10 >= 0.88
    assert reached.rare_words == 1
    assert reached.for_nothing <= 8
    by_text = figures(users, lambda user: recall(superuser, user, with_vector=False))
    assert by_text.rare_words == 1
    by_vector = figures(users, lambda user: recall(superuser, user, text=False))
    assert reached.recall_5 > by_vector.recall_5 > by_text.recall_5


def test_superseded_memories_and_those_of_others_are_not_recalled(superuser: psycopg.Connection) -> None:
    users = read_users()
    load(superuser, users)
    superseded = {m["id"] for user in users for m in user["memories"] if m["superseded_by"] is not None}
    assert len(superseded) == 15
    for user in users:
        own = {m["id"] for m in user["memories"]}
        ask = recall(superuser, user)
        for asked in (query for other in users for query in other["queries"]):
            found = set(ask(asked))
            assert found <= own
            assert not found & superseded


def a_vector(source: random.Random) -> list[float]:
    numbers = [source.gauss(0, 1) for _ in range(DIMENSIONS)]
    length = sum(number * number for number in numbers) ** 0.5
    return [number / length for number in numbers]


@pytest.mark.slow
def test_recall_compares_all_of_five_thousand_memories(superuser: psycopg.Connection) -> None:
    """The ids are those of a computation by brute force, while two other users have memories too."""
    source = random.Random(7)
    owner = uuid5(NAMESPACE_OID, "owner-0")
    for person in range(PEOPLE):
        user_id = uuid5(NAMESPACE_OID, f"owner-{person}")
        superuser.execute("insert into auth.users (id, email) values (%s, %s)", (user_id, f"{user_id}@example.com"))
        with superuser.cursor().copy(
            "copy private.memories (user_id, id, content, kind, importance, embedding) from stdin"
        ) as copy:
            for number in range(MEMORIES if person == 0 else 500):
                label = f"{person}-{number}"
                copy.write_row((user_id, memory_id(label), f"Memory {label}", "fact", 0.5, str(a_vector(source))))
    superuser.execute("analyze private.memories")
    rows = superuser.execute("select id, embedding::text from private.memories where user_id = %s", (owner,)).fetchall()
    stored: dict[UUID, list[float]] = {row[0]: json.loads(row[1]) for row in rows}
    # The product of a memory with this is its average similarity to the others, plus a constant for itself.
    centre = [sum(column) / (len(stored) - 1) for column in zip(*stored.values(), strict=True)]
    for _ in range(3):
        asked = a_vector(source)
        expected = sorted(stored, key=lambda known: -relevance(stored[known], asked, centre))[:100]
        assert set(match(superuser, owner, asked)) == set(expected)


def relevance(embedding: list[float], asked: list[float], centre: list[float]) -> float:
    return sum(e * (a - c / 2) for e, a, c in zip(embedding, asked, centre, strict=True))


def match(connection: psycopg.Connection, user_id: UUID, asked: list[float]) -> list[Any]:
    with connection.transaction(force_rollback=True):
        connection.execute(
            "select set_config('role', 'authenticated', true), set_config('request.jwt.claims', %s, true)",
            (json.dumps({"role": "authenticated", "sub": str(user_id)}),),
        )
        found = connection.execute("select id from public.match_memories(%s, '', 100, -2)", (str(asked),)).fetchall()
        # Compare these as a set: half precision and sums in another order may swap neighbours.
        return [row[0] for row in found]


@pytest.mark.slow
def test_the_benchmark_prints_its_table(capsys: pytest.CaptureFixture[str], superuser: psycopg.Connection) -> None:
    users = read_users()
    load(superuser, users)
    memory.print_table(superuser, users)
    lines = capsys.readouterr().out.splitlines()
    assert [line.split("|")[1].strip() for line in lines[2:]] == [
        "text alone",
        "vector alone",
        "both",
        "both, u1 only",
        "both, u2 only",
        "both, u3 only",
    ]
