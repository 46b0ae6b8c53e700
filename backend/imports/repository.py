"""Imports in the database."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from typing import Annotated, Any, TypedDict, cast
from uuid import UUID, uuid4

from fastapi import Depends

from backend.core.problems import Problem
from backend.di import repository_of
from backend.gateway.repository import Repository


class DBImportRow(TypedDict):
    """What import_workouts returns."""

    imported: int
    skipped: int
    unmatched_exercises: list[str]
    lines_in_future: list[int]


class ImportRepository(Repository):
    """Stores the history of other apps."""

    @asynccontextmanager
    async def begun(self) -> AsyncIterator[UUID]:
        """An import, for as long as it runs. Raises a 409 Problem if another one of the user runs in any process."""
        import_id = uuid4()
        await self.begin(import_id)
        try:
            yield import_id
        finally:
            # If the database cannot be reached now, it lets the user begin another one two minutes later.
            with suppress(Problem):
                await self.end(import_id)

    async def begin(self, import_id: UUID) -> None:
        """Begin an import."""
        await self._call("begin_import", p_import_id=str(import_id))

    async def end(self, import_id: UUID) -> None:
        """End it."""
        await self._call("end_import", p_import_id=str(import_id))

    async def store(
        self, workouts: Sequence[dict[str, Any]], *, create_missing: bool, import_id: UUID | None = None
    ) -> DBImportRow:
        """Store up to 100 workouts of an export, each of them once however often it is imported."""
        row = await self._call(
            "import_workouts",
            p_history={"workouts": list(workouts)},
            p_create_missing=create_missing,
            p_import_id=None if import_id is None else str(import_id),
        )
        return cast(DBImportRow, row)


Imports = Annotated[ImportRepository, Depends(repository_of(ImportRepository))]
