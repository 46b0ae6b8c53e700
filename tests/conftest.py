"""One embedded Postgres for all workers, a database for each worker, and the API in process over that."""

import os
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from blockbuster import blockbuster_ctx

from backend.core.settings import Settings
from tests.cluster import PLATFORM, TEMPLATE, Cluster, create_database, passing_database
from tests.support import (
    PUBLISHABLE_KEY,
    SERVICE_SECRET,
    Connect,
    NewPerson,
    Person,
    SupabaseServer,
    forget_settings,
    serve,
    serve_gemini,
    serve_supabase,
)
from tools import ToolError
from tools.stack import npm
from tools.stack.data_api import make_data_api
from tools.stack.database import database_url
from tools.stack.signing import SigningKey
from tools.stack.users import ROLE as AUTH_ROLE
from tools.stack.users import create_user


def ready(client: httpx.Client) -> bool:
    try:
        return client.get("/").is_success
    except httpx.TransportError:
        return False


UNIT = Path(__file__).parent / "unit"
SOCKET_DIRECTORY = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--require-npm", action="store_true", help="fail, not skip, where a program from npm is missing")


def pytest_configure(config: pytest.Config) -> None:
    forget_settings()
    # Processes that tests start would compile each module that they import, which takes seconds.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Tests reach this machine only, so they bypass any proxy.
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = "127.0.0.1"
    workerinput = getattr(config, "workerinput", None)
    if workerinput is not None:
        config.stash[SOCKET_DIRECTORY] = workerinput["socket_directory"]
    elif not config.option.collectonly and not all(is_unit(argument) for argument in config.args):
        # Without a network, tests that need a program from npm are skipped.
        with suppress(ToolError):
            npm.install()
        cluster = Cluster()
        config.add_cleanup(cluster.stop)
        config.stash[SOCKET_DIRECTORY] = cluster.database.socket_directory


def is_unit(argument: str) -> bool:
    """Whether a test path given to pytest lies in tests/unit, where nothing needs Postgres."""
    return Path(argument.partition("::")[0]).resolve().is_relative_to(UNIT)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Give each of xdist's workers the address of the Postgres."""
    node.workerinput["socket_directory"] = node.config.stash.get(SOCKET_DIRECTORY, None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        assert isinstance(item, pytest.Function)
        gateway = item.callspec.params.get("gateway") if hasattr(item, "callspec") else None
        if gateway == "postgrest" or {"postgrest", "supabase_cli", "supabase_js", "openapi_linters"} & set(
            item.fixturenames
        ):
            item.add_marker("npm")
    # The workers take files in this order, and end at about the same time when the long ones come first.
    slow_files = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow_files)


@pytest.fixture(autouse=True)
def _no_blocking_calls() -> Iterator[None]:
    # Only the service must not block; the laptop stack may.
    with blockbuster_ctx("backend"):
        yield


@pytest.fixture(scope="session")
def socket_directory(pytestconfig: pytest.Config) -> str:
    return pytestconfig.stash[SOCKET_DIRECTORY]


@pytest.fixture(scope="session")
def database(socket_directory: str, worker_id: str) -> str:
    """The name of this worker's own database, migrated and seeded, which knows the service's secret."""
    name = f"worker_{worker_id}"
    with psycopg.connect(database_url(socket_directory, "supabase_admin"), autocommit=True) as admin:
        create_database(admin, name, template=TEMPLATE)
    with psycopg.connect(database_url(socket_directory, "postgres", name)) as owner:
        owner.execute("select private.add_service_secret(%s)", (SERVICE_SECRET,))
    return name


@pytest.fixture
def empty_database(socket_directory: str, worker_id: str) -> Iterator[str]:
    """The name of a database that is prepared like a Supabase project and has nothing of ours."""
    with passing_database(socket_directory, f"empty_{worker_id}", template=PLATFORM) as name:
        yield name


