-- Plans: versions that never change, what is published and what is not, and names that are free again.
begin;
\ir helpers.psql
select plan(42);

-- A plan as JSON, with one squat, and what else it is told.
create function pg_temp.a_plan(p_fields jsonb default '{}')
returns text
language sql
as $$
    select quote_literal((
        '{"name": "Strength", "days": [{"day": 1, "exercises": [
            {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{"reps_min": 5, "reps_max": 5}]}
        ]}]}'::jsonb || p_fields
    )::text) || '::jsonb'
$$;

create temporary table made (name text, id uuid);
grant select on made to authenticated;
insert into made
select
    'private' as name,
    pg_temp.run('owner', 'select create_plan(' || pg_temp.a_plan() || ') ->> ''id''')::uuid as id;
insert into made
select
    'public' as name,
    pg_temp.run(
        'owner', 'select create_plan(' || pg_temp.a_plan('{"name": "Shared", "is_public": true}') || ') ->> ''id'''
    )::uuid as id;

create function pg_temp.id(p_name text)
returns text
language sql
as $$select quote_literal(id) || '::uuid' from made where name = p_name$$;

-- What an RPC answers, or one field of it.
create function pg_temp.ask(p_who text, p_call text, p_field text default 'version')
returns text
language sql
as $$select pg_temp.run(p_who, format('select %s ->> %L', p_call, p_field))$$;

select is(pg_temp.ask('owner', format('get_plan(%s)', pg_temp.id('private')), 'name'), 'Strength', 'a plan is read');
select is(
    pg_temp.ask('stranger', format('get_plan(%s)', pg_temp.id('private'))), 'PT404 plan_not_found', 'by its owner'
);
select is(pg_temp.ask('stranger', format('get_plan(%s)', pg_temp.id('public')), 'own'), 'false', 'a public one by all');
select is(pg_temp.ask('anon', format('get_plan(%s)', pg_temp.id('public'))), '42501', 'who are signed in');
select is(pg_temp.ask('owner', 'get_plan(null)'), 'PT404 plan_not_found', 'null is no plan');

select is(
    pg_temp.ask('owner', format('replace_plan(%s, %s)', pg_temp.id('private'), pg_temp.a_plan('{"goal": "more"}'))),
    '2',
    'a change is a version'
);
select is(
    pg_temp.ask('owner', format('replace_plan(%s, %s, ''{1}'')', pg_temp.id('private'), pg_temp.a_plan())),
    'PT412 plan_changed',
    'who knows an old one is told'
);
select is(
    pg_temp.ask('owner', format('replace_plan(%s, %s, ''{}'')', pg_temp.id('private'), pg_temp.a_plan())),
    'PT412 plan_changed',
    'as is who knows none'
);
select is(
    pg_temp.ask('owner', format('replace_plan(%s, %s, ''{1,2}'')', pg_temp.id('private'), pg_temp.a_plan())),
    '3',
    'who knows the current one is not'
);
select is(
    pg_temp.ask(
        'stranger',
        format('replace_plan(%s, %s)', pg_temp.id('public'), pg_temp.a_plan())
    ),
    'PT403 plan_read_only',
    'a public plan is its owner''s to change'
);
select is(
    pg_temp.ask('stranger', format('replace_plan(%s, %s)', pg_temp.id('private'), pg_temp.a_plan())),
    'PT404 plan_not_found',
    'a private one is not there'
);
select is(
    pg_temp.run('owner', format(
        'select string_agg(v ->> ''version'', '' '')
        from jsonb_path_query(list_plan_versions(%s), ''$.items[*]'') as v',
        pg_temp.id('private')
    )),
    '3 2 1',
    'all versions stay, the latest first'
);
select is(
    pg_temp.ask('stranger', format('list_plan_versions(%s)', pg_temp.id('public'))),
    'PT404 plan_not_found',
    'what was before is the owner''s'
);
select is(
    pg_temp.ask('owner', format('list_plan_versions(%s, 0)', pg_temp.id('public'))), 'PT422 invalid_page', 'from page 1'
);
select pg_temp.ask('owner', format(
    'replace_plan(%s, %s)', pg_temp.id('public'), pg_temp.a_plan('{"name": "Shared", "is_public": true}')
));
select is(
    pg_temp.run('stranger', 'select string_agg(version::text, '' '') from plan_versions'), '2', 'at the tables too'
);
select is(pg_temp.run('stranger', 'select count(*) from plan_sets'), '1', 'down to the sets');
select is(pg_temp.run('owner', 'select count(*) from plan_sets'), '5', 'the owner sees all');

select is(pg_temp.ask('owner', 'list_plans()', 'total'), '2', 'the list counts plans, not versions');
select is(pg_temp.ask('stranger', 'list_plans(''all'')', 'total'), '1', 'others see what is public');
select is(pg_temp.ask('stranger', 'list_plans(''own'')', 'total'), '0', 'which is not theirs');
select is(pg_temp.ask('owner', 'list_plans(''mine'')', 'total'), 'PT422 invalid_visibility', 'own, public or all');
select is(pg_temp.ask('owner', 'list_plans(null)', 'total'), 'PT422 invalid_visibility', 'and nothing else');
select is(pg_temp.ask('owner', 'list_plans(''own'', 1, 0)'), 'PT422 invalid_page', 'in pages');

