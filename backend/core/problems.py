"""Errors as RFC 9457 problems.

Problem     ends a request early; raise it from anywhere
Code        every code that Python raises; the database's functions raise codes of their own
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from http import HTTPStatus
from typing import Annotated, Any, Literal, NewType

from fastapi.responses import JSONResponse
from pydantic import MISSING, BaseModel, ConfigDict, Field
from starlette.exceptions import HTTPException

PROBLEM_MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_SECONDS = 5
# RFC 9110 renamed these; Python follows in 3.13.
_RENAMED = {413: "Content Too Large", 422: "Unprocessable Content"}


class Code(StrEnum):
    """The stable codes that Python raises. docs/api.md explains each."""

    AI_BAD_RESPONSE = "ai_bad_response"
    AI_NOT_CONFIGURED = "ai_not_configured"
    AI_UNAVAILABLE = "ai_unavailable"
    AUTH_UNAVAILABLE = "auth_unavailable"
    BODY_TOO_LARGE = "body_too_large"
    BODY_TOO_SLOW = "body_too_slow"
    CONFLICT = "conflict"
    DATABASE_BUSY = "database_busy"
    DATABASE_OUTDATED = "database_outdated"
    DATABASE_TIMEOUT = "database_timeout"
    DATABASE_UNAVAILABLE = "database_unavailable"
    FILE_MISSING = "file_missing"
    FORBIDDEN = "forbidden"
    HTTP_ERROR = "http_error"  # any other error of the framework; none is known
    ID_TAKEN = "id_taken"
    INTERNAL_ERROR = "internal_error"
    INVALID_JSON = "invalid_json"
    INVALID_REQUEST = "invalid_request"
    INVALID_TOKEN = "invalid_token"  # noqa: S105  # a code
    MALFORMED_REQUEST = "malformed_request"
    METHOD_NOT_ALLOWED = "method_not_allowed"
    MISSING_TOKEN = "missing_token"  # noqa: S105  # a code
    NOT_CSV = "not_csv"
    NOT_JSON = "not_json"
    OVERLOADED = "overloaded"
    PATH_NOT_FOUND = "path_not_found"
    TOKEN_EXPIRED = "token_expired"  # noqa: S105  # a code
    TOO_MANY_REQUESTS = "too_many_requests"
    UNREADABLE_FILE = "unreadable_file"
    VALUE_REFUSED = "value_refused"


type FieldLocation = Literal["body", "query", "path", "header"]
"""Where a field of a request is."""

DatabaseCode = NewType("DatabaseCode", str)
"""A code that an SQL function raised."""

DATABASE_CODES = (
    "chat_limit_reached", "completed_before_started", "completed_in_future", "conversation_not_found",
    "cursor_expired", "day_repeated", "exercise_changed", "exercise_exists", "exercise_not_found",
    "exercise_not_public", "exercise_read_only", "idempotency_key_reused", "idempotency_key_spent",
    "import_running", "impossible_value", "invalid_changes", "invalid_cursor", "invalid_days", "invalid_dry_run",
    "invalid_expiry", "invalid_idempotency_key", "invalid_import", "invalid_limit", "invalid_page", "invalid_pause",
    "invalid_range", "invalid_sets", "invalid_sort", "invalid_visibility", "invalid_weeks", "measured_in_future",
    "measurement_changed", "measurement_not_found", "memory_changed", "memory_exists", "memory_not_found",
    "metadata_too_large", "muscle_listed_twice", "not_authenticated", "not_confirmed", "plan_changed",
    "plan_day_not_found", "plan_exists", "plan_not_found", "plan_read_only", "preferences_too_large",
    "profile_changed", "profile_not_found", "service_only", "too_many_conversations", "too_many_exercises",
    "too_many_measurements", "too_many_plans", "too_many_sets", "too_many_values", "too_many_workouts", "too_young",
    "turn_running", "unknown_equipment", "unknown_muscle", "unknown_timezone", "workout_changed",
    "workout_not_found", "wrong_unit",
)  # fmt: skip
"""All of them that clients can get, for the document: what an SQL function raises is passed on as it is."""

FORM_CODES = (
    "blank", "bool_parsing", "bool_type", "date", "date_from_datetime_parsing", "dict_type", "effort_contradicts",
    "extra_forbidden", "finite_number", "float_type", "greater_than", "greater_than_equal", "increment_missing",
    "int_from_float", "int_parsing", "int_parsing_size", "int_type", "less_than_equal", "list_type",
    "literal_error", "missing", "model_attributes_type", "model_type", "multiple_of", "no_measure", "not_json",
    "nul_character", "reps_incomplete", "reps_reversed", "string_pattern_mismatch", "string_too_long",
    "string_too_short", "string_type", "string_unicode", "surrogate", "timestamp", "too_deep", "too_large",
    "too_long", "too_precise", "too_short", "tuple_type", "two_loads", "uuid_parsing", "uuid_type",
)  # fmt: skip
"""All codes of fields whose form is wrong, for the document: Pydantic's, and those that our models raise."""


class FieldError(BaseModel):
    """One wrong field of a request."""

    model_config = ConfigDict(populate_by_name=True)

    location: FieldLocation = Field(alias="in", description="Where the field is.")
    path: str = Field(description="Its path, with indexes from 0: `sets.3.reps`. Empty for the whole body.")
    code: str = Field(description="A stable code, such as `missing` or `less_than_equal`.")
    message: str
    limit: (
        Annotated[
            int | float,
            Field(
                description="The number that the rule `code` sets, such as the highest value or the greatest length."
            ),
        ]
        | MISSING
    ) = MISSING


class ProblemDetails(BaseModel):
    """The body of every error (RFC 9457). `code` is for programs, `detail` for people."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "/problems#invalid_request",
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
                        "limit": 1000,
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
    errors: Annotated[list[FieldError], Field(description="The wrong fields; absent if there are none.")] | MISSING = (
        MISSING
    )


class Problem(HTTPException):
    """An error with a stable code. A 503 gets a `Retry-After` header.

    It is an HTTPException so that FastAPI's own code lets it through unchanged.
    """

    def __init__(
        self,
        status: int,
        code: Code | DatabaseCode,
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
    """The body of a problem, as JSON types."""
    return ProblemDetails(
        type=f"/problems#{problem.code}",
        title=_RENAMED.get(problem.status_code) or HTTPStatus(problem.status_code).phrase,
        status=problem.status_code,
        detail=problem.detail,
        code=problem.code,
        request_id=request_id,
        errors=list(problem.errors) or MISSING,
    ).model_dump(mode="json", by_alias=True)


def problem_response(request_id: str, problem: Problem) -> JSONResponse:
    """The HTTP response for a problem."""
    return JSONResponse(
        problem_details(request_id, problem),
        status_code=problem.status_code,
        headers=problem.headers,
        media_type=PROBLEM_MEDIA_TYPE,
    )


def internal_error() -> Problem:
    """A 500 for a fault of ours."""
    return Problem(500, Code.INTERNAL_ERROR, "Something went wrong on our side.")


def ai_not_configured() -> Problem:
    """A 503: the key for the model or the service's secret is missing or wrong."""
    return Problem(503, Code.AI_NOT_CONFIGURED, "The companion is not configured here. Everything else works.")


def invalid_token(detail: str = "The access token is not valid here.", *, code: Code = Code.INVALID_TOKEN) -> Problem:
    """A 401 for a token that cannot be trusted."""
    return Problem(401, code, detail, headers={"WWW-Authenticate": 'Bearer error="invalid_token"'})
