"""Renders supabase/seed.sql from the catalogue. The result is the same on every machine."""

import json
from pathlib import Path
from typing import Any

from tools.catalogue.source import Catalogue, Exercise

PATH = Path(__file__).parents[2] / "supabase" / "seed.sql"

# Columns of private.exercises that the catalogue fills, with their types and the fields they come from.
COLUMNS = {
    "name": ("text", "name"),
    "aliases": ("text[]", "aliases"),
    "category": ("text", "category"),
    "movement_pattern": ("text", "movement_pattern"),
    "force": ("text", "force"),
    "mechanic": ("text", "mechanic"),
    "level": ("text", "level"),
    "laterality": ("text", "laterality"),
    "measured_in": ("text", "measured_in"),
    "equipment": ("text[]", "equipment"),
    "primary_muscles": ("text[]", "primary_muscles"),
    "secondary_muscles": ("text[]", "secondary_muscles"),
    "joints": ("text[]", "joints"),
    "instructions": ("text[]", "steps"),
    "cues": ("text[]", "cues"),
}

TEMPLATE = """\
-- The exercise catalogue: the muscles, the equipment and the exercises that all users share.
--
-- `uv run poe generate-seed` writes this file from supabase/catalogue. Edit that, not this.
--
-- Running it again changes nothing, and running it after an edit updates what is listed here. It deletes no exercise
-- and never changes custom exercises, which have no slug. An id follows from its slug, so it is the same everywhere.

insert into private.muscles (slug, name, region)
select
    listed.slug,
    listed.name,
    listed.region
from jsonb_to_recordset($catalogue$[
{muscles}
]$catalogue$) as listed (slug text, name text, region text)
on conflict (slug) do update set name = excluded.name, region = excluded.region;

insert into private.equipment (slug, name)
select
    listed.slug,
    listed.name
from jsonb_to_recordset($catalogue$[
{equipment}
]$catalogue$) as listed (slug text, name text)
on conflict (slug) do update set name = excluded.name;

insert into private.exercises (
    id, slug,
    {columns}
)
select
    md5('slow-burn:exercise:' || listed.slug)::uuid as id,
    listed.slug,
    {selected}
from
    jsonb_to_recordset($catalogue$[
{exercises}
]$catalogue$)
        as listed (
            slug text,
            {typed}
        )
on conflict (slug) do update set
    {updated};

-- Only the catalogue has relations, so they are replaced. Each is listed from both sides.
delete from private.exercise_relations;

insert into private.exercise_relations (exercise_id, related_id, kind)
select
    md5('slow-burn:exercise:' || listed.slug)::uuid as exercise_id,
    md5('slow-burn:exercise:' || listed.related)::uuid as related_id,
    listed.kind
from jsonb_to_recordset($catalogue$[
{relations}
]$catalogue$) as listed (slug text, related text, kind text);
"""


def render_seed(catalogue: Catalogue) -> str:
    """Return the text of seed.sql."""
    return TEMPLATE.format(
        muscles=_rows({"slug": slug, **muscle.model_dump()} for slug, muscle in catalogue.muscles.items()),
        equipment=_rows({"slug": slug, "name": name} for slug, name in catalogue.equipment.items()),
        exercises=_rows(_exercise_row(slug, exercise) for slug, exercise in sorted(catalogue.exercises.items())),
        relations=_rows(relation._asdict() for relation in catalogue.relations()),
        columns=",\n    ".join(COLUMNS),
        selected=",\n    ".join(f"listed.{column}" for column in COLUMNS),
        typed=",\n            ".join(f"{column} {kind}" for column, (kind, _) in COLUMNS.items()),
        updated=",\n    ".join(f"{column} = excluded.{column}" for column in COLUMNS),
    )


def _exercise_row(slug: str, exercise: Exercise) -> dict[str, Any]:
    fields = exercise.model_dump()
    return {"slug": slug} | {column: fields[field] for column, (_, field) in COLUMNS.items()}


def _rows(values: Any) -> str:
    # One row per line keeps diffs small.
    return ",\n".join(json.dumps(value, ensure_ascii=False) for value in values)
