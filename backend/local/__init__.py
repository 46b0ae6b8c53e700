"""The whole backend on a laptop: an embedded Postgres, a stand-in for Supabase Auth, and the API.

For development and tests alone: nothing outside this package imports it, and it is not installed in production.
"""

from pathlib import Path

ROOT = Path(__file__).parents[2]
MIGRATIONS = ROOT / "supabase" / "migrations"
SEED = ROOT / "supabase" / "seed.sql"


class StackError(Exception):
    """Why the stack cannot do what was asked, and what to do about it, in one line."""
