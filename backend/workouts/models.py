"""Request and response models of /workouts."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import MISSING, Field

from backend.core.examples import example
from backend.core.fields import WHOLE, Id, Name, NewId, Revision, StoredId, Text, Timestamp
from backend.core.models import Input, Output, Page, PageQuery
from backend.core.vocabulary import (
    MAX_SETS,
    AffinityChange,
    PlanDayNumber,
    RecordKind,
    RecordUnit,
    Rpe,
    SetFields,
    SetType,
    WeightUnit,
)
from backend.workouts import examples

type Mood = Literal["great", "good", "neutral", "tired", "exhausted"]
Energy = Annotated[int, Field(ge=1, le=10), WHOLE]


class SetLog(SetFields):
    """One set as it was done: reps, a duration or a distance, with or without weight."""

    exercise_id: Id


class WorkoutLog(Input):
    """A completed workout."""

    model_config = example(examples.LOG)

    plan_id: Id | None = Field(default=None, description="The plan that was followed, the caller's own or public.")
    plan_day: PlanDayNumber | None = Field(default=None, description="Which of the plan's days.")
    title: Annotated[Name, Field(max_length=200)] | None = None
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = Field(default=None, description="Default: now. Not in the future.")
    notes: Annotated[Text, Field(max_length=5000)] | None = None
    mood: Mood | None = None
    energy_before: Energy | None = None
    energy_after: Energy | None = None
    overall_rpe: Rpe | None = None
    sets: Annotated[list[SetLog], Field(min_length=1, max_length=MAX_SETS, description="In the order they were done.")]


class NewWorkout(WorkoutLog):
    """A completed workout that is stored for the first time."""

    id: NewId | MISSING = MISSING


class WorkoutQuery(PageQuery):
    """Which workouts, and which page of them. All given filters have to match."""

    from_: Timestamp | None = Field(default=None, alias="from", description="Completed at this moment or later.")
    to: Timestamp | None = Field(default=None, description="Completed before this moment.")
    plan_id: UUID | None = Field(default=None, description="Only workouts that followed this plan.")
    exercise_id: UUID | None = Field(default=None, description="Only workouts with this exercise.")
    q: Annotated[Text, Field(max_length=100)] | None = Field(
        default=None, description="Words that title, plan name or notes have to contain, ignoring accents."
    )


class WorkoutSet(Output):
    """A set as stored, with the values computed from it."""

    written_as = SetLog

    id: StoredId
    position: int = Field(description="From 1, in the order sent.")
    exercise_id: StoredId
    exercise_name: str
    set_type: SetType
    weight: float | None
    weight_unit: WeightUnit | None
    weight_kg: float | None = Field(description="1 lb = 0.45359237 kg exactly.")
    reps: int | None
    duration_seconds: int | None
    distance_meters: float | None
    rpe: float | None
    rir: int | None
    rest_seconds: int | None
    tempo: str | None
    form_quality: int | None
    superset: int | None
    notes: str | None
    volume_kg: float | None = Field(description="Weight times reps; 0 for a warm-up; null without weight or reps.")
    estimated_1rm_kg: float | None = Field(
        description="Epley on reps + RIR, of which at most 4 count; null for a warm-up, above 12 in all, and without "
        "weight."
    )


class WorkoutExercise(Output):
    """An exercise of a workout."""

    exercise_id: StoredId
    exercise_name: str
    working_sets: int


class WorkoutSummary(Output):
    """A workout as lists show it."""

    model_config = example(examples.SUMMARY)

    id: StoredId
    plan_id: StoredId | None = Field(description="Null without a plan, and when the plan was deleted.")
    plan_version: int | None = Field(description="The plan's version when the workout was logged.")
    plan_day: int | None
    plan_name: str | None = Field(description="Kept when the plan is deleted.")
    title: str | None
    started_at: datetime | None
    completed_at: datetime
    created_at: datetime
    updated_at: datetime
    revision: Revision
    notes: str | None
    mood: Mood | None
    energy_before: int | None
    energy_after: int | None
    overall_rpe: float | None
    duration_seconds: int | None = Field(description="Null when the start is unknown.")
    total_sets: int
    working_sets: int = Field(description="All but warm-ups.")
    total_volume_kg: float = Field(description="Warm-ups do not count.")
    exercises: list[WorkoutExercise] = Field(description="In the order they were first done.")


class Workout(WorkoutSummary):
    """A workout with its sets."""

    model_config = example(examples.WORKOUT)
    written_as = WorkoutLog

    sets: list[WorkoutSet] = Field(description="In the order sent.")


class WorkoutPage(Page[WorkoutSummary]):
    """A page of workouts, latest first."""

    model_config = example(examples.PAGE)


class AffinityEvent(Output):
    """An award of affinity, with its reason."""

    kind: str
    points: int
    reason: str


class AffinityGain(AffinityChange):
    """What a workout did to the affinity."""

    gained: int = Field(description="Negative when an edit took a record away.")
    events: list[AffinityEvent]


class PersonalRecord(Output):
    """A best that the workout set."""

    exercise_id: StoredId
    exercise_name: str
    kind: RecordKind
    value: float
    unit: RecordUnit = Field(description="For weights, the profile's unit.")
    previous: float | None = Field(description="The best before; null for a first time.")


class LoggedWorkout(Output):
    """The whole outcome of logging or editing a workout."""

    model_config = example(examples.LOGGED)

    workout: Workout
    affinity: AffinityGain
    personal_records: list[PersonalRecord]
