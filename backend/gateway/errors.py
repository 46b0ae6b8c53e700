"""What an error of the database means to a client."""

import logging
import re

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

    Our functions raise `PTxyz`, where xyz is the HTTP status, with a message for people and a stable code in `detail`.
    `hint` holds the comma-separated paths of the wrong fields; a leading question mark means a query parameter. A hint
    that is a number is the seconds to wait. A secret of the service that the database does not know is a fault of the
    operator, not of the user: the companion is not configured. For any other error the client gets a text of ours: the
    database's own words may quote data.
    """
    sqlstate = sqlstate or ""
    code = DatabaseCode(detail or "error")
    if code == SERVICE_ONLY:
        logger.error("the database does not accept the service's secret")
        return ai_not_configured()
    if sqlstate.startswith("PT"):
        if hint is not None and hint.isdecimal():
            return Problem(int(sqlstate[2:]), code, message, headers={"Retry-After": hint})
        paths = hint.split(",") if hint else []
        return Problem(int(sqlstate[2:]), code, message, errors=[_field_error(path, code, message) for path in paths])
    if sqlstate == "23505" and _KEY_OF_IDS.search(message):
        return Problem(409, Code.ID_TAKEN, "This id is in use. Use a new one.")
    meaning = _SQLSTATES.get(sqlstate) or _SQLSTATES.get(sqlstate[:2])
    if meaning is None:
        logger.error("unexpected database error", extra={"sqlstate": sqlstate})
        return internal_error()
    return Problem(*meaning)


def _field_error(path: str, code: str, message: str) -> FieldError:
    location = "query" if path.startswith("?") else "body"
    return FieldError(location=location, path=path.removeprefix("?"), code=code, message=message)


def database_unavailable() -> Problem:
    """A 503: the database cannot be reached."""
    return Problem(*_UNREACHABLE)
