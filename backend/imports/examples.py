"""Examples of the import models."""

from typing import Any

CSV = """\
Date,Workout Name,Duration,Exercise Name,Set Order,Weight,Reps,Distance,Seconds,Notes,Workout Notes,RPE
2023-01-15 17:35:12,Push Day,1h 10m,Bench Press (Barbell),1,80,5,0,0,,,8.5
"""
REPORT: dict[str, Any] = {
    "imported": 212,
    "skipped": 3,
    "unmatched_exercises": ["Grandma's Curl"],
    "errors": [{"line": 118, "reason": "weight: Input should be less than or equal to 2000"}],
}
