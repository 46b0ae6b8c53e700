"""The stack: starts and stops its servers in order, and writes stack.json about them."""

import contextlib
import fcntl
import json
import os
import secrets
import shlex
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Literal, NamedTuple, TypedDict
from urllib.parse import urlsplit

import psycopg

from backend.core.settings import Settings
from tools import MIGRATIONS, ROOT, SEED, ToolError, shown
from tools.stack import npm
from tools.stack.auth import accounts, sessions
from tools.stack.auth.admin import SECRET_KEY
from tools.stack.auth.settings import load_auth_settings
from tools.stack.data_api import make_data_api
from tools.stack.database import POSTGRES_VERSION, Database, as_role
from tools.stack.migrations import apply_migrations, run_file
from tools.stack.processes import HOST, Child, answers, check_port, stop_leftovers
from tools.stack.signing import SigningKey, User
from tools.stack.users import ROLE as AUTH_ROLE
from tools.stack.users import find_or_create_user

DEMO_EMAILS = ("athlete@example.com", "stranger@example.com")
DEMO_PASSWORD = "slow-burn-demo-1"  # noqa: S105  # not a secret: it opens a database on this machine only
PUBLISHABLE_KEY = "sb_publishable_laptop"
# Where frontends are served while they are developed: Vite, Next.js and Create React App.
FRONTEND_ORIGINS = [f"http://{host}:{port}" for host in ("localhost", "127.0.0.1") for port in (5173, 3000)]


Gateway = Literal["postgres", "postgrest"]


class Urls(NamedTuple):
    """The addresses of the stack's servers."""

    api: str
    supabase: str


class StackUser(TypedDict):
    """A demo user, signed in."""

    id: str
    email: str
    password: str
    access_token: str


class StackInfo(TypedDict):
    """The content of stack.json: everything a tool needs to use the running stack."""

    api_url: str
    supabase_url: str
    database_url: str
    publishable_key: str
    users: list[StackUser]


