"""Middleware that finds out whose request it is, and counts it for that user or, without one, for the address."""

from ipaddress import IPv6Address, ip_address, ip_network
from typing import cast

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from backend.auth.verification import TokenVerifier, bearer_token
from backend.core.caller import Caller
from backend.core.problems import Problem, problem_response
from backend.core.rate_limits import RateLimit, Standing
from backend.core.timing import timed


class Identification:
    """Verifies the token of each request before its body is read.

    The state of the request gets `caller`, which is the user or the Problem of the token, and `user_id` for the log. A
    Problem refuses only the routes that need a user. Health checks are not counted.
    """

    def __init__(
        self, app: ASGIApp, *, users_per_minute: int, addresses_per_minute: int, address_header: str | None
    ) -> None:
        self.app = app
        self._users = RateLimit("user", users_per_minute)
        self._addresses = RateLimit("address", addresses_per_minute)
        self._address_header = address_header

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] != "http" or scope["path"].startswith("/health"):
            await self.app(scope, receive, send)
            return
        headers, state = Headers(scope=scope), scope["state"]
        caller = state["caller"] = await _identify(cast(TokenVerifier, state["verifier"]), headers)
        if isinstance(caller, Caller):
            state["user_id"] = caller.user_id
            standing = self._users.count(caller.user_id)
        else:
            standing = self._addresses.count(self._address(scope, headers))
        send = _with_standing(send, standing)
        if standing.refusal is None:
            await self.app(scope, receive, send)
        else:
            await problem_response(state["request_id"], standing.refusal)(scope, receive, send)

    def _address(self, scope: Scope, headers: Headers) -> str:
        """The client's address. Of IPv6, a network of the size that one customer gets."""
        sent = headers.get(self._address_header, "") if self._address_header is not None else ""
        # If proxies made a list, the nearest one wrote the last address; clients can write the others.
        address = sent.rpartition(",")[2].strip() or (scope["client"] or ("", 0))[0]
        try:
            parsed = ip_address(address)
        except ValueError:
            return address[:64]
        return str(ip_network((parsed, 64), strict=False)) if isinstance(parsed, IPv6Address) else address


async def _identify(verifier: TokenVerifier, headers: Headers) -> Caller | Problem:
    with timed("auth"):
        try:
            return await verifier.verify(bearer_token(headers.get("authorization")))
        except Problem as problem:
            return problem


def _with_standing(send: Send, standing: Standing) -> Send:
    async def send_with_standing(message: Message) -> None:
        if message["type"] == "http.response.start":
            added = [(b"ratelimit-policy", standing.policy.encode()), (b"ratelimit", standing.limit.encode())]
            message["headers"] = [*message["headers"], *added]
        await send(message)

    return send_with_standing
