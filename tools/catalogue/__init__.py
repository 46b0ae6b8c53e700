"""The exercise catalogue's tools, no part of the service.

source      reads supabase/catalogue
checks      what has to hold
seed        writes supabase/seed.sql
importing   adds the exercises of another library to a database
"""
