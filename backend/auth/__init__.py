"""Who is asking: local verification of Supabase's JWTs."""
