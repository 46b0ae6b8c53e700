"""Decides which calls may use the database: some run, some wait, and the rest are refused at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from uuid import UUID

from starlette.types import ASGIApp, Receive, Scope, Send

from backend.core.problems import Code, Problem, problem_response

WAIT_SECONDS = 3
WAITING_PER_RUNNING = 10
"""How many calls may wait for each one that runs: about a second's work."""
REFUSED_AT_ONCE_PER_SECOND = 100
HELD_BACK_SECONDS = 1


@dataclass(slots=True)
class _User:
    turns: asyncio.Semaphore
    present: int = 0


class Admission:
    """Limits how many calls run and wait, in all and for one user.

    A user's writes wait for each other in the database, so one user may run half of the calls at most, and half of the
    waiting calls may be theirs. Whether a call may wait is decided before it waits for anything, so a refusal is
    immediate, and no queue can grow while the database is down.
    """

    def __init__(self, running: int) -> None:
        self._turns = asyncio.Semaphore(running)
        self._places = running * (1 + WAITING_PER_RUNNING)
        self._turns_of_user = max(2, running // 2)
        self._places_of_user = self._turns_of_user + running * WAITING_PER_RUNNING // 2
        self._present = 0
        self._users: dict[UUID, _User] = {}

    @property
    def is_full(self) -> bool:
        """Whether every further call would be refused."""
        return self._present >= self._places

    @asynccontextmanager
    async def turn(self, user_id: UUID) -> AsyncIterator[None]:
        """A turn for one call of a user. Raises a 503 Problem at once if too many wait, or after a wait of three
        seconds.
        """
        user = self._users.get(user_id) or _User(asyncio.Semaphore(self._turns_of_user))
        if self.is_full or user.present >= self._places_of_user:
            raise _overloaded()
        self._users[user_id] = user
        self._present += 1
        user.present += 1
        try:
            await self._take_turn(user)
            try:
                yield
            finally:
                self._turns.release()
                user.turns.release()
        finally:
            self._present -= 1
            user.present -= 1
            if not user.present:
                del self._users[user_id]

    async def _take_turn(self, user: _User) -> None:
        if not user.turns.locked() and not self._turns.locked():
            # Neither waits.
            await user.turns.acquire()
            await self._turns.acquire()
            return
        try:
            async with asyncio.timeout(WAIT_SECONDS):
                await user.turns.acquire()
                try:
                    await self._turns.acquire()
                except asyncio.CancelledError:
                    user.turns.release()
                    raise
        except TimeoutError:
            raise _overloaded() from None


class RefuseWhenFull:
    """Middleware that refuses requests while every call would be refused, before anything is spent on them.

    Otherwise, clients that repeat refused requests at once would take the time of those that could succeed. For the
    same reason, a refusal comes at once only to the first of each second: the others wait for a second, as Retry-After
    asks their clients to. Requests that need no database are refused too, except the health checks.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._second = 0
        self._refused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and scope["state"]["gateway"].is_full and not scope["path"].startswith("/health"):
            if self._has_refused_many():
                await asyncio.sleep(HELD_BACK_SECONDS)
            await problem_response(scope["state"]["request_id"], _overloaded())(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    def _has_refused_many(self) -> bool:
        second = int(monotonic())
        self._refused = self._refused + 1 if second == self._second else 1
        self._second = second
        return self._refused > REFUSED_AT_ONCE_PER_SECOND


def _overloaded() -> Problem:
    return Problem(503, Code.OVERLOADED, "Too many requests are waiting. Try again shortly.")
