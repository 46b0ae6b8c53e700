"""The profile in the database."""

from typing import Any, TypedDict, cast

from backend.core.identity import Caller
from backend.gateway import RpcGateway


class DBAffinityStandingRow(TypedDict):
    """What private.affinity_standing answers."""

    score: int
    level: int
    title: str
    next_level_at: int | None


class DBProfileRow(TypedDict):
    """What get_profile and update_profile answer."""

    user_id: str
    display_name: str
    birth_date: str | None
    fitness_level: str | None
    goals: list[str]
    weight_unit: str
    timezone: str
    equipment: list[str]
    injuries: list[str]
    weekly_target: int
    preferences: dict[str, Any]
    created_at: str
    affinity: DBAffinityStandingRow


class ProfileRepository:
    """Reads and changes the caller's profile. Raises the Problems that the functions' comments name."""

    def __init__(self, gateway: RpcGateway) -> None:
        self._gateway = gateway

    async def get(self, caller: Caller) -> DBProfileRow:
        """The caller's profile."""
        return cast(DBProfileRow, await self._gateway.call("get_profile", {}, caller))

    async def update(self, changes: dict[str, Any], caller: Caller) -> DBProfileRow:
        """Change the given fields alone."""
        return cast(DBProfileRow, await self._gateway.call("update_profile", {"p_changes": changes}, caller))
