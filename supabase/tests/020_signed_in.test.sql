-- A request that carries no user gets nothing, even with the role of users who are signed in.
begin;
\ir helpers.psql
select plan(9);

create function pg_temp.run_unnamed(p_query text)
returns text
language plpgsql
as $$
declare
    v_result text;
    v_state text;
    v_detail text;
begin
    perform set_config('request.jwt.claims', '{"role":"authenticated"}', true);
    perform set_config('role', 'authenticated', true);
    begin
        execute p_query into v_result;
    exception when others then
        get stacked diagnostics v_state = returned_sqlstate, v_detail = pg_exception_detail;
    end;
    perform set_config('role', 'postgres', true);
    return coalesce(pg_temp.error_code(v_state, v_detail), v_result);
end
$$;

select is(pg_temp.run_unnamed('select get_profile()'), 'PT401 not_authenticated', 'it cannot read a profile');
select is(
    pg_temp.run_unnamed($$select update_profile('{}')$$), 'PT401 not_authenticated', 'it cannot change a profile'
);
select is(pg_temp.run_unnamed($$select log_workout('{}')$$), 'PT401 not_authenticated', 'it cannot log a workout');
select is(pg_temp.run_unnamed('select list_workouts()'), 'PT401 not_authenticated', 'it cannot list workouts');
select is(pg_temp.run_unnamed('select get_workout(null)'), 'PT401 not_authenticated', 'it cannot read a workout');
select is(pg_temp.run_unnamed('select delete_workout(null)'), 'PT401 not_authenticated', 'it cannot delete a workout');
select is(pg_temp.run_unnamed('select list_memories()'), 'PT401 not_authenticated', 'it cannot list memories');
select is(
    pg_temp.run_unnamed('select count(*) from match_memories(null, ''owner'', 100, -2)'), '0', 'it recalls no memory'
);
select is(
    pg_temp.run_unnamed('select count(*) from workouts, profiles, affinity_events'), '0', 'it sees no row of a user'
);

select line from finish() as line;
rollback;
