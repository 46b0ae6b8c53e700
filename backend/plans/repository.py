"""Plans in the database."""

from collections.abc import Sequence
from typing import Any, TypedDict, cast
from uuid import UUID

from backend.core.identity import Caller
from backend.gateway import RpcGateway


class DBPlanSetRow(TypedDict):
    """What private.plan_sets_json answers for a set."""

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
    """What private.plan_days_json answers for a day."""

    day: int
    name: str | None
    exercises: list[DBPlanExerciseRow]


class DBPlanSummaryRow(TypedDict):
    """What private.plan_summary_json answers."""

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
    """What get_plan answers."""

    days: list[DBPlanDayRow]


class DBPlanPageRow(TypedDict):
    """What list_plans answers."""

    items: list[DBPlanSummaryRow]
    total: int
    page: int
    per_page: int


class DBPlanVersionPageRow(TypedDict):
    """What list_plan_versions answers."""

    items: list[DBPlanRow]
    total: int
    page: int
    per_page: int


class DBSuggestedSetRow(DBPlanSetRow):
    """What private.suggested_sets answers for a set."""

    reps: int | None


class DBSuggestedExerciseRow(TypedDict):
    """What private.dry_run_json answers for an exercise."""

    exercise_id: str
    exercise_name: str
    why: str
    sets: list[DBSuggestedSetRow]


class DBDueExerciseRow(DBSuggestedExerciseRow):
    """What private.due_exercises_json answers for an exercise."""

    superset: int | None
    notes: str | None
    available: bool
    safe: bool
    missing_equipment: list[str]
    injured_joints: list[str]
    alternatives: list[dict[str, Any]]


class DBImaginedSessionRow(TypedDict):
    """What private.dry_run_json answers for a session."""

    week: int
    day: int
    day_name: str | None
    exercises: list[DBSuggestedExerciseRow]


class DBNextSessionRow(TypedDict):
    """What get_next_session answers."""

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
    """What get_adherence answers."""

    plan_id: str
    planned_per_week: int
    sessions: int
    rate: float | None
    weeks: list[dict[str, Any]]


class PlanRepository:
    """The caller's plans, and what others have published."""

    def __init__(self, gateway: RpcGateway) -> None:
        self._gateway = gateway

    async def create(self, plan: dict[str, Any], caller: Caller) -> DBPlanRow:
        """Store a new plan; a 409 Problem when its name is taken."""
        return cast(DBPlanRow, await self._gateway.call("create_plan", {"p_plan": plan}, caller))

    async def list(self, visibility: str, page: int, per_page: int, caller: Caller) -> DBPlanPageRow:
        """A page of plans in their current version."""
        arguments = {"p_visibility": visibility, "p_page": page, "p_per_page": per_page}
        return cast(DBPlanPageRow, await self._gateway.call("list_plans", arguments, caller))

    async def get(self, plan_id: UUID, caller: Caller) -> DBPlanRow:
        """One plan, whole; a 404 Problem for another user's private one."""
        return cast(DBPlanRow, await self._gateway.call("get_plan", {"p_id": str(plan_id)}, caller))

    async def replace(
        self, plan_id: UUID, plan: dict[str, Any], if_versions: Sequence[int] | None, caller: Caller
    ) -> DBPlanRow:
        """Make a new version; a 412 Problem when the current one is none of those expected."""
        arguments = {
            "p_id": str(plan_id),
            "p_plan": plan,
            "p_if_versions": None if if_versions is None else [*if_versions],
        }
        return cast(DBPlanRow, await self._gateway.call("replace_plan", arguments, caller))

    async def delete(self, plan_id: UUID, caller: Caller) -> None:
        """Delete a plan of the caller's with all its versions."""
        await self._gateway.call("delete_plan", {"p_id": str(plan_id)}, caller)

    async def copy(self, plan_id: UUID, name: str | None, caller: Caller) -> DBPlanRow:
        """Make a plan of the caller's from one they may read."""
        return cast(DBPlanRow, await self._gateway.call("copy_plan", {"p_id": str(plan_id), "p_name": name}, caller))

    async def versions(self, plan_id: UUID, page: int, per_page: int, caller: Caller) -> DBPlanVersionPageRow:
        """A page of a plan's versions."""
        arguments = {"p_id": str(plan_id), "p_page": page, "p_per_page": per_page}
        return cast(DBPlanVersionPageRow, await self._gateway.call("list_plan_versions", arguments, caller))

    async def next_session(self, plan_id: UUID, dry_run_weeks: int, caller: Caller) -> DBNextSessionRow:
        """The session that is due, and how the weeks from then on would go."""
        arguments = {"p_id": str(plan_id), "p_dry_run_weeks": dry_run_weeks}
        return cast(DBNextSessionRow, await self._gateway.call("get_next_session", arguments, caller))

    async def adherence(self, plan_id: UUID, caller: Caller) -> DBAdherenceRow:
        """How regularly the caller has followed a plan."""
        return cast(DBAdherenceRow, await self._gateway.call("get_adherence", {"p_id": str(plan_id)}, caller))
