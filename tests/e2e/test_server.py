"""The server of a deployment, `python -m backend.server`, with clients that are slow, idle or gone."""

import asyncio
import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import UUID

import httpx
import psycopg
import pytest

from backend.core.settings import Settings
from backend.server import GRACEFUL_SECONDS, KEEP_ALIVE_SECONDS, Protocol, config
from tests.e2e.stack import environment, free_ports
from tests.support import API, Person, a_set, one_gateway
from tools import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture
def process(settings: Settings) -> Iterator[tuple[subprocess.Popen[str], int]]:
    """A running server and its port."""
    port = free_ports()
    assert settings.database_url is not None
    variables = {
        "PORT": str(port),
        "SUPABASE_URL": settings.supabase_url,
        "DATABASE_URL": settings.database_url.get_secret_value(),
        "LOG_KEY": "k" * 32,
    }
    program = "import backend.server as s; s.HEADER_SECONDS = 0.5; s.REQUEST_SECONDS = 1; s.run()"
    command = [sys.executable, "-c", program]
    server = subprocess.Popen(
        command, cwd=ROOT, env=environment() | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    while True:
        assert server.poll() is None
        try:
            httpx.get(f"http://127.0.0.1:{port}/health", trust_env=False)
            break
        except httpx.TransportError:
            time.sleep(0.05)
    yield server, port
    server.kill()
    server.communicate()


@one_gateway
async def test_a_client_that_sends_no_headers_is_disconnected(process: tuple[subprocess.Popen[str], int]) -> None:
    _, port = process
    for sent in (b"", b"GET /health HTTP/1.1\r\nHost: x\r\n"):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        async with asyncio.timeout(10):
            assert await reader.read() == b""
        writer.close()
    # An idle connection that has had an answer is kept for the next request.
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        assert (await client.get("/health")).status_code == 200
        await asyncio.sleep(1)
        assert (await client.get("/health")).status_code == 200


@one_gateway
async def test_a_client_that_goes_on_with_its_body_after_the_answer_is_disconnected(
    process: tuple[subprocess.Popen[str], int],
) -> None:
    _, port = process
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 200")

    async def trickle() -> None:
        while True:
            writer.write(b" ")
            await asyncio.sleep(0.2)

    trickling = asyncio.create_task(trickle())
    async with asyncio.timeout(10):
        await reader.read()
    trickling.cancel()
    writer.close()


@one_gateway
async def test_half_a_request_does_not_cut_the_answer_to_the_one_before(
    process: tuple[subprocess.Popen[str], int], athlete: Person, admin: psycopg.Connection
) -> None:
    _, port = process
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    request = f"GET /api/v1/profile HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {athlete.token}\r\n\r\n"
    with admin.transaction():
        admin.execute("lock table private.profiles")
        writer.write(request.encode() + b"GET /health HTTP/1.1\r\n")
        await asyncio.sleep(1.5)
    async with asyncio.timeout(10):
        answer = await reader.read()
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"display_name" in answer
    writer.close()


@one_gateway
async def test_a_request_that_runs_is_answered_before_the_server_stops(
    process: tuple[subprocess.Popen[str], int], athlete: Person, admin: psycopg.Connection
) -> None:
    server, port = process
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", trust_env=False) as client:
        person = Person(client, athlete.user, athlete.token)
        assert (await person.get("/profile")).status_code == 200
        with admin.transaction():
            admin.execute("select from private.profiles where user_id = %s for update", (athlete.id,))
            logging = asyncio.create_task(person.log(a_set()))
            await asyncio.sleep(0.5)
            server.send_signal(signal.SIGTERM)
            await asyncio.sleep(0.5)
        assert (await logging).status_code == 201
    output, _ = await asyncio.to_thread(server.communicate, timeout=30)
    assert server.returncode in (0, -signal.SIGTERM)
    requests = [json.loads(line) for line in output.splitlines() if '"backend.access"' in line]
    users = {line["user"] for line in requests if line["path"].startswith(API)}
    assert len(users) == 1
    assert not users & {None, str(UUID(str(athlete.id)))}
    assert athlete.user.email not in output


def test_connections_outlive_those_of_the_proxy_and_a_stop_takes_less_than_thirty_seconds() -> None:
    served = config(8000)
    assert served.http is Protocol
    assert served.timeout_keep_alive == KEEP_ALIVE_SECONDS > 100
    assert served.timeout_graceful_shutdown == GRACEFUL_SECONDS < 20


@one_gateway
async def test_a_port_that_is_taken_ends_the_server_with_an_error(settings: Settings) -> None:
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        assert settings.database_url is not None
        variables = {
            "PORT": str(taken.getsockname()[1]),
            "SUPABASE_URL": settings.supabase_url,
            "DATABASE_URL": settings.database_url.get_secret_value(),
        }
        server = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "backend.server", cwd=ROOT, env=environment() | variables, stdout=subprocess.DEVNULL
        )
        assert await server.wait() > 0
