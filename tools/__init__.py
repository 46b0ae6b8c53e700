"""Programs for developers. Production never imports them: import-linter checks that.

stack           the laptop stack: `poe dev` and `poe token`
schema          migrations made from supabase/schemas: `poe new-migration` and `poe release-migrations`
catalogue       the exercise catalogue, from which seed.sql is written
benchmarks      what requests cost and how well memories are recalled
openapi_file    openapi.json: written, checked and published
"""

from pathlib import Path

ROOT = Path(__file__).parents[1]
SUPABASE = ROOT / "supabase"
MIGRATIONS = SUPABASE / "migrations"
SEED = SUPABASE / "seed.sql"


class ToolError(Exception):
    """Says in one line why a tool cannot do what it was asked to do, and what would help."""


def shown(path: Path) -> Path:
    """The path as messages print it: relative to the repository where that is possible."""
    return path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
