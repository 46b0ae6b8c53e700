"""Routes under /workouts."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from backend.core.http import REPLAYED, ByIdRoute, IdempotencyKey, created, locate, mark_replayed, problems
from backend.core.models import to_database
from backend.workouts.models import LoggedWorkout, Workout, WorkoutLog, WorkoutPage, WorkoutQuery
from backend.workouts.repository import Workouts

router = APIRouter(prefix="/workouts", tags=["workouts"], route_class=ByIdRoute)


@router.post("/log", status_code=201, responses={**created(REPLAYED), **problems(401, 404, 409, 503, body=True)})
async def log_workout(
    workout: WorkoutLog,
    workouts: Workouts,
    request: Request,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> LoggedWorkout:
    """Log a completed workout: sets, personal records and affinity in one transaction, all or nothing."""
    logged = await workouts.log(to_database(workout), idempotency_key)
    if logged["replayed"]:
        mark_replayed(response)
    locate(request, response, logged["workout"]["id"], steps_up=1)
    return LoggedWorkout.model_validate({name: value for name, value in logged.items() if name != "replayed"})


@router.get("", responses=problems(401, 422, 503))
async def list_workouts(query: Annotated[WorkoutQuery, Query()], workouts: Workouts) -> WorkoutPage:
    """The caller's workouts without their sets, latest first."""
    return WorkoutPage.model_validate(await workouts.list(query))


@router.get("/{workout_id}", responses=problems(401, 404, 422, 503))
async def read_workout(workout_id: UUID, workouts: Workouts) -> Workout:
    """One workout with its sets."""
    return Workout.model_validate(await workouts.get(workout_id))


@router.put("/{workout_id}", responses=problems(401, 404, 503, body=True))
async def replace_workout(workout_id: UUID, workout: WorkoutLog, workouts: Workouts) -> LoggedWorkout:
    """Replace a workout with its sets. Its records and affinity are recomputed; nothing is awarded twice.

    Without `completed_at` the stored one stays.
    """
    return LoggedWorkout.model_validate(await workouts.update(workout_id, to_database(workout)))


@router.delete("/{workout_id}", status_code=204, responses=problems(401, 404, 422, 503))
async def delete_workout(workout_id: UUID, workouts: Workouts) -> None:
    """Delete a workout with its sets, and take back the affinity it gave."""
    await workouts.delete(workout_id)
