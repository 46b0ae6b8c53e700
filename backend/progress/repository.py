"""Progress in the database."""

from typing import Annotated, Any, TypedDict, cast
from uuid import UUID

from fastapi import Depends

from backend.core.models import SeriesQuery
from backend.di import repository_of
from backend.gateway.repository import DBPageRow, Repository, as_text
from backend.progress.models import RecordQuery


class DBStreakRow(TypedDict):
    """The streak."""

    current: int
    longest: int
    paused: bool


class DBPausesRow(TypedDict):
    """What resume_streak returns."""

    streak: DBStreakRow
    paused_weeks: list[str]


class DBPausedStreakRow(DBPausesRow):
    """What pause_streak returns."""

    replayed: bool


class DBWeekRow(TypedDict):
    """A week of a summary."""

    week_start: str
    sessions: int
    duration_seconds: int
    volume_kg: float
    average_rpe: float | None
    muscles: list[dict[str, Any]]


class DBSummaryRow(TypedDict):
    """What get_progress_summary returns."""

    streak: DBStreakRow
    weeks: list[DBWeekRow]


class DBRecordRow(TypedDict):
    """A record with its history."""

    exercise_id: str
    exercise_name: str
    kind: str
    unit: str
    value: float
    achieved_at: str
    workout_id: str
    history: list[dict[str, Any]]


class DBExercisePointRow(TypedDict):
    """A workout's point in a time series."""

    workout_id: str
    completed_at: str
    date: str
    working_sets: int
    volume_kg: float
    estimated_1rm_kg: float | None
    top_set: dict[str, Any]
    reps_at_weight: list[dict[str, Any]]


class DBExerciseProgressRow(TypedDict):
    """What get_exercise_progress returns."""

    exercise_id: str
    exercise_name: str
    trend_kg_per_week: float | None
    points: list[DBExercisePointRow]


class ProgressRepository(Repository):
    """What the caller's training has led to."""

    async def summary(self, weeks: int) -> DBSummaryRow:
        """The streak and the last weeks."""
        return cast(DBSummaryRow, await self._call("get_progress_summary", p_weeks=weeks))

    async def records(self, query: RecordQuery) -> DBPageRow[DBRecordRow]:
        """A page of personal records."""
        row = await self._call(
            "list_records",
            p_exercise_id=None if query.exercise_id is None else str(query.exercise_id),
            p_page=query.page,
            p_per_page=query.per_page,
        )
        return cast(DBPageRow[DBRecordRow], row)

    async def exercise(self, exercise_id: UUID, query: SeriesQuery) -> DBExerciseProgressRow:
        """The time series of an exercise; a 404 Problem for one that the caller cannot see."""
        row = await self._call(
            "get_exercise_progress",
            p_id=str(exercise_id),
            p_from=as_text(query.from_),
            p_to=as_text(query.to),
        )
        return cast(DBExerciseProgressRow, row)

    async def pause(self, weeks: int, first_day: str | None, idempotency_key: str | None) -> DBPausedStreakRow:
        """Pause the streak for some weeks, from the week of a day or from this week on."""
        row = await self._call("pause_streak", p_weeks=weeks, p_from=first_day, p_idempotency_key=idempotency_key)
        return cast(DBPausedStreakRow, row)

    async def resume(self) -> DBPausesRow:
        """End a pause: this week and later ones count again."""
        return cast(DBPausesRow, await self._call("resume_streak"))


Progress = Annotated[ProgressRepository, Depends(repository_of(ProgressRepository))]
