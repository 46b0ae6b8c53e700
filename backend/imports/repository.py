"""Imports in the database."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Annotated, Any, NamedTuple, TypedDict, cast
from uuid import UUID

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


class ImportRequest(NamedTuple):
    """An import that a client asked for. `file` identifies the file and its options, so that a repeat is recognised."""

    id: UUID
    idempotency_key: str | None
    file: dict[str, Any]


class ImportRepository(Repository):
    """Stores the history of other apps."""

    async def begin(self, asked: ImportRequest) -> dict[str, Any] | None:
        """Begin an import, or return the report of one that the same key asked for before.

        Raises a 409 Problem if another import of the user runs in any process.
        """
        begun = await self._call(
            "begin_import",
            p_import_id=str(asked.id),
            p_idempotency_key=asked.idempotency_key,
            p_file=asked.file,
        )
        return cast(dict[str, Any] | None, begun["report"])

    async def end(self, asked: ImportRequest, report: dict[str, Any] | None) -> None:
        """End it. With a report it is done, and its key replays the report."""
        await self._call(
            "end_import",
            p_import_id=str(asked.id),
            p_report=report,
            p_idempotency_key=asked.idempotency_key,
            p_file=asked.file,
        )

    async def give_up(self, asked: ImportRequest) -> None:
        """End an import that failed, so that the user can begin another one."""
        # If the database cannot be reached now, it lets the user begin another one two minutes later.
        with suppress(Problem):
            await self.end(asked, None)

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
