"""Imports the exercises of free-exercise-db, which is in the public domain, into the catalogue.

The file is a list of objects with name, force, level, mechanic, equipment, primaryMuscles, secondaryMuscles,
instructions and category (https://github.com/yuhonas/free-exercise-db, schema.json). Images are not imported.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator
from itertools import batched
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple

import psycopg
from psycopg.rows import class_row
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from tqdm import tqdm

from backend.core.fields import Name, Text

SOURCE = "free-exercise-db"
LICENSE = "Unlicense"
BATCH = 50
MAX_FAULTS = 20

LEVELS = {"beginner": "beginner", "intermediate": "intermediate", "expert": "advanced"}
CATEGORIES = {
    "strength": "strength",
    "powerlifting": "powerlifting",
    "olympic weightlifting": "olympic",
    "strongman": "strongman",
    "plyometrics": "conditioning",
    "cardio": "conditioning",
    "stretching": "mobility",
}
EQUIPMENT = {
    "body only": [],
    "barbell": ["barbell"],
    "dumbbell": ["dumbbell"],
    "kettlebells": ["kettlebell"],
    "e-z curl bar": ["ez_bar"],
    "cable": ["cable_machine"],
    "bands": ["resistance_band"],
    "medicine ball": ["medicine_ball"],
    "exercise ball": ["stability_ball"],
    "foam roll": ["foam_roller"],
    "machine": ["other_machine"],
    "other": ["other_equipment"],
}
WEIGHTED = {"barbell", "dumbbell", "kettlebells", "e-z curl bar", "cable", "machine"}
MUSCLES = {
    "abdominals": ["abs"],
    "abductors": ["abductors"],
    "adductors": ["adductors"],
    "biceps": ["biceps"],
    "calves": ["calves"],
    "chest": ["chest"],
    "forearms": ["forearms"],
    "glutes": ["glutes"],
    "hamstrings": ["hamstrings"],
    "lats": ["lats"],
    "lower back": ["lower_back"],
    "middle back": ["upper_back"],
    "neck": ["neck"],
    "quadriceps": ["quadriceps"],
    # They have one muscle for shoulders. Most of its exercises are presses and raises, which train these two.
    "shoulders": ["front_delts", "side_delts"],
    "traps": ["traps"],
    "triceps": ["triceps"],
}

Muscle = Literal[
    "abdominals", "abductors", "adductors", "biceps", "calves", "chest", "forearms", "glutes", "hamstrings", "lats",
    "lower back", "middle back", "neck", "quadriceps", "shoulders", "traps", "triceps",
]  # fmt: skip


class ImportRefusedError(Exception):
    """Nothing was imported. The message tells the operator why."""


class ForeignExercise(BaseModel):
    """An exercise in the format of their file."""

    model_config = ConfigDict(strict=True, extra="ignore")

    name: Annotated[Name, Field(max_length=100)]
    force: Literal["static", "pull", "push"] | None = None
    level: Literal["beginner", "intermediate", "expert"]
    mechanic: Literal["isolation", "compound"] | None
    equipment: (
        Literal[
            "medicine ball", "dumbbell", "body only", "bands", "kettlebells", "foam roll", "cable", "machine",
            "barbell", "exercise ball", "e-z curl bar", "other",
        ]
        | None
    )  # fmt: skip
    primaryMuscles: list[Muscle]  # noqa: N815  # the name in the file
    secondaryMuscles: list[Muscle]  # noqa: N815
    instructions: Annotated[list[Annotated[Text, Field(max_length=2000)]], Field(max_length=40)]
    category: Literal[
        "powerlifting", "strength", "stretching", "cardio", "olympic weightlifting", "strongman", "plyometrics"
    ]

    @property
    def muscles(self) -> tuple[list[str], list[str]]:
        """Our slugs of the primary and the secondary muscles. No muscle is in both."""
        primary = [slug for muscle in self.primaryMuscles for slug in MUSCLES[muscle]]
        secondary = [slug for muscle in self.secondaryMuscles for slug in MUSCLES[muscle]]
        return primary, [slug for slug in secondary if slug not in primary]

    @property
    def needs(self) -> list[str]:
        """Our slugs. If theirs is empty, a stretch needs nothing, and any other exercise needs unknown equipment."""
        if self.equipment is None:
            return [] if self.category == "stretching" else ["other_equipment"]
        return EQUIPMENT[self.equipment]

    @property
    def measured_in(self) -> str:
        """Guessed, because their file does not say: time for holds, stretches and cardio."""
        if self.force == "static" or self.category in ("stretching", "cardio"):
            return "time"
        return "weight_and_reps" if self.equipment in WEIGHTED else "reps"


class Known(BaseModel):
    """A name in the catalogue, with the exercise that has it."""

    key: str
    name: str
    source: str | None
    muscles: list[str]


class Report(NamedTuple):
    """What an import did with each name in the file."""

    added: list[str]
    updated: list[str]
    unchanged: list[str]
    matched: list[tuple[str, str]]
    """The name in the file and the name of the exercise here."""
    different: list[tuple[str, str]]
    """Not added, because an exercise for other muscles has the name here."""

    def __str__(self) -> str:
        lines = [
            f"{sum(len(names) for names in self)} exercises read",
            f"  {len(self.added)} added",
            f"  {len(self.updated)} of an earlier import updated, {len(self.unchanged)} unchanged",
            f"  {len(self.matched)} in the catalogue already",
            *(f"    {name} is {here}" for name, here in self.matched if name != here),
            f"  {len(self.different)} left out, because an exercise for other muscles has the name",
            *(f"    {name} has another exercise's name: {here}" for name, here in self.different),
        ]
        return "\n".join(lines)


def read_file(path: Path) -> list[ForeignExercise]:
    """Read the exercises of a file. Raises ImportRefusedError with the faults of the file."""
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except (OSError, UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ImportRefusedError(f"{path} cannot be read as JSON: {error}") from error
    try:
        exercises = TypeAdapter(list[ForeignExercise]).validate_python(content)
    except ValidationError as error:
        raise ImportRefusedError("\n".join([f"{path} is malformed:", *_faults(error, content)])) from None
    if not exercises:
        raise ImportRefusedError(f"{path} is an empty list. It should have at least one exercise.")
    return exercises


def _faults(error: ValidationError, content: Any) -> Iterator[str]:
    found = error.errors(include_url=False, include_input=False)
    for fault in found[:MAX_FAULTS]:
        if not fault["loc"]:
            yield f"  {fault['msg']}"
            continue
        index, *field = fault["loc"]
        entry = content[index]
        name = entry.get("name") if isinstance(entry, dict) else None
        yield f"  exercise {int(index) + 1} ({name!r}): {'.'.join(map(str, field))}: {fault['msg']}"
    if len(found) > MAX_FAULTS:
        yield f"  and {len(found) - MAX_FAULTS} more"


def import_exercises(
    connection: psycopg.Connection, exercises: list[ForeignExercise], progress: Callable[[int], object]
) -> Report:
    """Add the exercises that the catalogue lacks, all or none. Calls `progress` with how many more are done.

    The connection belongs to the database's owner, because the catalogue belongs to no user. Exercises of an earlier
    import are updated. Exercises of our own catalogue with the same name or alias are not changed.
    """
    report = Report([], [], [], [], [])
    with connection.transaction():
        # One import at a time: two would add the same exercises.
        connection.execute("select pg_advisory_xact_lock(hashtext('slow-burn:import-exercises'))")
        known = _known(connection)
        keys = _keys(connection, [exercise.name for exercise in exercises])
        rows = []
        for exercise, key in zip(exercises, keys, strict=True):
            existing = known.get(key)
            if existing is None or (existing.source == SOURCE and existing.name == exercise.name):
                primary, secondary = exercise.muscles
                known[key] = Known(key=key, name=exercise.name, source=None, muscles=primary + secondary)
                rows.append(_row(exercise))
            elif not existing.muscles or set(existing.muscles) & {slug for part in exercise.muscles for slug in part}:
                report.matched.append((exercise.name, existing.name))
            else:
                report.different.append((exercise.name, existing.name))
        progress(len(exercises) - len(rows))
        for batch in batched(rows, BATCH):
            _write(connection, batch, report)
            progress(len(batch))
    return report


def _known(connection: psycopg.Connection) -> dict[str, Known]:
    with connection.cursor(row_factory=class_row(Known)) as cursor:
        rows = cursor.execute("""
            select
                private.name_key(given.name) as key,
                e.name,
                e.source,
                e.primary_muscles || e.secondary_muscles as muscles
            from private.exercises as e
            cross join lateral unnest(array_prepend(e.name, e.aliases)) as given (name)
            where e.user_id is null
            order by e.source nulls last, e.slug
        """).fetchall()
    # The first row for a key wins: our own exercises come before imported ones.
    return {row.key: row for row in reversed(rows)}


def _keys(connection: psycopg.Connection, names: list[str]) -> list[str]:
    rows = connection.execute(
        "select private.name_key(given.name) from unnest(%s::text[]) with ordinality as given (name, place) "
        "order by given.place",
        (names,),
    )
    return [key for (key,) in rows.fetchall()]


def _row(exercise: ForeignExercise) -> dict[str, Any]:
    primary, secondary = exercise.muscles
    return {
        "name": exercise.name,
        "category": CATEGORIES[exercise.category],
        "force": exercise.force,
        "mechanic": exercise.mechanic,
        "level": LEVELS[exercise.level],
        "measured_in": exercise.measured_in,
        "equipment": exercise.needs,
        "primary_muscles": list(dict.fromkeys(primary)),
        "secondary_muscles": list(dict.fromkeys(secondary)),
        "instructions": [step.strip() for step in exercise.instructions if step.strip()],
        "source": SOURCE,
        "license": LICENSE,
    }


# Their slugs have a prefix, so that they cannot collide with a later catalogue. The id follows from the slug.
_WRITE = """
    with
    listed as (
        select btrim(
            regexp_replace(%(source)s || '-' || private.search_text(%(name)s), '[^a-z0-9]+', '-', 'g'), '-'
        ) as slug
    )
    insert into private.exercises as e (
        id, slug, name, category, force, mechanic, level, measured_in, equipment, primary_muscles, secondary_muscles,
        instructions, source, license
    )
    select
        md5('slow-burn:exercise:' || listed.slug)::uuid, listed.slug, %(name)s, %(category)s, %(force)s, %(mechanic)s,
        %(level)s, %(measured_in)s, %(equipment)s, %(primary_muscles)s, %(secondary_muscles)s, %(instructions)s,
        %(source)s, %(license)s
    from listed
    on conflict (slug) do update set
        name = excluded.name, category = excluded.category, force = excluded.force, mechanic = excluded.mechanic,
        level = excluded.level, measured_in = excluded.measured_in, equipment = excluded.equipment,
        primary_muscles = excluded.primary_muscles, secondary_muscles = excluded.secondary_muscles,
        instructions = excluded.instructions
    where (
        e.name, e.category, e.force, e.mechanic, e.level, e.measured_in, e.equipment, e.primary_muscles,
        e.secondary_muscles, e.instructions
    ) is distinct from (
        excluded.name, excluded.category, excluded.force, excluded.mechanic, excluded.level, excluded.measured_in,
        excluded.equipment, excluded.primary_muscles, excluded.secondary_muscles, excluded.instructions
    )
    returning xmax = 0
