"""Routes under /workouts."""

from itertools import batched
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from backend.core.di import CurrentUser, Workouts
from backend.core.errors import Problem
from backend.core.models import to_database
from backend.core.openapi import REPLAYED, problems
from backend.workouts.importing import UnreadableFileError, read_export
from backend.workouts.models import (
    ImportFault,
    ImportQuery,
    ImportReport,
    LoggedWorkout,
    Workout,
    WorkoutLog,
    WorkoutPage,
    WorkoutQuery,
)

router = APIRouter(prefix="/workouts", tags=["workouts"])

MAX_IMPORT_BYTES = 16 * 1024 * 1024
IMPORTED_AT_ONCE = 100
MAX_IMPORT_ERRORS = 1000

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
_CSV = """\
Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE
2023-01-15 17:35:12,Push Day,1h 10m,Bench Press (Barbell),1,80,5,0,0,,,8.5
"""


@router.post("/log", status_code=201, responses={201: REPLAYED, **problems(401, 404, 409, 503, body=True)})
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


@router.post(
    "/import",
    responses=problems(401, 404, 409, 503, body=True),
    openapi_extra={
        "requestBody": {
            "required": True,
            "description": f"The CSV, up to {MAX_IMPORT_BYTES // (1024 * 1024)} MiB.",
            "content": {
                "text/csv": {"schema": {"type": "string"}, "example": _CSV},
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "required": ["file"],
                        "properties": {"file": {"type": "string", "format": "binary"}},
                    },
                    "example": {"file": _CSV},
                },
            },
        }
    },
)
async def import_workouts(
    request: Request, query: Annotated[ImportQuery, Query()], caller: CurrentUser, workouts: Workouts
) -> ImportReport:
    """Bring along the history of Strong or Hevy, from the CSV that they export. It earns no affinity.

    Safe to repeat: nothing is stored twice, and what was left out for want of an exercise comes in once there is one.
    """
    content = await _file(request)
    # Years of training take a while to read, and others are waiting.
    try:
        export = await run_in_threadpool(read_export, content, query.weight_unit)
    except UnreadableFileError as error:
        raise Problem(422, "unreadable_file", str(error)) from None
    report = ImportReport(imported=0, skipped=0, unmatched_exercises=[], errors=[])
    unmatched: set[str] = set()
    for some in batched(export.workouts, IMPORTED_AT_ONCE):
        stored = await workouts.import_some(some, caller, create_missing=query.create_missing)
        report.imported += stored["imported"]
        report.skipped += stored["skipped"]
        unmatched.update(stored["unmatched_exercises"])
        export.errors += [(line, "The workout lies in the future") for line in stored["lines_in_future"]]
    report.unmatched_exercises = sorted(unmatched)
    report.errors = [
        ImportFault(line=line, reason=reason) for line, reason in sorted(export.errors)[:MAX_IMPORT_ERRORS]
    ]
    return report


async def _file(request: Request) -> bytes:
    """The file in a request: its body, or the field `file` of a form."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "text/csv":
        return await request.body()
    if media_type != "multipart/form-data":
        raise Problem(415, "not_csv", "Send the file with Content-Type: text/csv, or as the field file of a form.")
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Problem(422, "file_missing", "The form has no file in its field file.")
        return await file.read()


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
