"""Affinity in the database."""

from typing import TypedDict, cast

from backend.core.identity import Caller
from backend.gateway import RpcGateway


class DBAffinityKindRow(TypedDict):
    """What a kind of event has earned today."""

    kind: str
    label: str
    earned: int
    cap: int


class DBAffinityTodayRow(TypedDict):
    """What private.affinity_today answers."""

    earned: int
    cap: int
    by_kind: list[DBAffinityKindRow]


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


class DBAffinityEventPageRow(TypedDict):
    """A page of the ledger."""

    items: list[DBAffinityEventRow]
    total: int
    page: int
    per_page: int


class DBAffinityRow(TypedDict):
    """What get_affinity answers."""

    score: int
    level: int
    title: str
    next_level_at: int | None
    today: DBAffinityTodayRow
    levels: list[DBAffinityLevelRow]
    events: DBAffinityEventPageRow


class AffinityRepository:
    """What the caller earned. Nothing is awarded here: what is worth something awards it in the database."""

    def __init__(self, gateway: RpcGateway) -> None:
        self._gateway = gateway

    async def get(self, page: int, per_page: int, caller: Caller) -> DBAffinityRow:
        """The standing, today, the levels and a page of the ledger."""
        arguments = {"p_page": page, "p_per_page": per_page}
        return cast(DBAffinityRow, await self._gateway.call("get_affinity", arguments, caller))
