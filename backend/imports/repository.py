"""Imports in the database."""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict, cast

from fastapi import Depends

from backend.di import CurrentUser, Gateway
from backend.gateway.repository import Repository


class DBImportRow(TypedDict):
    """What import_workouts returns."""

    imported: int
    skipped: int
    unmatched_exercises: list[str]
    lines_in_future: list[int]


class ImportRepository(Repository):
    """Stores the history of other apps."""

    async def store(self, workouts: Sequence[dict[str, Any]], *, create_missing: bool) -> DBImportRow:
        """Store up to 100 workouts of an export, each of them once however often it is imported."""
        history = {"workouts": list(workouts)}
        row = await self._call("import_workouts", p_history=history, p_create_missing=create_missing)
        return cast(DBImportRow, row)


async def _imports(gateway: Gateway, caller: CurrentUser) -> ImportRepository:
    return ImportRepository(gateway, caller)


Imports = Annotated[ImportRepository, Depends(_imports)]