@pytest.fixture
def fresh_database(socket_directory: str, worker_id: str) -> Iterator[str]:
    """The name of a migrated and seeded database that no other test has used."""
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
    """A superuser's connection to this worker's database, to check and to arrange what no client can."""
    with connect("supabase_admin") as connection:
        yield connection


@pytest.fixture(scope="session")
def key() -> SigningKey:
    """The project's signing key."""
    return SigningKey.generate()


@pytest.fixture(scope="session")
def jwks(key: SigningKey) -> Iterator[SupabaseServer]:
    """Supabase, for the API of all tests. Tests that change it make their own."""
    with serve_supabase(key) as server:
        yield server


def installed(config: pytest.Config, find: Callable[[], Path]) -> Path:
    """A program from npm. Skips the test where npm has none for this platform, or fails it with --require-npm."""
    try:
        return find()
    except ToolError as error:
        (pytest.fail if config.getoption("--require-npm") else pytest.skip)(str(error))


@pytest.fixture(scope="session")
def supabase_cli(pytestconfig: pytest.Config) -> Path:
    return installed(pytestconfig, npm.supabase_cli)


@pytest.fixture(scope="session")
def supabase_js(pytestconfig: pytest.Config) -> Path:
    return installed(pytestconfig, npm.supabase_js)


@pytest.fixture(scope="session")
def openapi_linters(pytestconfig: pytest.Config) -> Path:
    return installed(pytestconfig, npm.openapi_linter)


@pytest.fixture(scope="session")
def pgtap(pytestconfig: pytest.Config) -> Path:
    return installed(pytestconfig, npm.pgtap_archive)


@pytest.fixture(scope="session")
def postgrest(pytestconfig: pytest.Config) -> Path:
    return installed(pytestconfig, npm.postgrest)


@pytest.fixture(scope="session")
def data_api(
    postgrest: Path, jwks: SupabaseServer, key: SigningKey, socket_directory: str, database: str
) -> Iterator[httpx.Client]:
    """The real PostgREST over this worker's database, behind the Supabase of all tests."""
    with tempfile.TemporaryDirectory(prefix="slow-burn-") as folder:
        socket = Path(folder) / "postgrest"
        child = make_data_api(Path(folder), key, database_url(socket_directory, "authenticator", database), socket)
        child.start()
        try:
            with httpx.Client(transport=httpx.HTTPTransport(uds=str(socket)), base_url="http://postgrest") as client:
                # httpx's transport leaves its own socket open when there is none to connect to.
                child.wait_until(lambda: socket.exists() and ready(client))
                jwks.data_api = client
                yield client
                jwks.data_api = None
        finally:
            child.stop()


@pytest.fixture(scope="session", params=["postgres", "postgrest"])
def gateway(request: pytest.FixtureRequest) -> str:
    """How the API reaches the database. Tests that use it run over both ways, or over one of them: see one_gateway."""
    kind: str = request.param
    if kind == "postgrest":
        request.getfixturevalue("data_api")
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
        "database_pool_size": 8,
        "api_docs": True,
        "user_requests_per_minute": 1_000_000,
        "address_requests_per_minute": 1_000_000,
        "cors_origins": "https://app.example.com",
        "gemini_api_key": "tests",
        "gemini_base_url": gemini_url,
        "gemini_timeout_seconds": 8,
    }
    return Settings.model_validate(common | way)


@pytest.fixture(scope="session")
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The API, in process, with the keys of the project. While no asynchronous test runs, nothing of the API does, so a
    fetch that it had only begun could run out of time.
    """
    async with serve(settings) as client:
        ready = await client.get("/health/ready")
        assert ready.status_code == 200, ready.text
        yield client


@pytest.fixture(scope="session")
def new_person(client: httpx.AsyncClient, connect: Connect, key: SigningKey, jwks: SupabaseServer) -> NewPerson:
    """Creates signed-in users."""

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
