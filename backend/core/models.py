"""Base models of requests and answers: strict, so that nothing is silently converted or dropped."""

from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field


class Input(BaseModel):
    """A request's body, or a part of it: unknown fields are refused, and nothing is converted."""

    model_config = ConfigDict(extra="forbid", strict=True)


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


class PageQuery(QueryParameters):
    """Which page of a list."""

    page: int = Field(default=1, ge=1, le=2_147_483_647, description="From 1.")
    per_page: int = Field(default=20, ge=1, le=100, description="The most entries of a page.")


def to_database(value: BaseModel) -> dict[str, Any]:
    """A request's body as JSON types, with only the fields that were sent."""
    return value.model_dump(mode="json", exclude_unset=True)
