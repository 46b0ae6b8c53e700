"""What clients that keep copies ask for: everything that changed since the last time."""
