"""One embedded Postgres for all workers, a database of its own for each, and the API in process over it."""

import os
import shutil
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from blockbuster import blockbuster_ctx
from psycopg import sql

from backend.core.settings import Settings
from tests.support import (
    PUBLISHABLE_KEY,
    SERVICE_SECRET,
    Connect,
    NewPerson,
    Person,
    SupabaseServer,
    serve,
    serve_gemini,
    serve_supabase,
)
from tools import MIGRATIONS, SEED
from tools.stack import npm
from tools.stack.data_api import make_data_api
from tools.stack.database import Database, database_url
from tools.stack.migrations import apply_migrations, run_file
from tools.stack.signing import SigningKey
from tools.stack.users import ROLE as AUTH_ROLE
from tools.stack.users import create_user

PLATFORM = "template_platform"
"""A database with what Supabase brings, before any migration."""

TEMPLATE = "template_slow_burn"
"""A database with every migration and the seed."""


class Cluster:
    """The Postgres of a whole test run: started by the process that starts the workers."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="slow-burn-tests-"))
        self.database = Database(self.directory / "postgres")
        self.database.start()
        with self.database.connect("supabase_admin") as admin:
            # Durability is for data that somebody will miss.
            admin.execute("alter system set fsync = off")
            admin.execute("alter system set synchronous_commit = off")
            admin.execute("alter system set full_page_writes = off")
            with tarfile.open(npm.pgtap_archive()) as archive:
                archive.extractall(self.directory / "pgtap", filter="data")
            extensions = self.directory / "pgtap" / "share" / "postgresql"
            admin.execute(sql.SQL("alter system set extension_control_path = {}").format(f"$system:{extensions}"))
            admin.execute("select pg_reload_conf()")
            create_database(admin, PLATFORM, template="postgres")
            create_database(admin, TEMPLATE, template=PLATFORM)
        with self.database.connect("supabase_admin", TEMPLATE) as admin:
            admin.execute("create extension pgtap with schema extensions")
            # As on Supabase, where tests make users so.
            admin.execute("grant insert, delete on auth.users to postgres")
        with self.database.connect("postgres", TEMPLATE) as connection:
            apply_migrations(connection, MIGRATIONS)
            run_file(connection, SEED, SEED.read_text())

    def stop(self) -> None:
        self.database.stop()
        shutil.rmtree(self.directory)


def create_database(admin: psycopg.Connection, name: str, *, template: str) -> None:
    admin.execute(
        sql.SQL("create database {} template {} owner postgres").format(sql.Identifier(name), sql.Identifier(template))
    )


def ready(client: httpx.Client) -> bool:
    try:
        return client.get("/").is_success
    except httpx.TransportError:
        return False


SOCKET_DIRECTORY = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    # What the tests reach is on this machine, whatever proxy leads elsewhere.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        config.stash[SOCKET_DIRECTORY] = workerinput["socket_directory"]
    elif not config.option.collectonly:
        npm.install()
        cluster = Cluster()
        config.add_cleanup(cluster.stop)
        config.stash[SOCKET_DIRECTORY] = cluster.database.socket_directory


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each of xdist's workers where the Postgres is."""
    node.workerinput["socket_directory"] = node.config.stash[SOCKET_DIRECTORY]


@pytest.fixture(autouse=True)
def _no_blocking_calls() -> Iterator[None]:
    # The laptop stack is no part of the service, and may wait.
    with blockbuster_ctx("backend"):
        yield


@pytest.fixture(scope="session")
def socket_directory(pytestconfig: pytest.Config) -> str:
    return pytestconfig.stash[SOCKET_DIRECTORY]


@pytest.fixture(scope="session")
def database(socket_directory: str, worker_id: str) -> str:
    """The name of this worker's own database, migrated and seeded."""
    name = f"worker_{worker_id}"
    with psycopg.connect(database_url(socket_directory, "supabase_admin"), autocommit=True) as admin:
        create_database(admin, name, template=TEMPLATE)
    return name


