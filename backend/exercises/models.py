"""What /exercises takes and answers."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from backend.core.models import (
    WITHOUT_REPEATS,
    BodyPart,
    Input,
    Name,
    Output,
    Page,
    PageQuery,
    QueryParameters,
    Text,
    may_be_absent,
)

Category = Literal["strength", "powerlifting", "olympic", "strongman", "core", "mobility", "conditioning"]
MovementPattern = Literal[
    "squat",
    "lunge",
    "hinge",
    "bridge",
    "knee_extension",
    "knee_flexion",
    "hip_abduction",
    "hip_adduction",
    "hip_flexion",
    "calf_raise",
    "horizontal_push",
    "vertical_push",
    "fly",
    "horizontal_pull",
    "vertical_pull",
    "pullover",
    "shrug",
    "shoulder_raise",
    "reverse_fly",
    "shoulder_rotation",
    "elbow_flexion",
    "elbow_extension",
    "grip",
    "neck",
    "trunk_flexion",
    "trunk_extension",
    "anti_extension",
    "lateral_flexion",
    "rotation",
    "anti_rotation",
    "carry",
    "olympic_lift",
    "jump",
    "throw",
    "locomotion",
    "full_body",
    "stretch",
]
Level = Literal["beginner", "intermediate", "advanced"]
Mechanic = Literal["compound", "isolation"]
Force = Literal["push", "pull", "static"]
Laterality = Literal["bilateral", "unilateral", "alternating"]
MeasuredIn = Literal["weight_and_reps", "reps", "time", "distance"]
RelationKind = Literal["variation", "regression", "progression", "alternative"]
Sort = Literal["relevance", "name", "recent", "popular"]

Slug = Annotated[Text, Field(max_length=100)]
AnyOf = Field(default=(), max_length=50, description="Repeatable: any of the values will do.")
Instruction = Annotated[Name, Field(max_length=2000)]
Cue = Annotated[Name, Field(max_length=500)]

_SUMMARY: dict[str, Any] = {
    "id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff",
    "slug": "back-squat",
    "name": "Back Squat",
    "aliases": ["Squat", "Barbell Squat", "Barbell Back Squat"],
    "category": "strength",
    "movement_pattern": "squat",
    "force": "push",
    "mechanic": "compound",
    "level": "intermediate",
    "laterality": "bilateral",
    "measured_in": "weight_and_reps",
    "equipment": ["barbell", "rack"],
    "primary_muscles": ["quadriceps", "glutes"],
    "secondary_muscles": ["adductors", "hamstrings", "lower_back", "abs"],
    "joints": ["knee", "hip", "lower_back", "ankle"],
    "custom": False,
    "available": True,
    "safe": True,
    "times_done": 12,
    "last_done_at": "2026-03-01T18:30:00Z",
}
_CUSTOM: dict[str, Any] = {
    "name": "Garage Lift",
    "aliases": ["Stone Curl"],
    "category": "strongman",
    "movement_pattern": "hinge",
    "force": "pull",
    "mechanic": "compound",
    "level": "intermediate",
    "laterality": "bilateral",
    "measured_in": "weight_and_reps",
    "equipment": ["sandbag"],
    "primary_muscles": ["glutes"],
    "secondary_muscles": ["lower_back"],
    "joints": ["hip", "lower_back"],
    "instructions": ["Straddle the bag and lift it to your lap."],
    "cues": ["Hug it."],
}


class ExerciseFilters(QueryParameters):
    """Which exercises. Every filter that is given has to match."""

    q: (
        Annotated[
            Text,
            Field(
                max_length=100,
                description="Words of a name or alias, in any order, whole or begun; typing errors are forgiven.",
            ),
        ]
        | None
    ) = None
    muscle: tuple[Slug, ...] = AnyOf
    equipment: Annotated[
        tuple[Slug, ...],
        Field(max_length=50, description="Repeatable: any of the values will do. `none`: what needs nothing."),
    ] = ()
    category: tuple[Category, ...] = AnyOf
    movement_pattern: tuple[MovementPattern, ...] = AnyOf
    level: tuple[Level, ...] = AnyOf
    mechanic: tuple[Mechanic, ...] = AnyOf
    force: tuple[Force, ...] = AnyOf
    custom: bool | None = Field(default=None, description="true: only one's own; false: only the catalogue's.")
    available: bool | None = Field(
        default=None, description="true: only what the profile's equipment is enough for; false: only the rest."
    )
    safe: bool | None = Field(
        default=None, description="true: only what spares the profile's injuries; false: only the rest."
    )


class ExerciseQuery(ExerciseFilters, PageQuery):
    """Which exercises, in which order, and which page of them."""

    sort: Sort = Field(
        default="relevance",
        description="`relevance`: what matches `q` best first, without `q` by name; `recent`: what one did last first; "
        "`popular`: what one did most often first.",
    )


class AlternativesQuery(PageQuery):
    """Which alternatives: only what fits the profile, unless told otherwise."""

    available: bool = Field(default=True, description="Only what the profile's equipment is enough for.")
    safe: bool = Field(default=True, description="Only what spares the profile's injuries.")


class ExerciseSummary(Output):
    """An exercise as lists show it."""

    model_config = ConfigDict(json_schema_extra={"example": _SUMMARY})

    id: UUID
    slug: str | None = Field(description="The catalogue's stable name for it; null for one's own.")
    name: str
    aliases: list[str]
    category: Category
    movement_pattern: MovementPattern | None
    force: Force | None
    mechanic: Mechanic | None
    level: Level
    laterality: Laterality | None = Field(
        description="Whether both sides work together, one after the other, or in turn."
    )
    measured_in: MeasuredIn
    equipment: list[str] = Field(description="All that it needs.")
    primary_muscles: list[str]
    secondary_muscles: list[str]
    joints: list[BodyPart] | None = Field(description="What it loads; null when nobody has told.")
    custom: bool = Field(description="Whether it is the caller's own.")
    available: bool = Field(description="Whether the profile's equipment is enough for it.")
    safe: bool = Field(
        description="Whether it spares the profile's injuries; with an injury, false for unknown joints."
    )
    times_done: int = Field(description="In how many of the caller's workouts it stands.")
    last_done_at: datetime | None


class ExerciseRelation(Output):
    """Another exercise of the catalogue, and what it is to this one."""

    kind: RelationKind = Field(
        description="A regression is easier, a progression harder, an alternative needs other equipment."
    )
    exercise_id: UUID
    name: str


class Exercise(ExerciseSummary):
    """One exercise with its texts."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": _SUMMARY
            | {
                "instructions": ["Set the bar across your upper back.", "Squat until your hips are below your knees."],
                "cues": ["Push the floor away."],
                "source": None,
                "license": None,
                "archived": False,
                "relations": [
                    {
                        "kind": "variation",
                        "exercise_id": "94822480-b648-03bf-4720-826de29a4b3e",
                        "name": "Front Squat",
                    }
                ],
            }
        }
    )

    instructions: list[str]
    cues: list[str]
    source: str | None = Field(description="The library it was imported from; null for our own and for custom ones.")
    license: str | None = Field(description="The license of that library.")
    archived: bool = Field(description="Deleted by its owner while workouts use it: it is in no list any more.")
    relations: list[ExerciseRelation]


