"""Following a plan: which session is due, what to load, and how regularly it was done."""
