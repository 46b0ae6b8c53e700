-- What writes for a user locks their profile first, so that caps, records and keys are judged one after the other.
-- Whether the functions wait for this lock is tested with two sessions, in tests/database/test_locks.py.
begin;
\ir helpers.psql
select plan(7);

-- The locks that this transaction holds on the table of profiles.
create function pg_temp.modes()
returns text
language sql
as $$
    select string_agg(l.mode, ', ' order by l.mode) from pg_locks as l
    where l.relation = 'profiles'::regclass and l.pid = pg_backend_pid() and l.mode = 'RowShareLock'
$$;

-- Whether this transaction has locked the profile of a user.
create function pg_temp.is_locked(p_name text)
returns boolean
language sql
as $$
    select p.xmax <> '0' from profiles as p where p.display_name = p_name
$$;

select is(pg_temp.modes(), null, 'reading locks no row of profiles');
select ok(not pg_temp.is_locked('owner'), 'a profile is not locked at first');
select is(pg_temp.run('owner', 'select (private.current_profile()).display_name'), 'owner', 'a profile is read');
select ok(not pg_temp.is_locked('owner'), 'reading a profile does not lock it');
select is(pg_temp.run('owner', 'select (private.lock_profile()).display_name'), 'owner', 'lock_profile returns it');
select is(pg_temp.modes(), 'RowShareLock', 'lock_profile locks a row of profiles');
select is(
    array[pg_temp.is_locked('owner'), pg_temp.is_locked('stranger')], '{true,false}',
    'lock_profile locks the profile of the caller and no other'
);

select line from finish() as line;
rollback;
