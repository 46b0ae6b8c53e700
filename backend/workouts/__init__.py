"""Completed workouts: logging them, reading them back, deleting them."""
