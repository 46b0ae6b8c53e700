"""Completed workouts: logging, reading, editing and deleting them."""
