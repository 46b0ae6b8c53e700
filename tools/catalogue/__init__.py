"""Tools for the exercise catalogue, which the service does not import.

source      reads supabase/catalogue
checks      finds faults in it
seed        writes supabase/seed.sql
importing   adds the exercises of another library to a database
"""
