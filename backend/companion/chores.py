"""What goes on after an answer was given: embedding what was learnt, keeping what was said to a client that left."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

logger = logging.getLogger(__name__)


class Chores:
    """Tasks that outlive their request. Nothing waits for them but the end of the service."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def add(self, work: Coroutine[Any, Any, Any]) -> None:
        """Begin some work. What goes wrong with it is logged, without a word of what it was about."""
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.warning("a chore failed", extra={"error": type(error).__name__})

    async def finish(self) -> None:
        """Wait for all of it."""
        while self._running:
            await asyncio.wait(self._running)
