"""Routes under /workouts."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from backend.core.di import CurrentUser, Workouts
from backend.core.models import to_database
from backend.core.openapi import problems
from backend.workouts.models import LoggedWorkout, Workout, WorkoutLog, WorkoutPage, WorkoutQuery

router = APIRouter(prefix="/workouts", tags=["workouts"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="A key of your own for this workout, such as a UUID. Sent again with the same body, within 30 "
        "days, it replays the first answer instead of logging twice.",
    ),
]
_REPLAYED: dict[str, Any] = {
    "headers": {
        "Idempotency-Replayed": {
            "description": "`true` when the answer is a replay; absent otherwise.",
            "schema": {"type": "string", "enum": ["true"]},
        }
    }
}


@router.post("/log", status_code=201, responses={201: _REPLAYED, **problems(401, 404, 409, 503, body=True)})
async def log_workout(
    workout: WorkoutLog,
    caller: CurrentUser,
    workouts: Workouts,
    response: Response,
    idempotency_key: IdempotencyKey = None,
) -> LoggedWorkout:
    """Log a completed workout: sets, personal records and affinity in one transaction, all or nothing."""
    logged = await workouts.log(to_database(workout), idempotency_key, caller)
    if logged["replayed"]:
        response.headers["Idempotency-Replayed"] = "true"
    return LoggedWorkout.model_validate({name: value for name, value in logged.items() if name != "replayed"})


@router.get("", responses=problems(401, 422, 503))
async def list_workouts(
    query: Annotated[WorkoutQuery, Query()], caller: CurrentUser, workouts: Workouts
) -> WorkoutPage:
    """The caller's workouts without their sets, latest first."""
    return WorkoutPage.model_validate(await workouts.list(query, caller))


@router.get("/{workout_id}", responses=problems(401, 404, 422, 503))
async def read_workout(workout_id: UUID, caller: CurrentUser, workouts: Workouts) -> Workout:
    """One workout with its sets."""
    return Workout.model_validate(await workouts.get(workout_id, caller))


@router.put("/{workout_id}", responses=problems(401, 404, 503, body=True))
async def replace_workout(
    workout_id: UUID, workout: WorkoutLog, caller: CurrentUser, workouts: Workouts
) -> LoggedWorkout:
    """Replace a workout, sets and all. Its records and what they earned are counted anew; nothing is awarded twice.

    Without `completed_at` the stored one stays.
    """
    return LoggedWorkout.model_validate(await workouts.update(workout_id, to_database(workout), caller))


@router.delete("/{workout_id}", status_code=204, responses=problems(401, 404, 422, 503))
async def delete_workout(workout_id: UUID, caller: CurrentUser, workouts: Workouts) -> None:
    """Delete a workout with its sets; the affinity it gave is taken back."""
    await workouts.delete(workout_id, caller)
