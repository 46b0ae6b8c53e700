"""Code that every subject shares. It imports no other part of the backend."""
