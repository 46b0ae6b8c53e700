"""Shares the event loop, the memory and the database among the imports of this process and everybody else."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager
from time import perf_counter
from typing import Annotated, TypedDict, cast

from fastapi import Depends, Request

from backend.core.problems import Code, Problem
from backend.imports.export_files import Export

SLICE_SECONDS = 0.002
MAX_BYTES = 20 * 1024 * 1024
"""Of all files at once: the largest one and some more. An export takes several times the memory of its file."""


class ImportTurns:
    """One file at a time is read, in small steps with a rest before the next one, and one batch at a time is stored.

    So all imports together use half of the event loop and one connection to the database at most, and a short one does
    not wait until a long one is done.
    """

    def __init__(self) -> None:
        # asyncio's locks are fair: the imports take turns.
        self._reading = asyncio.Lock()
        self._storing = asyncio.Lock()
        self._rests_until = 0.0
        self._bytes = 0

    @contextmanager
    def admit(self, size: int) -> Iterator[None]:
        """Hold a file of this size. Raises a 503 Problem if those of other imports leave no room."""
        if self._bytes + size > MAX_BYTES:
            raise Problem(503, Code.OVERLOADED, "Too many imports are running. Try again shortly.")
        self._bytes += size
        try:
            yield
        finally:
            self._bytes -= size

    async def read(self, reading: Generator[None, None, Export]) -> Export:
        """Read a file in steps. Raises UnreadableFileError."""
        while True:
            async with self._reading:
                await asyncio.sleep(self._rests_until - perf_counter())
                started = perf_counter()
                export = _read_some(reading)
                self._rests_until = 2 * perf_counter() - started
            if export is not None:
                return export

    @asynccontextmanager
    async def storing(self) -> AsyncIterator[None]:
        """A turn to store a batch."""
        async with self._storing:
            yield


def _read_some(reading: Generator[None, None, Export]) -> Export | None:
    """Read rows for a moment. Returns the export when the file ends."""
    until = perf_counter() + SLICE_SECONDS
    try:
        next(reading)
        while perf_counter() < until:
            next(reading)
    except StopIteration as end:
        return cast(Export, end.value)
    return None


class ImportState(TypedDict):
    """What imports keep in the app's state; the lifespan makes it."""

    import_turns: ImportTurns


async def _turns(request: Request) -> ImportTurns:
    return cast(ImportTurns, request.state.import_turns)


Turns = Annotated[ImportTurns, Depends(_turns)]
