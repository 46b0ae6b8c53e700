"""A user's account as a whole: export and deletion."""
