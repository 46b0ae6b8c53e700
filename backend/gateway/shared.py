"""Work that many may ask for at once and that is done once."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any


class Shared[Result]:
    """Runs some work once at a time: whoever asks while it runs gets the result of that run."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, Result]]) -> None:
        self._work = work
        self._running: asyncio.Task[Result] | None = None

    async def result(self) -> Result:
        """The result, or the exception, of a run that ended after this call."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._work())
        # One who asks may leave, and the others still wait.
        return await asyncio.shield(self._running)
