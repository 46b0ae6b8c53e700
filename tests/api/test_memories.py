"""The memory centre: see, add, correct, pin and forget what the companion knows."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from httpx import Response

from tests.support import Person, assert_problem, one_gateway, paths


async def tell(person: Person, content: str, kind: str = "fact", **fields: Any) -> dict[str, Any]:
    response = await person.ask("POST", "/memories", json={"content": content, "kind": kind, **fields})
    assert response.status_code == 201, response.text
    memory: dict[str, Any] = response.json()
    return memory


async def patch(person: Person, memory: dict[str, Any], **changes: Any) -> Response:
    return await person.ask("PATCH", f"/memories/{memory['id']}", json=changes)


async def known(person: Person, **query: Any) -> list[str]:
    page = (await person.get("/memories", params=query)).json()
    assert page["total"] == len(page["items"])
    return [memory["content"] for memory in page["items"]]


async def test_what_is_told_is_known(athlete: Person) -> None:
    memory = await tell(athlete, "  Allergic to peanuts 🥜 ", importance=1, pinned=True, expires_in_days=30)
    assert (memory["content"], memory["kind"], memory["importance"], memory["pinned"]) == (
        "Allergic to peanuts 🥜",
        "fact",
        1,
        True,
    )
    assert (memory["times_told"], memory["learnt_from"], memory["superseded_at"]) == (1, None, None)
    assert memory["expires_at"] > memory["created_at"]
    plain = await tell(athlete, "Trains at night", "preference")
    assert (plain["importance"], plain["pinned"], plain["expires_at"]) == (0.5, False, None)
    # Pinned first.
    assert await known(athlete) == ["Allergic to peanuts 🥜", "Trains at night"]


async def test_the_same_is_known_once(athlete: Person) -> None:
    first = await tell(athlete, "Likes running in the rain")
    again = await tell(athlete, "likes to run in rain!", importance=0.9)
    assert (again["id"], again["times_told"], again["importance"]) == (first["id"], 2, 0.9)
    await tell(athlete, "Doesn't like running in the rain")
    assert len(await known(athlete)) == 2


async def test_memories_are_found(athlete: Person) -> None:
    await tell(athlete, "Hurt the left knee skiing", "injury")
    await tell(athlete, "Wants to squat 140 kg", "goal")
    await tell(athlete, "Café owner", "fact")
    assert await known(athlete, q="KNE left") == ["Hurt the left knee skiing"]
    assert await known(athlete, q="cafe") == ["Café owner"]
    assert await known(athlete, q="kg knee") == []
    assert await known(athlete, kind="goal") == ["Wants to squat 140 kg"]
    assert len(await known(athlete, kind=["goal", "injury"])) == 2
    page = (await athlete.get("/memories", params={"per_page": 2, "page": 2})).json()
    assert (len(page["items"]), page["total"]) == (1, 3)


async def test_a_memory_is_corrected(athlete: Person, admin: psycopg.Connection) -> None:
    memory = await tell(athlete, "Hurt the left knee", "injury", expires_in_days=30)
    admin.execute(
        "update private.memories set embedding = array_fill(0.1, array[768])::extensions.halfvec where user_id = %s",
        (athlete.id,),
    )
    pinned = (await patch(athlete, memory, pinned=True, importance=0)).json()
    assert (pinned["pinned"], pinned["importance"], pinned["content"]) == (True, 0, "Hurt the left knee")
    kept = "select count(embedding) from private.memories where user_id = %s"
    assert admin.execute(kept, (athlete.id,)).fetchone() == (1,)
    corrected = (await patch(athlete, memory, content="Hurt the right knee", kind="event", expires_at=None)).json()
    assert (corrected["content"], corrected["kind"], corrected["expires_at"]) == ("Hurt the right knee", "event", None)
    assert admin.execute(kept, (athlete.id,)).fetchone() == (0,)
    assert (await patch(athlete, memory)).json() == corrected
    await tell(athlete, "Has a dog")
    assert paths(assert_problem(await patch(athlete, memory, content="has a DOG"), 409, "memory_exists")) == ["content"]


async def test_forgotten_is_gone_from_every_table(athlete: Person, admin: psycopg.Connection) -> None:
    secret = "Secretly afraid of kettlebells"
    response = await athlete.ask("POST", "/chat", json={"message": f"I hate kettlebells. {secret}"})
    (memory,) = (await athlete.get("/memories")).json()["items"]
    await patch(athlete, memory, content=secret)
    assert (await athlete.ask("DELETE", f"/memories/{memory['id']}")).status_code == 204
    assert await known(athlete, superseded=True) == []
    conversation = response.json()["conversation_id"]
    assert (await athlete.ask("DELETE", f"/conversations/{conversation}")).status_code == 204
    tables = admin.execute(
        "select format('%I.%I', table_schema, table_name) from information_schema.columns "
        "where column_name = 'user_id' and table_schema in ('public', 'private')"
    ).fetchall()
    assert len(tables) > 10
    for (table,) in tables:
        rows = admin.execute(f"select t::text from {table} as t where user_id = %s", (athlete.id,)).fetchall()
        assert not any("kettlebell" in row[0] for row in rows), table


async def test_all_is_forgotten(athlete: Person, stranger: Person) -> None:
    for content in ("One thing", "Another thing"):
        await tell(athlete, content)
        await tell(stranger, content)
    assert (await athlete.ask("DELETE", "/memories")).json() == {"forgotten": 2}
    assert await known(athlete, superseded=True) == []
    assert len(await known(stranger)) == 2
    assert (await athlete.ask("DELETE", "/memories")).json() == {"forgotten": 0}


@one_gateway
@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"content": ""}, "content"),
        ({"content": " "}, "content"),
        ({"content": "x" * 501}, "content"),
        ({"content": "a\0b"}, "content"),
        ({"content": None}, "content"),
        ({"kind": "secret"}, "kind"),
        ({"importance": 1.1}, "importance"),
        ({"importance": -0.1}, "importance"),
        ({"pinned": "yes"}, "pinned"),
        ({"expires_in_days": 0}, "expires_in_days"),
        ({"user_id": str(uuid4())}, "user_id"),
    ],
)
async def test_a_memory_is_checked(athlete: Person, fields: dict[str, Any], path: str) -> None:
    body = {"content": "Something", "kind": "fact", **fields}
    problem = assert_problem(await athlete.ask("POST", "/memories", json=body), 422, "invalid_request")
    assert paths(problem) == [path]
    assert await known(athlete) == []


async def test_anothers_memory_is_not_there(athlete: Person, stranger: Person) -> None:
    memory = await tell(athlete, "Private")
    assert_problem(await patch(stranger, memory, pinned=True), 404, "memory_not_found")
    assert_problem(await stranger.ask("DELETE", f"/memories/{memory['id']}"), 404, "memory_not_found")
    assert_problem(await athlete.ask("DELETE", f"/memories/{uuid4()}"), 404, "memory_not_found")
    assert await known(stranger) == []
    assert await known(athlete) == ["Private"]
