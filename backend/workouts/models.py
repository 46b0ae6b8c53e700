"""What /workouts takes and answers."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from backend.core.models import (
    AT_MOST_THREE_DECIMALS,
    Id,
    Input,
    Name,
    Output,
    Page,
    PageQuery,
    QueryParameters,
    RecordKind,
    Rpe,
    SetType,
    Text,
    Timestamp,
    Weight,
    WeightUnit,
    may_be_absent,
)

Mood = Literal["great", "good", "neutral", "tired", "exhausted"]

Energy = Annotated[int, Field(ge=1, le=10)]
Distance = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False), AT_MOST_THREE_DECIMALS]
Tempo = Annotated[str, Field(pattern=r"^([0-9]{1,2}|[xX])(-([0-9]{1,2}|[xX])){2,3}$")]

_SQUAT_ID = "bb6924d2-d3b5-68ea-1667-8a551e3569ff"
_WORKOUT: dict[str, Any] = {
    "id": "0d7c9f3e-52b1-4a86-8f0a-6d1e2b3c4a59",
    "plan_id": None,
    "plan_version": None,
    "plan_day": None,
    "plan_name": None,
    "title": "Leg day",
    "started_at": "2026-03-01T17:20:00Z",
    "completed_at": "2026-03-01T18:30:00Z",
    "created_at": "2026-03-01T18:30:04Z",
    "notes": None,
    "mood": "good",
    "energy_before": 6,
    "energy_after": 8,
    "overall_rpe": 7.5,
    "duration_seconds": 4200,
    "total_sets": 2,
    "working_sets": 1,
    "total_volume_kg": 408.233133,
    "exercises": [{"exercise_id": _SQUAT_ID, "exercise_name": "Back Squat", "working_sets": 1}],
}
_SET: dict[str, Any] = {
    "exercise_id": _SQUAT_ID,
    "set_type": "working",
    "weight": 180,
    "weight_unit": "lb",
    "reps": 5,
    "duration_seconds": None,
    "distance_meters": None,
    "rpe": 8,
    "rir": 2,
    "rest_seconds": 180,
    "tempo": "3-1-1-0",
    "form_quality": 4,
    "superset": None,
    "notes": None,
}
_SETS: list[dict[str, Any]] = [
    _SET
    | {"set_type": "warmup", "weight": 40, "weight_unit": "kg", "rpe": None, "rir": None, "tempo": None}
    | {"id": "3f6a1c58-9d2e-4b7a-8c15-0e4f5a6b7c8d", "position": 1, "exercise_name": "Back Squat"}
    | {"weight_kg": 40, "volume_kg": 0, "estimated_1rm_kg": None},
    _SET
    | {"id": "8e2d4b6a-1c3f-4e5d-9a7b-6c8d0e1f2a3b", "position": 2, "exercise_name": "Back Squat"}
    | {"weight_kg": 81.6466266, "volume_kg": 408.233133, "estimated_1rm_kg": 100.7},
]


class SetFields(Input):
    """What a set is, but for its exercise: reps, a duration or a distance, with or without weight."""

    set_type: Annotated[SetType, Field(description="Default: working.")] = may_be_absent()
    weight: Weight | None = Field(default=None, description="As entered, in `weight_unit`; at most three decimals.")
    weight_unit: WeightUnit | None = Field(default=None, description="Default: the profile's.")
    reps: Annotated[int, Field(ge=0, le=1000)] | None = None
    duration_seconds: Annotated[int, Field(ge=0, le=86_400)] | None = None
    distance_meters: Distance | None = Field(default=None, description="At most three decimals.")
    rpe: Rpe | None = None
    rir: Annotated[int, Field(ge=0, le=10, description="Reps in reserve.")] | None = None
    rest_seconds: Annotated[int, Field(ge=0, le=3600)] | None = None
    tempo: Tempo | None = Field(
        default=None, description="Seconds down, paused, up and, if given, paused again; X is as fast as possible."
    )
    form_quality: Annotated[int, Field(ge=1, le=5)] | None = None
    superset: Annotated[int, Field(ge=1, le=20, description="Sets with the same number were done in turn.")] | None = (
        None
    )
    notes: Annotated[Text, Field(max_length=1000)] | None = None

    @model_validator(mode="after")
    def _measures_something(self) -> Self:
        if self.reps is None and self.duration_seconds is None and self.distance_meters is None:
            raise PydanticCustomError("no_measure", "A set has reps, duration_seconds or distance_meters")
        return self


class SetLog(SetFields):
    """One set as it was done: reps, a duration or a distance, with or without weight."""

    exercise_id: Id


class WorkoutLog(Input):
    """A completed workout."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "title": "Leg day",
                "started_at": "2026-03-01T17:20:00Z",
                "completed_at": "2026-03-01T18:30:00Z",
                "mood": "good",
                "energy_before": 6,
                "energy_after": 8,
                "overall_rpe": 7.5,
                "sets": [
                    {"exercise_id": _SQUAT_ID, "set_type": "warmup", "weight": 40, "weight_unit": "kg", "reps": 5},
                    {"exercise_id": _SQUAT_ID, "weight": 180, "weight_unit": "lb", "reps": 5, "rpe": 8, "rir": 2},
                ],
            }
        }
    )

    plan_id: Id | None = Field(default=None, description="The plan that was followed: one's own or a public one.")
    plan_day: Annotated[int, Field(ge=1, le=7)] | None = Field(default=None, description="Which of the plan's days.")
    title: Annotated[Name, Field(max_length=200)] | None = None
    started_at: Timestamp | None = None
    completed_at: Timestamp | None = Field(default=None, description="Default: now. Not in the future.")
    notes: Annotated[Text, Field(max_length=5000)] | None = None
    mood: Mood | None = None
    energy_before: Energy | None = None
    energy_after: Energy | None = None
    overall_rpe: Rpe | None = None
    sets: Annotated[list[SetLog], Field(min_length=1, max_length=200, description="In the order they were done.")]


