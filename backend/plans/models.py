"""What /plans takes and answers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from backend.core.models import (
    BodyPart,
    Id,
    Input,
    Name,
    Output,
    Page,
    PageQuery,
    QueryParameters,
    Rpe,
    SetType,
    SmallObject,
    Text,
    Weight,
    WeightUnit,
    may_be_absent,
)

Visibility = Literal["own", "public", "all"]
Scheme = Literal["linear", "double", "percent_1rm"]
DifficultyLevel = Literal["beginner", "intermediate", "advanced"]


def _at_most_one_decimal(value: float) -> float:
    if round(value, 1) != value:
        raise PydanticCustomError("too_precise", "At most one decimal place")
    return value


Label = Annotated[Name, Field(max_length=100)]
Reps = Annotated[int, Field(ge=1, le=1000)]
Percent1rm = Annotated[float, Field(ge=1, le=150, allow_inf_nan=False), AfterValidator(_at_most_one_decimal)]

_SQUAT_ID = "bb6924d2-d3b5-68ea-1667-8a551e3569ff"
_SETS: list[dict[str, Any]] = [
    {"set_type": "warmup", "reps_min": 5, "reps_max": 5, "percent_1rm": 50, "rest_seconds": 90},
    {"reps_min": 5, "reps_max": 5, "weight": 100, "weight_unit": "kg", "rpe": 8, "rest_seconds": 180},
]
_PLAN: dict[str, Any] = {
    "name": "Strength in twelve weeks",
    "description": "Three days of few, heavy sets.",
    "training_style": "full body",
    "goal": "strength",
    "difficulty_level": "intermediate",
    "duration_weeks": 12,
    "days_per_week": 3,
    "is_public": False,
    "metadata": {"color": "teal"},
}
_PROGRESSION: dict[str, Any] = {
    "scheme": "linear",
    "increment": 2.5,
    "unit": "kg",
    "ceiling": 140,
    "deload": {"after_failures": 2, "percent": 10},
}
_EXAMPLE: dict[str, Any] = _PLAN | {
    "days": [
        {
            "day": 1,
            "name": "Squat day",
            "exercises": [{"exercise_id": _SQUAT_ID, "notes": "Belt on.", "progression": _PROGRESSION, "sets": _SETS}],
        }
    ]
}
_SET_DEFAULTS: dict[str, Any] = dict.fromkeys(
    ["reps_min", "reps_max", "weight", "weight_unit", "percent_1rm", "rpe", "rir", "rest_seconds"]
)
_SUMMARY: dict[str, Any] = _PLAN | {
    "id": "5b1f0c9e-7d3a-4e2b-9a68-1c4d7e8f9a0b",
    "own": True,
    "version": 1,
    "created_at": "2026-03-01T09:00:00Z",
    "updated_at": "2026-03-01T09:00:00Z",
}
_STORED: dict[str, Any] = _SUMMARY | {
    "days": [
        {
            "day": 1,
            "name": "Squat day",
            "exercises": [
                {
                    "exercise_id": _SQUAT_ID,
                    "exercise_name": "Back Squat",
                    "superset": None,
                    "notes": "Belt on.",
                    "progression": _PROGRESSION,
                    "sets": [{"set_type": "working"} | _SET_DEFAULTS | target for target in _SETS],
                }
            ],
        }
    ]
}

_NEXT: dict[str, Any] = {
    "plan_id": _SUMMARY["id"],
    "plan_name": _PLAN["name"],
    "version": 1,
    "duration_weeks": 12,
    "week": 2,
    "day": 1,
    "day_name": "Squat day",
    "finished": False,
    "due_on": "2026-03-09",
    "done_this_week": 0,
    "planned_per_week": 3,
    "exercises": [
        {
            "exercise_id": _SQUAT_ID,
            "exercise_name": "Back Squat",
            "superset": None,
            "notes": "Belt on.",
            "why": "All targets were met with 100 kg on 2026-03-06: 2.5 kg more.",
            "available": True,
            "safe": True,
            "missing_equipment": [],
            "injured_joints": [],
            "alternatives": [],
            "sets": [
                {"set_type": "working"} | _SET_DEFAULTS | _SETS[0] | {"reps": 5, "weight": 60, "weight_unit": "kg"},
                {"set_type": "working"} | _SET_DEFAULTS | _SETS[1] | {"reps": 5, "weight": 102.5, "weight_unit": "kg"},
            ],
        }
    ],
    "dry_run": [],
}


class Deload(Input):
    """When to take weight off, and how much."""

    after_failures: Annotated[int, Field(ge=1, le=10, description="Sessions in a row that missed their targets.")]
    percent: Annotated[float, Field(ge=1, le=90, allow_inf_nan=False, description="How much lighter.")]


class Progression(Input):
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
        default=None, description="A load that is not passed: there it starts over."
    )
    deload: Deload | None = None

    @model_validator(mode="after")
    def _progresses(self) -> Self:
        if self.scheme != "percent_1rm" and self.increment is None:
            raise PydanticCustomError("increment_missing", "A linear or double progression has an increment")
        return self


class PlannedSet(Input):
    """What a set aims at."""

    set_type: Annotated[SetType, Field(description="Default: working.")] = may_be_absent()
    reps_min: Reps | None = Field(default=None, description="With reps_max; without both for what is not counted.")
    reps_max: Reps | None = None
    weight: Weight | None = Field(default=None, description="A load to start from; not with percent_1rm.")
    weight_unit: WeightUnit | None = Field(default=None, description="Default: the profile's.")
    percent_1rm: Percent1rm | None = Field(default=None, description="Of the estimated 1RM, to one decimal.")
    rpe: Rpe | None = None
    rir: Annotated[int, Field(ge=0, le=10)] | None = None
    rest_seconds: Annotated[int, Field(ge=0, le=3600)] | None = None

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if (self.reps_min is None) != (self.reps_max is None):
            raise PydanticCustomError("reps_incomplete", "reps_min and reps_max come together")
        if self.reps_min is not None and self.reps_max is not None and self.reps_min > self.reps_max:
            raise PydanticCustomError("reps_reversed", "reps_min is not above reps_max")
        if self.weight is not None and self.percent_1rm is not None:
            raise PydanticCustomError("two_loads", "A set has a weight or a percent_1rm, not both")
        return self


class PlannedExercise(Input):
    """An exercise of a day."""

    exercise_id: Id
    superset: (
        Annotated[int, Field(ge=1, le=20, description="Exercises of a day with the same number are done in turn.")]
        | None
    ) = None
    notes: Annotated[Text, Field(max_length=1000)] | None = None
    progression: Progression | None = None
    sets: Annotated[list[PlannedSet], Field(min_length=1, max_length=20)]


class PlannedDay(Input):
    """A training day."""

    day: Annotated[int, Field(ge=1, le=7, description="Each comes once in a plan.")]
    name: Label | None = None
    exercises: Annotated[list[PlannedExercise], Field(min_length=1, max_length=30)]


class PlanWrite(Input):
    """A plan as its author writes it: all of it, each time."""

    model_config = ConfigDict(json_schema_extra={"example": _EXAMPLE})

    name: Label
    description: Annotated[Text, Field(max_length=2000)] | None = None
    training_style: Label | None = None
    goal: Label | None = None
    difficulty_level: DifficultyLevel | None = None
    duration_weeks: Annotated[int, Field(ge=1, le=52)] | None = None
    days_per_week: Annotated[int, Field(ge=1, le=7)] | None = None
    is_public: Annotated[bool, Field(description="Default: false. Everyone signed in may read and copy it.")] = (
        may_be_absent()
    )
    metadata: Annotated[
        SmallObject, Field(description="The frontend's own: at most 8 KiB. Whoever may read the plan reads it, too.")
    ] = may_be_absent()
    days: Annotated[
        list[PlannedDay], Field(min_length=1, max_length=7, description="With at most 500 sets in all of them.")
    ]


class PlanCopy(Input):
    """What to call a copy."""

    model_config = ConfigDict(json_schema_extra={"example": {"name": "My own strength"}})

    name: Annotated[Label, Field(description="Default: the plan's name, numbered when it is taken.")] = may_be_absent()


class PlanQuery(PageQuery):
    """Which plans, and which page of them."""

    visibility: Visibility = Field(default="own", description="One's own, everybody's public ones, or all of these.")


class NextSessionQuery(QueryParameters):
    """How far to look ahead."""

    dry_run_weeks: int = Field(
        default=0, ge=0, le=12, description="Show how these weeks would go, if all targets were met."
    )


class PlanSetTarget(Output):
    """What a set aims at."""

    set_type: SetType
    reps_min: int | None
    reps_max: int | None
    weight: float | None
    weight_unit: WeightUnit | None
    percent_1rm: float | None
    rpe: float | None
    rir: int | None
    rest_seconds: int | None


class PlanExercise(Output):
    """An exercise of a day."""

    exercise_id: UUID
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

    model_config = ConfigDict(json_schema_extra={"example": _SUMMARY})

    id: UUID
    own: bool = Field(description="Whether it is the caller's; another's public plan can be read and copied.")
    name: str
    description: str | None
    training_style: str | None
    goal: str | None
    difficulty_level: DifficultyLevel | None
    duration_weeks: int | None
    days_per_week: int | None
    is_public: bool
    metadata: dict[str, Any]
    version: int = Field(description="From 1; each PUT adds one.")
    created_at: datetime
    updated_at: datetime = Field(description="When this version was made.")


class Plan(PlanSummary):
    """A plan, whole."""

    model_config = ConfigDict(json_schema_extra={"example": _STORED})

    days: list[PlanDay]


class PlanPage(Page[PlanSummary]):
    """A page of plans in their current version, latest change first."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [_SUMMARY], "total": 1, "page": 1, "per_page": 20}}
    )


