"""What /progress takes and answers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from backend.core.models import (
    RFC3339_DAY,
    Input,
    Output,
    Page,
    PageQuery,
    QueryParameters,
    RecordKind,
    WeightUnit,
    may_be_absent,
)

Day = Annotated[date, Field(strict=False), RFC3339_DAY]

_SQUAT_ID = "bb6924d2-d3b5-68ea-1667-8a551e3569ff"
_WORKOUT_ID = "0d7c9f3e-52b1-4a86-8f0a-6d1e2b3c4a59"
_STREAK: dict[str, Any] = {"current": 6, "longest": 11, "paused": False}
_RECORD: dict[str, Any] = {
    "exercise_id": _SQUAT_ID,
    "exercise_name": "Back Squat",
    "kind": "weight",
    "unit": "kg",
    "value": 120,
    "achieved_at": "2026-03-08T18:30:00Z",
    "workout_id": _WORKOUT_ID,
    "history": [
        {
            "value": 110,
            "achieved_at": "2026-03-01T18:30:00Z",
            "workout_id": "8e2d4b6a-1c3f-4e5d-9a7b-6c8d0e1f2a3b",
        },
        {"value": 120, "achieved_at": "2026-03-08T18:30:00Z", "workout_id": _WORKOUT_ID},
    ],
}
_POINT: dict[str, Any] = {
    "workout_id": _WORKOUT_ID,
    "completed_at": "2026-03-08T18:30:00Z",
    "date": "2026-03-08",
    "working_sets": 3,
    "volume_kg": 1800,
    "estimated_1rm_kg": 140,
    "top_set": {
        "weight": 120,
        "weight_unit": "kg",
        "weight_kg": 120,
        "reps": 5,
        "duration_seconds": None,
        "distance_meters": None,
        "rpe": 8.5,
    },
    "reps_at_weight": [{"weight": 120, "weight_unit": "kg", "reps": 5}],
}


class SummaryQuery(QueryParameters):
    """How far back."""

    weeks: int = Field(default=12, ge=1, le=104, description="The current one included.")


class RecordQuery(PageQuery):
    """Which records, and which page of them."""

    exercise_id: UUID | None = Field(default=None, description="Of this exercise alone.")


class SeriesQuery(QueryParameters):
    """Which days, in the profile's time zone. Without them, all."""

    from_: Day | None = Field(default=None, alias="from", description="The first day, such as 2026-01-01.")
    to: Day | None = Field(default=None, description="The last day.")


class Pause(Input):
    """Weeks in which nobody has to train."""

    model_config = ConfigDict(json_schema_extra={"example": {"weeks": 2, "from": "2026-08-03"}})

    weeks: Annotated[int, Field(ge=1, le=12, description="Default: 1.")] = may_be_absent()
    from_: Annotated[
        Day,
        Field(alias="from", description="A day of the first week, four weeks ago at the earliest. Default: today."),
    ] = may_be_absent()


class Streak(Output):
    """Weeks in a row in which the weekly target was met."""

    current: int = Field(description="The current week lengthens it once its target is met, and never breaks it.")
    longest: int
    paused: bool = Field(description="Whether this week is paused.")


class PausedStreak(Output):
    """The streak, and the weeks that are paused."""

    model_config = ConfigDict(json_schema_extra={"example": {"streak": _STREAK, "paused_weeks": ["2026-08-03"]}})

    streak: Streak
    paused_weeks: list[date] = Field(description="Their Mondays, oldest first.")


class TrainedMuscle(Output):
    """What a week did for a muscle."""

    muscle: str
    hard_sets: float = Field(description="Working sets; one for a secondary muscle counts ½.")
    sessions: int


class Week(Output):
    """A calendar week in the profile's time zone."""

    week_start: date = Field(description="Its Monday.")
    sessions: int
    duration_seconds: int = Field(description="Of the workouts whose start is known.")
    volume_kg: float = Field(description="Warm-ups do not count.")
    average_rpe: float | None = Field(description="Of the working sets; where none is rated, of the workouts.")
    muscles: list[TrainedMuscle] = Field(description="Most hard sets first.")


class ProgressSummary(Output):
    """The last weeks."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "streak": _STREAK,
                "weeks": [
                    {
                        "week_start": "2026-03-02",
                        "sessions": 3,
                        "duration_seconds": 12_600,
                        "volume_kg": 15_400,
                        "average_rpe": 7.9,
                        "muscles": [{"muscle": "quadriceps", "hard_sets": 12, "sessions": 3}],
                    }
                ],
            }
        }
    )

    streak: Streak
    weeks: list[Week] = Field(description="Oldest first; empty ones are there, too. The last one is the current one.")


class RecordStep(Output):
    """A best as it stood."""

    value: float
    achieved_at: datetime
    workout_id: UUID


class Record(RecordStep):
    """A personal record."""

    exercise_id: UUID
    exercise_name: str
    kind: RecordKind
    unit: Literal["kg", "lb", "reps"] = Field(description="For weights, the profile's unit.")
    history: list[RecordStep] = Field(description="Each time it was beaten, oldest first, this one included.")


class RecordPage(Page[Record]):
    """A page of personal records, by exercise and kind."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [_RECORD], "total": 1, "page": 1, "per_page": 20}}
    )


class TopSet(Output):
    """The heaviest working set; of these the one with most reps."""

    weight: float | None
    weight_unit: WeightUnit | None
    weight_kg: float | None
    reps: int | None
    duration_seconds: int | None
    distance_meters: float | None
    rpe: float | None


class RepsAtWeight(Output):
    """The most reps at a weight."""

    weight: float | None
    weight_unit: WeightUnit | None
    reps: int


class ExercisePoint(Output):
    """What a workout did for an exercise. Warm-ups do not count."""

    workout_id: UUID
    completed_at: datetime
    date: date
    working_sets: int
    volume_kg: float
    estimated_1rm_kg: float | None = Field(description="The best of its sets.")
    top_set: TopSet
    reps_at_weight: list[RepsAtWeight] = Field(description="Heaviest first.")


class ExerciseProgress(Output):
    """An exercise over time, ready for a chart."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "exercise_id": _SQUAT_ID,
                "exercise_name": "Back Squat",
                "trend_kg_per_week": 1.25,
                "points": [_POINT],
            }
        }
    )

    exercise_id: UUID
    exercise_name: str
    trend_kg_per_week: float | None = Field(
        description="Least squares through the estimated 1RMs; null with fewer than two."
    )
    points: list[ExercisePoint] = Field(description="Oldest first.")
