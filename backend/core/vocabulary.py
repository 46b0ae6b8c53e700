"""The vocabulary that several subjects share: sets and effort, body parts, memories, affinity."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import MISSING, Field
from pydantic_core import PydanticCustomError

from backend.core.fields import AT_MOST_THREE_DECIMALS, WHOLE, Text
from backend.core.models import Output, RuledInput, broken_rule

MAX_SETS = 200
MAX_SUPERSET = 20
MAX_REST_SECONDS = 3600
MAX_NOTES_LENGTH = 1000
MAX_EFFORT_DIFFERENCE = 0.5

type WeightUnit = Literal["kg", "lb"]
type Level = Literal["beginner", "intermediate", "advanced"]
type SetType = Literal["working", "warmup", "backoff", "drop", "amrap", "cluster", "rest_pause", "failure"]
type RecordKind = Literal["weight", "estimated_1rm", "reps", "session_volume"]
type RecordUnit = Literal["kg", "lb", "reps"]

type BodyPart = Literal["neck", "shoulder", "elbow", "wrist", "upper_back", "lower_back", "hip", "knee", "ankle"]
"""What can be injured, and what an exercise loads."""

type MemoryKind = Literal["preference", "goal", "injury", "equipment", "event", "person", "feeling", "fact"]

Rpe = Annotated[float, Field(ge=1, le=10, multiple_of=0.5, allow_inf_nan=False)]
"""Rate of perceived exertion: 1 to 10 in steps of a half."""

Rir = Annotated[int, Field(ge=0, le=10), WHOLE]
"""Reps in reserve."""

Weight = Annotated[float, Field(ge=0, le=2000, allow_inf_nan=False), AT_MOST_THREE_DECIMALS]
"""In its own unit, as entered."""

Distance = Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False), AT_MOST_THREE_DECIMALS]
RestSeconds = Annotated[int, Field(ge=0, le=MAX_REST_SECONDS), WHOLE]
Superset = Annotated[int, Field(ge=1, le=MAX_SUPERSET), WHOLE]
Tempo = Annotated[str, Field(pattern=r"^([0-9]{1,2}|[xX])(-([0-9]{1,2}|[xX])){2,3}$")]
Notes = Annotated[Text, Field(max_length=MAX_NOTES_LENGTH)]
PlanDayNumber = Annotated[int, Field(ge=1, le=7), WHOLE]


def contradicting_effort(given: Mapping[str, Any]) -> Iterator[PydanticCustomError]:
    """The error of a set whose RPE and RIR say different things. Half a rep apart is the same, as RIR has no halves."""
    rpe, rir = given.get("rpe"), given.get("rir")
    if isinstance(rpe, int | float) and isinstance(rir, int | float) and abs(10 - rpe - rir) > MAX_EFFORT_DIFFERENCE:
        yield broken_rule("effort_contradicts", "RPE and RIR contradict each other: RIR is 10 - RPE")


class SetFields(RuledInput):
    """A set without its exercise: reps, a duration or a distance, with or without weight."""

    set_type: Annotated[SetType, Field(description="Default: working.")] | MISSING = MISSING
    weight: Weight | None = Field(default=None, description="As entered, in `weight_unit`; at most three decimals.")
    weight_unit: WeightUnit | None = Field(default=None, description="Default: the profile's.")
    reps: Annotated[int, Field(ge=0, le=1000), WHOLE] | None = None
    duration_seconds: Annotated[int, Field(ge=0, le=86_400), WHOLE] | None = None
    distance_meters: Distance | None = Field(default=None, description="At most three decimals.")
    rpe: Rpe | None = None
    rir: Annotated[Rir, Field(description="Reps in reserve.")] | None = None
    rest_seconds: RestSeconds | None = None
    tempo: Tempo | None = Field(
        default=None, description="Seconds down, paused, up and, if given, paused again; X is as fast as possible."
    )
    form_quality: Annotated[int, Field(ge=1, le=5), WHOLE] | None = None
    superset: Annotated[Superset, Field(description="Sets with the same number were done in turn.")] | None = None
    notes: Notes | None = None

    @classmethod
    def broken_rules(cls, given: Mapping[str, Any]) -> Iterator[PydanticCustomError]:
        """See RuledInput."""
        if given.get("reps") is None and given.get("duration_seconds") is None and given.get("distance_meters") is None:
            yield broken_rule("no_measure", "A set needs reps, duration_seconds or distance_meters")
        yield from contradicting_effort(given)


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


LevelNumber = Annotated[int, Field(description="The number of the level, from 1.")]
LevelTitle = Annotated[str, Field(description="The name of the level.")]


class AffinityStanding(Output):
    """How close user and companion are."""

    score: int
    level: LevelNumber
    title: LevelTitle
    next_level_at: int | None = Field(description="The score of the next level; null at the top.")


class AffinityChange(Output):
    """What an action did to the affinity."""

    gained: int
    score: int
    level: LevelNumber
    title: LevelTitle
    leveled_up: bool
