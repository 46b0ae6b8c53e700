"""Examples of /account."""

from typing import Any

EXPORT: dict[str, Any] = {
    "format": "slow-burn-account",
    "version": 1,
    "exported_at": "2026-03-01T18:30:00+00:00",
    "user": {"id": "3f1d8a52-6c0e-4b7a-9d24-8e5f6a7b8c9d", "email": "robin@example.com"},
    "tables": {
        "memories": [
            {
                "user_id": "3f1d8a52-6c0e-4b7a-9d24-8e5f6a7b8c9d",
                "id": "c2a4e6f8-1b3d-4f5a-8c7e-9d0b2a4c6e8f",
                "content": "Hurt the left knee skiing.",
                "kind": "injury",
            }
        ],
        "used_exercises": [{"id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "name": "Barbell Back Squat"}],
    },
}

CSV = """\
title,start_time,end_time,description,exercise_title,superset_id,exercise_notes,set_index,set_type,weight_kg,\
weight_lbs,reps,distance_km,duration_seconds,rpe,rir,rest_seconds,tempo,form_quality
Legs,2026-03-01 17:30:00,2026-03-01 18:30:00,,Barbell Back Squat,,,0,normal,100,,5,,,8,2,180,,
"""

DELETION = {"confirm": "delete my account"}

DELETED = {"deleted": True, "sign_in_deleted": True, "left_to_do": None}
