"""The whole backend on a laptop: an embedded Postgres, a stand-in for Supabase Auth, and the API."""


class StackError(Exception):
    """Why the stack cannot do what was asked, and what to do about it, in one line."""
