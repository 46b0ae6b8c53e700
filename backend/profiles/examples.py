"""Examples of the profile models."""

from typing import Any

CHANGES: dict[str, Any] = {
    "weight_unit": "lb",
    "timezone": "America/New_York",
    "weekly_target": 4,
    "equipment": ["barbell", "rack", "bench"],
    "injuries": ["shoulder"],
}
PROFILE: dict[str, Any] = {
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
    "updated_at": "2026-03-02T18:20:00Z",
    "revision": 3,
    "affinity": {"score": 45, "level": 2, "title": "Warming Up", "next_level_at": 100},
}
