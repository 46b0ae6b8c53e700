"""What an error of the database means to a client."""

import json
import logging
import re
from collections.abc import Iterable, Mapping

from backend.core.problems import Code, DatabaseCode, FieldError, Problem, ai_not_configured, internal_error

logger = logging.getLogger(__name__)

_REFUSED = (422, Code.VALUE_REFUSED, "A value is outside what can be stored.")
_BUSY = (503, Code.DATABASE_BUSY, "Another request is changing the same data. Try again shortly.")
_UNREACHABLE = (503, Code.DATABASE_UNAVAILABLE, "The database cannot be reached. Try again shortly.")
SERVICE_ONLY = "service_only"
# The keys of what clients may give an id: plans_id_key, workouts_id_key. Postgres names the key in its message.
_KEY_OF_IDS = re.compile(r'"[a-z]+_id_key"')
_SQLSTATES = {
    # A whole SQLSTATE is looked up before its class, which is the first two characters.
    "23505": (409, Code.CONFLICT, "This already exists."),
    "42501": (403, Code.FORBIDDEN, "You are not allowed to do this."),
    "57014": (503, Code.DATABASE_TIMEOUT, "The database took too long. Try again shortly."),
    "22": _REFUSED,
    "23": _REFUSED,
    "54": _REFUSED,
    "40": _BUSY,
    "55": _BUSY,
    "08": _UNREACHABLE,
    "53": _UNREACHABLE,
    "57": _UNREACHABLE,
}


def problem_from_database(sqlstate: str | None, message: str, detail: str | None, hint: str | None) -> Problem:
    """The problem for an error of the database.

    A secret of the service that the database does not know is a fault of the operator, not of the user: the companion
    is not configured. For an error that our functions did not raise, the client gets a text of ours: the database's own
    words may quote data.
    """
    sqlstate = sqlstate or ""
    if detail == SERVICE_ONLY:
        logger.error("the database does not accept the service's secret")
        return ai_not_configured()
    if sqlstate.startswith("PT"):
        return _refusal(int(sqlstate[2:]), message, detail or "error", hint or "")
    if sqlstate == "23505" and _KEY_OF_IDS.search(message):
        return Problem(409, Code.ID_TAKEN, "This id is in use. Use a new one.")
    meaning = _SQLSTATES.get(sqlstate) or _SQLSTATES.get(sqlstate[:2])
    if meaning is None:
        logger.error("unexpected database error", extra={"sqlstate": sqlstate})
        return internal_error()
    return Problem(*meaning)


def _refusal(status: int, message: str, code: str, hint: str) -> Problem:
    """The problem that one of our functions raised as `PTxyz`, where xyz is the HTTP status.

    `hint` holds the comma-separated paths of the wrong fields. If fields are wrong for several reasons, the code is
    `invalid_request`, and the hint a JSON list of the code, the message and the paths of each. A hint that is a number
    is the seconds to wait.
    """
    if code == Code.INVALID_REQUEST:
        errors = field_errors(json.loads(hint))
        return Problem(status, Code.INVALID_REQUEST, f"{len(errors)} fields are wrong.", errors=errors)
    if hint.isdecimal():
        return Problem(status, DatabaseCode(code), message, headers={"Retry-After": hint})
    return Problem(status, DatabaseCode(code), message, errors=_field_errors(code, message, hint))


def field_errors(faults: Iterable[Mapping[str, str]]) -> list[FieldError]:
    """The errors of faults as private.fault has them: an error for each path of each fault."""
    return [error for fault in faults for error in _field_errors(**fault)]


def _field_errors(code: str, message: str, where: str) -> list[FieldError]:
    """An error for each of the comma-separated paths; a leading question mark means a query parameter."""
    return [
        FieldError(
            location="query" if path.startswith("?") else "body",
            path=path.removeprefix("?"),
            code=code,
            message=message,
        )
        for path in where.split(",")
        if path
    ]


def database_unavailable() -> Problem:
    """A 503: the database cannot be reached."""
    return Problem(*_UNREACHABLE)
