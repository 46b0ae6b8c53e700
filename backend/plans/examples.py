"""Examples of the plan models."""

from typing import Any

from backend.core.examples import PLAN_ID, SQUAT_ID, page_of

_SETS: list[dict[str, Any]] = [
    {"set_type": "warmup", "reps_min": 5, "reps_max": 5, "percent_1rm": 50, "rest_seconds": 90},
    {"reps_min": 5, "reps_max": 5, "weight": 100, "weight_unit": "kg", "rpe": 8, "rest_seconds": 180},
]
_STORED_SET: dict[str, Any] = {
    "set_type": "working",
    "reps_min": None,
    "reps_max": None,
    "weight": None,
    "weight_unit": None,
    "percent_1rm": None,
    "rpe": None,
    "rir": None,
    "rest_seconds": None,
}
_HEAD: dict[str, Any] = {
    "name": "Strength in twelve weeks",
    "description": "Three days of few, heavy sets.",
    "training_style": "full body",
    "goal": "strength",
    "difficulty_level": "intermediate",
    "duration_weeks": 12,
    "days_per_week": 3,
    "is_public": False,
    "metadata": {"color": "teal"},
}
_PROGRESSION: dict[str, Any] = {
    "scheme": "linear",
    "increment": 2.5,
    "unit": "kg",
    "ceiling": 140,
    "deload": {"after_failures": 2, "percent": 10},
}
WRITE: dict[str, Any] = _HEAD | {
    "days": [
        {
            "day": 1,
            "name": "Squat day",
            "exercises": [{"exercise_id": SQUAT_ID, "notes": "Belt on.", "progression": _PROGRESSION, "sets": _SETS}],
        }
    ]
}
COPY: dict[str, Any] = {"name": "My own strength"}
SUMMARY: dict[str, Any] = _HEAD | {
    "id": PLAN_ID,
    "own": True,
    "version": 1,
    "created_at": "2026-03-01T09:00:00Z",
    "updated_at": "2026-03-01T09:00:00Z",
}
PLAN: dict[str, Any] = SUMMARY | {
    "days": [
        {
            "day": 1,
            "name": "Squat day",
            "exercises": [
                {
                    "exercise_id": SQUAT_ID,
                    "exercise_name": "Back Squat",
                    "superset": None,
                    "notes": "Belt on.",
                    "progression": _PROGRESSION,
                    "sets": [_STORED_SET | target for target in _SETS],
                }
            ],
        }
    ]
}
PAGE = page_of(SUMMARY)
VERSION_PAGE = page_of(PLAN)