class WorkoutQuery(PageQuery):
    """Which workouts, and which page of them. Every filter that is given has to match."""

    from_: Timestamp | None = Field(default=None, alias="from", description="Completed at this moment or later.")
    to: Timestamp | None = Field(default=None, description="Completed before this moment.")
    plan_id: UUID | None = Field(default=None, description="That followed this plan.")
    exercise_id: UUID | None = Field(default=None, description="That hold this exercise.")
    q: Annotated[Text, Field(max_length=100)] | None = Field(
        default=None, description="With all these words in title, plan's name or notes, without regard to accents."
    )


class WorkoutSet(Output):
    """A set as stored, with what follows from it."""

    id: UUID
    position: int = Field(description="From 1, in the order sent.")
    exercise_id: UUID
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
        description="Epley on reps + RIR; null for a warm-up, above 12 of them, and without weight."
    )


class WorkoutExercise(Output):
    """An exercise of a workout."""

    exercise_id: UUID
    exercise_name: str
    working_sets: int


class WorkoutSummary(Output):
    """A workout as lists show it."""

    model_config = ConfigDict(json_schema_extra={"example": _WORKOUT})

    id: UUID
    plan_id: UUID | None = Field(description="Null without a plan, and when the plan was deleted.")
    plan_version: int | None = Field(description="The plan's version when the workout was logged.")
    plan_day: int | None
    plan_name: str | None = Field(description="It stays when the plan is deleted.")
    title: str | None
    started_at: datetime | None
    completed_at: datetime
    created_at: datetime
    notes: str | None
    mood: Mood | None
    energy_before: int | None
    energy_after: int | None
    overall_rpe: float | None
    duration_seconds: int | None = Field(description="Null when it is not known when the workout started.")
    total_sets: int
    working_sets: int = Field(description="All but warm-ups.")
    total_volume_kg: float = Field(description="Warm-ups do not count.")
    exercises: list[WorkoutExercise] = Field(description="In the order they were first done.")


class Workout(WorkoutSummary):
    """A workout with its sets."""

    model_config = ConfigDict(json_schema_extra={"example": _WORKOUT | {"sets": _SETS}})

    sets: list[WorkoutSet] = Field(description="In the order sent.")


class WorkoutPage(Page[WorkoutSummary]):
    """A page of workouts, latest first."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [_WORKOUT], "total": 1, "page": 1, "per_page": 20}}
    )


class AffinityEvent(Output):
    """Why affinity was awarded."""

    kind: str
    points: int
    reason: str


class AffinityGain(Output):
    """What a workout did to the bond between user and companion."""

    gained: int = Field(description="Negative when an edit took a record away.")
    score: int
    level: int
    title: str
    leveled_up: bool
    events: list[AffinityEvent]


class PersonalRecord(Output):
    """A best that the workout set."""

    exercise_id: UUID
    exercise_name: str
    kind: RecordKind
    value: float
    unit: Literal["kg", "lb", "reps"] = Field(description="For weights, the profile's unit.")
    previous: float | None = Field(description="The best before; null for a first time.")


class LoggedWorkout(Output):
    """The whole outcome of logging or editing a workout."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "workout": _WORKOUT | {"sets": _SETS},
                "affinity": {
                    "gained": 15,
                    "score": 40,
                    "level": 2,
                    "title": "Warming Up",
                    "leveled_up": True,
                    "events": [
                        {"kind": "workout_completed", "points": 10, "reason": "Completed a workout"},
                        {"kind": "personal_record", "points": 5, "reason": "Set a personal record"},
                    ],
                },
                "personal_records": [
                    {
                        "exercise_id": _SQUAT_ID,
                        "exercise_name": "Back Squat",
                        "kind": "estimated_1rm",
                        "value": 222,
                        "unit": "lb",
                        "previous": 216.17,
                    }
                ],
            }
        }
    )

    workout: Workout
    affinity: AffinityGain
    personal_records: list[PersonalRecord]


class ImportQuery(QueryParameters):
    """How to read a file."""

    create_missing: bool = Field(default=False, description="Make own exercises of the names that nobody knows.")
    weight_unit: WeightUnit | None = Field(
        default=None, description="Of weights whose unit the file does not tell. Default: the profile's."
    )


class ImportFault(Output):
    """A line that was left out."""

    line: int = Field(description="From 1, the header included.")
    reason: str


class ImportReport(Output):
    """What an import did."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "imported": 212,
                "skipped": 3,
                "unmatched_exercises": ["Grandma's Curl"],
                "errors": [{"line": 118, "reason": "weight: Input should be less than or equal to 2000"}],
            }
        }
    )

    imported: int = Field(description="Workouts that were stored, or completed.")
    skipped: int = Field(description="Workouts that are here already, or of which nothing was left.")
    unmatched_exercises: list[str] = Field(description="Their sets were left out.")
    errors: list[ImportFault] = Field(description="The first 1,000 lines that cannot be read, in order.")