class StateDir:
    """The stack's folder."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.postgres = self.path / "postgres"
        self.signing_key = self.path / "signing_key.pem"
        self._service_secret = self.path / "service_secret"
        self.info = self.path / "stack.json"

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Lock the folder for one stack at a time. Raises ToolError if it is locked or cannot be written."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("w")
        except OSError as error:
            raise ToolError(
                f"Cannot write to {self.path} ({error.strerror}). Choose another folder with --state-dir."
            ) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ToolError(
                    f"A stack is already running in {self.path}. Stop it, or choose another folder with --state-dir."
                ) from None
            yield

    def clear(self) -> None:
        """Delete what the stack put into its folder, and nothing else."""
        shutil.rmtree(self.postgres, ignore_errors=True)
        self.signing_key.unlink(missing_ok=True)
        self._service_secret.unlink(missing_ok=True)
        self.info.unlink(missing_ok=True)

    def service_secret(self) -> str:
        """The secret with which the API identifies itself to the database; created at the first call."""
        if not self._service_secret.exists():
            self._service_secret.touch(mode=0o600)
            self._service_secret.write_text(secrets.token_urlsafe())
        return self._service_secret.read_text()

    def write_info(self, info: StackInfo) -> None:
        """Write stack.json in one step. Only its owner can read it, because it holds tokens."""
        draft = self.info.with_suffix(".tmp")
        draft.unlink(missing_ok=True)
        draft.touch(mode=0o600, exist_ok=False)
        draft.write_text(json.dumps(info, indent=2) + "\n")
        draft.replace(self.info)

    def read_info(self) -> StackInfo:
        """Read stack.json. Raises ToolError if no stack is running here."""
        try:
            info: StackInfo = json.loads(self.info.read_text())
        except FileNotFoundError:
            raise ToolError(f"No stack is running in {self.path}. Start one with: uv run poe dev") from None
        return info


def run_stack(port: int, state: StateDir, *, reset: bool, gateway: Gateway) -> None:
    """Start everything, print a summary, and keep it running until KeyboardInterrupt. Then stop everything."""
    with state.locked(), contextlib.ExitStack() as running:
        stop_leftovers(state.path)
        for needed in (port, port + 1):
            check_port(needed)
        if reset:
            _say("Deleting the old data")
            state.clear()
        _say(f"Starting Postgres {POSTGRES_VERSION}")
        database = Database(state.postgres)
        running.callback(database.stop)
        database.start()
        _prepare_database(database, state.service_secret())
        key = SigningKey.load_or_create(state.signing_key)
        urls = Urls(api=f"http://{HOST}:{port}", supabase=f"http://{HOST}:{port + 1}")
        services = _services(gateway, state, database, key, urls)
        for child, _ in services:
            _say(f"Starting {child.name}")
            running.callback(child.stop)
            child.start()
        for child, ready in services:
            child.wait_until(ready)
        info = StackInfo(
            api_url=urls.api,
            supabase_url=urls.supabase,
            database_url=database.url("postgres"),
            publishable_key=PUBLISHABLE_KEY,
            users=_demo_users(database, key, urls.supabase),
        )
        running.callback(state.info.unlink, missing_ok=True)
        state.write_info(info)
        _say(_summary(info, state, gateway))
        while True:
            time.sleep(0.5)
            database.check_running()
            for child, _ in services:
                child.check_running()


def mint_token(email: str, state: StateDir) -> str:
    """Create an access token for a user of the running stack, and the user if there is none."""
    info = state.read_info()
    try:
        with psycopg.connect(as_role(info["database_url"], AUTH_ROLE), autocommit=True) as connection:
            user = find_or_create_user(connection, email)
            return _signed_in(connection, user, SigningKey.load_or_create(state.signing_key), info["supabase_url"])
    except psycopg.OperationalError as error:
        raise ToolError(f"The stack in {state.path} does not answer. Start it again: uv run poe dev") from error


def _signed_in(connection: psycopg.Connection, user: User, key: SigningKey, supabase_url: str) -> str:
    """An access token in a new session, so that Supabase Auth accepts it as well."""
    account = accounts.find(connection, user.id)
    assert account is not None
    session = sessions.start(connection, account, "password")
    lifetime = load_auth_settings().token_lifetime
    return sessions.access_token(session, key, f"{supabase_url}/auth/v1", lifetime)[0]


def _say(text: str) -> None:
    print(text, flush=True)


def _prepare_database(database: Database, service_secret: str) -> None:
    with database.connect("postgres") as connection:
        _say("Applying migrations")
        for name in apply_migrations(connection, MIGRATIONS):
            _say(f"  {name}")
        _say("Applying the seed")
        run_file(connection, SEED, SEED.read_text())
        connection.execute("select private.add_service_secret(%s)", (service_secret,))


def _demo_users(database: Database, key: SigningKey, supabase_url: str) -> list[StackUser]:
    with database.connect(AUTH_ROLE) as connection:
        users = [find_or_create_user(connection, email, DEMO_PASSWORD) for email in DEMO_EMAILS]
        return [
            StackUser(
                id=str(user.id),
                email=user.email,
                password=DEMO_PASSWORD,
                access_token=_signed_in(connection, user, key, supabase_url),
            )
            for user in users
        ]


def _uvicorn(app: str, url: str, *options: str) -> list[str]:
    port = str(urlsplit(url).port)
    return [sys.executable, "-m", "uvicorn", "--factory", app, "--host", HOST, "--port", port, *options]


def _supabase_server(state: StateDir, database: Database, supabase_url: str, data_api: Path | None) -> Child:
    environment = {
        "SUPABASE_URL": supabase_url,
        "STANDIN_DATABASE_URL": database.url(AUTH_ROLE),
        "STANDIN_SIGNING_KEY": str(state.signing_key),
    }
    if data_api is not None:
        environment |= {"STANDIN_PUBLISHABLE_KEY": PUBLISHABLE_KEY, "STANDIN_DATA_API": str(data_api)}
    return Child(
        name="the stand-in for Supabase",
        command=_uvicorn("tools.stack.supabase_server:app", supabase_url, "--log-level", "warning"),
        folder=state.path,
        environment=environment,
    )


def gemini_settings(environment: Mapping[str, str], supabase_url: str) -> dict[str, str]:
    """The developer's own key, with the base URL that goes with it. Without a key, the stand-in."""
    key = environment.get("GEMINI_API_KEY")
    if key:
        return {"GEMINI_API_KEY": key, "GEMINI_BASE_URL": environment.get("GEMINI_BASE_URL", "")}
    return {"GEMINI_API_KEY": "offline", "GEMINI_BASE_URL": f"{supabase_url}/gemini"}


