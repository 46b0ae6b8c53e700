"""A database that is slow, down or restarted, over the direct gateway."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import psycopg
import pytest

from backend.core.settings import Settings
from tests.support import API, NewPerson, Person, SupabaseServer, a_set, assert_problem, one_gateway, serve
from tools import MIGRATIONS, SEED
from tools.stack.database import Database, temporary_database
from tools.stack.migrations import apply_migrations, run_file
from tools.stack.signing import SigningKey
from tools.stack.users import ROLE as AUTH_ROLE
from tools.stack.users import create_user

pytestmark = one_gateway


@pytest.fixture(scope="module")
def another_database() -> Iterator[Database]:
    with temporary_database() as database:
        with database.connect("postgres") as connection:
            apply_migrations(connection, MIGRATIONS)
            run_file(connection, SEED, SEED.read_text())
        yield database


@pytest.fixture
def own_database(another_database: Database) -> Iterator[Database]:
    """A Postgres that a test may stop."""
    yield another_database
    another_database.stop()
    another_database.start()


@asynccontextmanager
async def served(
    database: Database, settings: Settings, key: SigningKey, supabase_url: str, **update: Any
) -> AsyncIterator[Person]:
    """Yield a user of an API over this Postgres."""
    with database.connect(AUTH_ROLE) as connection:
        user = create_user(connection, f"{uuid4().hex}@example.com", None)
    assert user is not None
    update["database_url"] = database.url("slow_burn_api")
    async with serve(Settings.model_validate(settings.model_dump() | update)) as client:
        yield Person(client, user, key.access_token(user, supabase_url))


@pytest.fixture
async def only_person(
    own_database: Database, settings: Settings, key: SigningKey, jwks: SupabaseServer
) -> AsyncIterator[Person]:
    """The only user of an API with a Postgres of its own."""
    async with served(own_database, settings, key, jwks.url) as person:
        yield person


@pytest.mark.slow
async def test_requests_fail_while_the_database_is_down_and_then_succeed_again(
    only_person: Person, own_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Otherwise the health check would rely on the recent successful calls.
    monkeypatch.setattr("backend.gateway.postgres.RECENTLY_SECONDS", 0)
    assert (await only_person.log(a_set(), key="before")).status_code == 201

    await asyncio.to_thread(own_database.stop)
    for response in await asyncio.gather(*(only_person.get("/profile") for _ in range(2))):
        assert_problem(response, 503, "database_unavailable")
        assert int(response.headers["retry-after"]) > 0
    health = await only_person.client.get("/health")
    assert health.status_code == 200
    assert health.json()["database"] == "unavailable"
    # A request that needs no database still succeeds.
    assert (await only_person.get("/auth/me")).status_code == 200

    await asyncio.to_thread(own_database.start)
    assert (await only_person.get("/workouts")).json()["total"] == 1
    assert (await only_person.client.get("/health")).json()["database"] == "ok"


@pytest.mark.slow
async def test_requests_succeed_after_the_database_restarted(only_person: Person, own_database: Database) -> None:
    await asyncio.gather(*(only_person.get("/profile") for _ in range(8)))
    await asyncio.to_thread(own_database.stop)
    await asyncio.to_thread(own_database.start)
    responses = await asyncio.gather(*(only_person.get("/profile") for _ in range(8)))
    assert [response.status_code for response in responses] == [200] * 8


async def test_the_service_starts_without_its_database(settings: Settings) -> None:
    update = {"database_url": "postgresql://slow_burn_api@localhost/x?host=/nowhere"}
    async with serve(Settings.model_validate(settings.model_dump() | update)) as client:
        health = await client.get("/health")
        assert (health.status_code, health.json()["database"]) == (200, "unavailable")
        assert (await client.get(f"{API}/auth/public")).status_code == 200


@pytest.fixture
async def impatient_client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that waits only 0.2 seconds for the database."""
    async with serve(settings.model_copy(update={"database_timeout_seconds": 0.2})) as client:
        yield client


async def test_a_slow_call_is_cancelled(
    impatient_client: httpx.AsyncClient, athlete: Person, admin: psycopg.Connection
) -> None:
    person = Person(impatient_client, athlete.user, athlete.token)
    with admin.transaction():
        admin.execute("select from private.profiles where user_id = %s for update", (athlete.id,))
        assert_problem(await person.log(a_set()), 503, "database_timeout")
    # The connection of the cancelled call serves the next request.
    assert (await person.log(a_set())).status_code == 201
    assert (await person.get("/workouts")).json()["total"] == 1


