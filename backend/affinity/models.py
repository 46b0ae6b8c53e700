"""Response models of /affinity."""

from datetime import date, datetime

from pydantic import Field

from backend.affinity import examples
from backend.core.examples import example
from backend.core.fields import StoredId
from backend.core.models import Output, Page
from backend.core.vocabulary import AffinityStanding, LevelNumber, LevelTitle


class AffinityKind(Output):
    """What one kind of event has earned today."""

    kind: str
    label: str
    earned: int
    cap: int = Field(description="The most that this kind earns in a day.")


class AffinityToday(Output):
    """What was earned on the current day, in the profile's time zone. A change of time zone never repeats a day."""

    earned: int
    cap: int = Field(description="The most that all kinds together earn in a day.")
    by_kind: list[AffinityKind]


class AffinityLevel(Output):
    """A level and the score from which it is reached."""

    level: LevelNumber
    title: LevelTitle
    threshold: int


class AwardedEvent(Output):
    """What was awarded, when and why."""

    id: StoredId
    kind: str
    points: int = Field(description="0 if the day's cap was reached.")
    reason: str
    earned_on: date = Field(description="The day in the profile's time zone.")
    created_at: datetime
    workout_id: StoredId | None = Field(description="The workout that earned it; null for conversations.")


class AwardedEventPage(Page[AwardedEvent]):
    """A page of events, those of the latest day first."""


class Affinity(AffinityStanding):
    """How close user and companion are, and why."""

    model_config = example(examples.AFFINITY)

    today: AffinityToday
    levels: list[AffinityLevel] = Field(description="All of them, lowest first.")
    events: AwardedEventPage
