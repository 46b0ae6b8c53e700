"""Examples of the exercise models."""

from typing import Any

from backend.core.examples import SQUAT_ID, page_of

SUMMARY: dict[str, Any] = {
    "id": SQUAT_ID,
    "slug": "back-squat",
    "name": "Back Squat",
    "aliases": ["Squat", "Barbell Squat", "Barbell Back Squat"],
    "category": "strength",
    "movement_pattern": "squat",
    "force": "push",
    "mechanic": "compound",
    "level": "intermediate",
    "laterality": "bilateral",
    "measured_in": "weight_and_reps",
    "equipment": ["barbell", "rack"],
    "primary_muscles": ["quadriceps", "glutes"],
    "secondary_muscles": ["adductors", "hamstrings", "lower_back", "abs"],
    "joints": ["knee", "hip", "lower_back", "ankle"],
    "custom": False,
    "available": True,
    "safe": True,
    "times_done": 12,
    "last_done_at": "2026-03-01T18:30:00Z",
}
EXERCISE: dict[str, Any] = SUMMARY | {
    "instructions": ["Set the bar across your upper back.", "Squat until your hips are below your knees."],
    "cues": ["Push the floor away."],
    "source": None,
    "license": None,
    "archived": False,
    "created_at": "2026-01-05T09:00:00Z",
    "updated_at": "2026-01-05T09:00:00Z",
    "revision": 101,
    "relations": [{"kind": "variation", "exercise_id": "94822480-b648-03bf-4720-826de29a4b3e", "name": "Front Squat"}],
}
PAGE = page_of(SUMMARY)
ALTERNATIVE = SUMMARY | {
    "score": 0.81,
    "relation": "variation",
    "same_pattern": True,
    "shared_muscles": ["quadriceps"],
}
ALTERNATIVE_PAGE = page_of(ALTERNATIVE)
FACETS: dict[str, Any] = {
    "muscles": [{"value": "quadriceps", "label": "Quadriceps", "count": 3}],
    "equipment": [{"value": "none", "label": "No Equipment", "count": 3}],
    "categories": [{"value": "strength", "label": "Strength", "count": 3}],
    "movement_patterns": [{"value": "squat", "label": "Squat", "count": 3}],
    "levels": [{"value": "beginner", "label": "Beginner", "count": 3}],
    "mechanics": [{"value": "compound", "label": "Compound", "count": 3}],
    "forces": [{"value": "push", "label": "Push", "count": 3}],
}
CHANGES: dict[str, Any] = {"name": "Garage Lift", "joints": ["lower_back"]}
NEW_EXERCISE: dict[str, Any] = {
    "name": "Garage Lift",
    "aliases": ["Stone Curl"],
    "category": "strongman",
    "movement_pattern": "hinge",
    "force": "pull",
    "mechanic": "compound",
    "level": "intermediate",
    "laterality": "bilateral",
    "measured_in": "weight_and_reps",
    "equipment": ["sandbag"],
    "primary_muscles": ["glutes"],
    "secondary_muscles": ["lower_back"],
    "joints": ["hip", "lower_back"],
    "instructions": ["Straddle the bag and lift it to your lap."],
    "cues": ["Hug it."],
}