async def test_a_request_that_gets_no_connection_is_refused(
    settings: Settings, new_person: NewPerson, admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.gateway.postgres.ACQUIRE_TIMEOUT_SECONDS", 0.2)
    monkeypatch.setattr("backend.gateway.postgres.WAITING_PER_CONNECTION", 2)
    async with serve(settings.model_copy(update={"database_pool_size": 1})) as client:
        people = [Person(client, person.user, person.token) for person in (new_person() for _ in range(6))]
        assert (await people[0].get("/profile")).status_code == 200
        with admin.transaction():
            admin.execute("select from private.profiles for update")
            waiting = [asyncio.create_task(person.log(a_set())) for person in people]
            # One request has the connection, two queue for it until they time out, and three find the queue full.
            for answered in itertools.islice(asyncio.as_completed(waiting), 5):
                assert_problem(await answered, 503, "database_unavailable")
            # A busy database is still available.
            health = await client.get("/health")
            assert (health.status_code, health.json()["database"]) == (200, "ok")
        assert sorted(response.status_code for response in await asyncio.gather(*waiting)) == [201] + [503] * 5


async def test_one_user_cannot_take_all_connections(
    settings: Settings, athlete: Person, stranger: Person, admin: psycopg.Connection
) -> None:
    async with serve(settings) as client:
        greedy, other = (Person(client, person.user, person.token) for person in (athlete, stranger))
        with admin.transaction():
            admin.execute("select from private.profiles where user_id = %s for update", (athlete.id,))
            waiting = [asyncio.create_task(greedy.log(a_set())) for _ in range(20)]
            await asyncio.sleep(0.1)
            assert (await other.log(a_set())).status_code == 201
            assert (await client.get("/health")).json()["database"] == "ok"
            assert not any(task.done() for task in waiting)
        assert [response.status_code for response in await asyncio.gather(*waiting)] == [201] * 20


def suspend(database: Database) -> list[psutil.Process]:
    pid = int((Path(database.socket_directory) / "postmaster.pid").read_text().split()[0])
    postmaster = psutil.Process(pid)
    processes = [postmaster, *postmaster.children()]
    for process in processes:
        process.suspend()
    return processes


@pytest.mark.slow
async def test_requests_do_not_hang_with_the_database(
    own_database: Database,
    settings: Settings,
    key: SigningKey,
    jwks: SupabaseServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with served(own_database, settings, key, jwks.url, database_timeout_seconds=0.5) as person:
        assert (await person.get("/profile")).status_code == 200
        monkeypatch.setattr("backend.gateway.postgres.HEALTH_TIMEOUT_SECONDS", 0.3)
        monkeypatch.setattr("backend.gateway.postgres.ACQUIRE_TIMEOUT_SECONDS", 0.2)
        processes = suspend(own_database)
        try:
            # psycopg itself would wait ten more seconds for the server to confirm that it cancelled the statement.
            async with asyncio.timeout(8):
                health = await person.client.get("/health")
                assert (health.status_code, health.json()["database"]) == (200, "unavailable")
                assert_problem(await person.get("/profile"), 503, "database_unavailable")
        finally:
            for process in reversed(processes):
                process.resume()
        assert (await person.get("/profile")).status_code == 200


async def test_an_internal_error_does_not_show_its_message(
    athlete: Person, admin: psycopg.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    admin.execute("alter function public.get_profile() rename to get_profile_elsewhere")
    try:
        response = await athlete.get("/profile", headers={"Origin": "https://app.example.com"})
    finally:
        admin.execute("alter function public.get_profile_elsewhere() rename to get_profile")
    problem = assert_problem(response, 500, "internal_error")
    assert "get_profile" not in response.text
    assert problem["detail"] == "Something went wrong on our side."
    assert any(getattr(record, "sqlstate", None) == "42883" for record in caplog.records)


async def test_a_browser_can_read_the_problem_of_an_unexpected_error(
    athlete: Person, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_value: Any) -> Any:
        raise RuntimeError("a secret")

    monkeypatch.setattr("backend.profiles.models.Profile.model_validate", broken)
    response = await athlete.get("/profile", headers={"Origin": "https://app.example.com"})
    problem = assert_problem(response, 500, "internal_error")
    assert response.headers["access-control-allow-origin"] == "https://app.example.com"
    assert "secret" not in response.text
    logged = next(record for record in caplog.records if record.message == "unexpected error")
    assert logged.levelno == logging.ERROR
    assert logged.request_id == problem["request_id"]  # type: ignore[attr-defined]


async def test_the_access_log_contains_no_secrets(athlete: Person, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "backend.access")
    await athlete.ask("PATCH", "/profile", params={"q": "a-secret"}, json={"display_name": "a-secret"})
    record = next(record for record in caplog.records if record.name == "backend.access")
    fields = vars(record)
    assert (fields["method"], fields["path"], fields["status"]) == ("PATCH", "/api/v1/profile", 200)
    assert fields["db_ms"] > 0
    assert athlete.token not in repr(fields)
    assert "a-secret" not in repr(fields)
