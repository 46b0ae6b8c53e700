"""Plans in the database."""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict, cast
from uuid import UUID

from fastapi import Depends

from backend.core.models import PageQuery
from backend.di import repository_of
from backend.gateway.repository import DBPageRow, Repository
from backend.plans.models import PlanQuery


class DBPlanSetRow(TypedDict):
    """A set of an exercise."""

    set_type: str
    reps_min: int | None
    reps_max: int | None
    weight: float | None
    weight_unit: str | None
    percent_1rm: float | None
    rpe: float | None
    rir: int | None
    rest_seconds: int | None


class DBPlanExerciseRow(TypedDict):
    """An exercise of a day."""

    exercise_id: str
    exercise_name: str
    superset: int | None
    notes: str | None
    progression: dict[str, Any] | None
    sets: list[DBPlanSetRow]


class DBPlanDayRow(TypedDict):
    """A day of a plan."""

    day: int
    name: str | None
    exercises: list[DBPlanExerciseRow]


class DBPlanSummaryRow(TypedDict):
    """A plan of a list."""

    id: str
    own: bool
    name: str
    description: str | None
    training_style: str | None
    goal: str | None
    difficulty_level: str | None
    duration_weeks: int | None
    days_per_week: int | None
    is_public: bool
    metadata: dict[str, Any]
    version: int
    created_at: str
    updated_at: str


class DBPlanRow(DBPlanSummaryRow):
    """A whole plan."""

    days: list[DBPlanDayRow]


class DBCreatedPlanRow(DBPlanRow):
    """What create_plan and copy_plan return."""

    replayed: bool


class PlanRepository(Repository):
    """The caller's plans, and the public plans of others."""

    async def create(self, plan: dict[str, Any], idempotency_key: str | None) -> DBCreatedPlanRow:
        """Store a new plan; a 409 Problem when its name is taken."""
        row = await self._call("create_plan", p_plan=plan, p_idempotency_key=idempotency_key)
        return cast(DBCreatedPlanRow, row)

    async def list(self, query: PlanQuery) -> DBPageRow[DBPlanSummaryRow]:
        """A page of plans in their current version."""
        row = await self._call(
            "list_plans", p_visibility=query.visibility, p_page=query.page, p_per_page=query.per_page
        )
        return cast(DBPageRow[DBPlanSummaryRow], row)

    async def get(self, plan_id: UUID) -> DBPlanRow:
        """One whole plan; a 404 Problem for another user's private one."""
        return cast(DBPlanRow, await self._call("get_plan", p_id=str(plan_id)))

    async def replace(self, plan_id: UUID, plan: dict[str, Any], if_versions: Sequence[int] | None) -> DBPlanRow:
        """Store a new version; a 412 Problem when the current version is not one of `if_versions`."""
        row = await self._call("replace_plan", p_id=str(plan_id), p_plan=plan, p_if_versions=if_versions)
        return cast(DBPlanRow, row)

    async def delete(self, plan_id: UUID, if_versions: Sequence[int] | None) -> None:
        """Delete a plan of the caller's with all its versions; a 412 Problem at a version that is not among these."""
        await self._call("delete_plan", p_id=str(plan_id), p_if_versions=if_versions)

    async def copy(self, plan_id: UUID, copy: dict[str, Any], idempotency_key: str | None) -> DBCreatedPlanRow:
        """Copy a plan that the caller may read into one of their own."""
        row = await self._call("copy_plan", p_id=str(plan_id), p_copy=copy, p_idempotency_key=idempotency_key)
        return cast(DBCreatedPlanRow, row)

    async def versions(self, plan_id: UUID, query: PageQuery) -> DBPageRow[DBPlanRow]:
        """A page of a plan's versions."""
        row = await self._call("list_plan_versions", p_id=str(plan_id), p_page=query.page, p_per_page=query.per_page)
        return cast(DBPageRow[DBPlanRow], row)


Plans = Annotated[PlanRepository, Depends(repository_of(PlanRepository))]