@contextmanager
def passing_database(socket_directory: str, name: str, *, template: str) -> Iterator[str]:
    with psycopg.connect(database_url(socket_directory, "supabase_admin"), autocommit=True) as admin:
        create_database(admin, name, template=template)
        yield name
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))


@pytest.fixture
def empty_database(socket_directory: str, worker_id: str) -> Iterator[str]:
    """The name of a database with what Supabase brings, and nothing of ours."""
    with passing_database(socket_directory, f"empty_{worker_id}", template=PLATFORM) as name:
        yield name


@pytest.fixture
def fresh_database(socket_directory: str, worker_id: str) -> Iterator[str]:
    """The name of a migrated and seeded database that nobody has used."""
    with passing_database(socket_directory, f"fresh_{worker_id}", template=TEMPLATE) as name:
        yield name


@pytest.fixture(scope="session")
def connect(socket_directory: str, database: str) -> Connect:
    """Connections to this worker's database, by role."""

    def connect(role: str) -> psycopg.Connection:
        return psycopg.connect(database_url(socket_directory, role, database), autocommit=True)

    return connect


@pytest.fixture(scope="session")
def admin(connect: Connect) -> Iterator[psycopg.Connection]:
    """A superuser's view of this worker's database: for looking, and for arranging what no client could."""
    with connect("supabase_admin") as connection:
        yield connection


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """The project's signing key."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def data_api(
    key: SigningKey, socket_directory: str, database: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[httpx.Client]:
    """The real PostgREST over this worker's database."""
    folder = tmp_path_factory.mktemp("postgrest")
    with tempfile.TemporaryDirectory(prefix="slow-burn-") as short:
        socket = Path(short) / "postgrest"
        child = make_data_api(folder, key, database_url(socket_directory, "authenticator", database), socket)
        child.start()
        try:
            with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://postgrest") as client:
                child.wait_until(lambda: ready(client))
                yield client
        finally:
            child.stop()


@pytest.fixture(scope="session")
def jwks(key: SigningKey, data_api: httpx.Client) -> Iterator[SupabaseServer]:
    """Supabase, for the API of all tests: tests that change it make their own."""
    with serve_supabase(key, data_api) as server:
        yield server


@pytest.fixture(scope="session", params=["postgres", "postgrest"])
def gateway(request: pytest.FixtureRequest) -> str:
    """Which way the API takes to the database: what uses it runs over both."""
    kind: str = request.param
    return kind


@pytest.fixture(scope="session")
def gemini_url() -> Iterator[str]:
    """The stand-in for Gemini, for the real SDK."""
    with serve_gemini() as url:
        yield url


@pytest.fixture(scope="session")
def settings(gateway: str, jwks: SupabaseServer, socket_directory: str, database: str, gemini_url: str) -> Settings:
    way = {
        "postgres": {"database_url": database_url(socket_directory, "slow_burn_api", database)},
        "postgrest": {"supabase_publishable_key": PUBLISHABLE_KEY, "service_secret": SERVICE_SECRET},
    }[gateway]
    common = {
        "supabase_url": jwks.url,
        "database_pool_size": 4,
        "cors_origins": "https://app.example.com",
        "gemini_api_key": "tests",
        "gemini_base_url": gemini_url,
        "gemini_timeout_seconds": 8,
    }
    return Settings.model_validate(common | way)


@pytest.fixture(scope="session")
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The API, in process."""
    async with serve(settings) as client:
        yield client


@pytest.fixture(scope="session")
def new_person(client: httpx.AsyncClient, connect: Connect, key: SigningKey, jwks: SupabaseServer) -> NewPerson:
    """Makes signed-in users nobody else knows."""

    def new_person() -> Person:
        with connect(AUTH_ROLE) as connection:
            user = create_user(connection, f"{uuid4().hex}@example.com", None)
        assert user is not None
        return Person(client, user, key.access_token(user, jwks.url))

    return new_person


@pytest.fixture
def athlete(new_person: NewPerson) -> Person:
    return new_person()


@pytest.fixture
def stranger(new_person: NewPerson) -> Person:
    return new_person()
