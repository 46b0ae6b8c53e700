"""The handler of invalid requests, which names every wrong field at once.

FastAPI finds the fields whose form is wrong. The rules of the domain are the database's, which is asked about the rest
of the request. So one answer has everything that is wrong.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any, cast

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import MISSING

from backend.core.models import BETWEEN_FIELDS
from backend.core.problems import Code, FieldError, Problem, problem_response
from backend.gateway.errors import field_errors
from backend.gateway.repository import Repository

logger = logging.getLogger(__name__)

# A body may hold more faults than anybody reads.
MAX_FIELD_ERRORS = 100
MAX_PATH_LENGTH = 200
UUID_PATTERN = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
LIMITS = ("ge", "gt", "le", "lt", "multiple_of", "min_length", "max_length")
RULES = {
    "log_workout": "workout",
    "replace_workout": "workout",
    "create_plan": "plan",
    "replace_plan": "plan",
    "copy_plan": "plan",
    "create_exercise": "exercise",
    "change_exercise": "exercise",
    "change_profile": "profile",
    "create_measurement": "measurement",
    "pause_streak": "pause",
    "list_exercises": "exercise_filters",
    "count_exercises": "exercise_filters",
}
"""The routes whose requests have rules in the database, each with its kind for find_faults."""

type Fault = Mapping[str, Any]


class RuleRepository(Repository):
    """The rules of the domain, which the database checks."""

    async def find(self, kind: str, document: dict[str, Any], changed_id: str | None) -> list[FieldError]:
        """The errors of a request, or of what is left of it; `changed_id` is None for something new."""
        found = await self._call("find_faults", p_kind=kind, p_document=document, p_id=changed_id)
        return field_errors(found["faults"])


async def handle_invalid_request(request: Request, error: Exception) -> JSONResponse:
    """Name every wrong field of a request, without repeating what was sent."""
    error = cast(RequestValidationError, error)
    faults = error.errors()
    if _is_not_json(faults):
        problem = Problem(415, Code.NOT_JSON, "Send the body as JSON, with Content-Type: application/json.")
    elif faults[0]["type"] == "json_invalid":
        detail = f"The body stops being valid JSON at character {faults[0]['loc'][1]}."
        problem = Problem(422, Code.INVALID_JSON, detail)
    else:
        errors = [_field_error(fault) for fault in faults]
        errors += await _broken_rules(request, error.body, [fault for fault in faults if _is_of_one_field(fault)])
        wrong = "1 field is wrong." if len(errors) == 1 else f"{len(errors)} fields are wrong."
        problem = Problem(422, Code.INVALID_REQUEST, wrong, errors=errors[:MAX_FIELD_ERRORS])
    return problem_response(request.state.request_id, problem)


def _is_not_json(faults: Sequence[Fault]) -> bool:
    # FastAPI passes a body of another content type on as bytes.
    return any(tuple(fault["loc"]) == ("body",) and isinstance(fault["input"], bytes) for fault in faults)


def _field_error(fault: Fault) -> FieldError:
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


def _is_of_one_field(fault: Fault) -> bool:
    return BETWEEN_FIELDS not in fault.get("ctx", {})


async def _broken_rules(request: Request, body: Any, faults: Sequence[Fault]) -> list[FieldError]:
    """The errors of the fields whose form is right; none if the database does not answer."""
    route = request.scope["route"].name
    location, document = ("query", _query(request)) if request.method == "GET" else ("body", body)
    if route not in RULES or not isinstance(document, dict):
        return []
    for fault in faults:
        if fault["loc"][0] == location:
            _remove(document, fault["loc"][1:])
    try:
        broken = await RuleRepository(request.state.gateway, request.state.caller).find(
            RULES[route], document, _changed_id(request)
        )
    except Problem as problem:
        logger.info("the rules of an invalid request were not checked", extra={"code": problem.code})
        return []
    known = [_field_error(fault) for fault in faults]
    return [error for error in broken if not any(_is_within(error, wrong) for wrong in known)]


def _query(request: Request) -> dict[str, list[str]]:
    return {name: request.query_params.getlist(name) for name in request.query_params}


def _remove(document: Any, path: Sequence[str | int]) -> None:
    """Take a field out of a JSON document. A value of a list becomes null, so that the others keep their places."""
    *above, last = path
    for step in above:
        try:
            document = document[step]
        except (LookupError, TypeError):
            return  # it is not there: a field is missing, or in a part that has been taken out
    if isinstance(document, dict):
        document.pop(last, None)
    elif isinstance(document, list):
        document[cast(int, last)] = None


def _changed_id(request: Request) -> str | None:
    """The id of what the request changes; None for something new, or if it is no id."""
    if request.method == "POST":
        return None
    ids = [value for value in request.path_params.values() if UUID_PATTERN.fullmatch(value)]
    return ids[0] if ids else None


def _is_within(error: FieldError, wrong: FieldError) -> bool:
    """Whether an error is about a field that is known to be wrong, or about a part of it."""
    return error.location == wrong.location and f"{error.path}.".startswith(f"{wrong.path}.")
