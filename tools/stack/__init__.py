"""The whole backend on a laptop: an embedded Postgres, a stand-in for Supabase Auth, and the API."""
