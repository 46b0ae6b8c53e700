"""A database that is slow, down or restarted, over the direct gateway."""

import asyncio
import itertools
import logging
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psutil
import psycopg
import pytest

from backend.core.settings import Settings
from backend.gateway.postgres import PostgresGateway
from tests.support import (
    API,
    NewPerson,
    Person,
    SupabaseServer,
    a_set,
    assert_problem,
    one_gateway,
    serve,
    serve_over_http,
    until,
)
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


type OwnApi = Callable[..., AbstractAsyncContextManager[Person]]


@pytest.fixture
def own_api(own_database: Database, settings: Settings, key: SigningKey, jwks: SupabaseServer) -> OwnApi:
    """Serves an API with a Postgres of its own and with changed settings, to one user."""
    return partial(served, own_database, settings, key, jwks.url)


@pytest.fixture
async def only_person(own_api: OwnApi) -> AsyncIterator[Person]:
    """The only user of an API with a Postgres of its own."""
    async with own_api() as person:
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
    assert_problem(await only_person.client.get("/health/ready"), 503, "database_unavailable")
    assert (await only_person.client.get("/health")).status_code == 200
    # A request that needs no database still succeeds.
    assert (await only_person.get("/auth/me")).status_code == 200

    await asyncio.to_thread(own_database.start)
    assert (await only_person.get("/workouts")).json()["total"] == 1
    assert (await only_person.client.get("/health/ready")).status_code == 200


@pytest.mark.slow
async def test_requests_succeed_after_the_database_restarted(only_person: Person, own_database: Database) -> None:
    await asyncio.gather(*(only_person.get("/profile") for _ in range(8)))
    await asyncio.to_thread(own_database.stop)
    await asyncio.to_thread(own_database.start)
    responses = await asyncio.gather(*(only_person.get("/profile") for _ in range(8)))
    assert [response.status_code for response in responses] == [200] * 8


# The number of requests that psycopg's own pool used to let wait for each connection. Once so many had timed out while
# no connection was alive, the pool refused every request and never connected again.
MORE_THAN_ONCE_WAITED = 25


@pytest.mark.slow
@pytest.mark.parametrize("pool_size", [1, 4])
async def test_a_long_outage_under_load_ends_by_itself(
    own_database: Database,
    own_api: OwnApi,
    monkeypatch: pytest.MonkeyPatch,
    pool_size: int,
) -> None:
    monkeypatch.setattr("backend.gateway.postgres.ACQUIRE_TIMEOUT_SECONDS", 0.1)
    async with own_api(database_pool_size=pool_size) as person:
        assert (await person.get("/profile")).status_code == 200
        await asyncio.to_thread(own_database.stop)
        for _ in range(MORE_THAN_ONCE_WAITED):
            for response in await asyncio.gather(*(person.get("/profile") for _ in range(pool_size))):
                assert response.status_code == 503
        await asyncio.to_thread(own_database.start)
        await until_answered(person)
        responses = await asyncio.gather(*(person.get("/profile") for _ in range(4)))
        assert [response.status_code for response in responses] == [200] * 4


async def until_answered(person: Person) -> None:
    for _ in range(200):
        if (await person.get("/profile")).status_code == 200:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("The service did not recover.")


async def test_requests_go_on_after_a_backend_was_killed(
    settings: Settings, new_person: NewPerson, admin: psycopg.Connection
) -> None:
    async with serve(settings.model_copy(update={"database_pool_size": 1})) as client:
        people = [Person(client, person.user, person.token) for person in (new_person() for _ in range(8))]
        with admin.transaction():
            admin.execute("select from private.profiles for update")
            asked = [asyncio.create_task(person.log(a_set())) for person in people]
            kill = (
                "select pg_terminate_backend(pid) from pg_stat_activity "
                "where usename = 'slow_burn_api' and wait_event_type = 'Lock' and datname = current_database()"
            )
            await until(lambda: admin.execute(kill).fetchone() is not None)
        statuses = sorted([response.status_code for response in await asyncio.gather(*asked)])
        assert statuses == [201] * 7 + [503]


@pytest.mark.slow
async def test_a_thousand_impatient_clients_leave_nothing_behind(
    settings: Settings, new_person: NewPerson, jwks: SupabaseServer
) -> None:
    people = [new_person() for _ in range(50)]
    with serve_over_http(settings) as url:
        limits = httpx.Limits(max_connections=1000)
        async with httpx.AsyncClient(base_url=url, timeout=0.5, limits=limits) as client:

            async def ask(number: int) -> int:
                person = people[number % len(people)]
                try:
                    return (await Person(client, person.user, person.token).get("/exercises?q=press")).status_code
                except httpx.HTTPError:
                    return 0

            statuses = set(await asyncio.gather(*(ask(number) for number in range(1000))))
            assert statuses <= {0, 200, 503}
        async with httpx.AsyncClient(base_url=url) as client:
            await until_answered(Person(client, people[0].user, people[0].token))


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("postgresql://slow_burn_api@127.0.0.1:9/x", "connection refused"),
        ("postgresql://slow_burn_api@localhost/x?host=/nowhere", "connection refused"),
        ("postgresql://slow_burn_api@nowhere.invalid/x?sslmode=require", "unknown host"),
        ("postgresql://nobody@localhost/postgres?host={sockets}", "unknown role"),
        ("postgresql://slow_burn_api@localhost/nothing?host={sockets}", "unknown database"),
    ],
)
async def test_the_log_says_why_the_database_cannot_be_reached(
    settings: Settings, socket_directory: str, caplog: pytest.LogCaptureFixture, url: str, reason: str
) -> None:
    update = {"database_url": url.format(sockets=socket_directory)}
    async with serve(Settings.model_validate(settings.model_dump() | update)) as client:
        assert_problem(await client.get("/health/ready"), 503, "database_unavailable")
        reasons = {getattr(record, "reason", None) for record in caplog.records}
        assert reason in reasons


