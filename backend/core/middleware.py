"""Middleware around every request: an id, timings, an access log line, a limit on bodies, an answer to any fault."""

import asyncio
import hmac
import logging
import re
import secrets
from collections.abc import Mapping
from time import perf_counter
from uuid import UUID

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.core.deprecation import deprecation_headers
from backend.core.problems import Code, Problem, internal_error, problem_response
from backend.core.timing import start_timing

access_log = logging.getLogger("backend.access")
logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 1024 * 1024
BODY_SECONDS = 60
"""For a whole body: enough for the largest one at 2.5 Mbit/s."""
HASH_LENGTH = 16
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")


class RequestContext:
    """Gives the request its id, its timings and one line in the log.

    It keeps an `X-Request-ID` that a proxy or client sent, if that is short and plain. The line names the user by a
    hash with `log_key`, so that only an operator who has the key can find one user's lines.
    """

    def __init__(self, app: ASGIApp, log_key: bytes) -> None:
        self.app = app
        self.log_key = log_key

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = perf_counter()
        sent_id = Headers(scope=scope).get("x-request-id", "")
        request_id = sent_id if _REQUEST_ID.fullmatch(sent_id) else secrets.token_hex(16)
        # A copy, because all requests share the state that the server passes in.
        scope["state"] = {**scope.get("state", {}), "request_id": request_id}
        spent = start_timing()
        status = 500

        async def send_with_context(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                timing = ", ".join(f"{phase};dur={ms:.1f}" for phase, ms in spent.items())
                added = [(b"x-request-id", request_id.encode()), (b"server-timing", timing.encode())]
                message["headers"] = [*message["headers"], *added, *deprecation_headers(scope)]
            await send(message)

        try:
            await self.app(scope, receive, send_with_context)
        finally:
            access_log.info(
                "request",
                extra={
                    "request_id": request_id,
                    "method": scope["method"],
                    "path": scope["path"],
                    "status": status,
                    "user": self._hashed(scope["state"].get("user_id")),
                    "duration_ms": round((perf_counter() - started) * 1000, 1),
                    **{f"{phase}_ms": round(ms, 1) for phase, ms in spent.items()},
                },
            )

    def _hashed(self, user_id: UUID | None) -> str | None:
        if user_id is None:
            return None
        return hmac.digest(self.log_key, str(user_id).encode(), "sha256").hex()[:HASH_LENGTH]


class ErrorBoundary:
    """The innermost middleware: refuses bodies that are too large or too slow, and turns unexpected exceptions into a
    500 problem.

    It stands inside CORS, so that a browser may read these answers too. `larger_bodies` gives paths a limit of their
    own, in bytes.
    """

    def __init__(self, app: ASGIApp, larger_bodies: Mapping[str, int]) -> None:
        self.app = app
        self.larger_bodies = larger_bodies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        request_id = scope["state"]["request_id"]
        answered = False

        async def send_and_see(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, self._limited(scope, receive), send_and_see)
        except Exception:
            logger.exception("unexpected error", extra={"request_id": request_id})
            if answered:
                raise
            await problem_response(request_id, internal_error())(scope, receive, send)

    def _limited(self, scope: Scope, receive: Receive) -> Receive:
        limit = self.larger_bodies.get(scope["path"], MAX_BODY_BYTES)
        received = 0
        deadline: float | None = asyncio.get_running_loop().time() + BODY_SECONDS

        async def limited() -> Message:
            nonlocal received, deadline
            declared = Headers(scope=scope).get("content-length", "")
            if declared.isdecimal() and int(declared) > limit:
                raise _too_large(limit)
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError:
                raise _too_slow() from None
            if not message.get("more_body", False):
                deadline = None  # From now on, `receive` waits for the client to disconnect.
            received += len(message.get("body", b""))
            if received > limit:
                raise _too_large(limit)
            return message

        return limited


def _too_large(limit: int) -> Problem:
    detail = f"The body is too large: at most {limit} bytes ({limit // (1024 * 1024)} MiB)."
    return Problem(413, Code.BODY_TOO_LARGE, detail)


def _too_slow() -> Problem:
    detail = f"The body did not arrive within {BODY_SECONDS} seconds."
    return Problem(408, Code.BODY_TOO_SLOW, detail, headers={"Connection": "close"})
