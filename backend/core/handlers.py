"""Exception handlers: every error that leaves the service is a problem."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, cast

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import MISSING
from starlette.exceptions import HTTPException
from starlette.routing import Match

from backend.core.problems import Code, FieldError, Problem, problem_response

# A body may hold more faults than anybody reads.
MAX_FIELD_ERRORS = 100
MAX_PATH_LENGTH = 200
LIMITS = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length")


async def handle_http_exception(request: Request, error: Exception) -> JSONResponse:
    """Answer problems, and the errors that Starlette and FastAPI raise: unknown paths, wrong methods, broken bodies."""
    error = cast(HTTPException, error)
    problem = error if isinstance(error, Problem) else _framework_problem(request, error)
    return problem_response(request.state.request_id, problem)


def _framework_problem(request: Request, error: HTTPException) -> Problem:
    code, detail = {
        400: (Code.MALFORMED_REQUEST, "The request's body cannot be read."),
        404: (Code.PATH_NOT_FOUND, f"There is nothing at {request.url.path}."),
        405: (Code.METHOD_NOT_ALLOWED, f"{request.method} is not allowed at {request.url.path}."),
    }.get(error.status_code, (Code.HTTP_ERROR, error.detail))
    not_allowed = error.status_code == HTTPStatus.METHOD_NOT_ALLOWED
    headers = {"Allow": _allowed_methods(request)} if not_allowed else error.headers
    return Problem(error.status_code, code, detail, headers=headers)


def _allowed_methods(request: Request) -> str:
    # Starlette names only the methods of the first route that matches, and a path may have several routes.
    return ", ".join(
        method
        for method in ("DELETE", "GET", "PATCH", "POST", "PUT")
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in request.app.routes)
    )


async def handle_invalid_request(request: Request, error: Exception) -> JSONResponse:
    """Name every wrong field of a request, without repeating what was sent."""
    faults = cast(RequestValidationError, error).errors()
    if _is_not_json(faults):
        problem = Problem(415, Code.NOT_JSON, "Send the body as JSON, with Content-Type: application/json.")
    elif faults[0]["type"] == "json_invalid":
        detail = f"The body stops being valid JSON at character {faults[0]['loc'][1]}."
        problem = Problem(422, Code.INVALID_JSON, detail)
    else:
        errors = [_field_error(fault) for fault in faults[:MAX_FIELD_ERRORS]]
        wrong = "1 field is wrong." if len(faults) == 1 else f"{len(faults)} fields are wrong."
        problem = Problem(422, Code.INVALID_REQUEST, wrong, errors=errors)
    return problem_response(request.state.request_id, problem)


def _is_not_json(faults: Sequence[Mapping[str, Any]]) -> bool:
    # FastAPI passes a body of another content type on as bytes.
    return any(tuple(fault["loc"]) == ("body",) and isinstance(fault["input"], bytes) for fault in faults)


def _field_error(fault: Mapping[str, Any]) -> FieldError:
    location, *path = fault["loc"]
    return FieldError(
        location=location,
        path=".".join(str(step) for step in path)[:MAX_PATH_LENGTH],
        code=fault["type"],
        message=fault["msg"],
        limit=_limit(fault.get("ctx", {})),
    )


def _limit(context: Mapping[str, Any]) -> int | float | MISSING:
    """The number of the rule, so that a form can show it in another language."""
    limits = [context[name] for name in LIMITS if isinstance(context.get(name), int | float)]
    return limits[0] if limits else MISSING