async def test_a_superuser_is_refused(
    settings: Settings,
    socket_directory: str,
    database: str,
    admin: psycopg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    admin.execute("create role almighty login superuser")
    try:
        update = {"database_url": f"postgresql://almighty@localhost/{database}?host={socket_directory}"}
        async with serve(Settings.model_validate(settings.model_dump() | update)) as client:
            assert_problem(await client.get("/health/ready"), 503, "database_unavailable")
    finally:
        admin.execute("drop role almighty")
    reasons = {getattr(record, "reason", None) for record in caplog.records}
    assert "DATABASE_URL names a superuser" in reasons


async def test_the_service_starts_without_its_database(settings: Settings) -> None:
    update = {"database_url": "postgresql://slow_burn_api@localhost/x?host=/nowhere"}
    async with serve(Settings.model_validate(settings.model_dump() | update)) as client:
        assert_problem(await client.get("/health/ready"), 503, "database_unavailable")
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


async def test_a_request_is_refused_at_once_when_too_many_wait(
    settings: Settings, new_person: NewPerson, admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.gateway.admission.WAITING_PER_RUNNING", 2)
    async with serve(settings.model_copy(update={"database_pool_size": 1})) as client:
        people = [Person(client, person.user, person.token) for person in (new_person() for _ in range(6))]
        assert (await client.get("/health/ready")).status_code == 200
        with admin.transaction():
            admin.execute("select from private.profiles for update")
            asked = [asyncio.create_task(person.log(a_set())) for person in people]
            # One request has the connection, two wait for it, and three are refused before any of these ends.
            for answered in itertools.islice(asyncio.as_completed(asked), 3):
                assert_problem(await answered, 503, "overloaded")
            assert sum(task.done() for task in asked) == 3
            # A busy database is still available.
            assert (await client.get("/health/ready")).status_code == 200
        assert sorted(response.status_code for response in await asyncio.gather(*asked)) == [201] * 3 + [503] * 3


async def test_nothing_is_spent_on_requests_while_every_call_would_be_refused(
    settings: Settings, new_person: NewPerson, admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.gateway.admission.WAITING_PER_RUNNING", 1)
    async with serve(settings.model_copy(update={"database_pool_size": 1})) as client:
        people = [Person(client, person.user, person.token) for person in (new_person() for _ in range(2))]
        with admin.transaction():
            admin.execute("select from private.profiles for update")
            asked = [asyncio.create_task(person.log(a_set())) for person in people]
            await asyncio.sleep(0.2)
            # Neither the body nor the token of this request has been read.
            response = await client.post(f"{API}/workouts/log", content=b"{", headers={"Authorization": "Bearer x"})
            assert_problem(response, 503, "overloaded")
            assert (await client.get("/health")).status_code == 200
        assert [response.status_code for response in await asyncio.gather(*asked)] == [201] * 2


async def test_health_checks_share_one_connection(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    checks = 0
    check = PostgresGateway._read_schema_version

    async def counted(gateway: PostgresGateway) -> str | None:
        nonlocal checks
        checks += 1
        return await check(gateway)

    monkeypatch.setattr(PostgresGateway, "_read_schema_version", counted)
    async with serve(settings) as client:
        assert (await client.get("/health/ready")).status_code == 200
        checks = 0
        responses = await asyncio.gather(*(client.get("/health/ready") for _ in range(50)))
        assert {response.status_code for response in responses} == {200}
        assert checks < 5


async def test_a_request_does_not_wait_for_long(
    settings: Settings, athlete: Person, stranger: Person, admin: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.gateway.admission.WAIT_SECONDS", 0.1)
    async with serve(settings.model_copy(update={"database_pool_size": 1})) as client:
        holding, waiting = (Person(client, person.user, person.token) for person in (athlete, stranger))
        with admin.transaction():
            admin.execute("select from private.profiles for update")
            first = asyncio.create_task(holding.log(a_set()))
            await asyncio.sleep(0.05)
            assert_problem(await waiting.log(a_set()), 503, "overloaded")
        assert (await first).status_code == 201


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
            assert (await client.get("/health/ready")).status_code == 200
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
    own_database: Database, own_api: OwnApi, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with own_api(database_timeout_seconds=0.5) as person:
        assert (await person.get("/profile")).status_code == 200
        monkeypatch.setattr("backend.gateway.postgres.HEALTH_TIMEOUT_SECONDS", 0.3)
        monkeypatch.setattr("backend.gateway.postgres.ACQUIRE_TIMEOUT_SECONDS", 0.2)
        processes = suspend(own_database)
        try:
            # psycopg itself would wait ten more seconds for the server to confirm that it cancelled the statement.
            async with asyncio.timeout(8):
                assert_problem(await person.client.get("/health/ready"), 503, "database_unavailable")
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
