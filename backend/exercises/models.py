"""What /exercises takes and answers."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from backend.core.models import Output, Page, PageQuery, Text

Category = Literal["strength", "powerlifting", "olympic", "strongman", "core", "mobility", "conditioning"]
Level = Literal["beginner", "intermediate", "advanced"]
Mechanic = Literal["compound", "isolation"]
Force = Literal["push", "pull", "static"]
MeasuredIn = Literal["weight_and_reps", "reps", "time", "distance"]

Slug = Annotated[Text, Field(max_length=100)]
AnyOf = Field(default=(), max_length=50, description="Repeatable: any of the values will do.")

_EXAMPLE: dict[str, Any] = {
    "id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff",
    "slug": "back-squat",
    "name": "Back Squat",
    "aliases": ["Squat", "Barbell Squat", "Barbell Back Squat"],
    "category": "strength",
    "force": "push",
    "mechanic": "compound",
    "level": "intermediate",
    "measured_in": "weight_and_reps",
    "custom": False,
    "equipment": ["barbell", "rack"],
    "primary_muscles": ["glutes", "quadriceps"],
    "secondary_muscles": ["abs", "adductors", "hamstrings", "lower_back"],
}


class ExerciseQuery(PageQuery):
    """Which exercises. Every filter that is given has to match."""

    q: Annotated[Text, Field(max_length=100, description="Words of the name or of an alias.")] | None = None
    muscle: tuple[Slug, ...] = AnyOf
    equipment: Annotated[
        tuple[Slug, ...],
        Field(max_length=50, description="Repeatable: any of the values will do. `none`: what needs nothing."),
    ] = ()
    category: tuple[Category, ...] = AnyOf
    level: tuple[Level, ...] = AnyOf
    mechanic: tuple[Mechanic, ...] = AnyOf
    force: tuple[Force, ...] = AnyOf
    custom: bool | None = Field(default=None, description="true: only one's own; false: only the catalogue's.")


class ExerciseSummary(Output):
    """An exercise as lists show it."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    id: UUID
    slug: str
    name: str
    aliases: list[str]
    category: Category
    force: Force | None
    mechanic: Mechanic | None
    level: Level
    measured_in: MeasuredIn
    custom: bool = Field(description="Whether it is the caller's own.")
    equipment: list[str] = Field(description="All that it needs.")
    primary_muscles: list[str]
    secondary_muscles: list[str]


class Exercise(ExerciseSummary):
    """One exercise with its instructions."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": _EXAMPLE
            | {"instructions": ["Set the bar across your upper back.", "Squat until your hips are below your knees."]}
        }
    )

    instructions: list[str]


class ExercisePage(Page[ExerciseSummary]):
    """A page of exercises."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [_EXAMPLE], "total": 1, "page": 1, "per_page": 20}}
    )
