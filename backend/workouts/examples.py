"""Examples of the workout models."""

from typing import Any

from backend.core.examples import SQUAT_ID, WORKOUT_ID, page_of

LOG: dict[str, Any] = {
    "title": "Leg day",
    "started_at": "2026-03-01T17:20:00Z",
    "completed_at": "2026-03-01T18:30:00Z",
    "mood": "good",
    "energy_before": 6,
    "energy_after": 8,
    "overall_rpe": 7.5,
    "sets": [
        {"exercise_id": SQUAT_ID, "set_type": "warmup", "weight": 40, "weight_unit": "kg", "reps": 5},
        {"exercise_id": SQUAT_ID, "weight": 180, "weight_unit": "lb", "reps": 5, "rpe": 8, "rir": 2},
    ],
}
SUMMARY: dict[str, Any] = {
    "id": WORKOUT_ID,
    "plan_id": None,
    "plan_version": None,
    "plan_day": None,
    "plan_name": None,
    "title": "Leg day",
    "started_at": "2026-03-01T17:20:00Z",
    "completed_at": "2026-03-01T18:30:00Z",
    "created_at": "2026-03-01T18:30:04Z",
    "updated_at": "2026-03-01T18:30:04Z",
    "revision": 5117,
    "notes": None,
    "mood": "good",
    "energy_before": 6,
    "energy_after": 8,
    "overall_rpe": 7.5,
    "duration_seconds": 4200,
    "total_sets": 2,
    "working_sets": 1,
    "total_volume_kg": 408.233133,
    "exercises": [{"exercise_id": SQUAT_ID, "exercise_name": "Back Squat", "working_sets": 1}],
}
_SET: dict[str, Any] = {
    "exercise_id": SQUAT_ID,
    "set_type": "working",
    "weight": 180,
    "weight_unit": "lb",
    "reps": 5,
    "duration_seconds": None,
    "distance_meters": None,
    "rpe": 8,
    "rir": 2,
    "rest_seconds": 180,
    "tempo": "3-1-1-0",
    "form_quality": 4,
    "superset": None,
    "notes": None,
    "id": "8e2d4b6a-1c3f-4e5d-9a7b-6c8d0e1f2a3b",
    "position": 2,
    "exercise_name": "Back Squat",
    "weight_kg": 81.6466266,
    "volume_kg": 408.233133,
    "estimated_1rm_kg": 100.7,
}
_WARMUP: dict[str, Any] = _SET | {
    "set_type": "warmup",
    "weight": 40,
    "weight_unit": "kg",
    "rpe": None,
    "rir": None,
    "tempo": None,
    "id": "3f6a1c58-9d2e-4b7a-8c15-0e4f5a6b7c8d",
    "position": 1,
    "weight_kg": 40,
    "volume_kg": 0,
    "estimated_1rm_kg": None,
}
WORKOUT: dict[str, Any] = SUMMARY | {"sets": [_WARMUP, _SET]}
PAGE = page_of(SUMMARY)
LOGGED: dict[str, Any] = {
    "workout": WORKOUT,
    "affinity": {
        "gained": 15,
        "score": 40,
        "level": 2,
        "title": "Warming Up",
        "leveled_up": True,
        "events": [
            {"kind": "workout_completed", "points": 10, "reason": "Completed a workout"},
            {"kind": "personal_record", "points": 5, "reason": "Set a personal record"},
        ],
    },
    "personal_records": [
        {
            "exercise_id": SQUAT_ID,
            "exercise_name": "Back Squat",
            "kind": "estimated_1rm",
            "value": 222,
            "unit": "lb",
            "previous": 216.17,
        }
    ],
}
