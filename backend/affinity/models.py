"""What /affinity answers."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from pydantic import ConfigDict, Field

from backend.core.models import Output, Page

_EVENTS: list[dict[str, Any]] = [
    {
        "id": "5a1c9e7d-8b3f-4c20-9d6e-7f0a2b4c6d8e",
        "kind": "weekly_streak",
        "points": 15,
        "reason": "Trained 3 times this week",
        "earned_on": "2026-03-08",
        "created_at": "2026-03-08T18:30:00.2Z",
        "workout_id": "0d7c9f3e-52b1-4a86-8f0a-6d1e2b3c4a59",
    },
    {
        "id": "c4e2a0f8-6d5b-4139-8e7a-1b3d5f7a9c0e",
        "kind": "conversation",
        "points": 1,
        "reason": "Talked with the companion",
        "earned_on": "2026-03-08",
        "created_at": "2026-03-08T08:15:00Z",
        "workout_id": None,
    },
]
_AFFINITY: dict[str, Any] = {
    "score": 46,
    "level": 2,
    "title": "Warming Up",
    "next_level_at": 100,
    "today": {
        "earned": 16,
        "cap": 85,
        "by_kind": [
            {"kind": "workout_completed", "label": "Workouts", "earned": 0, "cap": 20},
            {"kind": "personal_record", "label": "Personal records", "earned": 0, "cap": 15},
            {"kind": "weekly_streak", "label": "Weekly target", "earned": 15, "cap": 15},
            {"kind": "first_time", "label": "First times", "earned": 0, "cap": 30},
            {"kind": "conversation", "label": "Conversation", "earned": 1, "cap": 5},
        ],
    },
    "levels": [
        {"level": 1, "title": "New Acquaintance", "threshold": 0},
        {"level": 2, "title": "Warming Up", "threshold": 30},
    ],
    "events": {"items": _EVENTS, "total": 2, "page": 1, "per_page": 20},
}


class AffinityKind(Output):
    """What one kind of event has earned today."""

    kind: str
    label: str
    earned: int
    cap: int = Field(description="The most that this kind earns in a day.")


class AffinityToday(Output):
    """What was earned on the current day, in the profile's time zone. No day comes twice."""

    earned: int
    cap: int = Field(description="The most that all kinds together earn in a day.")
    by_kind: list[AffinityKind]


class AffinityLevel(Output):
    """A level and the score from which it is reached."""

    level: int
    title: str
    threshold: int


class AwardedEvent(Output):
    """What was awarded, when and why."""

    id: UUID
    kind: str
    points: int = Field(description="0 for what a workout did beyond the day's cap.")
    reason: str
    earned_on: date = Field(description="The day in the profile's time zone.")
    created_at: datetime
    workout_id: UUID | None = Field(description="What earned it; null for talk.")


class AwardedEventPage(Page[AwardedEvent]):
    """A page of events, those of the latest day first."""


class Affinity(Output):
    """How close user and companion are, and why."""

    model_config = ConfigDict(json_schema_extra={"example": _AFFINITY})

    score: int
    level: int
    title: str
    next_level_at: int | None = Field(description="The score of the next level; null at the top.")
    today: AffinityToday
    levels: list[AffinityLevel] = Field(description="All of them, lowest first.")
    events: AwardedEventPage
