"""Runs the service in production: `python -m backend.server`.

uvicorn waits for ever for the rest of a request, so this adds limits. It stops within Render's 30 seconds: requests
have 15 of them, background work 5, and connections to the database 5.
"""

import os
import sys
from asyncio import Transport
from asyncio.events import TimerHandle

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

HEADER_SECONDS = 10
# Longer than BODY_SECONDS, after which the service itself refuses a body with an answer.
REQUEST_SECONDS = 70
# Longer than the proxy in front keeps an idle connection, or it would send a request into one that is just closing.
KEEP_ALIVE_SECONDS = 120
GRACEFUL_SECONDS = 15


class Protocol(HttpToolsProtocol):
    """HTTP on one connection, which closes when the rest of a request takes too long.

    A response that is being made is never cut: then the connection closes after it.
    """

    _patience: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """See asyncio.Protocol."""
        super().connection_made(transport)
        self._expect_the_rest_within(HEADER_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """See asyncio.Protocol."""
        self._stop_waiting()
        super().connection_lost(exc)

    def on_message_begin(self) -> None:
        """The first byte of a request arrived."""
        self._expect_the_rest_within(HEADER_SECONDS)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """All headers of a request arrived."""
        self._expect_the_rest_within(REQUEST_SECONDS)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The whole request arrived."""
        self._stop_waiting()
        super().on_message_complete()

    def _expect_the_rest_within(self, seconds: float) -> None:
        self._stop_waiting()
        self._patience = self.loop.call_later(seconds, self._lose_patience)

    def _lose_patience(self) -> None:
        answering: RequestResponseCycle | None = self.cycle  # None before the first request
        if answering is None or answering.response_complete:
            self.transport.close()
        else:
            self._expect_the_rest_within(HEADER_SECONDS)

    def _stop_waiting(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None


def config(port: int) -> uvicorn.Config:
    """How uvicorn serves the API on a port of all addresses."""
    return uvicorn.Config(
        "backend.main:app",
        factory=True,
        host="0.0.0.0",  # noqa: S104  # the proxy in front reaches the container by its address
        port=port,
        http=Protocol,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )


def run() -> None:
    """Serve until a signal stops the process. Exits with 1 if the service cannot start."""
    server = uvicorn.Server(config(int(os.environ.get("PORT", "8000"))))
    server.run()
    sys.exit(0 if server.started else 1)


if __name__ == "__main__":
    run()
