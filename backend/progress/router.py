"""Routes under /progress."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from backend.core.http import REPLAYED, Keyed, problems
from backend.core.models import SeriesQuery, to_database
from backend.progress.models import (
    ExerciseProgress,
    Pause,
    PausedStreak,
    ProgressSummary,
    RecordPage,
    RecordQuery,
    SummaryQuery,
)
from backend.progress.repository import Progress

router = APIRouter(prefix="/progress", tags=["progress"])


@router.get("/summary", responses=problems(401, 404, 422, 503))
async def read_summary(query: Annotated[SummaryQuery, Query()], progress: Progress) -> ProgressSummary:
    """The streak, and the last weeks with their hard sets for each muscle."""
    return ProgressSummary.model_validate(await progress.summary(query.weeks))


@router.get("/records", responses=problems(401, 404, 422, 503))
async def list_records(query: Annotated[RecordQuery, Query()], progress: Progress) -> RecordPage:
    """Personal records by exercise and kind, each with the records it beat."""
    return RecordPage.model_validate(await progress.records(query))


@router.get("/exercises/{exercise_id}", responses=problems(401, 404, 422, 503))
async def read_exercise_progress(
    exercise_id: UUID, query: Annotated[SeriesQuery, Query()], progress: Progress
) -> ExerciseProgress:
    """One exercise over time: a point for each workout, and the trend."""
    return ExerciseProgress.model_validate(await progress.exercise(exercise_id, query))


@router.post("/pause", responses={200: REPLAYED, **problems(401, 404, 409, 503, body=True)})
async def pause_streak(progress: Progress, keyed: Keyed, pause: Pause | None = None) -> PausedStreak:
    """Pause the streak: paused weeks neither lengthen nor break it. Without a body, pause this week only."""
    given = {} if pause is None else to_database(pause)
    stored = await progress.pause(given.get("weeks", 1), given.get("from_"), keyed.key)
    return PausedStreak.model_validate(keyed.answer(stored))


@router.delete("/pause", responses=problems(401, 404, 503))
async def resume_streak(progress: Progress) -> PausedStreak:
    """End a pause: this week and later ones count again. Past paused weeks stay paused."""
    return PausedStreak.model_validate(await progress.resume())
