"""Everything about a user in the database."""

from typing import Annotated, Any, TypedDict, cast

from fastapi import Depends

from backend.di import repository_of
from backend.gateway.repository import Repository


class DBExportPageRow(TypedDict):
    """Rows of one table of an export, and where to go on."""

    table: str
    rows: list[dict[str, Any]]
    next: dict[str, Any] | None


class DBExportedSetRow(TypedDict):
    """A set with its workout, as a line of a file. Times are the user's local ones."""

    title: str | None
    start_time: str
    end_time: str | None
    description: str | None
    exercise_title: str
    position: int
    set_type: str
    weight: float | None
    weight_unit: str | None
    reps: int | None
    duration_seconds: int | None
    distance_meters: float | None
    rpe: float | None
    rir: int | None
    rest_seconds: int | None
    tempo: str | None
    form_quality: int | None
    superset: int | None
    notes: str | None
    weight_kg: float | None
    volume_kg: float | None
    estimated_1rm_kg: float | None


class DBExportedWorkoutsRow(TypedDict):
    """What export_workouts returns."""

    lines: list[DBExportedSetRow]
    next: dict[str, Any] | None


class AccountRepository(Repository):
    """Reads and deletes everything about the caller."""

    async def export_page(self, after: dict[str, Any] | None) -> DBExportPageRow:
        """A page of all rows, table by table; `after` is the `next` of the page before."""
        return cast(DBExportPageRow, await self._call("export_account", p_after=after))

    async def workouts_page(self, after: dict[str, Any] | None) -> DBExportedWorkoutsRow:
        """The sets of up to 50 workouts, the oldest first; `after` is the `next` of the page before."""
        return cast(DBExportedWorkoutsRow, await self._call("export_workouts", p_after=after))

    async def delete(self, confirmation: str) -> None:
        """Delete everything. A 422 Problem without the right confirmation."""
        await self._call("delete_account", p_confirmation=confirmation)


Account = Annotated[AccountRepository, Depends(repository_of(AccountRepository))]
