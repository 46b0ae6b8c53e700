"""The gateway of a plain Supabase project: its Data API (PostgREST), with the publishable key and the user's JWT."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
import httpx
from httpx_aiohttp import AiohttpTransport
from postgrest import APIError, AsyncPostgrestClient, AsyncRPCFilterRequestBuilder

from backend.core.caller import Caller
from backend.core.problems import Code, Problem, invalid_token
from backend.core.timing import timed
from backend.gateway.admission import Admission
from backend.gateway.errors import database_unavailable, problem_from_database
from backend.gateway.shared import Shared

logger = logging.getLogger(__name__)

CONNECT_TIMEOUT_SECONDS = 3
HEALTH_TIMEOUT_SECONDS = 1
SQLSTATE_LENGTH = 5
# PostgREST rejects the token. It was valid when we verified it, so it expired in between.
EXPIRED_ON_THE_WAY = ("PGRST301", "PGRST303")


class PostgrestGateway:
    """Calls functions over HTTP.

    One pool of connections serves all users. A client object made for each call carries the user's token, and the
    service's secret: functions that only the service may call answer 403 without it.
    """

    def __init__(
        self,
        url: str,
        publishable_key: str,
        *,
        service_secret: str | None,
        connections: int,
        timeout_seconds: float,
    ) -> None:
        self._url = url
        self._headers = {"apikey": publishable_key}
        if service_secret is not None:
            self._headers["X-Service-Secret"] = service_secret
        self._timeout = timeout_seconds
        self._admission = Admission(connections)
        self._http = httpx.AsyncClient(
            timeout=httpx.Timeout(timeout_seconds, connect=CONNECT_TIMEOUT_SECONDS, pool=CONNECT_TIMEOUT_SECONDS),
            # It takes a third of the time of httpx's own.
            transport=AiohttpTransport(limits=httpx.Limits(max_connections=connections)),
        )
        # A connection of its own, so that a health check succeeds while calls use all the others.
        self._health_http = httpx.AsyncClient(limits=httpx.Limits(max_connections=1))
        self._health = Shared(self._check_health)

    @property
    def is_full(self) -> bool:
        """See RpcGateway.is_full."""
        return self._admission.is_full

    async def open(self) -> None:
        """See RpcGateway.open. Connections are made when they are needed."""

    async def close(self) -> None:
        """See RpcGateway.close."""
        await self._http.aclose()
        await self._health_http.aclose()

    async def call(self, function: str, arguments: Mapping[str, Any], caller: Caller) -> Any:
        """See RpcGateway.call."""
        client = AsyncPostgrestClient(
            self._url,
            headers={**self._headers, "Authorization": f"Bearer {caller.token}"},
            http_client=self._http,
            # A call may write, so only the client can decide whether to repeat it.
            retry_enabled=False,
        )
        with timed("db"):
            async with self._admission.turn(caller.user_id):
                try:
                    # httpx limits each read, but an answer that trickles in takes many reads.
                    async with asyncio.timeout(CONNECT_TIMEOUT_SECONDS + self._timeout):
                        answer = await _execute(client.rpc(function, dict(arguments)))
                except (APIError, httpx.HTTPError, TimeoutError) as error:
                    raise _problem(error) from error
        return _checked(answer)

    async def schema_version(self) -> str | None:
        """See RpcGateway.schema_version."""
        return await self._health.result()

    async def _check_health(self) -> str | None:
        url = f"{self._url}/rpc/get_schema_version"
        try:
            async with asyncio.timeout(HEALTH_TIMEOUT_SECONDS):
                answer = await self._health_http.post(url, headers=self._headers, json={})
            version: str | None = answer.json()["version"]
        except (httpx.HTTPError, TimeoutError, ValueError, KeyError, TypeError) as error:
            logger.warning("the Data API did not answer", extra={"code": type(error).__name__})
            raise database_unavailable() from error
        return version


async def _execute(request: AsyncRPCFilterRequestBuilder) -> Any:
    try:
        return (await request.execute()).data
    except httpx.TransportError as error:
        if not isinstance(error.__cause__, aiohttp.ClientConnectionResetError):
            raise
        # The other side had closed an idle connection, and got no whole request from it. Use another one.
        return (await request.execute()).data


def _checked(answer: Any) -> Any:
    # Every function returns an object or nothing, which postgrest-py turns into an empty list. Anything else comes from
    # something between us and PostgREST.
    if isinstance(answer, dict):
        return answer
    if answer == []:
        return None
    logger.warning("the Data API's answer is not from PostgREST")
    raise database_unavailable()


def _problem(error: APIError | httpx.HTTPError | TimeoutError) -> Problem:
    if isinstance(error, httpx.ReadTimeout | httpx.WriteTimeout | TimeoutError):
        return problem_from_database("57014", "", None, None)
    code = str(error.code) if isinstance(error, APIError) else type(error).__name__
    if code in EXPIRED_ON_THE_WAY:
        return invalid_token("The access token has expired.", code=Code.TOKEN_EXPIRED)
    # For an answer that is not JSON, postgrest-py gives the HTTP status as code. PGRST codes are PostgREST's own: it
    # cannot reach the database, or it is reloading its schema.
    if isinstance(error, APIError) and len(code) == SQLSTATE_LENGTH and not code.startswith("PGRST"):
        detail = error.details if isinstance(error.details, str) else None
        return problem_from_database(code, error.message or "", detail, error.hint)
    logger.warning("the Data API did not answer", extra={"code": code})
    return database_unavailable()
