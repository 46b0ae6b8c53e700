"""Supabase's Data API when it is slow, down or returns something else, over the PostgREST gateway."""

import asyncio
import gc
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from backend.core.settings import Settings
from tests.support import API, NewPerson, Person, SupabaseServer, a_set, assert_problem, serve, serve_supabase
from tools.stack.data_api import make_data_api
from tools.stack.database import database_url
from tools.stack.processes import Child
from tools.stack.signing import SigningKey

pytestmark = pytest.mark.parametrize("gateway", ["postgrest"], indirect=True, scope="session")


@pytest.fixture
def supabase(key: SigningKey, data_api: httpx.Client) -> Iterator[SupabaseServer]:
    """A Supabase whose faults a test controls."""
    with serve_supabase(key, data_api) as server:
        yield server


@pytest.fixture
async def person(
    supabase: SupabaseServer, settings: Settings, athlete: Person, key: SigningKey
) -> AsyncIterator[Person]:
    """A user of an API that waits only half a second for that Supabase."""
    update = {"supabase_url": supabase.url, "database_timeout_seconds": 0.5}
    async with serve(settings.model_copy(update=update)) as client:
        yield Person(client, athlete.user, key.access_token(athlete.user, supabase.url))


async def is_ready(person: Person) -> bool:
    assert (await person.client.get("/health")).status_code == 200
    return (await person.client.get("/health/ready")).status_code == 200


async def assert_unavailable(person: Person, code: str = "database_unavailable") -> None:
    for response in (await person.get("/profile"), await person.log(a_set())):
        assert_problem(response, 503, code)
        assert int(response.headers["retry-after"]) > 0


async def test_requests_fail_while_the_data_api_is_down_and_then_succeed_again(
    person: Person, supabase: SupabaseServer, data_api: httpx.Client
) -> None:
    assert await is_ready(person)
    supabase.data_api = None  # Now Supabase returns 502 with HTML.
    await assert_unavailable(person)
    assert not await is_ready(person)
    assert (await person.get("/auth/me")).status_code == 200
    supabase.data_api = data_api
    assert (await person.get("/profile")).status_code == 200
    assert await is_ready(person)


@pytest.fixture
def own_postgrest(
    key: SigningKey, socket_directory: str, database: str, tmp_path: Path
) -> Iterator[tuple[Child, httpx.Client]]:
    """A PostgREST that a test may start and stop, and a client for it."""
    with tempfile.TemporaryDirectory(prefix="slow-burn-") as short:
        socket = Path(short) / "postgrest"
        child = make_data_api(tmp_path, key, database_url(socket_directory, "authenticator", database), socket)
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://postgrest") as client:
            yield child, client
        child.stop()


# If httpx's transport finds no socket to connect to, it does not close its own.
@pytest.mark.filterwarnings("ignore::ResourceWarning")
async def test_requests_succeed_after_postgrest_restarted(
    settings: Settings, athlete: Person, key: SigningKey, own_postgrest: tuple[Child, httpx.Client]
) -> None:
    child, data_api = own_postgrest
    with serve_supabase(key, data_api) as supabase:
        async with serve(settings.model_copy(update={"supabase_url": supabase.url})) as client:
            person = Person(client, athlete.user, key.access_token(athlete.user, supabase.url))
            for _ in range(2):
                child.start()
                while (response := await person.get("/profile")).status_code != 200:
                    assert_problem(response, 503, "database_unavailable")
                    await asyncio.sleep(0.05)
                child.stop()
                await assert_unavailable(person)
    gc.collect()


async def test_requests_fail_if_supabase_is_unreachable(settings: Settings, athlete: Person, key: SigningKey) -> None:
    with serve_supabase(key) as supabase:
        update = {"supabase_url": supabase.url}
        async with serve(settings.model_copy(update=update)) as client:
            person = Person(client, athlete.user, key.access_token(athlete.user, supabase.url))
            assert (await person.get("/auth/me")).status_code == 200
            supabase.stop()
            await assert_unavailable(person)
            assert not await is_ready(person)


async def test_the_service_is_ready_while_calls_use_every_connection(
    person: Person, settings: Settings, admin: psycopg.Connection
) -> None:
    with admin.transaction():
        admin.execute("select from private.profiles for update")
        busy = [asyncio.create_task(person.log(a_set())) for _ in range(settings.database_pool_size)]
        await asyncio.sleep(0.2)
        assert await is_ready(person)
    await asyncio.gather(*busy)


