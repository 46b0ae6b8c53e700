"""Exercises in the database."""

from typing import TypedDict, cast
from uuid import UUID

from backend.core.identity import Caller
from backend.exercises.models import ExerciseQuery
from backend.gateway import RpcGateway


class DBExerciseSummaryRow(TypedDict):
    """What private.exercise_json answers."""

    id: str
    slug: str
    name: str
    aliases: list[str]
    category: str
    force: str | None
    mechanic: str | None
    level: str
    measured_in: str
    custom: bool
    equipment: list[str]
    primary_muscles: list[str]
    secondary_muscles: list[str]


class DBExerciseRow(DBExerciseSummaryRow):
    """What get_exercise answers."""

    instructions: list[str]


class DBExercisePageRow(TypedDict):
    """What search_exercises answers."""

    items: list[DBExerciseSummaryRow]
    total: int
    page: int
    per_page: int


class ExerciseRepository:
    """Reads what the caller may see: the catalogue and their own exercises."""

    def __init__(self, gateway: RpcGateway) -> None:
        self._gateway = gateway

    async def search(self, query: ExerciseQuery, caller: Caller) -> DBExercisePageRow:
        """A page of the exercises that match."""
        arguments = {
            "p_q": query.q,
            "p_muscles": list(query.muscle) or None,
            "p_equipment": list(query.equipment) or None,
            "p_categories": list(query.category) or None,
            "p_levels": list(query.level) or None,
            "p_mechanics": list(query.mechanic) or None,
            "p_forces": list(query.force) or None,
            "p_custom": query.custom,
            "p_page": query.page,
            "p_per_page": query.per_page,
        }
        return cast(DBExercisePageRow, await self._gateway.call("search_exercises", arguments, caller))

    async def get(self, exercise_id: UUID, caller: Caller) -> DBExerciseRow:
        """One exercise; a 404 Problem for another user's own."""
        return cast(DBExerciseRow, await self._gateway.call("get_exercise", {"p_id": str(exercise_id)}, caller))
