"""The database that supabase/schemas declares, compared with the one that supabase/migrations makes."""
