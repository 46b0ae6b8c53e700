"""Following a plan, in the database."""

from typing import Annotated, Any, TypedDict, cast
from uuid import UUID

from fastapi import Depends

from backend.di import repository_of
from backend.gateway.repository import Repository


class DBSuggestedExerciseRow(TypedDict):
    """An exercise of the dry run."""

    exercise_id: str
    exercise_name: str
    why: str
    sets: list[dict[str, Any]]


class DBDueExerciseRow(DBSuggestedExerciseRow):
    """An exercise of the session that is due."""

    superset: int | None
    notes: str | None
    available: bool
    safe: bool
    missing_equipment: list[str]
    injured_joints: list[str]
    alternatives: list[dict[str, Any]]


class DBImaginedSessionRow(TypedDict):
    """A session of the dry run."""

    week: int
    day: int
    day_name: str | None
    exercises: list[DBSuggestedExerciseRow]


class DBNextSessionRow(TypedDict):
    """What get_next_session returns."""

    plan_id: str
    plan_name: str
    version: int
    duration_weeks: int | None
    week: int | None
    day: int | None
    day_name: str | None
    finished: bool
    due_on: str | None
    done_this_week: int
    planned_per_week: int
    exercises: list[DBDueExerciseRow]
    dry_run: list[DBImaginedSessionRow]


class DBAdherenceRow(TypedDict):
    """What get_adherence returns."""

    plan_id: str
    planned_per_week: int
    sessions: int
    rate: float | None
    weeks: list[dict[str, Any]]


class FollowingRepository(Repository):
    """What follows from a plan and the workouts done with it. Reads only."""

    async def next_session(self, plan_id: UUID, dry_run_weeks: int) -> DBNextSessionRow:
        """The session that is due, and how the weeks after it would go."""
        row = await self._call("get_next_session", p_id=str(plan_id), p_dry_run_weeks=dry_run_weeks)
        return cast(DBNextSessionRow, row)

    async def adherence(self, plan_id: UUID) -> DBAdherenceRow:
        """How regularly the caller has followed a plan."""
        return cast(DBAdherenceRow, await self._call("get_adherence", p_id=str(plan_id)))


Following = Annotated[FollowingRepository, Depends(repository_of(FollowingRepository))]