async def test_a_slow_data_api_times_out(person: Person, supabase: SupabaseServer) -> None:
    assert (await person.get("/profile")).status_code == 200
    supabase.data_api_delay = 1.5
    started = time.monotonic()
    await assert_unavailable(person, "database_timeout")
    assert not await is_ready(person)
    # Two calls and a health check have timed out. They need not be fast, but must not hang.
    assert time.monotonic() - started < 10
    supabase.data_api_delay = 0
    assert (await person.get("/profile")).status_code == 200


async def test_a_response_that_trickles_in_times_out(
    person: Person, supabase: SupabaseServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.gateway.postgrest.CONNECT_TIMEOUT_SECONDS", 0.5)
    assert (await person.get("/auth/me")).status_code == 200
    supabase.trickled_bytes = 30
    assert_problem(await person.get("/profile"), 503, "database_timeout")
    assert not await is_ready(person)


@pytest.mark.parametrize(
    ("status", "content_type", "body"),
    [
        (200, "text/html", b"<html>Maintenance</html>"),
        (502, "text/html", b"<html>Bad Gateway</html>"),
        (503, "application/json", b'{"code":"PGRST002","message":"Could not query the database for the schema cache"}'),
        (503, "application/json", b'{"code":"PGRST001","message":"Database client error"}'),
        (504, "application/json", b'{"code":"PGRST003","message":"Timed out acquiring connection from the pool"}'),
        (404, "application/json", b'{"code":"PGRST202","message":"Could not find the function in the schema cache"}'),
        (500, "application/json", b"[]"),
        (500, "application/json", b'"text"'),
        (200, "application/json", b'"text"'),
        (200, "application/json", b"7"),
        (401, "application/json", b'{"message":"No API key found in request"}'),
        (429, "text/plain", b"slow down"),
    ],
)
async def test_a_response_that_is_not_from_the_database_means_unavailable(
    person: Person, supabase: SupabaseServer, status: int, content_type: str, body: bytes
) -> None:
    supabase.data_api_answer = (status, content_type, body)
    await assert_unavailable(person)
    assert not await is_ready(person)


async def test_a_token_that_expires_on_the_way_is_refused(person: Person, supabase: SupabaseServer) -> None:
    supabase.data_api_answer = (401, "application/json", b'{"code":"PGRST301","message":"JWT expired"}')
    response = await person.get("/profile")
    assert_problem(response, 401, "token_expired")
    assert response.headers["www-authenticate"].startswith("Bearer")


async def test_a_reload_of_the_schema_fails_no_request(person: Person, admin: psycopg.Connection) -> None:
    async def reload() -> None:
        for _ in range(5):
            await asyncio.to_thread(admin.execute, "notify pgrst, 'reload schema'")
            await asyncio.sleep(0.02)

    responses: list[Any] = (await asyncio.gather(reload(), *(person.get("/profile") for _ in range(40))))[1:]
    assert {response.status_code for response in responses} == {200}


async def test_the_key_and_the_users_token_are_sent(person: Person, supabase: SupabaseServer) -> None:
    await person.get("/profile")
    headers = supabase.data_api_headers[-1]
    assert headers["apikey"] == "sb_publishable_tests"
    assert headers["Authorization"] == f"Bearer {person.token}"


async def test_concurrent_requests_of_users_are_not_mixed_up(new_person: NewPerson) -> None:
    everyone = [new_person() for _ in range(20)]
    responses = await asyncio.gather(*(someone.get("/profile") for someone in everyone * 4))
    assert [response.json()["user_id"] for response in responses] == [str(someone.id) for someone in everyone * 4]


async def test_a_wrong_publishable_key_means_unavailable(settings: Settings, athlete: Person) -> None:
    async with serve(settings.model_copy(update={"supabase_publishable_key": "sb_publishable_wrong"})) as client:
        response = await Person(client, athlete.user, athlete.token).get("/profile")
        assert_problem(response, 503, "database_unavailable")
        assert_problem(await client.get("/health/ready"), 503, "database_unavailable")
        assert (await client.get(f"{API}/auth/public")).status_code == 200
