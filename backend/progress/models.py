"""Request and response models of /progress."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, Field

from backend.core.examples import example
from backend.core.fields import WHOLE, Day, StoredId
from backend.core.models import Input, Output, Page, PageQuery, QueryParameters
from backend.core.vocabulary import RecordKind, RecordUnit, WeightUnit
from backend.progress import examples


class SummaryQuery(QueryParameters):
    """How many weeks to look back."""

    weeks: int = Field(default=12, ge=1, le=104, description="The current one included.")


class RecordQuery(PageQuery):
    """Which records, and which page of them."""

    exercise_id: UUID | None = Field(default=None, description="Only records of this exercise.")


class Pause(Input):
    """Weeks that the streak skips."""

    model_config = example(examples.PAUSE)

    weeks: Annotated[int, Field(ge=1, le=12, description="Default: 1."), WHOLE] | MISSING = MISSING
    from_: Annotated[
        Day | MISSING,
        Field(alias="from", description="A day of the first week, four weeks ago at the earliest. Default: today."),
    ] = MISSING


class Streak(Output):
    """Weeks in a row in which the weekly target was met."""

    current: int = Field(description="The current week lengthens it once its target is met, and never breaks it.")
    longest: int
    paused: bool = Field(description="Whether this week is paused.")


class PausedStreak(Output):
    """The streak, and the weeks that are paused."""

    model_config = example(examples.PAUSED_STREAK)

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

    model_config = example(examples.SUMMARY)

    streak: Streak
    weeks: list[Week] = Field(description="Oldest first, empty weeks included; the last is the current week.")


class RecordStep(Output):
    """A best at the time."""

    value: float
    achieved_at: datetime
    workout_id: StoredId


class RecordHistory(RecordStep):
    """A personal record."""

    exercise_id: StoredId
    exercise_name: str
    kind: RecordKind
    unit: RecordUnit = Field(description="For weights, the profile's unit.")
    history: list[RecordStep] = Field(description="Each time it was beaten, oldest first, this one included.")


class RecordPage(Page[RecordHistory]):
    """A page of personal records, by exercise and kind."""

    model_config = example(examples.RECORD_PAGE)


class TopSet(Output):
    """The heaviest working set; among equals, the one with the most reps."""

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

    workout_id: StoredId
    completed_at: datetime
    date: date
    working_sets: int
    volume_kg: float
    estimated_1rm_kg: float | None = Field(description="The best of its sets.")
    top_set: TopSet
    reps_at_weight: list[RepsAtWeight] = Field(description="Heaviest first.")


class ExerciseProgress(Output):
    """An exercise over time, ready for a chart."""

    model_config = example(examples.EXERCISE_PROGRESS)

    exercise_id: StoredId
    exercise_name: str
    trend_kg_per_week: float | None = Field(
        description="Least squares through the estimated 1RMs; null with fewer than two."
    )
    points: list[ExercisePoint] = Field(description="Oldest first.")
