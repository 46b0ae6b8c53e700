"""Programs for developers. Production never imports them: import-linter checks that.

stack           the laptop stack: `poe dev` and `poe token`
catalogue       the exercise catalogue, from which seed.sql is written
benchmarks      what requests cost and how well memories are recalled
openapi_file    openapi.json: written, checked and published
"""

from pathlib import Path

ROOT = Path(__file__).parents[1]
MIGRATIONS = ROOT / "supabase" / "migrations"
SEED = ROOT / "supabase" / "seed.sql"
