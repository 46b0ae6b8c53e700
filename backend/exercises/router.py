"""Routes under /exercises."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from backend.core.di import CurrentUser, Exercises
from backend.core.openapi import problems
from backend.exercises.models import Exercise, ExercisePage, ExerciseQuery

router = APIRouter(prefix="/exercises", tags=["exercises"])


@router.get("", responses=problems(401, 422, 503))
async def list_exercises(
    query: Annotated[ExerciseQuery, Query()], caller: CurrentUser, exercises: Exercises
) -> ExercisePage:
    """Search the catalogue and one's own exercises: an exact name first, then names that begin so, then the rest."""
    return ExercisePage.model_validate(await exercises.search(query, caller))


@router.get("/{exercise_id}", responses=problems(401, 404, 422, 503))
async def read_exercise(exercise_id: UUID, caller: CurrentUser, exercises: Exercises) -> Exercise:
    """One exercise with its instructions."""
    return Exercise.model_validate(await exercises.get(exercise_id, caller))
