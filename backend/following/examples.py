"""Examples of the models of following a plan."""

from typing import Any

from backend.core.examples import PLAN_ID, SQUAT_ID

_TARGET: dict[str, Any] = {
    "set_type": "working",
    "reps_min": 5,
    "reps_max": 5,
    "weight": None,
    "weight_unit": "kg",
    "percent_1rm": None,
    "rpe": None,
    "rir": None,
    "rest_seconds": 90,
}
NEXT_SESSION: dict[str, Any] = {
    "plan_id": PLAN_ID,
    "plan_name": "Strength in twelve weeks",
    "version": 1,
    "duration_weeks": 12,
    "week": 2,
    "day": 1,
    "day_name": "Squat day",
    "finished": False,
    "due_on": "2026-03-09",
    "done_this_week": 0,
    "planned_per_week": 3,
    "exercises": [
        {
            "exercise_id": SQUAT_ID,
            "exercise_name": "Back Squat",
            "superset": None,
            "notes": "Belt on.",
            "why": "You met all targets with 100 kg on 2026-03-06, so add 2.5 kg.",
            "available": True,
            "safe": True,
            "missing_equipment": [],
            "injured_joints": [],
            "alternatives": [],
            "sets": [
                _TARGET | {"set_type": "warmup", "percent_1rm": 50, "reps": 5, "weight": 60},
                _TARGET | {"rpe": 8, "rest_seconds": 180, "reps": 5, "weight": 102.5},
            ],
        }
    ],
    "dry_run": [],
}
ADHERENCE: dict[str, Any] = {
    "plan_id": PLAN_ID,
    "planned_per_week": 3,
    "sessions": 5,
    "rate": 0.833,
    "weeks": [{"week_start": "2026-03-02", "sessions": 3}, {"week_start": "2026-03-09", "sessions": 2}],
}
