-- Weeks, in the time zone of the user.

-- One definition of a week, for streaks, plans and awards.
create function private.start_of_week(p_moment timestamptz, p_timezone text)
returns date
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.date_trunc('week', p_moment at time zone p_timezone)::date
$$;
comment on function private.start_of_week(timestamptz, text) is 'The Monday of a moment''s week, where the user lives.';
grant execute on function private.start_of_week(timestamptz, text) to authenticated;
