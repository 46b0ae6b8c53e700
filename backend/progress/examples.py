"""Examples of the progress models."""

from typing import Any

from backend.core.examples import SQUAT_ID, WORKOUT_ID, page_of

PAUSE: dict[str, Any] = {"weeks": 2, "from": "2026-08-03"}
STREAK: dict[str, Any] = {"current": 6, "longest": 11, "paused": False}
PAUSED_STREAK: dict[str, Any] = {"streak": STREAK, "paused_weeks": ["2026-08-03"]}
SUMMARY: dict[str, Any] = {
    "streak": STREAK,
    "weeks": [
        {
            "week_start": "2026-03-02",
            "sessions": 3,
            "duration_seconds": 12_600,
            "volume_kg": 15_400,
            "average_rpe": 7.9,
            "muscles": [{"muscle": "quadriceps", "hard_sets": 12, "sessions": 3}],
        }
    ],
}
RECORD_PAGE = page_of(
    {
        "exercise_id": SQUAT_ID,
        "exercise_name": "Back Squat",
        "kind": "weight",
        "unit": "kg",
        "value": 120,
        "achieved_at": "2026-03-08T18:30:00Z",
        "workout_id": WORKOUT_ID,
        "history": [
            {
                "value": 110,
                "achieved_at": "2026-03-01T18:30:00Z",
                "workout_id": "8e2d4b6a-1c3f-4e5d-9a7b-6c8d0e1f2a3b",
            },
            {"value": 120, "achieved_at": "2026-03-08T18:30:00Z", "workout_id": WORKOUT_ID},
        ],
    }
)
EXERCISE_PROGRESS: dict[str, Any] = {
    "exercise_id": SQUAT_ID,
    "exercise_name": "Back Squat",
    "trend_kg_per_week": 1.25,
    "points": [
        {
            "workout_id": WORKOUT_ID,
            "completed_at": "2026-03-08T18:30:00Z",
            "date": "2026-03-08",
            "working_sets": 3,
            "volume_kg": 1800,
            "estimated_1rm_kg": 140,
            "top_set": {
                "weight": 120,
                "weight_unit": "kg",
                "weight_kg": 120,
                "reps": 5,
                "duration_seconds": None,
                "distance_meters": None,
                "rpe": 8.5,
            },
            "reps_at_weight": [{"weight": 120, "weight_unit": "kg", "reps": 5}],
        }
    ],
}
