-- Weeks, in the time zone of the user.

create function private.start_of_week(p_moment timestamptz, p_timezone text)
returns date
language sql
stable
security invoker
return pg_catalog.date_trunc('week', p_moment at time zone p_timezone)::date;
comment on function private.start_of_week(timestamptz, text) is
'The Monday of the week that a moment falls into in a time zone. Streaks, plans and awards share it.';
grant execute on function private.start_of_week(timestamptz, text) to authenticated;