class ExercisePage(Page[ExerciseSummary]):
    """A page of exercises."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [_SUMMARY], "total": 1, "page": 1, "per_page": 20}}
    )


class Alternative(ExerciseSummary):
    """An exercise that can replace another."""

    score: float = Field(
        description="How well it replaces it, from 0 to 1: shared muscles, movement pattern, relation."
    )
    relation: RelationKind | None = Field(description="What it is to the other in the catalogue.")
    same_pattern: bool
    shared_muscles: list[str]


class AlternativePage(Page[Alternative]):
    """A page of alternatives, the best first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "items": [
                    _SUMMARY
                    | {"score": 0.81, "relation": "variation", "same_pattern": True, "shared_muscles": ["quadriceps"]}
                ],
                "total": 1,
                "page": 1,
                "per_page": 20,
            }
        }
    )


class FacetValue(Output):
    """A value of a filter, and how many exercises it would find under the other filters."""

    value: str
    label: str
    count: int


class ExerciseFacets(Output):
    """For each filter its values, the most frequent first."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "muscles": [{"value": "quadriceps", "label": "Quadriceps", "count": 3}],
                "equipment": [{"value": "none", "label": "No Equipment", "count": 3}],
                "categories": [{"value": "strength", "label": "Strength", "count": 3}],
                "movement_patterns": [{"value": "squat", "label": "Squat", "count": 3}],
                "levels": [{"value": "beginner", "label": "Beginner", "count": 3}],
                "mechanics": [{"value": "compound", "label": "Compound", "count": 3}],
                "forces": [{"value": "push", "label": "Push", "count": 3}],
            }
        }
    )

    muscles: list[FacetValue]
    equipment: list[FacetValue]
    categories: list[FacetValue]
    movement_patterns: list[FacetValue]
    levels: list[FacetValue]
    mechanics: list[FacetValue]
    forces: list[FacetValue]


class ExerciseChanges(Input):
    """What to change about one's own exercise: an absent field stays as it is; null clears, where it is allowed."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "Garage Lift", "joints": ["lower_back"]}})

    name: Annotated[Name, Field(max_length=100)] = may_be_absent()
    aliases: Annotated[list[Annotated[Name, Field(max_length=100)]], Field(max_length=20), WITHOUT_REPEATS] = (
        may_be_absent()
    )
    category: Annotated[Category, Field(description="Default: strength.")] = may_be_absent()
    movement_pattern: MovementPattern | None = may_be_absent()
    force: Force | None = may_be_absent()
    mechanic: Mechanic | None = may_be_absent()
    level: Annotated[Level, Field(description="Default: beginner.")] = may_be_absent()
    laterality: Laterality | None = may_be_absent()
    measured_in: Annotated[MeasuredIn, Field(description="Default: weight_and_reps.")] = may_be_absent()
    equipment: Annotated[
        list[Slug], Field(max_length=20, description="Slugs of all that it needs."), WITHOUT_REPEATS
    ] = may_be_absent()
    primary_muscles: Annotated[list[Slug], Field(max_length=10), WITHOUT_REPEATS] = may_be_absent()
    secondary_muscles: Annotated[list[Slug], Field(max_length=20), WITHOUT_REPEATS] = may_be_absent()
    joints: (
        Annotated[
            list[BodyPart],
            Field(max_length=100, description="What it loads; unknown joints are safe for no injury."),
            WITHOUT_REPEATS,
        ]
        | None
    ) = may_be_absent()
    instructions: Annotated[list[Instruction], Field(max_length=40)] = may_be_absent()
    cues: Annotated[list[Cue], Field(max_length=10)] = may_be_absent()
    archived: Annotated[bool, Field(description="Out of all lists, or back again.")] = may_be_absent()

    @model_validator(mode="after")
    def _lists_a_muscle_once(self) -> Self:
        if set(self.primary_muscles or ()) & set(self.secondary_muscles or ()):
            raise PydanticCustomError("muscle_listed_twice", "A muscle is primary or secondary, not both")
        return self


class NewExercise(ExerciseChanges):
    """An exercise of one's own: all but its name may be left out, and be filled in later."""

    model_config = ConfigDict(json_schema_extra={"example": _CUSTOM})

    name: Annotated[Name, Field(max_length=100)]
