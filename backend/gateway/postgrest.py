"""The gateway of a plain Supabase project: its Data API (PostgREST), with the publishable key and the user's JWT."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import httpx
from postgrest import APIError, AsyncPostgrestClient

from backend.core.errors import Problem, database_unavailable, invalid_token, problem_from_database
from backend.core.identity import Caller
from backend.core.timing import timed

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 3
HEALTH_TIMEOUT_SECONDS = 1
PERMISSION_DENIED = "42501"
SQLSTATE_LENGTH = 5
# The token was good when it was verified here.
EXPIRED_ON_THE_WAY = ("PGRST301", "PGRST303")


class PostgrestGateway:
    """Calls functions over HTTP. One pool of connections serves all users; what tells them apart, their token, is in
    the headers of a client object made for each call.
    """

    def __init__(self, url: str, publishable_key: str, *, connections: int, timeout_seconds: float) -> None:
        self._url = url
        self._key = publishable_key
        self._timeout = timeout_seconds
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_seconds, connect=CONNECT_TIMEOUT_SECONDS, pool=CONNECT_TIMEOUT_SECONDS),
            limits=httpx.Limits(max_connections=connections, max_keepalive_connections=connections),
        )

    async def open(self) -> None:
        """See RpcGateway.open: connections are made when they are needed."""

    async def close(self) -> None:
        """See RpcGateway.close."""
        await self._http.aclose()

    async def call(self, function: str, arguments: Mapping[str, Any], caller: Caller) -> Any:
        """See RpcGateway.call."""
        client = AsyncPostgrestClient(
            self._url,
            headers={"apikey": self._key, "Authorization": f"Bearer {caller.token}"},
            http_client=self._http,
            # A call may write; whoever asked knows best whether to ask again.
            retry_enabled=False,
        )
        with timed("db"):
            try:
                # httpx limits each wait, and an answer that trickles has many.
                async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS + self._timeout):
                    answer = (await client.rpc(function, dict(arguments)).execute()).data
            except (APIError, httpx.HTTPError, TimeoutError) as error:
                raise _problem(error) from error
        return _checked(answer)

    async def is_ready(self) -> bool:
        """See RpcGateway.is_ready. Whoever is not signed in may read no table: the database itself says so."""
        try:
            async with asyncio.timeout(HEALTH_TIMEOUT_SECONDS):
                answer = await self._http.get(f"{self._url}/affinity_levels", headers={"apikey": self._key})
            return bool(answer.json()["code"] == PERMISSION_DENIED)
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError):
            return False


def _checked(answer: Any) -> Any:
    # Every function answers an object or nothing, of which postgrest-py makes an empty list. Text is no answer of
    # PostgREST's: something in between speaks for it.
    if isinstance(answer, dict):
        return answer
    if answer == []:
        return None
    logger.warning("the Data API did not answer as PostgREST does")
    raise database_unavailable()


def _problem(error: APIError | httpx.HTTPError | TimeoutError) -> Problem:
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout | TimeoutError):
        return problem_from_database("57014", "", None, None)
    code = str(error.code) if isinstance(error, APIError) else type(error).__name__
    if code in EXPIRED_ON_THE_WAY:
        return invalid_token("The access token has expired.", code="token_expired")
    # A status alone, such as 502, is what postgrest-py makes of an answer that is no JSON; PGRST codes are PostgREST's
    # own: it cannot reach the database, or is reloading its schema.
    if isinstance(error, APIError) and len(code) == SQLSTATE_LENGTH and not code.startswith("PGRST"):
        detail = error.details if isinstance(error.details, str) else None
        return problem_from_database(code, error.message or "", detail, error.hint)
    logger.warning("the Data API did not answer", extra={"code": code})
    return database_unavailable()
