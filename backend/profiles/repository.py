"""The profile in the database."""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict, cast

from fastapi import Depends

from backend.di import repository_of
from backend.gateway.repository import Repository


class DBProfileRow(TypedDict):
    """What get_profile and update_profile return."""

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
    updated_at: str
    revision: int
    affinity: dict[str, Any]


class ProfileRepository(Repository):
    """Reads and changes the caller's profile."""

    async def get(self) -> DBProfileRow:
        """The caller's profile."""
        return cast(DBProfileRow, await self._call("get_profile"))

    async def update(self, changes: dict[str, Any], if_revisions: Sequence[int] | None) -> DBProfileRow:
        """Change the given fields only; a 412 Problem at another revision."""
        row = await self._call("update_profile", p_changes=changes, p_if_revisions=if_revisions)
        return cast(DBProfileRow, row)


Profiles = Annotated[ProfileRepository, Depends(repository_of(ProfileRepository))]
