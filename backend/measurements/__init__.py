"""What users measure of their bodies: weight, fat, and what a tape shows."""
