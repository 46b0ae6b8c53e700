"""Affinity: how close user and companion are, and why."""
