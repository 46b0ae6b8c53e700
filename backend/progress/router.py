"""Routes under /progress."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from backend.core.di import CurrentUser, Progress
from backend.core.models import to_database
from backend.core.openapi import problems
from backend.progress.models import (
    ExerciseProgress,
    Pause,
    PausedStreak,
    ProgressSummary,
    RecordPage,
    RecordQuery,
    SeriesQuery,
    SummaryQuery,
)

router = APIRouter(prefix="/progress", tags=["progress"])


@router.get("/summary", responses=problems(401, 404, 422, 503))
async def read_summary(
    query: Annotated[SummaryQuery, Query()], caller: CurrentUser, progress: Progress
) -> ProgressSummary:
    """The streak, and the last weeks with their hard sets for each muscle."""
    return ProgressSummary.model_validate(await progress.summary(query.weeks, caller))


@router.get("/records", responses=problems(401, 404, 422, 503))
async def list_records(query: Annotated[RecordQuery, Query()], caller: CurrentUser, progress: Progress) -> RecordPage:
    """Personal records by exercise and kind, each with what it beat."""
    return RecordPage.model_validate(await progress.records(query.exercise_id, query.page, query.per_page, caller))


@router.get("/exercises/{exercise_id}", responses=problems(401, 404, 422, 503))
async def read_exercise_progress(
    exercise_id: UUID, query: Annotated[SeriesQuery, Query()], caller: CurrentUser, progress: Progress
) -> ExerciseProgress:
    """One exercise over time: a point for each workout, and the trend."""
    return ExerciseProgress.model_validate(await progress.exercise(exercise_id, query, caller))


@router.post("/pause", responses=problems(401, 404, 503, body=True))
async def pause_streak(caller: CurrentUser, progress: Progress, pause: Pause | None = None) -> PausedStreak:
    """Pause the streak: paused weeks neither lengthen nor break it. The body may be left out: this week alone."""
    given = {} if pause is None else to_database(pause)
    return PausedStreak.model_validate(await progress.pause(given.get("weeks"), given.get("from_"), caller))


@router.delete("/pause", responses=problems(401, 404, 503))
async def resume_streak(caller: CurrentUser, progress: Progress) -> PausedStreak:
    """End a pause: this week and those to come count again. Paused weeks of the past stay."""
    return PausedStreak.model_validate(await progress.resume(caller))
