"""What the companion remembers about a user, for them to see, correct, pin and delete."""
