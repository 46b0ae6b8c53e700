"""Request and response models of /sync."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from backend.core.examples import example
from backend.core.fields import StoredId
from backend.core.models import Output, QueryParameters
from backend.exercises.models import Exercise
from backend.measurements.models import Measurement
from backend.memories.models import Memory
from backend.plans.models import Plan
from backend.sync import examples
from backend.workouts.models import Workout


class SyncQuery(QueryParameters):
    """From where on, and how much."""

    since: str | None = Field(
        default=None,
        pattern=r"^[0-9]{1,18}-[0-9]{1,11}$",
        description="The `cursor` of the last answer. Without it, everything there is, and no deletions.",
    )
    limit: int = Field(default=100, ge=1, le=100, description="The most changes in the answer.")


class _Change(Output):
    id: StoredId
    changed_at: datetime = Field(description="When it was last changed, or deleted (RFC 3339, UTC).")


class ExerciseChange(_Change):
    """An exercise of the user's own, as it is now."""

    kind: Literal["exercise"]
    value: Exercise | None


class PlanChange(_Change):
    """A plan of the user's own, as it is now."""

    kind: Literal["plan"]
    value: Plan | None


class WorkoutChange(_Change):
    """A workout, as it is now."""

    kind: Literal["workout"]
    value: Workout | None


class MeasurementChange(_Change):
    """A measurement, as it was entered."""

    kind: Literal["measurement"]
    value: Measurement | None


class MemoryChange(_Change):
    """A memory, as it is now."""

    kind: Literal["memory"]
    value: Memory | None


type Change = Annotated[
    ExerciseChange | PlanChange | WorkoutChange | MeasurementChange | MemoryChange, Field(discriminator="kind")
]


class Changes(Output):
    """What changed, in the order of the latest change of each."""

    model_config = example(examples.CHANGES)

    items: list[Change]
    cursor: str = Field(description="Send it as `since` next time. It works for a year.")
    has_more: bool = Field(description="Whether there may be more: ask again at once.")
