"""Decides which calls may use the database: some run, some wait, and the rest are refused at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

from backend.core.problems import Code, Problem

WAIT_SECONDS = 3
WAITING_PER_RUNNING = 10
"""How many calls may wait for each one that runs: about a second's work."""


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

    @asynccontextmanager
    async def turn(self, user_id: UUID) -> AsyncIterator[None]:
        """A turn for one call of a user. Raises a 503 Problem at once if too many wait, or after a wait of three
        seconds.
        """
        user = self._users.get(user_id) or _User(asyncio.Semaphore(self._turns_of_user))
        if self._present >= self._places or user.present >= self._places_of_user:
            raise _overloaded()
        self._users[user_id] = user
        self._present += 1
        user.present += 1
        try:
            async with AsyncExitStack() as turns:
                try:
                    async with asyncio.timeout(WAIT_SECONDS):
                        await turns.enter_async_context(user.turns)
                        await turns.enter_async_context(self._turns)
                except TimeoutError:
                    raise _overloaded() from None
                yield
        finally:
            self._present -= 1
            user.present -= 1
            if not user.present:
                del self._users[user_id]


def _overloaded() -> Problem:
    return Problem(503, Code.OVERLOADED, "Too many requests are waiting. Try again shortly.")
