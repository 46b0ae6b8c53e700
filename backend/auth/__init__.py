"""Verifies Supabase's JWTs locally."""
