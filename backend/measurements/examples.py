"""Examples of the measurement models."""

from typing import Any

from backend.core.examples import page_of

MEASUREMENT: dict[str, Any] = {
    "id": "5b1f0c8e-9d3a-4f62-8e71-2c4d6a8b0e13",
    "kind": "body_weight",
    "value": 82.4,
    "unit": "kg",
    "measured_at": "2026-03-02T06:30:00Z",
    "created_at": "2026-03-02T06:30:04Z",
    "updated_at": "2026-03-02T06:30:04Z",
    "revision": 5131,
}
PAGE = page_of(MEASUREMENT)
NEW: dict[str, Any] = {"kind": "body_weight", "value": 82.4}
SERIES: dict[str, Any] = {
    "kind": "body_weight",
    "unit": "kg",
    "trend_per_week": -0.4,
    "points": [
        {
            "measurement_id": "0e7d2a54-6b1c-4c1e-a3f8-9f2b4d6c8a10",
            "measured_at": "2026-02-23T06:30:00Z",
            "date": "2026-02-23",
            "value": 82.8,
        },
        {
            "measurement_id": MEASUREMENT["id"],
            "measured_at": MEASUREMENT["measured_at"],
            "date": "2026-03-02",
            "value": 82.4,
        },
    ],
}
