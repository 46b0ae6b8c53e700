"""Request and response models of the routes for following a plan."""

from datetime import date

from pydantic import Field

from backend.core.examples import example
from backend.core.fields import StoredId
from backend.core.models import Output, QueryParameters
from backend.core.vocabulary import BodyPart, PlanSetTarget
from backend.following import examples


class NextSessionQuery(QueryParameters):
    """How far to look ahead."""

    dry_run_weeks: int = Field(
        default=0, ge=0, le=12, description="Show how these weeks would go if every target were met."
    )


class SuggestedSet(PlanSetTarget):
    """A set of the plan with what to do now. `weight` is the suggestion, in the profile's unit."""

    reps: int | None = Field(description="The reps that meet the target.")


class SuggestedExercise(Output):
    """An exercise with what to load, what to aim for, and why."""

    exercise_id: StoredId
    exercise_name: str
    why: str = Field(description="One sentence, for the user.")
    sets: list[SuggestedSet]


class SuggestedAlternative(Output):
    """An exercise to do instead."""

    exercise_id: StoredId
    exercise_name: str
    score: float = Field(description="How much it has in common, from 0 to 1.")


class DueExercise(SuggestedExercise):
    """An exercise of the session that is due, with alternatives if it does not fit the profile."""

    superset: int | None
    notes: str | None
    available: bool = Field(description="Whether the profile's equipment is enough.")
    safe: bool = Field(description="Whether it spares the profile's injuries.")
    missing_equipment: list[str]
    injured_joints: list[BodyPart]
    alternatives: list[SuggestedAlternative] = Field(
        description="Up to three, best first; empty when the exercise fits."
    )


class ImaginedSession(Output):
    """A session of the dry run."""

    week: int
    day: int
    day_name: str | None
    exercises: list[SuggestedExercise]


class NextSession(Output):
    """The session that is due."""

    model_config = example(examples.NEXT_SESSION)

    plan_id: StoredId
    plan_name: str
    version: int
    duration_weeks: int | None
    week: int | None = Field(description="The round through the plan's days, from 1; null when the plan is finished.")
    day: int | None = Field(description="Log the workout with this as `plan_day`; null when the plan is finished.")
    day_name: str | None
    finished: bool = Field(description="Whether all weeks of the plan are done.")
    due_on: date | None = Field(description="Today, or next Monday when all sessions of this week are done.")
    done_this_week: int
    planned_per_week: int
    exercises: list[DueExercise]
    dry_run: list[ImaginedSession] = Field(description="Starts with the session that is due; empty unless asked for.")


class AdherenceWeek(Output):
    """A calendar week of following a plan."""

    week_start: date = Field(description="Its Monday.")
    sessions: int


class Adherence(Output):
    """How regularly a plan was followed."""

    model_config = example(examples.ADHERENCE)

    plan_id: StoredId
    planned_per_week: int
    sessions: int
    rate: float | None = Field(
        description="The share of planned sessions that were done, from 0 to 1. Extra sessions do not make up for "
        "another week, and the current week never lowers it. Null when nothing was due yet."
    )
    weeks: list[AdherenceWeek] = Field(description="From the first workout on, oldest first, empty weeks included.")
