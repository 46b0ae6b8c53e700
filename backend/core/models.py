"""Base models of requests and answers: strict, so that nothing is silently converted or dropped."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar, LiteralString, Self

from pydantic import BaseModel, ConfigDict, Field, ModelWrapValidatorHandler, ValidationError, model_validator
from pydantic_core import ErrorDetails, InitErrorDetails, PydanticCustomError

from backend.core.fields import Day

BETWEEN_FIELDS = "between_fields"
"""Marks the errors of rules between the fields of an object."""


class Input(BaseModel):
    """A request's body, or a part of it: unknown fields are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


class RuledInput(Input):
    """A part of a request whose fields depend on each other. An error lists the broken rules and the wrong fields."""

    @classmethod
    def broken_rules(cls, given: Mapping[str, Any]) -> Iterator[PydanticCustomError]:  # noqa: ARG003  # for overrides
        """What is wrong with the fields together. `given` is as it was sent: its values may have any type."""
        return iter(())

    @model_validator(mode="wrap")
    @classmethod
    def _tell_all(cls, given: Any, validate: ModelWrapValidatorHandler[Self]) -> Self:
        rules = list(cls.broken_rules(given)) if isinstance(given, dict) else []
        if not rules:
            return validate(given)
        faults = [InitErrorDetails(type=rule, input=given) for rule in rules]
        try:
            validate(given)
        except ValidationError as error:
            faults += [_again(fault) for fault in error.errors()]
        raise ValidationError.from_exception_data(cls.__name__, faults)


def _again(fault: ErrorDetails) -> InitErrorDetails:
    kind = PydanticCustomError(fault["type"], fault["msg"], fault.get("ctx"))
    return InitErrorDetails(type=kind, loc=fault["loc"], input=fault["input"])


def broken_rule(code: LiteralString, message: LiteralString) -> PydanticCustomError:
    """The error of fields that do not fit together, although each may be right."""
    return PydanticCustomError(code, message, {BETWEEN_FIELDS: True})


class Output(BaseModel):
    """An answer, or a part of it."""

    model_config = ConfigDict(extra="forbid")

    written_as: ClassVar[type[Input] | None] = None
    """The request that changes it. openapi.json marks the fields that this lacks as read-only."""


class Page[Item](Output):
    """A page of a list. Beyond the last page `items` is empty and `total` still right."""

    items: list[Item]
    total: int
    page: int
    per_page: int


class QueryParameters(BaseModel):
    """A route's query parameters. Unknown ones are refused, so that a misspelt filter is not ignored."""

    model_config = ConfigDict(extra="forbid")


class SeriesQuery(QueryParameters):
    """Which days, in the profile's time zone. Without them, all."""

    from_: Day | None = Field(default=None, alias="from", description="The first day, such as 2026-01-01.")
    to: Day | None = Field(default=None, description="The last day.")


class PageQuery(QueryParameters):
    """Which page of a list."""

    page: int = Field(default=1, ge=1, le=2_147_483_647, description="From 1.")
    per_page: int = Field(default=20, ge=1, le=100, description="The most entries of a page.")


def to_database(value: BaseModel) -> dict[str, Any]:
    """A request's body as JSON types, with only the fields that were sent."""
    return value.model_dump(mode="json", exclude_unset=True)