class PlanVersionPage(Page[Plan]):
    """A page of the versions of a plan, the latest first."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [_STORED], "total": 1, "page": 1, "per_page": 20}}
    )


class SuggestedSet(PlanSetTarget):
    """A set of the plan with what to do now: `weight` is the suggestion, in the profile's unit."""

    reps: int | None = Field(description="The reps that meet the target.")


class SuggestedExercise(Output):
    """An exercise with what to load and to reach, and why."""

    exercise_id: UUID
    exercise_name: str
    why: str = Field(description="One sentence, for the user.")
    sets: list[SuggestedSet]


class Alternative(Output):
    """What could be done instead."""

    exercise_id: UUID
    exercise_name: str
    score: float = Field(description="0 to 1: how much it has in common.")


class DueExercise(SuggestedExercise):
    """An exercise of the session that is due. Where the profile stands against it, alternatives that fit."""

    superset: int | None
    notes: str | None
    available: bool = Field(description="The profile's equipment is enough.")
    safe: bool = Field(description="It spares the profile's injuries.")
    missing_equipment: list[str]
    injured_joints: list[BodyPart]
    alternatives: list[Alternative] = Field(description="At most three, best first; empty when it is all right.")


class ImaginedSession(Output):
    """A session of the dry run."""

    week: int
    day: int
    day_name: str | None
    exercises: list[SuggestedExercise]


