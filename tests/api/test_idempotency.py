"""Requests with the same Idempotency-Key and body log one workout, however many of them arrive."""

import asyncio

import psycopg
import pytest

from tests.support import API, Person, a_set, assert_problem, one_gateway, paths


async def total(person: Person) -> int:
    count: int = (await person.get("/workouts")).json()["total"]
    return count


async def test_a_retry_returns_the_first_response(athlete: Person) -> None:
    first = await athlete.log(a_set(weight=100), key="k")
    assert first.status_code == 201
    assert "idempotency-replayed" not in first.headers
    # A workout in between does not change the first response.
    await athlete.log(a_set(weight=120))
    again = await athlete.log(a_set(weight=100), key="k")
    assert again.status_code == 201
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    assert await total(athlete) == 2
    assert await athlete.score() == 35


async def test_twenty_concurrent_requests_with_one_key_log_one_workout(athlete: Person) -> None:
    responses = await asyncio.gather(*(athlete.log(a_set(weight=100), key="k") for _ in range(20)))
    assert [response.status_code for response in responses] == [201] * 20
    assert sum("idempotency-replayed" not in response.headers for response in responses) == 1
    assert all(response.json() == responses[0].json() for response in responses)
    assert await total(athlete) == 1
    assert await athlete.score() == 20


async def test_twenty_concurrent_requests_without_a_key_log_twenty_workouts(athlete: Person) -> None:
    responses = await asyncio.gather(*(athlete.log(a_set()) for _ in range(20)))
    assert [response.status_code for response in responses] == [201] * 20
    assert await total(athlete) == 20
    # The caps hold for concurrent requests too: two workouts, a first workout and the weekly target.
    assert await athlete.score() == 45


async def test_the_same_key_with_another_body_is_refused(athlete: Person) -> None:
    await athlete.log(a_set(weight=100), key="k")
    assert_problem(await athlete.log(a_set(weight=101), key="k"), 422, "idempotency_key_reused")
    assert await total(athlete) == 1


async def test_the_order_of_fields_does_not_matter(athlete: Person) -> None:
    sent = a_set(weight=100, notes="x")
    await athlete.log(sent, key="k")
    again = await athlete.log(dict(reversed(sent.items())), key="k")
    assert again.headers["idempotency-replayed"] == "true"


async def test_two_users_can_use_the_same_key(athlete: Person, stranger: Person) -> None:
    mine = await athlete.log(a_set(), key="shared")
    theirs = await stranger.log(a_set(weight=50), key="shared")
    assert theirs.status_code == 201
    assert "idempotency-replayed" not in theirs.headers
    assert theirs.json()["workout"]["id"] != mine.json()["workout"]["id"]


async def test_a_retry_does_not_restore_a_deleted_workout(athlete: Person, admin: psycopg.Connection) -> None:
    workout_id = (await athlete.log(a_set(notes="private words"), key="k")).json()["workout"]["id"]
    await athlete.delete(f"/workouts/{workout_id}")
    assert_problem(await athlete.log(a_set(notes="private words"), key="k"), 409, "idempotency_key_spent")
    kept = admin.execute("select answer from private.idempotency_keys where user_id = %s", (athlete.id,)).fetchall()
    assert kept == [(None,)]


async def test_a_key_expires_after_thirty_days(athlete: Person, admin: psycopg.Connection) -> None:
    await athlete.log(a_set(), key="k")
    await athlete.log(a_set(), key="younger")
    admin.execute(
        "update private.idempotency_keys set created_at = now() - interval '31 days' where user_id = %s and key = 'k'",
        (athlete.id,),
    )
    assert "idempotency-replayed" not in (await athlete.log(a_set(), key="k")).headers
    assert "idempotency-replayed" in (await athlete.log(a_set(), key="younger")).headers


@pytest.mark.parametrize("sent", ["x", "x" * 255, "ümläut", "a b", "'; --"])
async def test_a_key_is_any_text_of_up_to_255_characters(athlete: Person, sent: str) -> None:
    headers = [(b"Idempotency-Key", sent.encode("latin-1")), (b"Authorization", f"Bearer {athlete.token}".encode())]
    for replayed in (None, "true"):
        response = await athlete.client.post(f"{API}/workouts/log", json={"sets": [a_set()]}, headers=headers)
        assert response.status_code == 201
        assert response.headers.get("idempotency-replayed") == replayed


@one_gateway
@pytest.mark.parametrize("sent", ["", "x" * 256])
async def test_an_empty_or_longer_key_is_refused(athlete: Person, sent: str) -> None:
    problem = assert_problem(await athlete.log(a_set(), key=sent), 422, "invalid_request")
    assert problem["errors"][0]["in"] == "header"
    assert paths(problem) == ["Idempotency-Key"]
    assert await total(athlete) == 0
