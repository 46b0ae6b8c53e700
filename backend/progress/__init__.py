"""Progress: weeks, streaks, records and time series."""
