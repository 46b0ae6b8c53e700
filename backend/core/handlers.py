"""The handler of errors that end a request early: each leaves the service as a problem."""

from http import HTTPStatus
from typing import cast

from fastapi import Request
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.routing import Match

from backend.core.problems import Code, Problem, problem_response


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
