"""A user with one of everything, and valid arguments for every function."""

import json
from typing import Any
from uuid import uuid4

import httpx

from tests.support import Person, a_set, exercise_id

SERVICE_SECRET = "the secret of a service in the tests"  # made up, for the test's own database


class Subject:
    """A user with one of everything, and valid arguments for every function."""

    def __init__(self, person: Person, data_api: httpx.Client) -> None:
        self.person = person
        self._data_api = data_api

    async def fill(self) -> None:
        days = [
            {
                "day": 1,
                "name": "A",
                "exercises": [{"exercise_id": exercise_id("back-squat"), "sets": [{}]}],
            }
        ]
        self.days = days
        own = (await self.person.ask("POST", "/exercises", json={"name": "My lift"})).json()["id"]
        plan = (await self.person.ask("POST", "/plans", json={"name": "Mine", "days": days})).json()["id"]
        logged = await self.person.log(a_set(weight=100), plan_id=plan, plan_day=1)
        workout = logged.json()["workout"]["id"]
        memory = {"content": "Likes tea", "kind": "preference"}
        memory_id = (await self.person.ask("POST", "/memories", json=memory)).json()["id"]
        measurement = {"kind": "waist", "value": 80}
        measurement_id = (await self.person.ask("POST", "/measurements", json=measurement)).json()["id"]
        begun = self.call("begin_chat_turn", json.dumps({"p_message": "Hello"})).json()
        self.ids = {
            "exercise": own,
            "plan": plan,
            "workout": workout,
            "memory": memory_id,
            "measurement": measurement_id,
            "message": begun["message_id"],
            "conversation": begun["conversation_id"],
        }

    def call(self, function: str, body: str) -> httpx.Response:
        headers = {
            "Authorization": f"Bearer {self.person.token}",
            "Content-Type": "application/json",
            "X-Service-Secret": SERVICE_SECRET,
        }
        return self._data_api.post(f"/rpc/{function}", content=body.encode("utf-8", "surrogatepass"), headers=headers)

    def arguments(self, function: str) -> dict[str, Any]:
        """Valid arguments. They name every field that a document may have, so that each is attacked."""
        a_done_set = {
            "exercise_id": exercise_id("back-squat"),
            "set_type": "working",
            "weight": 100,
            "weight_unit": "kg",
            "reps": 5,
            "duration_seconds": 30,
            "distance_meters": 5,
            "rpe": 8,
            "rir": 2,
            "rest_seconds": 60,
            "tempo": "3-1-1-0",
            "form_quality": 3,
            "superset": 1,
            "notes": "x",
        }
        workout = {
            "id": str(uuid4()),
            "plan_id": self.ids["plan"],
            "plan_day": 1,
            "title": "x",
            "started_at": "2026-03-01T10:00:00Z",
            "completed_at": "2026-03-01T11:00:00Z",
            "notes": "x",
            "mood": "good",
            "energy_before": 5,
            "energy_after": 5,
            "overall_rpe": 8,
            "sets": [a_done_set],
        }
        a_planned_set = {
            "set_type": "working",
            "reps_min": 5,
            "reps_max": 8,
            "weight": 100,
            "weight_unit": "kg",
            "rpe": 8,
            "rir": 2,
            "rest_seconds": 60,
        }
        progression = {
            "scheme": "linear",
            "increment": 2.5,
            "unit": "kg",
            "ceiling": 200,
            "deload": {"after_failures": 3, "percent": 10},
        }
        plan = {
            "id": str(uuid4()),
            "name": f"Plan {uuid4()}",
            "description": "x",
            "training_style": "x",
            "goal": "x",
            "difficulty_level": "beginner",
            "duration_weeks": 4,
            "days_per_week": 3,
            "is_public": False,
            "metadata": {"x": 1},
            "days": [
                {
                    "day": 1,
                    "name": "x",
                    "exercises": [
                        {
                            "exercise_id": exercise_id("back-squat"),
                            "superset": 1,
                            "notes": "x",
                            "progression": progression,
                            "sets": [a_planned_set],
                        }
                    ],
                }
            ],
        }
        exercise = {
            "id": str(uuid4()),
            "name": f"Lift {uuid4()}",
            "aliases": ["x"],
            "category": "strength",
            "movement_pattern": "squat",
            "force": "push",
            "mechanic": "compound",
            "level": "beginner",
            "laterality": "bilateral",
            "measured_in": "reps",
            "equipment": [],
            "primary_muscles": ["quads"],
            "secondary_muscles": [],
            "joints": ["knee"],
            "instructions": ["x"],
            "cues": ["x"],
        }
        memory = {
            "id": str(uuid4()),
            "content": f"Fact {uuid4()}",
            "kind": "fact",
            "importance": 0.5,
            "pinned": False,
            "expires_in_days": 5,
        }
        profile = {
            "display_name": "x",
            "birth_date": "1990-01-01",
            "fitness_level": "beginner",
            "goals": ["x"],
            "weight_unit": "kg",
            "timezone": "UTC",
            "equipment": ["barbell"],
            "injuries": ["knee"],
            "weekly_target": 3,
            "preferences": {"x": 1},
        }
        turn = {
            "reply": "x",
            "expression": "happy",
            "suggestions": ["x"],
            "usage": {"prompt_tokens": 1, "output_tokens": 1},
            "memories": [
                {"content": "Hello there", "kind": "fact", "importance": 0.5, "replaces": None, "expires_in_days": 5}
            ],
            "memories_used": [{"id": self.ids["memory"], "score": 0.5}],
            "degraded": [],
            "cut_off": False,
            "refused": False,
        }
        imported = {
            "import_key": "x",
            "line": 1,
            "title": "x",
            "started_at": "2026-03-01T10:00:00",
            "duration_seconds": 60,
            "completed_at": "2026-03-01T11:00:00",
            "notes": "x",
            "sets": [{"exercise": "Bench Press", "reps": 5, "weight": 5}],
        }
        kind = {
            "measurement": "measurement",
            "exercise": "exercise",
            "memory": "memory",
            "conversation": "conversation",
            "workout": "workout",
        }
        subject = next(
            (kind[word] for word in kind if word in function and function != "get_exercise_progress"), "plan"
        )
        return {
            "p_id": self.ids["exercise"] if "alternatives" in function or "progress" in function else self.ids[subject],
            "p_workout": workout,
            "p_plan": plan,
            "p_kind": "plan" if function == "find_faults" else "body_weight",
            "p_measurement": {
                "id": str(uuid4()),
                "kind": "body_weight",
                "value": 80,
                "unit": "kg",
                "measured_at": "2026-03-01T10:00:00Z",
            },
            "p_document": plan,
            "p_exercise": exercise,
            "p_memory": memory,
            "p_turn": turn,
            "p_history": {"workouts": [imported]},
            "p_usage": {"prompt_tokens": 1, "output_tokens": 1},
            "p_embeddings": {
                "memories": [{"id": self.ids["memory"], "content": "Likes tea", "embedding": str([0.1] * 768)}]
            },
            "p_changes": {
                "update_profile": profile,
                "update_memory": {**memory, "expires_at": "2030-01-01T00:00:00Z"},
            }.get(function, {**exercise, "archived": False}),
            "p_message_id": self.ids["message"],
            "p_conversation_id": self.ids["conversation"],
            "p_message": "Hello",
            "p_idempotency_key": str(uuid4()),
            "p_plan_id": self.ids["plan"],
            "p_exercise_id": self.ids["exercise"],
            "p_import_id": str(uuid4()),
            "p_page": 1,
            "p_per_page": 5,
            "p_weeks": 4,
            "p_dry_run_weeks": 2,
            "p_limit": 5,
            "p_per_minute": 100_000,
            "p_per_day": 100_000,
            "p_q": "x",
            "p_copy": {"id": str(uuid4()), "name": f"Copy {uuid4()}"},
            "p_file": {"sha256": "x"},
            "p_report": {"imported": 0},
            "p_since": "0-1790000000",
            "p_from": "2026-01-01",
            "p_to": "2026-12-31",
            "p_embedding": str([0.1] * 768),
            "p_query_embedding": str([0.1] * 768),
            "p_query_text": "tea",
            "p_match_count": 5,
            "p_min_similarity": 0.1,
            "p_kinds": ["neck" if "measurement" in function else "fact"],
            "p_superseded": False,
            "p_sort": "name",
            "p_visibility": "own",
            "p_custom": None,
            "p_available": False,
            "p_safe": False,
            "p_keep_memories": True,
            "p_create_missing": False,
            "p_if_versions": None,
            "p_if_revisions": None,
            "p_confirmation": "no",
            "p_after": {"table": "workouts", "row": {"user_id": str(self.person.id), "id": self.ids["workout"]}}
            if function == "export_account"
            else {"completed_at": "2026-01-01T00:00:00Z", "id": self.ids["workout"]},
            **dict.fromkeys(
                (
                    "p_muscles",
                    "p_equipment",
                    "p_categories",
                    "p_movement_patterns",
                    "p_levels",
                    "p_mechanics",
                    "p_forces",
                )
            ),
        }
