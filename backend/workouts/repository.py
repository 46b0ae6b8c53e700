"""Workouts in the database."""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict, cast
from uuid import UUID

from fastapi import Depends

from backend.di import repository_of
from backend.gateway.repository import DBPageRow, Repository, as_text
from backend.workouts.models import WorkoutQuery


class DBWorkoutSetRow(TypedDict):
    """A set of a workout."""

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
    """A workout of a list."""

    id: str
    plan_id: str | None
    plan_version: int | None
    plan_day: int | None
    plan_name: str | None
    title: str | None
    started_at: str | None
    completed_at: str
    created_at: str
    updated_at: str
    revision: int
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
    """What get_workout returns."""

    sets: list[DBWorkoutSetRow]


class DBUpdatedWorkoutRow(TypedDict):
    """What update_workout returns."""

    workout: DBWorkoutRow
    affinity: dict[str, Any]
    personal_records: list[dict[str, Any]]


class DBLoggedWorkoutRow(DBUpdatedWorkoutRow):
    """What log_workout returns."""

    replayed: bool


class WorkoutRepository(Repository):
    """Logs, reads, edits and deletes the caller's workouts."""

    async def log(self, workout: dict[str, Any], idempotency_key: str | None) -> DBLoggedWorkoutRow:
        """Store a workout with its sets, records and affinity: all or nothing."""
        row = await self._call("log_workout", p_workout=workout, p_idempotency_key=idempotency_key)
        return cast(DBLoggedWorkoutRow, row)

    async def update(
        self, workout_id: UUID, workout: dict[str, Any], if_revisions: Sequence[int] | None
    ) -> DBUpdatedWorkoutRow:
        """Replace a workout with its sets, and recompute records and affinity; a 412 Problem at another revision."""
        row = await self._call("update_workout", p_id=str(workout_id), p_workout=workout, p_if_revisions=if_revisions)
        return cast(DBUpdatedWorkoutRow, row)

    async def list(self, query: WorkoutQuery) -> DBPageRow[DBWorkoutSummaryRow]:
        """A page of the workouts that match, latest first."""
        row = await self._call(
            "list_workouts",
            p_page=query.page,
            p_per_page=query.per_page,
            p_from=as_text(query.from_),
            p_to=as_text(query.to),
            p_plan_id=None if query.plan_id is None else str(query.plan_id),
            p_exercise_id=None if query.exercise_id is None else str(query.exercise_id),
            p_q=query.q,
        )
        return cast(DBPageRow[DBWorkoutSummaryRow], row)

    async def get(self, workout_id: UUID) -> DBWorkoutRow:
        """One workout; a 404 Problem for another user's."""
        return cast(DBWorkoutRow, await self._call("get_workout", p_id=str(workout_id)))

    async def delete(self, workout_id: UUID, if_revisions: Sequence[int] | None) -> None:
        """Delete one workout; a 404 Problem for another user's, a 412 Problem at another revision."""
        await self._call("delete_workout", p_id=str(workout_id), p_if_revisions=if_revisions)


Workouts = Annotated[WorkoutRepository, Depends(repository_of(WorkoutRepository))]
