"""Workouts in the database."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypedDict, cast
from uuid import UUID

from backend.core.identity import Caller
from backend.gateway import RpcGateway
from backend.workouts.models import WorkoutQuery


class DBWorkoutSetRow(TypedDict):
    """What private.workout_sets_json answers for a set."""

    id: str
    position: int
    exercise_id: str
    exercise_name: str
    set_type: str
    weight: float | None
    weight_unit: str | None
    weight_kg: float | None
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
    volume_kg: float | None
    estimated_1rm_kg: float | None


class DBWorkoutExerciseRow(TypedDict):
    """An exercise of a workout."""

    exercise_id: str
    exercise_name: str
    working_sets: int


class DBWorkoutSummaryRow(TypedDict):
    """What private.workout_summary_json answers."""

    id: str
    plan_id: str | None
    plan_version: int | None
    plan_day: int | None
    plan_name: str | None
    title: str | None
    started_at: str | None
    completed_at: str
    created_at: str
    notes: str | None
    mood: str | None
    energy_before: int | None
    energy_after: int | None
    overall_rpe: float | None
    duration_seconds: int | None
    total_sets: int
    working_sets: int
    total_volume_kg: float
    exercises: list[DBWorkoutExerciseRow]


class DBWorkoutRow(DBWorkoutSummaryRow):
    """What get_workout answers."""

    sets: list[DBWorkoutSetRow]


class DBWorkoutPageRow(TypedDict):
    """What list_workouts answers."""

    items: list[DBWorkoutSummaryRow]
    total: int
    page: int
    per_page: int


class DBUpdatedWorkoutRow(TypedDict):
    """What update_workout answers."""

    workout: DBWorkoutRow
    affinity: dict[str, Any]
    personal_records: list[dict[str, Any]]


class DBLoggedWorkoutRow(DBUpdatedWorkoutRow):
    """What log_workout answers."""

    replayed: bool


class DBImportRow(TypedDict):
    """What import_workouts answers."""

    imported: int
    skipped: int
    unmatched_exercises: list[str]
    lines_in_future: list[int]


class WorkoutRepository:
    """Logs, reads and deletes the caller's workouts. Raises the Problems that the functions' comments name."""

    def __init__(self, gateway: RpcGateway) -> None:
        self._gateway = gateway

    async def log(self, workout: dict[str, Any], idempotency_key: str | None, caller: Caller) -> DBLoggedWorkoutRow:
        """Store a workout with its sets and all that follows, or nothing."""
        arguments = {"p_workout": workout, "p_idempotency_key": idempotency_key}
        return cast(DBLoggedWorkoutRow, await self._gateway.call("log_workout", arguments, caller))

    async def update(self, workout_id: UUID, workout: dict[str, Any], caller: Caller) -> DBUpdatedWorkoutRow:
        """Replace a workout with its sets, and recompute all that follows."""
        arguments = {"p_id": str(workout_id), "p_workout": workout}
        return cast(DBUpdatedWorkoutRow, await self._gateway.call("update_workout", arguments, caller))

    async def list(self, query: WorkoutQuery, caller: Caller) -> DBWorkoutPageRow:
        """A page of the workouts that match, latest first."""
        arguments = {
            "p_page": query.page,
            "p_per_page": query.per_page,
            "p_from": _text(query.from_),
            "p_to": _text(query.to),
            "p_plan_id": _text(query.plan_id),
            "p_exercise_id": _text(query.exercise_id),
            "p_q": query.q,
        }
        return cast(DBWorkoutPageRow, await self._gateway.call("list_workouts", arguments, caller))

    async def get(self, workout_id: UUID, caller: Caller) -> DBWorkoutRow:
        """One workout; a 404 Problem for another user's."""
        return cast(DBWorkoutRow, await self._gateway.call("get_workout", {"p_id": str(workout_id)}, caller))

    async def import_some(
        self, workouts: Sequence[dict[str, Any]], caller: Caller, *, create_missing: bool
    ) -> DBImportRow:
        """Store up to 100 workouts of another app, each once."""
        arguments = {"p_history": {"workouts": list(workouts)}, "p_create_missing": create_missing}
        return cast(DBImportRow, await self._gateway.call("import_workouts", arguments, caller))

    async def delete(self, workout_id: UUID, caller: Caller) -> None:
        """Delete one workout; a 404 Problem for another user's."""
        await self._gateway.call("delete_workout", {"p_id": str(workout_id)}, caller)


def _text(value: datetime | UUID | None) -> str | None:
    return value.isoformat() if isinstance(value, datetime) else None if value is None else str(value)
