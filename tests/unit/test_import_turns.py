"""Imports share the event loop with everybody else."""

import asyncio
from collections.abc import Generator
from itertools import pairwise

import pytest

from backend.core.problems import Problem
from backend.imports import turns
from backend.imports.export_files import Export, UnreadableFileError
from backend.imports.turns import MAX_BYTES, ImportTurns

ROWS = 50


def reading(name: str, seen: list[str]) -> Generator[None, None, Export]:
    for _ in range(ROWS):
        seen.append(name)
        yield
    return Export(workouts=[{"title": name}])


@pytest.fixture(autouse=True)
def _one_row_is_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "SLICE_SECONDS", 0)


async def test_other_work_goes_on_between_the_rows_of_a_file() -> None:
    seen: list[str] = []

    async def other_work() -> None:
        while True:
            seen.append("other")
            await asyncio.sleep(0)

    working = asyncio.create_task(other_work())
    export = await ImportTurns().read(reading("import", seen))
    working.cancel()
    assert export.workouts == [{"title": "import"}]
    rows = [place for place, name in enumerate(seen) if name == "import"]
    assert len(rows) == ROWS
    assert all("other" in seen[one:following] for one, following in pairwise(rows))


async def test_two_files_are_read_in_turns() -> None:
    seen: list[str] = []
    turns_ = ImportTurns()
    await asyncio.gather(turns_.read(reading("a", seen)), turns_.read(reading("b", seen)))
    # A short file would be done long before the other one is.
    assert seen[:20].count("a") == seen[:20].count("b") == 10


async def test_a_cancelled_or_failed_import_leaves_the_turn_to_the_next() -> None:
    def unreadable() -> Generator[None, None, Export]:
        yield
        raise UnreadableFileError("no")

    turns_ = ImportTurns()
    cancelled = asyncio.create_task(turns_.read(reading("cancelled", [])))
    await asyncio.sleep(0)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    with pytest.raises(UnreadableFileError):
        await turns_.read(unreadable())
    async with asyncio.timeout(5):
        await turns_.read(reading("next", []))


async def test_files_that_need_too_much_memory_together_are_refused() -> None:
    turns_ = ImportTurns()
    with turns_.admit(MAX_BYTES - 10):
        with pytest.raises(Problem) as refused, turns_.admit(11):
            pass
        assert (refused.value.status_code, refused.value.code) == (503, "overloaded")
        assert "Retry-After" in (refused.value.headers or {})
        with turns_.admit(10):
            pass
    with turns_.admit(MAX_BYTES):
        pass
