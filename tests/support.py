"""Helpers for tests: a stand-in for Supabase that they control, users, and ways to call the API."""

import asyncio
import hashlib
import json
import os
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from uuid import UUID

import httpx
import psycopg
import pytest
import uvicorn
from asgi_lifespan import LifespanManager
from httpx import Response

from backend.core.settings import Settings
from backend.main import create_app
from tools.stack.gemini_server import app as gemini_app
from tools.stack.signing import SigningKey, User

API = "/api/v1"
ADMIN_PREFIX = "/auth/v1/admin/users/"
DATA_API_PREFIX = "/rest/v1"
PUBLISHABLE_KEY = "sb_publishable_tests"
SERVICE_SECRET = "the secret of the service in tests"


one_gateway = pytest.mark.parametrize("gateway", ["postgres"], indirect=True, scope="session")
"""For tests of what the API decides before it calls the database, which is the same over both gateways."""


def forget_settings() -> None:
    """Remove the settings of the service that the developer's shell has: tests bring their own."""
    names = {name.upper() for name in Settings.model_fields}
    for variable in list(os.environ):
        if variable.upper() in names:
            del os.environ[variable]


class SupabaseServer:
    """A stand-in for Supabase over real HTTP. Tests set the answers of its JWKS endpoint and read how many requests it
    received. Under /rest/v1 it checks the publishable key and passes requests on to a PostgREST, if it has one.
    """

    def __init__(self, key: SigningKey, data_api: httpx.Client | None) -> None:
        self.document: Any = key.jwks()
        self.status = 200
        self.delay = 0.0
        self.requests = 0
        self.data_api = data_api
        self.data_api_delay = 0.0
        self.trickled_bytes = 0
        self.data_api_answer: tuple[int, str, bytes] | None = None
        self.data_api_headers: list[Mapping[str, str]] = []
        self.deleted_users: list[str] = []
        self.admin_status: int | None = None
        self.admin_delay = 0.0
        self.admin_headers: list[Mapping[str, str]] = []
        self.stop: Callable[[], None] = lambda: None
        self.url = ""

    def answer(self, path: str, method: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str, bytes]:
        """The status, type and body of an answer."""
        if path.startswith(DATA_API_PREFIX):
            return self._ask_data_api(path.removeprefix(DATA_API_PREFIX), method, headers, body)
        if path.startswith(ADMIN_PREFIX):
            return self._delete_user(path.removeprefix(ADMIN_PREFIX), headers)
        self.requests += 1
        time.sleep(self.delay)
        document = self.document if isinstance(self.document, bytes) else json.dumps(self.document).encode()
        return self.status, "application/json", document

    def _delete_user(self, user_id: str, headers: Mapping[str, str]) -> tuple[int, str, bytes]:
        time.sleep(self.admin_delay)
        self.admin_headers.append({name.lower(): value for name, value in headers.items()})
        status = self.admin_status
        if status is None:
            status = 404 if user_id in self.deleted_users else 200
        if status == 200:
            self.deleted_users.append(user_id)
            return status, "application/json", b"{}"
        return status, "application/json", json.dumps({"code": status, "msg": "No"}).encode()

    def _ask_data_api(self, path: str, method: str, headers: Mapping[str, str], body: bytes) -> tuple[int, str, bytes]:
        time.sleep(self.data_api_delay)
        self.data_api_headers.append(headers)
        if self.data_api_answer is not None:
            return self.data_api_answer
        if headers.get("apikey") != PUBLISHABLE_KEY:
            return 401, "application/json", b'{"message": "No API key found in request"}'
        names = ("Authorization", "Content-Type", "Prefer", "X-Service-Secret")
        passed_on = {name: headers[name] for name in names if name in headers}
        try:
            assert self.data_api is not None
            answer = self.data_api.request(method, path, headers=passed_on, content=body)
        except (httpx.TransportError, AssertionError):
            return 502, "text/html", b"<html><h1>502 Bad Gateway</h1></html>"
        return answer.status_code, answer.headers.get("content-type", ""), answer.content


@contextmanager
def serve_gemini() -> Iterator[str]:
    """A running stand-in for Gemini; its URL."""
    with _listening(gemini_app(), lifespan="off") as url:
        yield url


@contextmanager
def serve_over_http(settings: Settings) -> Iterator[str]:
    """Serve the API over real connections; its URL."""
    with _listening(create_app(settings), lifespan="on") as url:
        yield url