def _api_server(state: StateDir, supabase_url: str, api_url: str, way: dict[str, str]) -> Child:
    return Child(
        name="the API",
        command=_uvicorn("tools.stack.api:app", api_url, "--reload", "--reload-dir", "backend", "--no-access-log"),
        folder=state.path,
        environment={
            # The shell may hold settings of a deployment. An empty setting counts as not set.
            **{name.upper(): "" for name in Settings.model_fields},
            "SUPABASE_URL": supabase_url,
            "CORS_ORIGINS": ",".join(FRONTEND_ORIGINS),
            # The keys are on this machine, so bypass any proxy.
            "NO_PROXY": HOST,
            "no_proxy": HOST,
            "SERVICE_SECRET": state.service_secret(),
            "SUPABASE_SECRET_KEY": SECRET_KEY,
            "API_DOCS": "true",
            "STANDIN_STATE_DIR": str(state.path),
            **gemini_settings(os.environ, supabase_url),
            **way,
        },
    )


def _services(
    gateway: Gateway, state: StateDir, database: Database, key: SigningKey, urls: Urls
) -> list[tuple[Child, Callable[[], bool]]]:
    """The servers beside Postgres in the order of starting, each with a check that it is ready."""
    way = {"DATABASE_URL": database.url("slow_burn_api")}
    services: list[tuple[Child, Callable[[], bool]]] = []
    data_api = None
    if gateway == "postgrest":
        npm.install()
        data_api = Path(database.socket_directory) / "postgrest"
        way = {"SUPABASE_PUBLISHABLE_KEY": PUBLISHABLE_KEY}
        postgrest = make_data_api(state.path, key, database.url("authenticator"), data_api)
        services.append((postgrest, data_api.is_socket))
    supabase = _supabase_server(state, database, urls.supabase, data_api)
    services.append((supabase, lambda: answers(f"{urls.supabase}/auth/v1/.well-known/jwks.json")))
    api = _api_server(state, urls.supabase, urls.api, way)
    services.append((api, lambda: answers(f"{urls.api}/health/ready")))
    return services


def _summary(info: StackInfo, state: StateDir, gateway: Gateway) -> str:
    also = "; PostgREST under /rest/v1" if gateway == "postgrest" else ""
    athlete = info["users"][0]
    users = "\n".join(f"               {user['email']}  password {user['password']}" for user in info["users"])
    return f"""
Slow Burn is running. Ctrl-C stops it; its data stays in {shown(state.path)}.

  API          {info["api_url"]}   (try it in the browser: {info["api_url"]}/docs)
  Supabase     {info["supabase_url"]}   (sign-up and sign-in under /auth/v1, mails under /mail{also})
  Database     {info["database_url"]}
  Demo users
{users}
  Tokens       uv run poe token {athlete["email"]}{_state_option(state)}
  All of this  {shown(state.info)}

Try it:
  curl -s {info["api_url"]}/api/v1/profile -H 'Authorization: Bearer {athlete["access_token"]}'
"""


def _state_option(state: StateDir) -> str:
    return "" if state.path == ROOT / ".local" else f" --state-dir {shlex.quote(str(shown(state.path)))}"
