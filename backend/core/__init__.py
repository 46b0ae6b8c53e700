"""What every subject shares. Core imports no other part of the backend."""
