"""What tests share: a JWKS endpoint under their control, users, and ways to ask the API."""

import hashlib
import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import httpx
import psycopg
from asgi_lifespan import LifespanManager
from httpx import Response

from backend.core.settings import Settings
from backend.local.signing import SigningKey, User
from backend.main import create_app

API = "/api/v1"


class JwksServer:
    """A JWKS endpoint over real HTTP that can be told what to answer, and counts who asks."""

    def __init__(self, key: SigningKey) -> None:
        self.document: Any = key.jwks()
        self.status = 200
        self.delay = 0.0
        self.requests = 0
        self.url = ""

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        self.requests += 1
        time.sleep(self.delay)
        body = self.document if isinstance(self.document, bytes) else json.dumps(self.document).encode()
        # Whoever gave up waiting has closed the connection.
        with suppress(BrokenPipeError):
            handler.send_response(self.status)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            handler.wfile.write(body)


@contextmanager
def serve_jwks(key: SigningKey) -> Iterator[JwksServer]:
    """A running JWKS endpoint that publishes one key."""
    jwks = JwksServer(key)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            jwks._answer(self)

        def log_message(self, *args: object) -> None: ...

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        jwks.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield jwks
        finally:
            server.shutdown()
            thread.join()


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
    """The API with these settings, in process: a client that reaches nothing else."""
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


def assert_problem(response: Response, status: int, code: str) -> dict[str, Any]:
    """The body of an error, which has to be a whole problem."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    body: dict[str, Any] = response.json()
    assert body["code"] == code
    assert body["status"] == status
    assert body["type"] == "about:blank"
    assert body["title"]
    assert body["detail"]
    assert body["request_id"] == response.headers["x-request-id"]
    return body


def paths(problem: dict[str, Any]) -> list[str]:
    """The paths of a problem's wrong fields."""
    return [error["path"] for error in problem["errors"]]
