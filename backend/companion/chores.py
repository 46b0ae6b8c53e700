"""Work that goes on after the response: embedding new memories, storing the reply of a client that disconnected."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any

logger = logging.getLogger(__name__)

FINISH_SECONDS = 5


class Chores:
    """Tasks that outlive their request. The service waits for them when it stops."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def add(self, work: Coroutine[Any, Any, Any]) -> None:
        """Start some work. If it fails, log the type of the error only: its text may quote a user."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("a chore failed", extra={"error": type(error).__name__})

    async def finish(self) -> None:
        """Wait until all work is done, and give up what takes longer than a few seconds.

        Nothing is lost: embeddings are made later, and a stored message gets its reply when the client repeats it.
        """
        with suppress(TimeoutError):
            async with asyncio.timeout(FINISH_SECONDS):
                while self._running:
                    await asyncio.wait(self._running)
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
