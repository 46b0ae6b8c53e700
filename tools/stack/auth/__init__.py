"""A stand-in for Supabase Auth on a laptop: everything that supabase-js calls for users with email and password.

It answers as Supabase Auth does, with its errors and their codes, so that a frontend which works here works in
production. What it leaves out, such as phones, providers and second factors, it refuses with a clear error.
"""