@contextmanager
def _listening(app: Any, lifespan: Literal["on", "off"]) -> Iterator[str]:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        # Connections made before the server is up wait for it.
        listening.listen()
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan=lifespan, loop="asyncio"))
        thread = threading.Thread(target=lambda: server.run(sockets=[listening]), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            server.should_exit = True
            server.force_exit = lifespan == "off"
            thread.join()


@contextmanager
def serve_supabase(key: SigningKey, data_api: httpx.Client | None = None) -> Iterator[SupabaseServer]:
    """A running stand-in that publishes one key."""
    supabase = SupabaseServer(key, data_api)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        # Otherwise each answer waits 40 ms: the system holds its body back until the client acknowledges the headers.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = httpx.Headers(self.headers.items())
            status, content_type, answer = supabase.answer(self.path, self.command, headers, body)
            # A client that gave up waiting has closed the connection.
            with suppress(BrokenPipeError, ConnectionResetError):
                self.send_response(status)
                self.send_header("Content-Type", content_type)
                if status != 204:
                    self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                for byte in answer[: supabase.trickled_bytes]:
                    self.wfile.write(bytes([byte]))
                    time.sleep(0.1)
                self.wfile.write(answer[supabase.trickled_bytes :])

        do_POST = do_PATCH = do_DELETE = do_GET

        def log_message(self, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        supabase.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()

        def stop() -> None:
            server.shutdown()
            server.socket.close()
            thread.join()

        supabase.stop = stop
        try:
            yield supabase
        finally:
            stop()


@dataclass(frozen=True)
class Person:
    """A signed-in user of the API."""

    client: httpx.AsyncClient
    user: User
    token: str

    @property
    def id(self) -> UUID:
        return self.user.id

    async def ask(self, method: str, path: str, **options: Any) -> Response:
        """A request under /api/v1 with the person's token."""
        headers = {"Authorization": f"Bearer {self.token}", **options.pop("headers", {})}
        return await self.client.request(method, API + path, headers=headers, **options)

    async def get(self, path: str, **options: Any) -> Response:
        return await self.ask("GET", path, **options)

    async def patch(self, path: str, body: Any) -> Response:
        return await self.ask("PATCH", path, json=body)

    async def delete(self, path: str) -> Response:
        return await self.ask("DELETE", path)

    async def log(self, *sets: dict[str, Any], key: str | None = None, **workout: Any) -> Response:
        """Log a workout of these sets."""
        headers = {} if key is None else {"Idempotency-Key": key}
        return await self.ask("POST", "/workouts/log", json={**workout, "sets": list(sets)}, headers=headers)

    async def score(self) -> int:
        score: int = (await self.get("/profile")).json()["affinity"]["score"]
        return score


type NewPerson = Callable[[], Person]
type Connect = Callable[[str], psycopg.Connection]


@asynccontextmanager
async def serve(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the API with these settings, in process."""
    async with LifespanManager(create_app(settings)) as manager:
        transport = httpx.ASGITransport(manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
            yield client


def exercise_id(slug: str) -> str:
    """The id of an exercise of the catalogue, which follows from its slug."""
    return str(UUID(hashlib.md5(f"slow-burn:exercise:{slug}".encode()).hexdigest()))


def a_set(slug: str = "back-squat", **values: Any) -> dict[str, Any]:
    """A set of five reps, unless it says otherwise."""
    return {"exercise_id": exercise_id(slug), "reps": 5, **values}


async def until(holds: Callable[[], bool]) -> None:
    """Wait for work that continues after an answer."""
    for _ in range(400):
        if holds():
            return
        await asyncio.sleep(0.025)
    raise AssertionError("The condition did not become true in 10 seconds.")


async def until_embedded(admin: psycopg.Connection, person: "Person") -> None:
    """Wait until every current memory of a person has its embedding."""
    waiting = "select 1 from private.memories where user_id = %s and embedding is null and superseded_at is null"
    await until(lambda: admin.execute(waiting, (person.id,)).fetchone() is None)


def assert_problem(response: Response, status: int, code: str) -> dict[str, Any]:
    """Check that an error is a complete problem, and return its body."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response.headers["cache-control"] == "no-store"
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == f"/problems#{code}"
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == response.headers["x-request-id"]
    return body


def paths(problem: dict[str, Any]) -> list[str]:
    """The paths of the wrong fields in a problem."""
    return [error["path"] for error in problem["errors"]]
