"""Request and response models of /exercises."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import MISSING, Field

from backend.core.examples import example
from backend.core.fields import WITHOUT_REPEATS, Name, NewId, Revision, StoredId, Text
from backend.core.models import Input, Output, Page, PageQuery, QueryParameters
from backend.core.vocabulary import BodyPart, Level
from backend.exercises import examples

type Category = Literal["strength", "powerlifting", "olympic", "strongman", "core", "mobility", "conditioning"]
type MovementPattern = Literal[
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
type Mechanic = Literal["compound", "isolation"]
type Force = Literal["push", "pull", "static"]
type Laterality = Literal["bilateral", "unilateral", "alternating"]
type MeasuredIn = Literal["weight_and_reps", "reps", "time", "distance"]
type RelationKind = Literal["variation", "regression", "progression", "alternative"]
type Sort = Literal["relevance", "name", "recent", "popular"]

Slug = Annotated[Text, Field(max_length=100)]
AnyOf = Field(default=(), max_length=50, description="Repeatable: matches any of the values.")
Instruction = Annotated[Name, Field(max_length=2000)]
Cue = Annotated[Name, Field(max_length=500)]


class ExerciseFilters(QueryParameters):
    """Which exercises. All given filters have to match."""

    q: (
        Annotated[
            Text,
            Field(
                max_length=100,
                description="Words of a name or alias, in any order, whole or begun; tolerates typing errors.",
            ),
        ]
        | None
    ) = None
    muscle: tuple[Slug, ...] = AnyOf
    equipment: Annotated[
        tuple[Slug, ...],
        Field(max_length=50, description="Repeatable: matches any of the values. `none`: needs no equipment."),
    ] = ()
    category: tuple[Category, ...] = AnyOf
    movement_pattern: tuple[MovementPattern, ...] = AnyOf
    level: tuple[Level, ...] = AnyOf
    mechanic: tuple[Mechanic, ...] = AnyOf
    force: tuple[Force, ...] = AnyOf
    custom: bool | None = Field(default=None, description="true: only the caller's own; false: only the catalogue's.")
    available: bool | None = Field(
        default=None, description="true: only those that the profile's equipment is enough for; false: only the rest."
    )
    safe: bool | None = Field(
        default=None, description="true: only those that spare the profile's injuries; false: only the rest."
    )


class ExerciseQuery(ExerciseFilters, PageQuery):
    """Which exercises, in which order, and which page of them."""

    sort: Sort = Field(
        default="relevance",
        description="`relevance`: the best match of `q` first, without `q` by name; `recent`: what the caller did last "
        "first; `popular`: what the caller did most often first.",
    )


class AlternativesQuery(PageQuery):
    """Which alternatives. By default only those that fit the profile."""

    available: bool = Field(default=True, description="Only those that the profile's equipment is enough for.")
    safe: bool = Field(default=True, description="Only those that spare the profile's injuries.")


class ExerciseSummary(Output):
    """An exercise as lists show it."""

    model_config = example(examples.SUMMARY)

    id: StoredId
    slug: str | None = Field(description="The catalogue's stable name for it; null for the caller's own.")
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
    joints: list[BodyPart] | None = Field(description="What it loads; null when unknown.")
    custom: bool = Field(description="Whether it is the caller's own.")
    available: bool = Field(description="Whether the profile's equipment is enough for it.")
    safe: bool = Field(
        description="Whether it spares the profile's injuries; with an injury, false for unknown joints."
    )
    times_done: int = Field(description="How many of the caller's workouts include it.")
    last_done_at: datetime | None


class ExerciseRelation(Output):
    """Another exercise of the catalogue, and its relation to this one."""

    kind: RelationKind = Field(
        description="A regression is easier, a progression harder, an alternative needs other equipment."
    )
    exercise_id: StoredId
    name: str


class ExerciseChanges(Input):
    """What to change: an absent field stays as it is; null clears, where it is allowed."""

    model_config = example(examples.CHANGES)

    name: Annotated[Name, Field(max_length=100)] | MISSING = MISSING
    aliases: (
        Annotated[list[Annotated[Name, Field(max_length=100)]], Field(max_length=20), WITHOUT_REPEATS] | MISSING
    ) = MISSING
    category: Annotated[Category, Field(description="Default: strength.")] | MISSING = MISSING
    movement_pattern: MovementPattern | MISSING | None = MISSING
    force: Force | MISSING | None = MISSING
    mechanic: Mechanic | MISSING | None = MISSING
    level: Annotated[Level, Field(description="Default: beginner.")] | MISSING = MISSING
    laterality: Laterality | MISSING | None = MISSING
    measured_in: Annotated[MeasuredIn, Field(description="Default: weight_and_reps.")] | MISSING = MISSING
    equipment: (
        Annotated[list[Slug], Field(max_length=20, description="Slugs of all that it needs."), WITHOUT_REPEATS]
        | MISSING
    ) = MISSING
    primary_muscles: Annotated[list[Slug], Field(max_length=10), WITHOUT_REPEATS] | MISSING = MISSING
    secondary_muscles: Annotated[list[Slug], Field(max_length=20), WITHOUT_REPEATS] | MISSING = MISSING
    joints: (
        Annotated[
            list[BodyPart],
            Field(max_length=100, description="What it loads; an exercise with unknown joints is safe for no injury."),
            WITHOUT_REPEATS,
        ]
        | MISSING
        | None
    ) = MISSING
    instructions: Annotated[list[Instruction], Field(max_length=40)] | MISSING = MISSING
    cues: Annotated[list[Cue], Field(max_length=10)] | MISSING = MISSING
    archived: Annotated[bool, Field(description="true: in no list any more; false: back in lists.")] | MISSING = MISSING


class NewExercise(ExerciseChanges):
    """An exercise of the caller's own. Only its name is required; the rest can be filled in later."""

    model_config = example(examples.NEW_EXERCISE)

    id: NewId | MISSING = MISSING
    name: Annotated[Name, Field(max_length=100)]


