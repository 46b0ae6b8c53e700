"""Exercises in the database."""

from typing import Any, TypedDict, cast
from uuid import UUID

from backend.core.identity import Caller
from backend.exercises.models import AlternativesQuery, ExerciseFilters, ExerciseQuery
from backend.gateway import RpcGateway


class DBExerciseSummaryRow(TypedDict):
    """What private.exercise_json answers."""

    id: str
    slug: str | None
    name: str
    aliases: list[str]
    category: str
    movement_pattern: str | None
    force: str | None
    mechanic: str | None
    level: str
    laterality: str | None
    measured_in: str
    equipment: list[str]
    primary_muscles: list[str]
    secondary_muscles: list[str]
    joints: list[str] | None
    custom: bool
    available: bool
    safe: bool
    times_done: int
    last_done_at: str | None


class DBExerciseRelationRow(TypedDict):
    """A relation as get_exercise tells it."""

    kind: str
    exercise_id: str
    name: str


class DBExerciseRow(DBExerciseSummaryRow):
    """What get_exercise answers."""

    instructions: list[str]
    cues: list[str]
    source: str | None
    license: str | None
    archived: bool
    relations: list[DBExerciseRelationRow]


class DBExercisePageRow(TypedDict):
    """What search_exercises answers."""

    items: list[DBExerciseSummaryRow]
    total: int
    page: int
    per_page: int


class DBAlternativeRow(DBExerciseSummaryRow):
    """What list_alternatives tells of each."""

    score: float
    relation: str | None
    same_pattern: bool
    shared_muscles: list[str]


class DBAlternativePageRow(TypedDict):
    """What list_alternatives answers."""

    items: list[DBAlternativeRow]
    total: int
    page: int
    per_page: int


class DBFacetValueRow(TypedDict):
    """A value of a facet."""

    value: str
    label: str
    count: int


class DBExerciseFacetsRow(TypedDict):
    """What count_exercises answers."""

    muscles: list[DBFacetValueRow]
    equipment: list[DBFacetValueRow]
    categories: list[DBFacetValueRow]
    movement_patterns: list[DBFacetValueRow]
    levels: list[DBFacetValueRow]
    mechanics: list[DBFacetValueRow]
    forces: list[DBFacetValueRow]


class ExerciseRepository:
    """The catalogue, and the caller's own exercises."""

    def __init__(self, gateway: RpcGateway) -> None:
        self._gateway = gateway

    async def search(self, query: ExerciseQuery, caller: Caller) -> DBExercisePageRow:
        """A page of the exercises that match."""
        arguments = {
            **_filters(query),
            "p_sort": query.sort,
            "p_page": query.page,
            "p_per_page": query.per_page,
        }
        return cast(DBExercisePageRow, await self._gateway.call("search_exercises", arguments, caller))

    async def count(self, filters: ExerciseFilters, caller: Caller) -> DBExerciseFacetsRow:
        """How many exercises each value of each filter would find."""
        return cast(DBExerciseFacetsRow, await self._gateway.call("count_exercises", {**_filters(filters)}, caller))

    async def get(self, exercise_id: UUID, caller: Caller) -> DBExerciseRow:
        """One exercise; a 404 Problem for another user's own."""
        return cast(DBExerciseRow, await self._gateway.call("get_exercise", {"p_id": str(exercise_id)}, caller))

    async def alternatives(self, exercise_id: UUID, query: AlternativesQuery, caller: Caller) -> DBAlternativePageRow:
        """A page of what can replace an exercise."""
        arguments = {
            "p_id": str(exercise_id),
            "p_available": query.available,
            "p_safe": query.safe,
            "p_page": query.page,
            "p_per_page": query.per_page,
        }
        return cast(DBAlternativePageRow, await self._gateway.call("list_alternatives", arguments, caller))

    async def create(self, exercise: dict[str, Any], caller: Caller) -> DBExerciseRow:
        """Make an exercise of the caller's own; a 409 Problem when its name is taken."""
        return cast(DBExerciseRow, await self._gateway.call("create_exercise", {"p_exercise": exercise}, caller))

    async def update(self, exercise_id: UUID, changes: dict[str, Any], caller: Caller) -> DBExerciseRow:
        """Change an exercise of the caller's own; a 403 Problem for the catalogue's."""
        arguments = {"p_id": str(exercise_id), "p_changes": changes}
        return cast(DBExerciseRow, await self._gateway.call("update_exercise", arguments, caller))

    async def delete(self, exercise_id: UUID, caller: Caller) -> None:
        """Delete an exercise of the caller's own, or archive it when workouts use it."""
        await self._gateway.call("delete_exercise", {"p_id": str(exercise_id)}, caller)


def _filters(query: ExerciseFilters) -> dict[str, Any]:
    return {
        "p_q": query.q,
        "p_muscles": list(query.muscle) or None,
        "p_equipment": list(query.equipment) or None,
        "p_categories": list(query.category) or None,
        "p_movement_patterns": list(query.movement_pattern) or None,
        "p_levels": list(query.level) or None,
        "p_mechanics": list(query.mechanic) or None,
        "p_forces": list(query.force) or None,
        "p_custom": query.custom,
        "p_available": query.available,
        "p_safe": query.safe,
    }
