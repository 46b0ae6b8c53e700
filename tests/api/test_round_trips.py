"""Each request asks the database once, counted on the wire: a pooler in another city answers in milliseconds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from backend.core.settings import Settings
from tests.support import NewPerson, Person, a_set, exercise_id, one_gateway, serve
from tools.stack.database import SOCKET_NAME

pytestmark = one_gateway

REQUESTS = [
    ("GET", "/profile", None),
    ("GET", "/workouts", None),
    ("GET", "/exercises?q=squat", None),
    ("GET", "/progress/summary", None),
    ("POST", "/workouts/log", {"sets": [a_set()]}),
    ("GET", f"/exercises/{exercise_id('back-squat')}", None),
    ("PATCH", "/profile", {"display_name": "Somebody"}),
]


class Wire:
    """Passes bytes between a client and a Unix socket, and counts how often the client speaks."""

    def __init__(self, socket: Path) -> None:
        self._socket = socket
        self._clients_turn = False
        self.questions = 0

    async def connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server_reader, server_writer = await asyncio.open_unix_connection(self._socket)
        await asyncio.gather(
            self._pass_on(reader, server_writer, from_client=True),
            self._pass_on(server_reader, writer, from_client=False),
        )

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, from_client: bool) -> None:
        while data := await reader.read(65_536):
            if from_client and not self._clients_turn:
                self.questions += 1
            self._clients_turn = from_client
            writer.write(data)
            await writer.drain()
        writer.close()


@asynccontextmanager
async def served_over_wire(
    settings: Settings, socket_directory: str, person: Person
) -> AsyncIterator[tuple[Person, Wire]]:
    wire = Wire(Path(socket_directory) / SOCKET_NAME)
    listening = await asyncio.start_server(wire.connect, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    assert settings.database_url is not None
    name = settings.database_url.get_secret_value().partition("localhost/")[2].partition("?")[0]
    url = f"postgresql://slow_burn_api:@127.0.0.1:{port}/{name}?sslmode=disable&gssencmode=disable"
    changed = Settings.model_validate(settings.model_dump() | {"database_url": url, "database_pool_size": 1})
    async with serve(changed) as client:
        yield Person(client, person.user, person.token), wire
    listening.close()


async def test_a_request_is_one_round_trip(settings: Settings, socket_directory: str, new_person: NewPerson) -> None:
    async with served_over_wire(settings, socket_directory, new_person()) as (person, wire):
        # The first request waits for the connection.
        assert (await person.get("/profile")).status_code == 200
        counted = {}
        for method, path, body in REQUESTS:
            before = wire.questions
            response = await person.ask(method, path, json=body)
            assert response.is_success, response.text
            counted[method, path] = wire.questions - before
        assert counted == {(method, path): 1 for method, path, _ in REQUESTS}


async def test_a_replay_is_one_round_trip(settings: Settings, socket_directory: str, new_person: NewPerson) -> None:
    async with served_over_wire(settings, socket_directory, new_person()) as (person, wire):
        assert (await person.log(a_set(), key="a key")).status_code == 201
        before = wire.questions
        assert (await person.log(a_set(), key="a key")).headers["idempotency-replayed"] == "true"
        assert wire.questions == before + 1
