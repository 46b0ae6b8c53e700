"""Changes in the database."""

from typing import Annotated, Any, TypedDict, cast

from fastapi import Depends

from backend.di import repository_of
from backend.gateway.repository import Repository
from backend.sync.models import SyncQuery


class DBChangesRow(TypedDict):
    """What list_changes returns."""

    items: list[dict[str, Any]]
    cursor: str
    has_more: bool


class SyncRepository(Repository):
    """What changed for the caller."""

    async def changes(self, query: SyncQuery) -> DBChangesRow:
        """What changed since a cursor, oldest change first."""
        return cast(DBChangesRow, await self._call("list_changes", p_since=query.since, p_limit=query.limit))


Sync = Annotated[SyncRepository, Depends(repository_of(SyncRepository))]
