"""What a client read it can write back: openapi.json says which fields to leave out."""

import json
from typing import Any

from tests.support import Person, a_set, exercise_id, one_gateway
from tools import openapi_file

SCHEMAS: dict[str, Any] = json.loads(openapi_file.PATH.read_text())["components"]["schemas"]


def writable(value: Any, schema: dict[str, Any]) -> Any:
    """A value without the fields that its schema marks as read-only, as docs/api.md describes it."""
    name = schema.get("$ref", "").rpartition("/")[2]
    schema = SCHEMAS.get(name, schema)
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) == 1:
        return writable(value, choices[0])
    if isinstance(value, list):
        return [writable(item, schema["items"]) for item in value]
    if isinstance(value, dict) and "properties" in schema:
        fields = schema["properties"]
        return {
            field: writable(inner, fields[field])
            for field, inner in value.items()
            if not fields[field].get("readOnly", False)
        }
    return value


@one_gateway
async def test_a_plan_is_written_back_as_it_was_read(athlete: Person) -> None:
    exercise = {
        "exercise_id": exercise_id("back-squat"),
        "progression": {"scheme": "linear", "increment": 2.5, "deload": {"after_failures": 3, "percent": 10}},
        "sets": [{"reps_min": 5, "reps_max": 5, "weight": 60, "weight_unit": "kg"}, {"reps_min": 3, "reps_max": 8}],
    }
    plan = {"name": "Strength", "goal": "Squat more", "days": [{"day": 1, "name": "Legs", "exercises": [exercise]}]}
    created = (await athlete.ask("POST", "/plans", json=plan)).json()
    path = f"/plans/{created['id']}"
    read = (await athlete.get(path)).json()
    written = await athlete.ask("PUT", path, json=writable(read, {"$ref": "#/components/schemas/Plan"}))
    assert written.status_code == 200, written.text
    changing = ("version", "updated_at")
    assert {**written.json(), **{name: read[name] for name in changing}} == read


@one_gateway
async def test_a_workout_is_written_back_as_it_was_read(athlete: Person) -> None:
    workout = {
        "title": "Legs",
        "mood": "great",
        "sets": [
            a_set("back-squat", weight=60, weight_unit="kg", reps=5, set_type="warmup"),
            a_set("back-squat", weight=225, weight_unit="lb", reps=5, rpe=8.5, rir=2, tempo="3-1-1"),
        ],
    }
    logged = (await athlete.ask("POST", "/workouts/log", json=workout)).json()["workout"]
    path = f"/workouts/{logged['id']}"
    read = (await athlete.get(path)).json()
    written = await athlete.ask("PUT", path, json=writable(read, {"$ref": "#/components/schemas/Workout"}))
    assert written.status_code == 200, written.text
    again = written.json()["workout"]
    assert again["revision"] > read["revision"]
    for stored in (read, again):
        del stored["revision"], stored["updated_at"]
        for one in stored["sets"]:
            del one["id"]  # an edit stores new sets
    assert again == read


def test_fields_that_a_request_lacks_are_read_only() -> None:
    read_only = {
        name: sorted(field for field, schema in SCHEMAS[name]["properties"].items() if schema.get("readOnly"))
        for name in ("Plan", "PlanExercise", "WorkoutSet", "Memory")
    }
    assert read_only["Plan"] == ["created_at", "id", "own", "updated_at", "version"]
    assert read_only["PlanExercise"] == ["exercise_name"]
    assert read_only["WorkoutSet"] == [
        "estimated_1rm_kg", "exercise_name", "id", "position", "volume_kg", "weight_kg"
    ]  # fmt: skip
    assert "content" not in read_only["Memory"]
    assert "superseded_by" in read_only["Memory"]
