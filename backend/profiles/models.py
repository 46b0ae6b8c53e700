"""Request and response models of /profile."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import MISSING, Field

from backend.core.examples import example
from backend.core.fields import RFC3339_DAY, WHOLE, WITHOUT_REPEATS, Name, Revision, SmallObject, StoredId, Text
from backend.core.models import Input, Output
from backend.core.vocabulary import AffinityStanding, BodyPart, Level, WeightUnit
from backend.profiles import examples

BirthDate = Annotated[
    date, Field(strict=False, ge=date(1900, 1, 1), description="From 1900 on; users are 13 or older."), RFC3339_DAY
]


class ProfileChanges(Input):
    """What to change: an absent field stays as it is; null clears, where it is allowed."""

    model_config = example(examples.CHANGES)

    display_name: Annotated[Name, Field(max_length=50)] | MISSING = MISSING
    birth_date: BirthDate | MISSING | None = MISSING
    fitness_level: Level | MISSING | None = MISSING
    goals: Annotated[list[Annotated[Name, Field(max_length=200)]], Field(max_length=10)] | MISSING = MISSING
    weight_unit: WeightUnit | MISSING = MISSING
    timezone: Annotated[Text, Field(max_length=100, description="An IANA name, such as Europe/Berlin.")] | MISSING = (
        MISSING
    )
    equipment: (
        Annotated[
            list[Annotated[Text, Field(max_length=100)]],
            Field(max_length=100, description="Slugs, such as `barbell`, of the equipment at hand."),
            WITHOUT_REPEATS,
        ]
        | MISSING
    ) = MISSING
    injuries: (
        Annotated[list[BodyPart], Field(max_length=100, description="Body parts to spare."), WITHOUT_REPEATS] | MISSING
    ) = MISSING
    weekly_target: Annotated[int, Field(ge=1, le=7, description="Workouts a week."), WHOLE] | MISSING = MISSING
    preferences: (
        Annotated[SmallObject, Field(description="The frontend's own settings: replaced as a whole, at most 8 KiB.")]
        | MISSING
    ) = MISSING


class Profile(Output):
    """The caller's profile."""

    model_config = example(examples.PROFILE)
    written_as = ProfileChanges

    user_id: StoredId
    display_name: str
    birth_date: date | None
    fitness_level: Level | None
    goals: list[str]
    weight_unit: WeightUnit
    timezone: str
    equipment: list[str]
    injuries: list[BodyPart]
    weekly_target: int
    preferences: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    revision: Revision
    affinity: AffinityStanding