"""


def _write(connection: psycopg.Connection, batch: tuple[dict[str, Any], ...], report: Report) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(_WRITE, batch, returning=True)
        for row, result in zip(batch, cursor.results(), strict=True):
            written = result.fetchone()
            into = report.unchanged if written is None else report.added if written[0] else report.updated
            into.append(row["name"])


def main(arguments: list[str] | None = None) -> int:
    """Import a file and return the exit status."""
    parser = argparse.ArgumentParser(prog="poe import-exercises", description=__doc__)
    parser.add_argument("file", type=Path, help="the JSON file, such as dist/exercises.json of free-exercise-db")
    path: Path = parser.parse_args(arguments).file
    try:
        print(_import(path))
    except ImportRefusedError as error:
        print(f"error: {error}\nNothing was imported.", file=sys.stderr)
        return 1
    return 0


def _import(path: Path) -> Report:
    exercises = read_file(path)
    url = os.environ.get("DATABASE_URL")
    if not url:
        raise ImportRefusedError(
            "DATABASE_URL is not set. Set DATABASE_URL to the connection URL of the database owner."
        )
    try:
        with psycopg.connect(url) as connection, tqdm(total=len(exercises), unit="exercise") as bar:
            return import_exercises(connection, exercises, bar.update)
    except psycopg.errors.InsufficientPrivilege as error:
        raise ImportRefusedError(
            "The role in DATABASE_URL cannot write the catalogue. Use the database owner's role, not the service's."
        ) from error
    except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
        raise ImportRefusedError(
            "The database has no tables for the catalogue. Apply the migrations and the seed first."
        ) from error
    except psycopg.Error as error:
        raise ImportRefusedError(f"The database refused: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
