"""The Slow Burn API: a small door to a Postgres that is the application."""