class NextSession(Output):
    """The session that is due."""

    model_config = ConfigDict(json_schema_extra={"example": _NEXT})

    plan_id: UUID
    plan_name: str
    version: int
    duration_weeks: int | None
    week: int | None = Field(description="The round through the plan's days, from 1; null when it is finished.")
    day: int | None = Field(description="Log the workout with this as `plan_day`; null when the plan is finished.")
    day_name: str | None
    finished: bool = Field(description="All weeks of the plan are done.")
    due_on: date | None = Field(description="Today, or next Monday when this week has all its sessions.")
    done_this_week: int
    planned_per_week: int
    exercises: list[DueExercise]
    dry_run: list[ImaginedSession] = Field(description="From the session that is due on; empty unless asked for.")


class AdherenceWeek(Output):
    """A calendar week of following a plan."""

    week_start: date = Field(description="Its Monday.")
    sessions: int


class Adherence(Output):
    """How regularly a plan was followed."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "plan_id": _SUMMARY["id"],
                "planned_per_week": 3,
                "sessions": 5,
                "rate": 0.833,
                "weeks": [
                    {"week_start": "2026-03-02", "sessions": 3},
                    {"week_start": "2026-03-09", "sessions": 2},
                ],
            }
        }
    )

    plan_id: UUID
    planned_per_week: int
    sessions: int
    rate: float | None = Field(
        description="Of the sessions planned, 0 to 1. More than planned makes up for no other week, and the current "
        "week never counts against anybody. Null when nothing was due yet."
    )
    weeks: list[AdherenceWeek] = Field(description="From the first workout on, oldest first, empty ones included.")
