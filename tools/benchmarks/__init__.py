"""Benchmarks: each prints its figures as ratios to a named reference, measured in the same run."""