class Exercise(ExerciseSummary):
    """An exercise with its texts."""

    model_config = example(examples.EXERCISE)
    written_as = ExerciseChanges

    instructions: list[str]
    cues: list[str]
    source: str | None = Field(description="The library it was imported from; null if it was not imported.")
    license: str | None = Field(description="The license of that library.")
    archived: bool = Field(description="Deleted by its owner but used by workouts, so in no list any more.")
    created_at: datetime
    updated_at: datetime
    revision: Revision
    relations: list[ExerciseRelation]


class ExercisePage(Page[ExerciseSummary]):
    """A page of exercises."""

    model_config = example(examples.PAGE)


class ExerciseAlternative(ExerciseSummary):
    """An exercise that can replace another."""

    model_config = example(examples.ALTERNATIVE)

    score: float = Field(
        description="How well it replaces it, from 0 to 1: shared muscles, movement pattern, relation."
    )
    relation: RelationKind | None = Field(description="Its relation to the other exercise in the catalogue.")
    same_pattern: bool
    shared_muscles: list[str]


class AlternativePage(Page[ExerciseAlternative]):
    """A page of alternatives, the best first."""

    model_config = example(examples.ALTERNATIVE_PAGE)


class FacetValue(Output):
    """A value of a filter, and how many exercises it would find under the other filters."""

    value: str
    label: str
    count: int


class ExerciseFacets(Output):
    """The values of each filter, the most frequent first."""

    model_config = example(examples.FACETS)

    muscles: list[FacetValue]
    equipment: list[FacetValue]
    categories: list[FacetValue]
    movement_patterns: list[FacetValue]
    levels: list[FacetValue]
    mechanics: list[FacetValue]
    forces: list[FacetValue]
