"""Routes under /exercises."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from backend.core.caching import REVALIDATED, IfNoneMatch, revalidated
from backend.core.di import CurrentUser, Exercises
from backend.core.models import to_database
from backend.core.openapi import problems
from backend.exercises.models import (
    AlternativePage,
    AlternativesQuery,
    Exercise,
    ExerciseChanges,
    ExerciseFacets,
    ExerciseFilters,
    ExercisePage,
    ExerciseQuery,
    NewExercise,
)

router = APIRouter(prefix="/exercises", tags=["exercises"])


@router.get("", response_model=ExercisePage, responses={**REVALIDATED, **problems(401, 404, 422, 503)})
async def list_exercises(
    query: Annotated[ExerciseQuery, Query()],
    caller: CurrentUser,
    exercises: Exercises,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Search the catalogue and one's own exercises."""
    return revalidated(ExercisePage.model_validate(await exercises.search(query, caller)), if_none_match)


@router.get("/facets", response_model=ExerciseFacets, responses={**REVALIDATED, **problems(401, 404, 422, 503)})
async def count_exercises(
    filters: Annotated[ExerciseFilters, Query()],
    caller: CurrentUser,
    exercises: Exercises,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """How many exercises each value of a filter would find under all the other filters.

    A value is left out when nothing has it that matches `q`, `custom`, `available` and `safe`.
    """
    return revalidated(ExerciseFacets.model_validate(await exercises.count(filters, caller)), if_none_match)


@router.post("", status_code=201, responses=problems(401, 404, 409, 503, body=True))
async def create_exercise(exercise: NewExercise, caller: CurrentUser, exercises: Exercises) -> Exercise:
    """Make an exercise of one's own, which nobody else sees: 500 at most."""
    return Exercise.model_validate(await exercises.create(to_database(exercise), caller))


@router.get("/{exercise_id}", response_model=Exercise, responses={**REVALIDATED, **problems(401, 404, 422, 503)})
async def read_exercise(
    exercise_id: UUID, caller: CurrentUser, exercises: Exercises, if_none_match: IfNoneMatch = None
) -> Response:
    """One exercise with its texts and relations."""
    return revalidated(Exercise.model_validate(await exercises.get(exercise_id, caller)), if_none_match)


@router.patch("/{exercise_id}", responses=problems(401, 403, 404, 409, 503, body=True))
async def change_exercise(
    exercise_id: UUID, changes: ExerciseChanges, caller: CurrentUser, exercises: Exercises
) -> Exercise:
    """Change some fields of an exercise of one's own, or bring an archived one back. Absent fields stay as they are."""
    return Exercise.model_validate(await exercises.update(exercise_id, to_database(changes), caller))


@router.delete("/{exercise_id}", status_code=204, responses=problems(401, 403, 404, 422, 503))
async def delete_exercise(exercise_id: UUID, caller: CurrentUser, exercises: Exercises) -> None:
    """Delete an exercise of one's own. One that workouts use is archived: in no list any more, but still readable."""
    await exercises.delete(exercise_id, caller)


@router.get(
    "/{exercise_id}/alternatives",
    response_model=AlternativePage,
    responses={**REVALIDATED, **problems(401, 404, 422, 503)},
)
async def list_alternatives(
    exercise_id: UUID,
    query: Annotated[AlternativesQuery, Query()],
    caller: CurrentUser,
    exercises: Exercises,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """What can replace an exercise, best first; only what the profile's equipment and injuries allow."""
    answer = await exercises.alternatives(exercise_id, query, caller)
    return revalidated(AlternativePage.model_validate(answer), if_none_match)
