"""Routes under /exercises."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from backend.core.http import (
    CREATED,
    REVALIDATED,
    TAGGED,
    ByIdRoute,
    IfMatch,
    IfNoneMatch,
    Keyed,
    problems,
    revalidated,
    revisions,
    tag,
)
from backend.core.models import to_database
from backend.exercises.labels import labelled
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
from backend.exercises.repository import Exercises

router = APIRouter(prefix="/exercises", tags=["exercises"], route_class=ByIdRoute)


@router.get("", response_model=ExercisePage, responses={**REVALIDATED, **problems(401, 404, 422, 503)})
async def list_exercises(
    query: Annotated[ExerciseQuery, Query()], exercises: Exercises, if_none_match: IfNoneMatch = None
) -> Response:
    """Search the catalogue and the caller's own exercises."""
    return revalidated(ExercisePage.model_validate(await exercises.search(query)), if_none_match)


@router.get("/facets", response_model=ExerciseFacets, responses={**REVALIDATED, **problems(401, 404, 422, 503)})
async def count_exercises(
    filters: Annotated[ExerciseFilters, Query()], exercises: Exercises, if_none_match: IfNoneMatch = None
) -> Response:
    """How many exercises each value of a filter would find under all the other filters.

    Values without any exercise that matches `q`, `custom`, `available` and `safe` are left out.
    """
    return revalidated(ExerciseFacets.model_validate(labelled(await exercises.count(filters))), if_none_match)


@router.post("", status_code=201, responses={**CREATED, **problems(401, 404, 409, 503, body=True)})
async def create_exercise(exercise: NewExercise, exercises: Exercises, keyed: Keyed) -> Exercise:
    """Create an exercise that only the caller sees: 500 at most."""
    stored = await exercises.create(to_database(exercise), keyed.key)
    return Exercise.model_validate(keyed.created(stored, stored["id"], stored["revision"]))


@router.get("/{exercise_id}", response_model=Exercise, responses={**REVALIDATED, **problems(401, 404, 422, 503)})
async def read_exercise(exercise_id: UUID, exercises: Exercises, if_none_match: IfNoneMatch = None) -> Response:
    """One exercise with its texts and relations."""
    stored = await exercises.get(exercise_id)
    return revalidated(Exercise.model_validate(stored), if_none_match, stored["revision"])


@router.patch("/{exercise_id}", responses={200: TAGGED, **problems(401, 403, 404, 409, 412, 503, body=True)})
async def change_exercise(
    exercise_id: UUID, changes: ExerciseChanges, exercises: Exercises, response: Response, if_match: IfMatch = None
) -> Exercise:
    """Change some fields of the caller's own exercise, or restore an archived one. Absent fields stay as they are."""
    stored = await exercises.update(exercise_id, to_database(changes), revisions(if_match))
    tag(response, stored["revision"])
    return Exercise.model_validate(stored)


@router.delete("/{exercise_id}", status_code=204, responses=problems(401, 403, 404, 412, 422, 503))
async def delete_exercise(exercise_id: UUID, exercises: Exercises, if_match: IfMatch = None) -> None:
    """Delete the caller's own exercise. One that workouts use is archived instead: in no list, but still readable."""
    await exercises.delete(exercise_id, revisions(if_match))


@router.get(
    "/{exercise_id}/alternatives",
    response_model=AlternativePage,
    responses={**REVALIDATED, **problems(401, 404, 422, 503)},
)
async def list_alternatives(
    exercise_id: UUID,
    query: Annotated[AlternativesQuery, Query()],
    exercises: Exercises,
    if_none_match: IfNoneMatch = None,
) -> Response:
    """Exercises that can replace this one, best first; by default only those that fit the caller's profile."""
    return revalidated(AlternativePage.model_validate(await exercises.alternatives(exercise_id, query)), if_none_match)
