"""Types of fields: strict, so that nothing is silently converted, rounded or cut."""

import json
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints, WithJsonSchema
from pydantic_core import PydanticCustomError

MAX_DECIMALS = 3
MAX_OBJECT_BYTES = 8192
MAX_OBJECT_DEPTH = 32

_RFC3339_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


def _storable(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("nul_character", "Text may not contain the NUL character")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("surrogate", "Text may not contain half of a surrogate pair") from None
    return value


# Limits come before the validators: behind them they would be missing from the OpenAPI document.
Text = Annotated[str, AfterValidator(_storable)]
"""Unicode text without NUL and lone surrogates, which Postgres cannot store."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_storable)]
"""Text that is not blank; surrounding whitespace is stripped."""

Id = Annotated[UUID, Field(strict=False)]
"""A UUID, as text."""

NewId = Annotated[
    Id,
    Field(
        description="An id of your own (UUID), for clients that work offline; by default the server chooses one. A "
        "repeat with the same body answers with what the first stored, and an id that is in use is 409."
    ),
]
"""The id that a client may give to what it creates."""

Revision = Annotated[
    int,
    Field(
        description="The number of its latest change; changes of the user's own things count up. In quotes it is the "
        "`ETag`."
    ),
]
"""The revision of something stored."""

StoredId = Annotated[str, WithJsonSchema({"type": "string", "format": "uuid"})]
"""The UUID of something stored, in an answer. Postgres has checked it, and reading and writing it again takes time."""


def _not_a_timestamp() -> PydanticCustomError:
    return PydanticCustomError(
        "timestamp", "Give date, time and offset as text, such as 2026-03-01T18:30:00Z (RFC 3339)"
    )


# Pydantic would read a number as a Unix time, and a frontend's milliseconds as seconds: accept only text.
def _rfc3339(value: object) -> object:
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise _not_a_timestamp()
    return value


def _rfc3339_date(value: object) -> object:
    if not isinstance(value, str) or not _RFC3339_DATE.fullmatch(value):
        raise PydanticCustomError("date", "Give the date as text, such as 1990-05-17")
    return value


def _to_utc(value: datetime) -> datetime:
    # Postgres accepts fewer offsets than RFC 3339 does, and an offset may lead out of Python's range of years.
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise _not_a_timestamp() from None


Timestamp = Annotated[
    AwareDatetime,
    Field(strict=False, ge=datetime(1970, 1, 1, tzinfo=UTC)),
    BeforeValidator(_rfc3339),
    AfterValidator(_to_utc),
]
"""A moment from 1970 on, with its offset."""

RFC3339_DAY = BeforeValidator(_rfc3339_date)
"""Accepts days as text only."""

Day = Annotated[date, Field(strict=False), RFC3339_DAY]
"""A day of the calendar, as text."""


def _at_most_three_decimals(value: float) -> float:
    if Decimal(repr(value)).as_tuple().exponent < -MAX_DECIMALS:  # type: ignore[operator]  # finite: checked before
        raise PydanticCustomError("too_precise", "At most three decimal places")
    return value


AT_MOST_THREE_DECIMALS = AfterValidator(_at_most_three_decimals)
"""For weights and distances, which are stored exactly as entered."""


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE = BeforeValidator(_whole)
"""For integers: 5.0 is one, as JSON Schema has it, and 5.5 is none."""


def _without_repeats[Item](values: list[Item]) -> list[Item]:
    return list(dict.fromkeys(values))


WITHOUT_REPEATS = AfterValidator(_without_repeats)
"""For lists that are sets: keeps the first of each value."""


def _check_nesting(value: dict[str, Any]) -> None:
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        part, depth = waiting.pop()
        if depth > MAX_OBJECT_DEPTH:
            raise PydanticCustomError("too_deep", "At most 32 levels")
        if isinstance(part, dict):
            waiting += [(inner, depth + 1) for pair in part.items() for inner in pair]
        elif isinstance(part, list):
            waiting += [(inner, depth + 1) for inner in part]
        elif isinstance(part, str):
            _storable(part)


def _small_object(value: dict[str, Any]) -> dict[str, Any]:
    _check_nesting(value)
    try:
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except ValueError:
        raise PydanticCustomError("not_json", "Use only values that JSON can express") from None
    if size > MAX_OBJECT_BYTES:
        raise PydanticCustomError("too_large", "At most 8 KiB of JSON")
    return value


SmallObject = Annotated[dict[str, Any], AfterValidator(_small_object)]
"""A JSON object of the frontend's own: at most 8 KiB and 32 levels."""
