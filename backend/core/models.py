"""Types that several subjects' models share: strict, so that nothing is silently converted, rounded or cut."""

import json
import re
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

MAX_DECIMALS = 3
MAX_OBJECT_BYTES = 8192
MAX_OBJECT_DEPTH = 32

_RFC3339_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")


class Input(BaseModel):
    """A request's body, or a part of it: unknown fields are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class Output(BaseModel):
    """An answer, or a part of it."""

    model_config = ConfigDict(extra="forbid")


def _without_nul(value: str) -> str:
    if "\0" in value:
        raise PydanticCustomError("nul_character", "Text may not contain the NUL character")
    return value


def _not_a_timestamp() -> PydanticCustomError:
    return PydanticCustomError(
        "timestamp", "Give date, time and offset as text, such as 2026-03-01T18:30:00Z (RFC 3339)"
    )


# Numbers would be taken for Unix times, and a frontend's milliseconds for seconds: only text will do.
def _rfc3339(value: object) -> object:
    if not isinstance(value, str) or not _RFC3339.fullmatch(value):
        raise _not_a_timestamp()
    return value


def _rfc3339_date(value: object) -> object:
    if not isinstance(value, str) or not _RFC3339_DATE.fullmatch(value):
        raise PydanticCustomError("date", "Give the date as text, such as 1990-05-17")
    return value


def _at_most_three_decimals(value: float) -> float:
    if Decimal(repr(value)).as_tuple().exponent < -MAX_DECIMALS:  # type: ignore[operator]  # finite: checked before
        raise PydanticCustomError("too_precise", "At most three decimal places")
    return value


def _to_utc(value: datetime) -> datetime:
    # Postgres takes fewer offsets than RFC 3339 has, and fewer years than an offset can lead to.
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise _not_a_timestamp() from None


# Limits stand before the validators: only so do they reach the OpenAPI document.
Text = Annotated[str, AfterValidator(_without_nul)]
"""Unicode text without NUL, which Postgres cannot store."""

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), AfterValidator(_without_nul)]
"""Text with something in it; blanks around it are taken away."""

Timestamp = Annotated[
    AwareDatetime,
    Field(strict=False, ge=datetime(1970, 1, 1, tzinfo=UTC)),
    BeforeValidator(_rfc3339),
    AfterValidator(_to_utc),
]
"""A moment from 1970 on, with its offset."""

RFC3339_DAY = BeforeValidator(_rfc3339_date)
"""For days of the calendar: only text will do."""

AT_MOST_THREE_DECIMALS = AfterValidator(_at_most_three_decimals)
"""For weights and distances: what is stored is what was entered."""

Id = Annotated[UUID, Field(strict=False)]
"""A UUID, as text."""

Rpe = Annotated[float, Field(ge=1, le=10, multiple_of=0.5, allow_inf_nan=False)]
"""Rate of perceived exertion: 1 to 10 in steps of a half."""

Weight = Annotated[float, Field(ge=0, le=2000, allow_inf_nan=False), AT_MOST_THREE_DECIMALS]
"""In its own unit, as entered."""

WeightUnit = Literal["kg", "lb"]

SetType = Literal["working", "warmup", "backoff", "drop", "amrap", "cluster", "rest_pause", "failure"]

RecordKind = Literal["weight", "estimated_1rm", "reps", "session_volume"]

BodyPart = Literal["neck", "shoulder", "elbow", "wrist", "upper_back", "lower_back", "hip", "knee", "ankle"]
"""What can be injured, and what an exercise loads."""


def _without_repeats[Item](values: list[Item]) -> list[Item]:
    return list(dict.fromkeys(values))


WITHOUT_REPEATS = AfterValidator(_without_repeats)
"""For lists that are sets: each value once, where it first stood."""


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
        elif isinstance(part, str) and "\0" in part:
            raise PydanticCustomError("nul_character", "Text may not contain the NUL character")


def _small_object(value: dict[str, Any]) -> dict[str, Any]:
    _check_nesting(value)
    try:
        size = len(json.dumps(value, ensure_ascii=False, allow_nan=False).encode())
    except ValueError:
        raise PydanticCustomError("not_json", "Only what JSON can say") from None
    if size > MAX_OBJECT_BYTES:
        raise PydanticCustomError("too_large", "At most 8 KiB of JSON")
    return value


SmallObject = Annotated[dict[str, Any], AfterValidator(_small_object)]
"""A JSON object of the frontend's own: at most 8 KiB and 32 levels."""


class Page[Item](Output):
    """A page of a list. Beyond the last page `items` is empty and `total` still true."""

    items: list[Item]
    total: int
    page: int
    per_page: int


class QueryParameters(BaseModel):
    """What follows the question mark: unknown parameters are refused, so that no misspelt filter passes for none."""

    model_config = ConfigDict(extra="forbid")


class PageQuery(QueryParameters):
    """Which page of a list."""

    page: int = Field(default=1, ge=1, le=2_147_483_647, description="From 1.")
    per_page: int = Field(default=20, ge=1, le=100)


def may_be_absent() -> Any:
    """The default of a field that may be left out but not be null: it is never sent on, and stands in no schema."""
    return Field(default_factory=lambda: None)


def to_database(value: BaseModel) -> dict[str, Any]:
    """A request's body as JSON types, with only the fields that were sent."""
    return value.model_dump(mode="json", exclude_unset=True)
