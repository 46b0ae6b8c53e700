-- Deleting an account deletes everything of its user, and nothing of anybody else.
begin;
\ir helpers.psql

insert into exercises (id, user_id, name)
values ('00000000-0000-4000-8000-00000000000e', '00000000-0000-4000-8000-00000000000a', 'Owned Lift');
create temporary table plan as
select pg_temp.run('owner', $$
        select create_plan('{"name": "Shared", "is_public": true, "days": [{"day": 1, "exercises": [
            {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{}]}
        ]}]}') ->> 'id'
    $$) as id;
select pg_temp.run('owner', $$
    select create_plan('{"name": "Private", "days": [{"day": 1, "exercises": [
        {"exercise_id": "00000000-0000-4000-8000-00000000000e", "sets": [{}]}
    ]}]}')
$$);

-- Both users train by the shared plan, pause, talk with the companion and are remembered.
create function pg_temp.fill(p_who text, p_exercise text)
returns void
language plpgsql
as $$
begin
    perform pg_temp.run(p_who, format('select log_workout(%L, ''key'')', jsonb_build_object(
        'plan_id', (select plan.id from plan), 'plan_day', 1,
        'sets', jsonb_build_array(jsonb_build_object('exercise_id', p_exercise, 'reps', 5))
    )));
    perform pg_temp.run(p_who, 'select pause_streak()');
    perform pg_temp.run(p_who, 'select create_measurement(''{"kind": "waist", "value": 80}'')');
    perform pg_temp.run(p_who, format('select log_workout(%L)', jsonb_build_object(
        'completed_at', '2026-03-01T10:00:00Z',
        'sets', jsonb_build_array(jsonb_build_object('exercise_id', p_exercise, 'reps', 5))
    )));
    perform pg_temp.run(p_who, 'select update_profile(''{"weekly_target": 2}'')');
    perform pg_temp.run(p_who, 'select begin_import(gen_random_uuid())');
    perform pg_temp.run(p_who, $q$
        select delete_memory((create_memory('{"content": "Likes tea", "kind": "fact"}') ->> 'id')::uuid)
    $q$);
    perform pg_temp.serve(p_who, 'select begin_chat_turn(''I love tea'')');
    perform pg_temp.serve(p_who, $q$
        select complete_chat_turn(m.id, '{
            "reply": "Hi", "expression": "happy", "memories": [{"content": "Loves tea", "kind": "fact"}]
        }') from messages as m
    $q$);
end
$$;
select pg_temp.fill('owner', '00000000-0000-4000-8000-00000000000e');
select pg_temp.fill('stranger', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff');
update memories set embedding = (select array_agg(1) from generate_series(1, 768))::extensions.vector;

-- How many rows a user has in each table.
create function pg_temp.rows_of(p_user_id uuid)
returns table (table_name text, count bigint)
language plpgsql
as $$
begin
    for table_name in
        select c.relname from pg_class as c
        inner join pg_attribute as a on c.oid = a.attrelid and a.attname = 'user_id'
        where c.relkind in ('r', 'p') and c.relnamespace = 'private'::regnamespace
    loop
        execute format('select count(*) from private.%I where user_id = $1', table_name) into count using p_user_id;
        return next;
    end loop;
end
$$;
create temporary table before as
select
    r.table_name,
    r.count
from pg_temp.rows_of('00000000-0000-4000-8000-00000000000b') as r;

select plan(6);

select is_empty(
    $$select table_name from pg_temp.rows_of('00000000-0000-4000-8000-00000000000a') where count = 0$$,
    'the user has rows in every table of users'
);
select lives_ok(
    $$
        delete from auth.users where email = 'owner@example.com';
        set constraints all immediate;
    $$,
    'the account is deleted'
);
select is_empty(
    $$select table_name from pg_temp.rows_of('00000000-0000-4000-8000-00000000000a') where count > 0$$,
    'no table has a row of the user any more'
);
select results_eq(
    $$select table_name, count from pg_temp.rows_of('00000000-0000-4000-8000-00000000000b') order by table_name$$,
    'select table_name, count from before order by table_name',
    'another user keeps all rows'
);
select is(
    pg_temp.run('stranger', $$
        select format('%s %s', item ->> 'plan_name', item ->> 'plan_id')
        from jsonb_path_query(list_workouts()::jsonb, '$.items[*]') as item
    $$),
    'Shared ',
    'a workout keeps the name of the plan that is gone'
);
select is(
    pg_temp.run('owner', 'select get_profile()'), 'PT404 profile_not_found', 'a token of the deleted user gets nothing'
);

select line from finish() as line;
rollback;
