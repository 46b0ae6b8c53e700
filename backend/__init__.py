"""The Slow Burn API: a thin HTTP layer over Postgres, which holds the application."""