select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan('{"name": " STRENGTH "}') || ')'),
    'PT409 plan_exists',
    'a name is given once'
);
select is(
    pg_temp.ask('stranger', format('copy_plan(%s)', pg_temp.id('public')), 'name'), 'Shared', 'a copy is one''s own'
);
select is(
    pg_temp.ask('stranger', format('copy_plan(%s)', pg_temp.id('public')), 'name'), 'Shared (2)', 'under a free name'
);
select is(
    pg_temp.ask('stranger', format('copy_plan(%s, ''shared'')', pg_temp.id('public'))),
    'PT409 plan_exists',
    'a given name is taken or not'
);

select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan('{"name": "X", "days": []}') || ')'),
    'PT422 invalid_days',
    'a plan has days'
);
select is(pg_temp.ask('owner', 'create_plan(null)'), 'PT422 invalid_days', 'nothing is no plan');
select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan(
        '{"name": "X", "days": [{"day": 1, "exercises": []}, {"day": 1, "exercises": []}]}'
    ) || ')'),
    'PT422 day_repeated',
    'each once'
);
select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan(
        '{"name": "X", "days": [{"day": 1, "exercises": [{"exercise_id": "00000000-0000-4000-8000-00000000000f"}]}]}'
    ) || ')'),
    'PT422 exercise_not_found',
    'of exercises that exist'
);
insert into exercises (id, user_id, name)
values ('00000000-0000-4000-8000-00000000000f', '00000000-0000-4000-8000-00000000000a', 'Own Lift');
select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan(
        '{"name": "X", "is_public": true,
        "days": [{"day": 1, "exercises": [{"exercise_id": "00000000-0000-4000-8000-00000000000f"}]}]}'
    ) || ')'),
    'PT422 exercise_not_public',
    'and, when it is public, of what all can see'
);

select is(
    (select string_agg(private.is_progression(given.value)::text, ' ') from (
        values
        ('{"scheme": "linear", "increment": 2.5}'::jsonb),
        ('{"scheme": "linear"}'),
        ('{"scheme": "linear", "increment": "2.5"}'),
        ('{"scheme": "linear", "increment": 0}'),
        ('{"scheme": "percent_1rm"}'),
        ('{"scheme": "percent_1rm", "more": 1}'),
        ('{"scheme": "double", "increment": 1, "deload": {"after_failures": 2, "percent": 10}}'),
        ('{"scheme": "double", "increment": 1, "deload": {"after_failures": 2}}'),
        ('[]'),
        ('{"scheme": "linear", "increment": [2.5]}'),
        ('{"scheme": "linear", "increment": 2.5, "ceiling": ["x", 5]}'),
        ('{"scheme": "linear", "increment": 1, "deload": {"after_failures": 1.5, "percent": 10}}'),
        ('{"scheme": "linear", "increment": 1, "deload": {"after_failures": [1], "percent": 10}}')
    ) as given (value)),
    'true false false false true false true false false false false false false',
    'a progression is one of three schemes, whole'
);

select ok(private.is_number_between('5', 5, 5), 'a number within its limits');
select ok(not private.is_number_between(null, 0, 9) and not private.is_number_between('"5"', 0, 9), 'no number');
select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan(jsonb_build_object(
        'name', 'Endless', 'days', jsonb_build_array(jsonb_build_object('day', 1, 'exercises', (
            select jsonb_agg(jsonb_build_object(
                'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff',
                'sets', (select jsonb_agg('{}'::jsonb) from generate_series(1, 20))
            )) from generate_series(1, 26)
        )))
    )) || ')'),
    'PT422 too_many_sets',
    'nobody does more than 500 sets a week'
);
select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan(jsonb_build_object(
        'name', 'Large', 'metadata', jsonb_build_object('x', repeat('x', 9000))
    )) || ')'),
    'PT422 metadata_too_large',
    'what the frontend adds is small'
);
select throws_ok(
    $$
        do $do$
        begin
            update plans set version = 7 where name = 'Shared';
            set constraints all immediate;
        end
        $do$
    $$,
    '23503', null, 'the current version is one that there is'
);

-- Following and deleting.
select is(
    pg_temp.run('stranger', format(
        $$
            select log_workout(
                '{"plan_id": %s, "sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5}]}'
            )
        $$,
        (
            select to_json(id) from made
            where name = 'private'
        )
    )),
    'PT422 plan_not_found',
    'what one cannot see one cannot follow'
);
select is(
    pg_temp.run('owner', format(
        $$
            select log_workout(
                '{"plan_id": %s, "plan_day": 2,
                "sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5}]}'
            )
        $$,
        (
            select to_json(id) from made
            where name = 'private'
        )
    )),
    'PT422 plan_day_not_found',
    'nor a day that is not there'
);
select is(
    pg_temp.run('stranger', format('select delete_plan(%s)', pg_temp.id('public'))),
    'PT403 plan_read_only',
    'a plan is its owner''s to delete'
);
insert into plans (user_id, name)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    'Plan ' || n as name
from generate_series(1, 198) as n;
select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan('{"name": "One more"}') || ')'),
    'PT409 too_many_plans',
    '200 are enough'
);

select line from finish() as line;
rollback;
