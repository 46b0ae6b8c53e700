"""What schemathesis takes for a fault and is none, each with its reason. It loads this module as its hooks.

openapi.json says what JSON Schema can say. A request that fits it may still break a rule between fields, or name
something that is not there; schemathesis calls that a rejection of valid data.
"""

from typing import Any

import schemathesis
from schemathesis import Case, HookContext, Response
from schemathesis.core.failures import Failure
from schemathesis.openapi.checks import JsonSchemaError, RejectedPositiveData, UseAfterFree

CHANGED = "`If-Match` names a revision, and the schema cannot know the current one"
MISSING = "it names something that has to exist"
TOGETHER = "it is a rule between two fields"
CODES = {
    "exercise_changed": CHANGED,
    "measurement_changed": CHANGED,
    "memory_changed": CHANGED,
    "plan_changed": CHANGED,
    "profile_changed": CHANGED,
    "workout_changed": CHANGED,
    "cursor_expired": "the time in a cursor goes by",
    "exercise_not_found": MISSING,
    "plan_not_found": MISSING,
    "plan_day_not_found": MISSING,
    "unknown_equipment": MISSING,
    "unknown_muscle": MISSING,
    "unknown_timezone": MISSING,
    "exercise_not_public": MISSING,
    "idempotency_key_reused": "a key belongs to the first request that had it",
    "id_taken": "an id belongs to the first thing that had it",
    "completed_before_started": TOGETHER,
    "effort_contradicts": TOGETHER,
    "increment_missing": TOGETHER,
    "invalid_range": TOGETHER,
    "muscle_listed_twice": TOGETHER,
    "no_measure": TOGETHER,
    "reps_incomplete": TOGETHER,
    "reps_reversed": TOGETHER,
    "two_loads": TOGETHER,
    "exercise_exists": "names of exercises are unique",
    "plan_exists": "names of plans are unique",
    "day_repeated": "numbers of days are unique within their plan",
    "too_many_sets": "the limit is on the sets of all exercises together",
    "wrong_unit": TOGETHER,
    "impossible_value": "what is possible depends on the kind and the unit",
    "measured_in_future": "it depends on the time of the request",
    "completed_in_future": "it depends on the time of the request",
    "invalid_pause": "it depends on the time of the request",
    "too_young": "it depends on the time of the request",
    "greater_than_equal": "JSON Schema has no earliest moment for a date-time",
    "timestamp": "the format date-time also has leap seconds and offsets that no clock has",
    "date": "the format date is checked as RFC 3339 has it",
    "too_precise": "multipleOf would compare binary fractions",
    "too_large": "the limit is on the bytes of an object",
    "too_deep": "the limit is on the levels of an object",
    "not_json": "an object may have numbers that no double holds",
    "string_too_short": "text counts without the spaces around it",
    "blank": "text counts without the spaces around it",
    "nul_character": "Postgres stores no NUL, and that is said once, in docs/api.md, and not of each text",
    "surrogate": "half of a surrogate pair is no Unicode",
    "not_confirmed": "the words that confirm a deletion are said in the description",
    "malformed_request": "the names of further fields of a form can be such that its encoding breaks",
    "unreadable_file": "a file is text to the schema, and a CSV to the API",
}
"""Codes with which the API may refuse a request that fits the schema."""


def codes_of(problem: Any) -> set[str]:
    """The codes that a problem tells: those of its fields, or else its own."""
    return {error["code"] for error in problem.get("errors", ())} or {problem.get("code", "")}


def breaks_known_rules(problem: Any) -> bool:
    """Whether a refusal is for such reasons alone."""
    return codes_of(problem) <= CODES.keys()


@schemathesis.hook
def filter_failure(context: HookContext, failure: Failure, case: Case[Any], response: Response) -> bool:
    """Whether a failure is one."""
    del context
    if isinstance(failure, RejectedPositiveData):
        # It takes a null in an answer, such as the plan of a workout without one, for an id, and makes a path of it.
        made_of_null = "None" in map(str, case.path_parameters.values())
        return not (made_of_null or breaks_known_rules(response.json()))
    if isinstance(failure, UseAfterFree):
        # An exercise that workouts or plans use is archived: in no list, and still readable.
        return not case.path.startswith("/api/v1/exercises/")
    if isinstance(failure, JsonSchemaError):
        # The schema describes an event with its data parsed, as clients use it; on the wire the data is text.
        return case.path != "/api/v1/chat/stream"
    return True
