"""The route that imports the history of other apps, under /workouts."""

from hashlib import sha256
from itertools import batched
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import APIRouter, Query, Request
from starlette.datastructures import UploadFile

from backend.core.http import REPLAYED, Keyed, problems
from backend.core.problems import Code, Problem
from backend.imports import examples
from backend.imports.export_files import MAX_ERRORS, MAX_LINES, Export, UnreadableFileError, read_export
from backend.imports.models import ImportFault, ImportQuery, ImportReport
from backend.imports.repository import ImportRepository, ImportRequest, Imports
from backend.imports.turns import ImportTurns, Turns

router = APIRouter(prefix="/workouts", tags=["workouts"])

MAX_IMPORT_BYTES = 16 * 1024 * 1024
BATCH_SIZE = 25

_BODY: dict[str, Any] = {
    "required": True,
    "description": f"The CSV, up to {MAX_IMPORT_BYTES // (1024 * 1024)} MiB and {MAX_LINES:,} lines.",
    "content": {
        "text/csv": {"schema": {"type": "string"}, "example": examples.CSV},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "required": ["file"],
                "properties": {"file": {"type": "string", "format": "binary"}},
            },
            "example": {"file": examples.CSV},
        },
    },
}


@router.post(
    "/import",
    responses={200: REPLAYED, **problems(401, 404, 409, 503, body=True)},
    openapi_extra={"requestBody": _BODY},
)
async def import_workouts(
    request: Request, query: Annotated[ImportQuery, Query()], imports: Imports, turns: Turns, keyed: Keyed
) -> ImportReport:
    """Import the history of Strong or Hevy from the CSV that they export. It earns no affinity.

    Safe to repeat: nothing is stored twice, and sets left out because their exercise was unknown are added once it
    exists.
    """
    content = await _file(request)
    file = {"sha256": sha256(content).hexdigest(), **query.model_dump(mode="json")}
    asked = ImportRequest(uuid4(), keyed.key, file)
    with turns.admit(len(content)):
        earlier = await imports.begin(asked)
        if earlier is not None:
            keyed.mark_replayed()
            return ImportReport.model_validate(earlier)
        try:
            report = await _import(content, query, asked, imports, turns)
            await imports.end(asked, report.model_dump(mode="json"))
        except BaseException:
            await imports.give_up(asked)
            raise
        return report


async def _import(
    content: bytes, query: ImportQuery, asked: ImportRequest, imports: ImportRepository, turns: ImportTurns
) -> ImportReport:
    try:
        export = await turns.read(read_export(content, query.weight_unit))
    except UnreadableFileError as error:
        raise Problem(422, Code.UNREADABLE_FILE, str(error)) from None
    return await _store(export, asked.id, imports, turns, create_missing=query.create_missing)


async def _store(
    export: Export, import_id: UUID, imports: ImportRepository, turns: ImportTurns, *, create_missing: bool
) -> ImportReport:
    report = ImportReport(imported=0, skipped=0, unmatched_exercises=[], errors=[])
    unmatched: set[str] = set()
    for batch in batched(export.workouts, BATCH_SIZE):
        async with turns.storing():
            stored = await imports.store(batch, create_missing=create_missing, import_id=import_id)
        report.imported += stored["imported"]
        report.skipped += stored["skipped"]
        unmatched.update(stored["unmatched_exercises"])
        export.errors += [(line, "The workout lies in the future") for line in stored["lines_in_future"]]
    report.unmatched_exercises = sorted(unmatched)
    report.errors = [ImportFault(line=line, reason=reason) for line, reason in sorted(export.errors)[:MAX_ERRORS]]
    return report


async def _file(request: Request) -> bytes:
    """The file in a request: its body, or the field `file` of a form."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "text/csv":
        return await request.body()
    if media_type != "multipart/form-data":
        raise Problem(415, Code.NOT_CSV, "Send the file with Content-Type: text/csv, or in a form's field `file`.")
    async with request.form(max_files=1, max_fields=10) as form:
        file = form.get("file")
        if not isinstance(file, UploadFile):
            raise Problem(422, Code.FILE_MISSING, "The form has no file in its field `file`.")
        return await file.read()
