"""Request and response models of /plans."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import MISSING, AfterValidator, Field
from pydantic_core import PydanticCustomError

from backend.core.examples import example
from backend.core.fields import WHOLE, Id, Name, NewId, SmallObject, StoredId, Text
from backend.core.models import Input, Output, Page, PageQuery, RuledInput, broken_rule
from backend.core.vocabulary import (
    Level,
    Notes,
    PlanDayNumber,
    PlanSetTarget,
    RestSeconds,
    Rir,
    Rpe,
    SetType,
    Superset,
    Weight,
    WeightUnit,
    contradicting_effort,
)
from backend.plans import examples

type Visibility = Literal["own", "public", "all"]
type Scheme = Literal["linear", "double", "percent_1rm"]


def _at_most_one_decimal(value: float) -> float:
    if round(value, 1) != value:
        raise PydanticCustomError("too_precise", "At most one decimal place")
    return value


Label = Annotated[Name, Field(max_length=100)]
Reps = Annotated[int, Field(ge=1, le=1000), WHOLE]
Percent1rm = Annotated[float, Field(ge=1, le=150, allow_inf_nan=False), AfterValidator(_at_most_one_decimal)]


class Deload(Input):
    """When to reduce the load, and by how much."""

    after_failures: Annotated[int, Field(ge=1, le=10, description="Sessions in a row that missed a target."), WHOLE]
    percent: Annotated[float, Field(ge=1, le=90, allow_inf_nan=False, description="How much lighter.")]


class Progression(RuledInput):
    """How the load of an exercise grows from session to session."""

    scheme: Annotated[
        Scheme,
        Field(
            description="`linear`: the increment after each session that met its targets; `double`: first the reps "
            "up to their maximum, then the increment; `percent_1rm`: the sets' percentages of the estimated 1RM."
        ),
    ]
    increment: Annotated[float, Field(ge=0.01, le=100, allow_inf_nan=False)] | None = None
    unit: WeightUnit | None = Field(default=None, description="Of increment and ceiling; default: the profile's.")
    ceiling: Annotated[float, Field(ge=0.01, le=2000, allow_inf_nan=False)] | None = Field(
        default=None, description="The highest load; beyond it the progression starts over."
    )
    deload: Deload | None = None

    @classmethod
    def broken_rules(cls, given: Mapping[str, Any]) -> Iterator[PydanticCustomError]:
        """See RuledInput."""
        if given.get("scheme") in ("linear", "double") and given.get("increment") is None:
            yield broken_rule("increment_missing", "A linear or double progression needs an increment")


class PlannedSet(RuledInput):
    """What a set aims at."""

    set_type: Annotated[SetType, Field(description="Default: working.")] | MISSING = MISSING
    reps_min: Reps | None = Field(default=None, description="With reps_max; leave out both for sets without reps.")
    reps_max: Reps | None = None
    weight: Weight | None = Field(default=None, description="The load to start from; not together with percent_1rm.")
    weight_unit: WeightUnit | None = Field(default=None, description="Default: the profile's.")
    percent_1rm: Percent1rm | None = Field(default=None, description="Of the estimated 1RM, to one decimal.")
    rpe: Rpe | None = None
    rir: Rir | None = None
    rest_seconds: RestSeconds | None = None

    @classmethod
    def broken_rules(cls, given: Mapping[str, Any]) -> Iterator[PydanticCustomError]:
        """See RuledInput."""
        least, most = given.get("reps_min"), given.get("reps_max")
        if (least is None) != (most is None):
            yield broken_rule("reps_incomplete", "Give both reps_min and reps_max, or neither")
        if isinstance(least, int | float) and isinstance(most, int | float) and least > most:
            yield broken_rule("reps_reversed", "reps_min must not be greater than reps_max")
        if given.get("weight") is not None and given.get("percent_1rm") is not None:
            yield broken_rule("two_loads", "Give weight or percent_1rm, not both")
        yield from contradicting_effort(given)


class PlannedExercise(Input):
    """An exercise of a day."""

    exercise_id: Id
    superset: (
        Annotated[Superset, Field(description="Exercises of a day with the same number are done in turn.")] | None
    ) = None
    notes: Notes | None = None
    progression: Progression | None = None
    sets: Annotated[list[PlannedSet], Field(min_length=1, max_length=20)]


class PlannedDay(Input):
    """A training day."""

    day: Annotated[PlanDayNumber, Field(description="Unique within the plan.")]
    name: Label | None = None
    exercises: Annotated[list[PlannedExercise], Field(min_length=1, max_length=30)]


class PlanWrite(Input):
    """A plan as its author writes it: the whole plan, each time."""

    model_config = example(examples.WRITE)

    name: Label
    description: Annotated[Text, Field(max_length=2000)] | None = None
    training_style: Label | None = None
    goal: Label | None = None
    difficulty_level: Level | None = None
    duration_weeks: Annotated[int, Field(ge=1, le=52), WHOLE] | None = None
    days_per_week: Annotated[int, Field(ge=1, le=7), WHOLE] | None = None
    is_public: (
        Annotated[bool, Field(description="Default: false. Every signed-in user may read and copy a public plan.")]
        | MISSING
    ) = MISSING
    metadata: (
        Annotated[
            SmallObject, Field(description="The frontend's own: at most 8 KiB, visible to everyone who reads the plan.")
        ]
        | MISSING
    ) = MISSING
    days: Annotated[
        list[PlannedDay], Field(min_length=1, max_length=7, description="At most 500 sets in all of them together.")
    ]


class NewPlan(PlanWrite):
    """A plan that is stored for the first time."""

    id: NewId | MISSING = MISSING


class PlanCopy(Input):
    """The name and the id of a copy."""

    model_config = example(examples.COPY)

    id: NewId | MISSING = MISSING
    name: Annotated[Label, Field(description="Default: the plan's name, numbered if taken.")] | MISSING = MISSING


class PlanQuery(PageQuery):
    """Which plans, and which page of them."""

    visibility: Visibility = Field(default="own", description="The caller's own, everybody's public ones, or both.")


class PlanExercise(Output):
    """An exercise of a day."""

    written_as = PlannedExercise

    exercise_id: StoredId
    exercise_name: str
    superset: int | None
    notes: str | None
    progression: Progression | None
    sets: list[PlanSetTarget]


class PlanDay(Output):
    """A training day."""

    day: int
    name: str | None
    exercises: list[PlanExercise]


class PlanSummary(Output):
    """A plan as lists show it."""

    model_config = example(examples.SUMMARY)

    id: StoredId
    own: bool = Field(description="Whether it is the caller's; another user's public plan can be read and copied.")
    name: str
    description: str | None
    training_style: str | None
    goal: str | None
    difficulty_level: Level | None
    duration_weeks: int | None
    days_per_week: int | None
    is_public: bool
    metadata: dict[str, Any]
    version: int = Field(description="From 1; each PUT adds one.")
    created_at: datetime
    updated_at: datetime = Field(description="When this version was created.")


class Plan(PlanSummary):
    """A whole plan."""

    model_config = example(examples.PLAN)
    written_as = PlanWrite

    days: list[PlanDay]


class PlanPage(Page[PlanSummary]):
    """A page of plans in their current version, the latest change first."""

    model_config = example(examples.PAGE)


class PlanVersionPage(Page[Plan]):
    """A page of the versions of a plan, the latest first."""

    model_config = example(examples.VERSION_PAGE)
