"""The direct gateway: does what PostgREST does for a call, without the HTTP hop."""

import asyncio
import logging
import select
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from functools import cache
from time import monotonic
from typing import Any, Self, cast

from psycopg import AsyncConnection, DataError, Error, OperationalError, sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from pydantic_core import from_json

from backend.core.caller import Caller
from backend.core.problems import Problem
from backend.core.timing import timed
from backend.gateway.admission import Admission
from backend.gateway.errors import database_unavailable, problem_from_database
from backend.gateway.reasons import reason_for
from backend.gateway.shared import Shared

logger = logging.getLogger(__name__)

ACQUIRE_TIMEOUT_SECONDS = 3
HEALTH_TIMEOUT_SECONDS = 1
RECENTLY_SECONDS = 5
SET_CALLER = (
    "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true), "
    "set_config('statement_timeout', %s, true)"
)


class Connection(AsyncConnection[TupleRow]):
    """A connection that logs why it could not be made. The pool's own log would name the host and the user."""

    @classmethod
    async def connect(cls, *args: Any, **kwargs: Any) -> Self:
        """See AsyncConnection.connect. Refuses a superuser, for whom row-level security does not hold."""
        try:
            connection = await super().connect(*args, **kwargs)
        except Error as error:
            logger.warning("the database cannot be reached", extra={"reason": reason_for(error)})
            raise
        if connection.info.parameter_status("is_superuser") == "on":
            await connection.close()
            logger.error("the database cannot be used", extra={"reason": "DATABASE_URL names a superuser"})
            raise OperationalError("a superuser")
        # Twice as fast as the standard library.
        set_json_loads(from_json, connection)
        return connection


class PostgresGateway:
    """Calls functions over a pool of connections whose own role has no rights.

    A call is one pipeline, and so one implicit transaction and one network round trip: it sets the caller's role and
    claims for that transaction only, and calls the function. The server binds the values, so that they are in none of
    the statements that it writes to its log. A call names no prepared statement, so it works through a pooler in
    transaction mode.
    """

    def __init__(self, database_url: str, *, pool_size: int, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._admission = Admission(pool_size)
        self._given_up: set[asyncio.Task[Any]] = set()
        self._answered_at: float | None = None
        self._schema_version: str | None = None
        self._health = Shared(self._check_health)
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            database_url,
            connection_class=Connection,
            kwargs={
                "autocommit": True,
                "prepare_threshold": None,
                "connect_timeout": ACQUIRE_TIMEOUT_SECONDS,
                "application_name": "slow-burn-api",
            },
            min_size=pool_size,
            max_size=pool_size,
            # No more calls than connections get here, so none waits unless connections are missing.
            timeout=ACQUIRE_TIMEOUT_SECONDS,
            # Give up on a lost database soon: then each request tries again at once, instead of waiting for the pool's
            # growing pauses. As long as there are requests, the attempts never end.
            reconnect_timeout=1,
            open=False,
        )

    @property
    def is_full(self) -> bool:
        """See RpcGateway.is_full."""
        return self._admission.is_full

    async def open(self) -> None:
        """See RpcGateway.open."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """See RpcGateway.close."""
        await self._pool.close()

    async def call(self, function: str, arguments: Mapping[str, Any], caller: Caller) -> Any:
        """See RpcGateway.call."""
        statement = _statement(function, tuple(arguments))
        who = [caller.role, caller.claims, f"{int(self._timeout * 1000)}ms"]
        values = [Jsonb(value) if isinstance(value, dict) else value for value in arguments.values()]
        with timed("db"):
            async with self._admission.turn(caller.user_id):
                try:
                    # Postgres stops a statement that takes too long. The margin is for a server that does not answer.
                    return await self._within(
                        ACQUIRE_TIMEOUT_SECONDS + self._timeout + 1, self._run(statement, values, who)
                    )
                except (Error, TimeoutError) as error:
                    if not isinstance(error, PoolTimeout):
                        self._answered_at = None
                    raise _problem(error) from error

    async def schema_version(self) -> str | None:
        """See RpcGateway.schema_version. While every connection is busy, a recent answer counts."""
        return await self._health.result()

    async def _check_health(self) -> str | None:
        try:
            version = await self._within(HEALTH_TIMEOUT_SECONDS, self._read_schema_version())
        except (Error, TimeoutError) as error:
            recently = self._answered_at is not None and monotonic() - self._answered_at < RECENTLY_SECONDS
            if isinstance(error, PoolTimeout) and recently and self._schema_version is not None:
                return self._schema_version
            raise _problem(error) from error
        self._schema_version = version
        self._answered_at = monotonic()
        return version

    async def _run(self, statement: bytes, values: list[Any], who: list[str]) -> Any:
        async with self._connection() as conn:
            async with conn.pipeline():
                await conn.execute(SET_CALLER, who)
                cursor = await conn.execute(statement, values)
            row = await cursor.fetchone()
        self._answered_at = monotonic()
        return row[0] if row else None

    async def _read_schema_version(self) -> str | None:
        async with self._connection(HEALTH_TIMEOUT_SECONDS / 2) as conn:
            async with conn.pipeline():
                await conn.execute(SET_CALLER, ["anon", "{}", f"{HEALTH_TIMEOUT_SECONDS}s"])
                cursor = await conn.execute("select public.get_schema_version()")
            row = cast(TupleRow, await cursor.fetchone())
        version: str | None = row[0]["version"]
        return version

    async def _within[Result](self, seconds: float, work: Coroutine[Any, Any, Result]) -> Result:
        """The result of some work, or TimeoutError after these seconds.

        Cancelled work is not awaited: psycopg may take ten seconds to give up on a server that hangs.
        """
        task = asyncio.create_task(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=seconds)
        finally:
            if not task.done():
                task.cancel()
                self._given_up.add(task)
                task.add_done_callback(self._forget)
        if not done:
            raise TimeoutError
        return task.result()

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._given_up.discard(task)
        if not task.cancelled():
            task.exception()  # Mark it as retrieved: nobody awaits the task any more.

    @asynccontextmanager
    async def _connection(self, patience: float | None = None) -> AsyncIterator[Connection]:
        # After a restart of the database every idle connection is dead, so skip as many as it takes. The pool's own
        # check would ask the server for each call, and pause between attempts.
        for _ in range(self._pool.max_size + 1):
            async with self._pool.connection(patience) as conn:
                if not _has_gone_stale(conn):
                    yield conn
                    return
                await conn.close()
        raise OperationalError("every pooled connection was dead")


def _has_gone_stale(conn: Connection) -> bool:
    """Whether an idle connection has data to read: nearly always because the server closed it."""
    poll = select.poll()
    poll.register(conn.fileno(), select.POLLIN)
    return bool(poll.poll(0))


@cache
def _statement(function: str, arguments: tuple[str, ...]) -> bytes:
    named = sql.SQL(", ").join(sql.SQL("{} => %s").format(sql.Identifier(name)) for name in arguments)
    return sql.SQL("select {}({})").format(sql.Identifier("public", function), named).as_bytes()


def _problem(error: Exception) -> Problem:
    if isinstance(error, Error) and error.sqlstate is not None:
        diagnosis = error.diag
        return problem_from_database(
            error.sqlstate, diagnosis.message_primary or "", diagnosis.message_detail, diagnosis.message_hint
        )
    if isinstance(error, DataError):
        return problem_from_database("22000", "", None, None)
    logger.warning("the database did not answer", extra={"error": type(error).__name__})
    return database_unavailable()
