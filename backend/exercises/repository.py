"""Exercises in the database."""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict, cast
from uuid import UUID

from fastapi import Depends

from backend.di import repository_of
from backend.exercises.models import AlternativesQuery, ExerciseFilters, ExerciseQuery
from backend.gateway.repository import DBPageRow, Repository


class DBExerciseSummaryRow(TypedDict):
    """An exercise of a list."""

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
    """A relation of an exercise."""

    kind: str
    exercise_id: str
    name: str


class DBExerciseRow(DBExerciseSummaryRow):
    """What get_exercise and update_exercise return."""

    instructions: list[str]
    cues: list[str]
    source: str | None
    license: str | None
    archived: bool
    created_at: str
    updated_at: str
    revision: int
    relations: list[DBExerciseRelationRow]


class DBCreatedExerciseRow(DBExerciseRow):
    """What create_exercise returns."""

    replayed: bool


class DBAlternativeRow(DBExerciseSummaryRow):
    """An alternative of a list."""

    score: float
    relation: str | None
    same_pattern: bool
    shared_muscles: list[str]


class DBFacetValueRow(TypedDict):
    """A value of a facet; `name` is the reference table's, for muscles and equipment."""

    value: str
    name: str | None
    count: int


type DBExerciseFacetsRow = dict[str, list[DBFacetValueRow]]
"""What count_exercises returns: values by facet."""


class ExerciseRepository(Repository):
    """The catalogue, and the caller's own exercises."""

    async def search(self, query: ExerciseQuery) -> DBPageRow[DBExerciseSummaryRow]:
        """A page of the exercises that match."""
        row = await self._call(
            "search_exercises",
            **_filters(query),
            p_sort=query.sort,
            p_page=query.page,
            p_per_page=query.per_page,
        )
        return cast(DBPageRow[DBExerciseSummaryRow], row)

    async def count(self, filters: ExerciseFilters) -> DBExerciseFacetsRow:
        """How many exercises each value of each filter would find."""
        return cast(DBExerciseFacetsRow, await self._call("count_exercises", **_filters(filters)))

    async def get(self, exercise_id: UUID) -> DBExerciseRow:
        """One exercise; a 404 Problem for another user's own."""
        return cast(DBExerciseRow, await self._call("get_exercise", p_id=str(exercise_id)))

    async def alternatives(self, exercise_id: UUID, query: AlternativesQuery) -> DBPageRow[DBAlternativeRow]:
        """A page of the exercises that can replace this one."""
        row = await self._call(
            "list_alternatives",
            p_id=str(exercise_id),
            p_available=query.available,
            p_safe=query.safe,
            p_page=query.page,
            p_per_page=query.per_page,
        )
        return cast(DBPageRow[DBAlternativeRow], row)

    async def create(self, exercise: dict[str, Any], idempotency_key: str | None) -> DBCreatedExerciseRow:
        """Create an exercise of the caller's own; a 409 Problem when its name is taken."""
        row = await self._call("create_exercise", p_exercise=exercise, p_idempotency_key=idempotency_key)
        return cast(DBCreatedExerciseRow, row)

    async def update(
        self, exercise_id: UUID, changes: dict[str, Any], if_revisions: Sequence[int] | None
    ) -> DBExerciseRow:
        """Change an exercise of the caller's own; a 403 Problem for the catalogue's, a 412 at another revision."""
        row = await self._call("update_exercise", p_id=str(exercise_id), p_changes=changes, p_if_revisions=if_revisions)
        return cast(DBExerciseRow, row)

    async def delete(self, exercise_id: UUID, if_revisions: Sequence[int] | None) -> None:
        """Delete an exercise of the caller's own, or archive it when workouts use it; a 412 at another revision."""
        await self._call("delete_exercise", p_id=str(exercise_id), p_if_revisions=if_revisions)


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


Exercises = Annotated[ExerciseRepository, Depends(repository_of(ExerciseRepository))]
