"""Affinity in the database."""

from typing import Annotated, Any, TypedDict, cast

from fastapi import Depends

from backend.core.models import PageQuery
from backend.di import repository_of
from backend.gateway.repository import DBPageRow, Repository


class DBAffinityLevelRow(TypedDict):
    """A level."""

    level: int
    title: str
    threshold: int


class DBAffinityEventRow(TypedDict):
    """An event of the ledger."""

    id: str
    kind: str
    points: int
    reason: str
    earned_on: str
    created_at: str
    workout_id: str | None


class DBAffinityRow(TypedDict):
    """What get_affinity returns."""

    score: int
    level: int
    title: str
    next_level_at: int | None
    today: dict[str, Any]
    levels: list[DBAffinityLevelRow]
    events: DBPageRow[DBAffinityEventRow]


class AffinityRepository(Repository):
    """Reads what the caller earned. The database awards points where they are earned; nothing is awarded here."""

    async def get(self, query: PageQuery) -> DBAffinityRow:
        """The standing, today, the levels and a page of the ledger."""
        return cast(DBAffinityRow, await self._call("get_affinity", p_page=query.page, p_per_page=query.per_page))


Affinities = Annotated[AffinityRepository, Depends(repository_of(AffinityRepository))]
