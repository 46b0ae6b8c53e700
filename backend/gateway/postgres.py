"""The direct gateway: does what PostgREST does for a call, without the HTTP hop."""

import asyncio
import logging
import select
from collections.abc import AsyncIterator, Coroutine, Mapping
from contextlib import asynccontextmanager
from time import monotonic
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from psycopg import AsyncClientCursor, AsyncConnection, DataError, Error, OperationalError, sql
from psycopg.rows import TupleRow
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool, PoolTimeout, TooManyRequests

from backend.core.caller import Caller
from backend.core.problems import Problem
from backend.core.timing import timed
from backend.gateway.errors import database_unavailable, problem_from_database

logger = logging.getLogger(__name__)

ACQUIRE_TIMEOUT_SECONDS = 3
HEALTH_TIMEOUT_SECONDS = 1
# Requests that may wait for each connection; further ones get a 503.
WAITING_PER_CONNECTION = 20
RECENTLY_SECONDS = 5
BUSY = (PoolTimeout, TooManyRequests)

type Connection = AsyncConnection[TupleRow]


class PostgresGateway:
    """Calls functions over a pool of connections whose own role has no rights.

    A call is one message to the server, and so one implicit transaction and one network round trip: it sets the
    caller's role and claims for that transaction only, and calls the function. It prepares no statements, so it works
    through a pooler in transaction mode.
    """

    def __init__(self, database_url: str, *, pool_size: int, timeout_seconds: float) -> None:
        self._timeout = timeout_seconds
        self._per_user = max(2, pool_size // 2)
        self._slots: WeakValueDictionary[UUID, asyncio.Semaphore] = WeakValueDictionary()
        self._given_up: set[asyncio.Task[Any]] = set()
        self._answered_at: float | None = None
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            database_url,
            kwargs={
                "autocommit": True,
                "prepare_threshold": None,
                "cursor_factory": AsyncClientCursor,
                "connect_timeout": ACQUIRE_TIMEOUT_SECONDS,
                "application_name": "slow-burn-api",
            },
            min_size=pool_size,
            max_size=pool_size,
            max_waiting=pool_size * WAITING_PER_CONNECTION,
            timeout=ACQUIRE_TIMEOUT_SECONDS,
            # Give up on a lost database soon: then the next request tries again at once, instead of waiting for the
            # pool's growing pauses.
            reconnect_timeout=1,
            open=False,
        )

    async def open(self) -> None:
        """See RpcGateway.open."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """See RpcGateway.close."""
        await self._pool.close()

    async def call(self, function: str, arguments: Mapping[str, Any], caller: Caller) -> Any:
        """See RpcGateway.call."""
        statement = _statement(function, arguments)
        values = [
            caller.role,
            caller.claims,
            f"{int(self._timeout * 1000)}ms",
            *(Jsonb(value) if isinstance(value, dict) else value for value in arguments.values()),
        ]
        with timed("db"):
            try:
                # Postgres stops a statement that takes too long. The margin is for a server that does not answer.
                return await self._within(
                    ACQUIRE_TIMEOUT_SECONDS + self._timeout + 1, self._call_in_slot(statement, values, caller)
                )
            except (Error, TimeoutError) as error:
                if not isinstance(error, BUSY):
                    self._answered_at = None
                raise _problem(error) from error

    async def is_ready(self) -> bool:
        """See RpcGateway.is_ready. When every connection is busy, a recent answer counts."""
        try:
            await self._within(HEALTH_TIMEOUT_SECONDS, self._select_one())
        except BUSY:
            return self._answered_at is not None and monotonic() - self._answered_at < RECENTLY_SECONDS
        except (Error, TimeoutError):
            return False
        return True

    async def _call_in_slot(self, statement: sql.Composed, values: list[Any], caller: Caller) -> Any:
        # One user's writes wait for each other in the database. Limit how many connections they hold while waiting.
        slots = self._slots.setdefault(caller.user_id, asyncio.Semaphore(self._per_user))
        async with slots, self._connection() as conn:
            cursor = await conn.execute(statement, values)
            cursor.nextset()
            row = await cursor.fetchone()
        self._answered_at = monotonic()
        return row[0] if row else None

    async def _select_one(self) -> None:
        async with self._connection(HEALTH_TIMEOUT_SECONDS / 2) as conn:
            await conn.execute("select 1")

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


def _statement(function: str, arguments: Mapping[str, Any]) -> sql.Composed:
    named = sql.SQL(", ").join(sql.SQL("{} => %s").format(sql.Identifier(name)) for name in arguments)
    return sql.SQL(
        "select set_config('role', %s, true), set_config('request.jwt.claims', %s, true), "
        "set_config('statement_timeout', %s, true); select {}({})"
    ).format(sql.Identifier("public", function), named)


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
