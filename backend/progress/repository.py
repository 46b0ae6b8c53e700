"""Progress in the database."""

from typing import Any, TypedDict, cast
from uuid import UUID

from backend.core.identity import Caller
from backend.gateway import RpcGateway
from backend.progress.models import SeriesQuery


class DBStreakRow(TypedDict):
    """What private.streak_json answers."""

    current: int
    longest: int
    paused: bool


class DBPausesRow(TypedDict):
    """What private.pauses_json answers."""

    streak: DBStreakRow
    paused_weeks: list[str]


class DBWeekRow(TypedDict):
    """A week of a summary."""

    week_start: str
    sessions: int
    duration_seconds: int
    volume_kg: float
    average_rpe: float | None
    muscles: list[dict[str, Any]]


class DBSummaryRow(TypedDict):
    """What get_progress_summary answers."""

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


class DBRecordPageRow(TypedDict):
    """What list_records answers."""

    items: list[DBRecordRow]
    total: int
    page: int
    per_page: int


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
    """What get_exercise_progress answers."""

    exercise_id: str
    exercise_name: str
    trend_kg_per_week: float | None
    points: list[DBExercisePointRow]


class ProgressRepository:
    """What came of the caller's training."""

    def __init__(self, gateway: RpcGateway) -> None:
        self._gateway = gateway

    async def summary(self, weeks: int, caller: Caller) -> DBSummaryRow:
        """The streak and the last weeks."""
        return cast(DBSummaryRow, await self._gateway.call("get_progress_summary", {"p_weeks": weeks}, caller))

    async def records(self, exercise_id: UUID | None, page: int, per_page: int, caller: Caller) -> DBRecordPageRow:
        """A page of personal records."""
        arguments = {
            "p_exercise_id": None if exercise_id is None else str(exercise_id),
            "p_page": page,
            "p_per_page": per_page,
        }
        return cast(DBRecordPageRow, await self._gateway.call("list_records", arguments, caller))

    async def exercise(self, exercise_id: UUID, query: SeriesQuery, caller: Caller) -> DBExerciseProgressRow:
        """The time series of an exercise; a 404 Problem for one that the caller cannot see."""
        arguments = {
            "p_id": str(exercise_id),
            "p_from": None if query.from_ is None else query.from_.isoformat(),
            "p_to": None if query.to is None else query.to.isoformat(),
        }
        return cast(DBExerciseProgressRow, await self._gateway.call("get_exercise_progress", arguments, caller))

    async def pause(self, weeks: int | None, first_day: str | None, caller: Caller) -> DBPausesRow:
        """Pause the streak."""
        arguments = {"p_weeks": 1 if weeks is None else weeks, "p_from": first_day}
        return cast(DBPausesRow, await self._gateway.call("pause_streak", arguments, caller))

    async def resume(self, caller: Caller) -> DBPausesRow:
        """Let this week and those to come count again."""
        return cast(DBPausesRow, await self._gateway.call("resume_streak", {}, caller))
