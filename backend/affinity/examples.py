"""Examples of the affinity models."""

from typing import Any

from backend.core.examples import WORKOUT_ID, page_of

EVENTS: list[dict[str, Any]] = [
    {
        "id": "5a1c9e7d-8b3f-4c20-9d6e-7f0a2b4c6d8e",
        "kind": "weekly_streak",
        "points": 15,
        "reason": "Trained 3 times this week",
        "earned_on": "2026-03-08",
        "created_at": "2026-03-08T18:30:00.2Z",
        "workout_id": WORKOUT_ID,
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
AFFINITY: dict[str, Any] = {
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
    "events": page_of(*EVENTS),
}
