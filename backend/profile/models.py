"""What /profile takes and answers."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import ConfigDict, Field

from backend.core.models import (
    RFC3339_DAY,
    WITHOUT_REPEATS,
    BodyPart,
    Input,
    Name,
    Output,
    SmallObject,
    Text,
    WeightUnit,
    may_be_absent,
)

FitnessLevel = Literal["beginner", "intermediate", "advanced"]
BirthDate = Annotated[
    date, Field(strict=False, ge=date(1900, 1, 1), description="From 1900 on; users are 13 or older."), RFC3339_DAY
]


class ProfileChanges(Input):
    """What to change: an absent field stays as it is; null clears, where it is allowed."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "weight_unit": "lb",
                "timezone": "America/New_York",
                "weekly_target": 4,
                "equipment": ["barbell", "rack", "bench"],
                "injuries": ["shoulder"],
            }
        }
    )

    display_name: Annotated[Name, Field(max_length=50)] = may_be_absent()
    birth_date: BirthDate | None = may_be_absent()
    fitness_level: FitnessLevel | None = may_be_absent()
    goals: Annotated[list[Annotated[Name, Field(max_length=200)]], Field(max_length=10)] = may_be_absent()
    weight_unit: WeightUnit = may_be_absent()
    timezone: Annotated[Text, Field(max_length=100, description="An IANA name, such as Europe/Berlin.")] = (
        may_be_absent()
    )
    equipment: Annotated[
        list[Annotated[Text, Field(max_length=100)]],
        Field(max_length=100, description="Slugs, such as `barbell`, of what is at hand."),
        WITHOUT_REPEATS,
    ] = may_be_absent()
    injuries: Annotated[list[BodyPart], Field(max_length=100, description="Body parts to spare."), WITHOUT_REPEATS] = (
        may_be_absent()
    )
    weekly_target: Annotated[int, Field(ge=1, le=7, description="Workouts a week.")] = may_be_absent()
    preferences: Annotated[
        SmallObject,
        Field(description="The frontend's own settings: replaced as a whole, at most 8 KiB."),
    ] = may_be_absent()


class AffinityStanding(Output):
    """How close user and companion are."""

    score: int
    level: int
    title: str
    next_level_at: int | None = Field(description="The score of the next level; null at the top.")


class Profile(Output):
    """The caller's profile."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "user_id": "7b9f2c51-3a8e-4d06-9c1f-5e2d8a4b6c70",
                "display_name": "athlete",
                "birth_date": "1990-05-17",
                "fitness_level": "intermediate",
                "goals": ["Squat twice my weight"],
                "weight_unit": "lb",
                "timezone": "America/New_York",
                "equipment": ["barbell", "rack", "bench"],
                "injuries": ["shoulder"],
                "weekly_target": 4,
                "preferences": {"theme": "dark"},
                "created_at": "2026-01-05T09:00:00Z",
                "affinity": {"score": 45, "level": 2, "title": "Warming Up", "next_level_at": 100},
            }
        }
    )

    user_id: UUID
    display_name: str
    birth_date: date | None
    fitness_level: FitnessLevel | None
    goals: list[str]
    weight_unit: WeightUnit
    timezone: str
    equipment: list[str]
    injuries: list[BodyPart]
    weekly_target: int
    preferences: dict[str, Any]
    created_at: datetime
    affinity: AffinityStanding
