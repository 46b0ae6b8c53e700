"""What every subject shares. Depends on nothing else here, except that di.py knows what it hands out."""
