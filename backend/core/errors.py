"""Errors as RFC 9457 problems, and what each SQLSTATE means to a client.

Problem     anything that ends a request early: raise it from anywhere
"""

import logging
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal, cast

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException
from starlette.routing import Match

from backend.core.models import may_be_absent

logger = logging.getLogger(__name__)

PROBLEM_MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
# A body may hold more faults than anybody reads.
MAX_FIELD_ERRORS = 100
MAX_PATH_LENGTH = 200
# RFC 9110 renamed these; Python follows in 3.13.
_RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}


class FieldError(BaseModel):
    """One wrong field of a request."""

    model_config = ConfigDict(populate_by_name=True)

    location: Literal["body", "query", "path", "header"] = Field(alias="in", description="Where the field stands.")
    path: str = Field(description="Its path, with indexes from 0: `sets.3.reps`. Empty for the whole body.")
    code: str = Field(description="A stable code, such as `missing` or `less_than_equal`.")
    message: str


class ProblemDetails(BaseModel):
    """The body of every error (RFC 9457). Programs go by `code`; `detail` is for people."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Unprocessable Content",
                "status": 422,
                "detail": "1 field is wrong.",
                "code": "invalid_request",
                "request_id": "5f1c7a2e9b3d4c6f8a0b1c2d3e4f5a6b",
                "errors": [
                    {
                        "in": "body",
                        "path": "sets.3.reps",
                        "code": "less_than_equal",
                        "message": "Input should be less than or equal to 1000",
                    }
                ],
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    request_id: str
    errors: Annotated[list[FieldError], Field(description="The wrong fields; absent where there are none.")] = (
        may_be_absent()
    )


class Problem(HTTPException):
    """An error with a stable code; a 503 says when to try again.

    It is an HTTPException so that frameworks in between let it through as it is.
    """

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        errors: Sequence[FieldError] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        retry = {"Retry-After": str(RETRY_AFTER_SECONDS)} if status == HTTPStatus.SERVICE_UNAVAILABLE else {}
        super().__init__(status, detail, {**retry, **(headers or {})})
        self.code = code
        self.errors = errors


def problem_details(request_id: str, problem: Problem) -> dict[str, Any]:
    """What tells a problem, as JSON types."""
    return ProblemDetails(
        type="about:blank",
        title=_RENAMED.get(problem.status_code) or HTTPStatus(problem.status_code).phrase,
        status=problem.status_code,
        detail=problem.detail,
        code=problem.code,
        request_id=request_id,
        **({"errors": list(problem.errors)} if problem.errors else {}),
    ).model_dump(by_alias=True, exclude_none=True)


def problem_response(request_id: str, problem: Problem) -> JSONResponse:
    """The response that tells a problem."""
    return JSONResponse(
        problem_details(request_id, problem),
        status_code=problem.status_code,
        headers=problem.headers,
        media_type=PROBLEM_MEDIA_TYPE,
    )


async def handle_http_exception(request: Request, error: Exception) -> JSONResponse:
    """Problems, and what Starlette and FastAPI raise by themselves: unknown paths, wrong methods, broken bodies."""
    error = cast(HTTPException, error)
    problem = error if isinstance(error, Problem) else _framework_problem(request, error)
    return problem_response(request.state.request_id, problem)


def _framework_problem(request: Request, error: HTTPException) -> Problem:
    code, detail = {
        400: ("malformed_request", "The request's body cannot be read."),
        404: ("path_not_found", f"There is nothing at {request.url.path}."),
        405: ("method_not_allowed", f"{request.method} is not possible at {request.url.path}."),
    }.get(error.status_code, ("http_error", error.detail))
    not_allowed = error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    headers = {"Allow": _allowed_methods(request)} if not_allowed else error.headers
    return Problem(error.status_code, code, detail, headers=headers)


def _allowed_methods(request: Request) -> str:
    # Starlette names those of the first route that matches; a path's methods are spread over several.
    return ", ".join(
        method
        for method in ("DELETE", "GET", "PATCH", "POST", "PUT")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    )


async def handle_invalid_request(request: Request, error: Exception) -> JSONResponse:
    """Tell every wrong field of a request, without repeating what was sent."""
    faults = cast(RequestValidationError, error).errors()
    if _is_not_json(faults):
        problem = Problem(415, "not_json", "Send the body as JSON, with Content-Type: application/json.")
    elif faults[0]["type"] == "json_invalid":
        problem = Problem(422, "invalid_json", f"The body is not valid JSON, from character {faults[0]['loc'][1]} on.")
    else:
        errors = [_field_error(fault) for fault in faults[:MAX_FIELD_ERRORS]]
        wrong = "1 field is wrong." if len(faults) == 1 else f"{len(faults)} fields are wrong."
        problem = Problem(422, "invalid_request", wrong, errors=errors)
    return problem_response(request.state.request_id, problem)


def _is_not_json(faults: Sequence[Mapping[str, Any]]) -> bool:
    # FastAPI hands a body of another content type on as bytes.
    return any(tuple(fault["loc"]) == ("body",) and isinstance(fault["input"], bytes) for fault in faults)


def _field_error(fault: Mapping[str, Any]) -> FieldError:
    location, *path = fault["loc"]
    return FieldError(
        location=location,
        path=".".join(str(step) for step in path)[:MAX_PATH_LENGTH],
        code=fault["type"],
        message=fault["msg"],
    )


_REFUSED = (422, "value_refused", "A value is outside what can be stored.")
_BUSY = (503, "database_busy", "Someone else is changing the same data. Try again shortly.")
_UNREACHABLE = (503, "database_unavailable", "The database cannot be reached. Try again shortly.")
_SQLSTATES = {
    # Single states come before the classes, which are the first two characters.
    "23505": (409, "conflict", "This exists already."),
    "42501": (403, "forbidden", "This is not yours to do."),
    "57014": (503, "database_timeout", "The database took too long. Try again shortly."),
    "22": _REFUSED,
    "23": _REFUSED,
    "40": _BUSY,
    "55": _BUSY,
    "08": _UNREACHABLE,
    "53": _UNREACHABLE,
    "57": _UNREACHABLE,
}


def problem_from_database(sqlstate: str | None, message: str, detail: str | None, hint: str | None) -> Problem:
    """What an error of the database means to the client.

    Our functions raise `PTxyz` with a message for people, a stable code in `detail` and, for wrong fields, their
    comma-separated paths in `hint`; that of a query parameter begins with a question mark. The hint of a PT429 is the
    seconds to wait. Everything else is told by its class alone, never by the database's own words.
    """
    sqlstate = sqlstate or ""
    if sqlstate == "PT429":
        return Problem(429, detail or "error", message, headers={"Retry-After": hint or "60"})
    if sqlstate.startswith("PT"):
        code = detail or "error"
        errors = [
            FieldError(
                location="query" if path.startswith("?") else "body",
                path=path.removeprefix("?"),
                code=code,
                message=message,
            )
            for path in (hint.split(",") if hint else ())
        ]
        return Problem(int(sqlstate[2:]), code, message, errors=errors)
    meaning = _SQLSTATES.get(sqlstate) or _SQLSTATES.get(sqlstate[:2])
    if meaning is None:
        logger.error("unexpected database error", extra={"sqlstate": sqlstate})
        return internal_error()
    return Problem(*meaning)


def database_unavailable() -> Problem:
    """The database cannot be reached."""
    return Problem(*_UNREACHABLE)


def internal_error() -> Problem:
    """A fault of ours."""
    return Problem(500, "internal_error", "Something went wrong on our side.")


def invalid_token(detail: str = "The access token is not valid here.", *, code: str = "invalid_token") -> Problem:
    """A 401 for a token that cannot be trusted."""
    return Problem(401, code, detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
