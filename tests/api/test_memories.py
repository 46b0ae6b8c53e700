"""Memories: users list, add, edit, pin and delete what the companion knows about them."""

from typing import Any
from uuid import uuid4

import psycopg
import pytest
from httpx import Response

from tests.support import Person, assert_problem, one_gateway, paths


async def add(person: Person, content: str, kind: str = "fact", **fields: Any) -> dict[str, Any]:
    response = await person.ask("POST", "/memories", json={"content": content, "kind": kind, **fields})
    assert response.status_code == 201, response.text
    memory: dict[str, Any] = response.json()
    return memory


async def patch(person: Person, memory: dict[str, Any], **changes: Any) -> Response:
    return await person.ask("PATCH", f"/memories/{memory['id']}", json=changes)


async def contents(person: Person, **query: Any) -> list[str]:
    page = (await person.get("/memories", params=query)).json()
    assert page["total"] == len(page["items"])
    return [memory["content"] for memory in page["items"]]


async def test_an_added_memory_is_listed(athlete: Person) -> None:
    memory = await add(athlete, "  Allergic to peanuts 🥜 ", importance=1, pinned=True, expires_in_days=30)
    assert (memory["content"], memory["kind"], memory["importance"], memory["pinned"]) == (
        "Allergic to peanuts 🥜",
        "fact",
        1,
        True,
    )
    assert (memory["times_told"], memory["learnt_from"], memory["superseded_at"]) == (1, None, None)
    assert memory["expires_at"] > memory["created_at"]
    plain = await add(athlete, "Trains at night", "preference")
    assert (plain["importance"], plain["pinned"], plain["expires_at"]) == (0.5, False, None)
    # Pinned memories come first.
    assert await contents(athlete) == ["Allergic to peanuts 🥜", "Trains at night"]


async def test_the_same_content_is_stored_once(athlete: Person) -> None:
    first = await add(athlete, "Likes running in the rain")
    again = await add(athlete, "likes to run in rain!", importance=0.9)
    assert (again["id"], again["times_told"], again["importance"]) == (first["id"], 2, 0.9)
    await add(athlete, "Doesn't like running in the rain")
    assert len(await contents(athlete)) == 2


async def test_memories_can_be_searched_and_filtered(athlete: Person) -> None:
    await add(athlete, "Hurt the left knee skiing", "injury")
    await add(athlete, "Wants to squat 140 kg", "goal")
    await add(athlete, "Café owner", "fact")
    assert await contents(athlete, q="KNE left") == ["Hurt the left knee skiing"]
    assert await contents(athlete, q="cafe") == ["Café owner"]
    assert await contents(athlete, q="kg knee") == []
    assert await contents(athlete, kind="goal") == ["Wants to squat 140 kg"]
    assert len(await contents(athlete, kind=["goal", "injury"])) == 2
    page = (await athlete.get("/memories", params={"per_page": 2, "page": 2})).json()
    assert (len(page["items"]), page["total"]) == (1, 3)


async def test_a_memory_can_be_edited(athlete: Person, admin: psycopg.Connection) -> None:
    memory = await add(athlete, "Hurt the left knee", "injury", expires_in_days=30)
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
    await add(athlete, "Has a dog")
    assert paths(assert_problem(await patch(athlete, memory, content="has a DOG"), 409, "memory_exists")) == ["content"]


async def test_a_deleted_memory_is_in_no_table(athlete: Person, admin: psycopg.Connection) -> None:
    secret = "Secretly afraid of kettlebells"
    response = await athlete.ask("POST", "/chat", json={"message": f"I hate kettlebells. {secret}"})
    (memory,) = (await athlete.get("/memories")).json()["items"]
    await patch(athlete, memory, content=secret)
    assert (await athlete.ask("DELETE", f"/memories/{memory['id']}")).status_code == 204
    assert await contents(athlete, superseded=True) == []
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


async def test_a_user_can_delete_all_memories(athlete: Person, stranger: Person) -> None:
    for content in ("One thing", "Another thing"):
        await add(athlete, content)
        await add(stranger, content)
    assert (await athlete.ask("DELETE", "/memories")).json() == {"forgotten": 2}
    assert await contents(athlete, superseded=True) == []
    assert len(await contents(stranger)) == 2
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
async def test_a_wrong_field_is_named(athlete: Person, fields: dict[str, Any], path: str) -> None:
    body = {"content": "Something", "kind": "fact", **fields}
    problem = assert_problem(await athlete.ask("POST", "/memories", json=body), 422, "invalid_request")
    assert paths(problem) == [path]
    assert await contents(athlete) == []


async def test_memories_of_others_are_not_found(athlete: Person, stranger: Person) -> None:
    memory = await add(athlete, "Private")
    assert_problem(await patch(stranger, memory, pinned=True), 404, "memory_not_found")
    assert_problem(await stranger.ask("DELETE", f"/memories/{memory['id']}"), 404, "memory_not_found")
    assert_problem(await athlete.ask("DELETE", f"/memories/{uuid4()}"), 404, "memory_not_found")
    assert await contents(stranger) == []
    assert await contents(athlete) == ["Private"]
