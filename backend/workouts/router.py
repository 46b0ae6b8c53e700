"""Routes under /workouts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from backend.core.http import CREATED, TAGGED, ByIdRoute, IfMatch, Keyed, problems, revisions, tag
from backend.core.models import to_database
from backend.workouts.models import LoggedWorkout, NewWorkout, Workout, WorkoutLog, WorkoutPage, WorkoutQuery
from backend.workouts.repository import Workouts

router = APIRouter(prefix="/workouts", tags=["workouts"], route_class=ByIdRoute)


@router.post("/log", status_code=201, responses={**CREATED, **problems(401, 404, 409, 503, body=True)})
async def log_workout(workout: NewWorkout, workouts: Workouts, keyed: Keyed) -> LoggedWorkout:
    """Log a completed workout: sets, personal records and affinity in one transaction, all or nothing."""
    logged = await workouts.log(to_database(workout), keyed.key)
    stored = logged["workout"]
    return LoggedWorkout.model_validate(keyed.created(logged, stored["id"], stored["revision"], steps_up=1))


@router.get("", responses=problems(401, 422, 503))
async def list_workouts(query: Annotated[WorkoutQuery, Query()], workouts: Workouts) -> WorkoutPage:
    """The caller's workouts without their sets, latest first."""
    return WorkoutPage.model_validate(await workouts.list(query))


@router.get("/{workout_id}", responses={200: TAGGED, **problems(401, 404, 422, 503)})
async def read_workout(workout_id: UUID, workouts: Workouts, response: Response) -> Workout:
    """One workout with its sets."""
    stored = await workouts.get(workout_id)
    tag(response, stored["revision"])
    return Workout.model_validate(stored)


@router.put("/{workout_id}", responses={200: TAGGED, **problems(401, 404, 412, 503, body=True)})
async def replace_workout(
    workout_id: UUID, workout: WorkoutLog, workouts: Workouts, response: Response, if_match: IfMatch = None
) -> LoggedWorkout:
    """Replace a workout with its sets. Its records and affinity are recomputed; nothing is awarded twice.

    Without `completed_at` the stored one stays.
    """
    stored = await workouts.update(workout_id, to_database(workout), revisions(if_match))
    tag(response, stored["workout"]["revision"])
    return LoggedWorkout.model_validate(stored)


@router.delete("/{workout_id}", status_code=204, responses=problems(401, 404, 412, 422, 503))
async def delete_workout(workout_id: UUID, workouts: Workouts, if_match: IfMatch = None) -> None:
    """Delete a workout with its sets, and take back the affinity it gave."""
    await workouts.delete(workout_id, revisions(if_match))
