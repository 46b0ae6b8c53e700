-- Plans: versions that never change, what is published and what is not, and names that are free again.
begin;
\ir helpers.psql
select plan(76);

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

select is(
    pg_temp.ask('owner', format('get_plan(%s)', pg_temp.id('private')), 'name'),
    'Strength',
    'a user can read their plan'
);
select is(
    pg_temp.ask('stranger', format('get_plan(%s)', pg_temp.id('private'))),
    'PT404 plan_not_found',
    'a user cannot read another user''s plan'
);
select is(
    pg_temp.ask('stranger', format('get_plan(%s)', pg_temp.id('public')), 'own'),
    'false',
    'a user can read another user''s public plan'
);
select is(pg_temp.ask('anon', format('get_plan(%s)', pg_temp.id('public'))), '42501', 'anon cannot read a public plan');
select is(pg_temp.ask('owner', 'get_plan(null)'), 'PT404 plan_not_found', 'null is no plan');

select is(
    pg_temp.ask('owner', format('replace_plan(%s, %s)', pg_temp.id('private'), pg_temp.a_plan('{"goal": "more"}'))),
    '2',
    'replacing a plan makes a new version'
);
select is(
    pg_temp.ask('owner', format('replace_plan(%s, %s, ''{1}'')', pg_temp.id('private'), pg_temp.a_plan())),
    'PT412 plan_changed',
    'a plan is not replaced when the expected version is an old one'
);
select is(
    pg_temp.ask('owner', format('replace_plan(%s, %s, ''{}'')', pg_temp.id('private'), pg_temp.a_plan())),
    'PT412 plan_changed',
    'a plan is not replaced when no version is expected'
);
select is(
    pg_temp.ask('owner', format('replace_plan(%s, %s, ''{1,2}'')', pg_temp.id('private'), pg_temp.a_plan())),
    '3',
    'a plan is replaced when one of the expected versions is current'
);
select is(
    pg_temp.ask(
        'stranger',
        format('replace_plan(%s, %s)', pg_temp.id('public'), pg_temp.a_plan())
    ),
    'PT403 plan_read_only',
    'a user cannot replace another user''s public plan'
);
select is(
    pg_temp.ask('stranger', format('replace_plan(%s, %s)', pg_temp.id('private'), pg_temp.a_plan())),
    'PT404 plan_not_found',
    'a user cannot find another user''s plan to replace it'
);
select is(
    pg_temp.run('owner', format(
        'select string_agg(v ->> ''version'', '' '')
        from jsonb_path_query(list_plan_versions(%s), ''$.items[*]'') as v',
        pg_temp.id('private')
    )),
    '3 2 1',
    'all versions of a plan stay, and the latest is listed first'
);
select is(
    pg_temp.ask('stranger', format('list_plan_versions(%s)', pg_temp.id('public'))),
    'PT404 plan_not_found',
    'a user cannot list the versions of another user''s public plan'
);
select is(
    pg_temp.ask('owner', format('list_plan_versions(%s, 0)', pg_temp.id('public'))),
    'PT422 invalid_page',
    'the pages of versions start at 1'
);
select pg_temp.ask('owner', format(
    'replace_plan(%s, %s)', pg_temp.id('public'),
    pg_temp.a_plan('{"name": "Shared", "is_public": true, "goal": "Changed"}')
));
select is(
    pg_temp.run('stranger', 'select string_agg(version::text, '' '') from plan_versions'),
    '2',
    'a user sees only the current version of another user''s public plan in the table'
);
select is(
    pg_temp.run('stranger', 'select string_agg(version::text, '' '') from plan_days'), '2',
    'a user sees only the current days of another user''s public plan'
);
select is(
    pg_temp.run('stranger', 'select string_agg(version::text, '' '') from plan_exercises'), '2',
    'a user sees only the current exercises of another user''s public plan'
);
select is(
    pg_temp.run('stranger', 'select count(*) from plan_sets'),
    '1',
    'a user sees only the current sets of another user''s public plan'
);
select is(pg_temp.run('owner', 'select count(*) from plan_sets'), '5', 'the owner sees the sets of all versions');

select is(pg_temp.ask('owner', 'list_plans()', 'total'), '2', 'the list of plans counts plans and not versions');
select is(pg_temp.ask('stranger', 'list_plans(''all'')', 'total'), '1', 'a user can list public plans of other users');
select is(
    pg_temp.ask('stranger', 'list_plans(''own'')', 'total'),
    '0',
    'public plans of other users are not a user''s own'
);
select is(
    pg_temp.ask('owner', 'list_plans(''mine'')', 'total'),
    'PT422 invalid_visibility',
    'an unknown visibility is refused'
);
select is(pg_temp.ask('owner', 'list_plans(null)', 'total'), 'PT422 invalid_visibility', 'null is no visibility');
select is(
    pg_temp.ask('owner', 'list_plans(''own'', 1, 0)'), 'PT422 invalid_page', 'a page of plans has at least one plan'
);

select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan('{"name": " STRENGTH "}') || ')'),
    'PT409 plan_exists',
    'a user cannot have two plans of the same name'
);
select is(
    pg_temp.ask('stranger', format('copy_plan(%s)', pg_temp.id('public')), 'name'),
    'Shared',
    'a copy belongs to the user who made it'
);
select is(
    pg_temp.run('stranger', 'select list_plans() #>> ''{items,0,is_public}'''), 'false', 'a copy is not public'
);
select is(
    pg_temp.ask('stranger', format('copy_plan(%s)', pg_temp.id('public')), 'name'),
    'Shared (2)',
    'a copy gets a name that is free'
);
select is(
    pg_temp.ask('stranger', format('copy_plan(%s, ''{"name": "shared"}'')', pg_temp.id('public'))),
    'PT409 plan_exists',
    'a copy cannot get a name that is taken'
);

select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan('{"name": "X", "days": []}') || ')'),
    'PT422 invalid_days',
    'a plan has at least one day'
);
select is(pg_temp.ask('owner', 'create_plan(null)'), 'PT422 invalid_days', 'null cannot be stored as a plan');
select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan(
        '{"name": "X", "days": [{"day": 1, "exercises": []}, {"day": 1, "exercises": []}]}'
    ) || ')'),
    'PT422 day_repeated',
    'a plan has each day once'
);
select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan(
        '{"name": "X", "days": [{"day": 1, "exercises": [{"exercise_id": "00000000-0000-4000-8000-00000000000f"}]}]}'
    ) || ')'),
    'PT422 exercise_not_found',
    'a plan has exercises that exist'
);
insert into exercises (id, user_id, name)
values ('00000000-0000-4000-8000-00000000000f', '00000000-0000-4000-8000-00000000000a', 'Own Lift');
select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan(
        '{"name": "X", "is_public": true,
        "days": [{"day": 1, "exercises": [{"exercise_id": "00000000-0000-4000-8000-00000000000f"}]}]}'
    ) || ')'),
    'PT422 exercise_not_public',
    'a public plan has exercises of the catalogue only'
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
    'a progression has a known scheme and valid values'
);

select ok(private.is_number_between('5', 5, 5), 'a number within its limits is accepted');
select ok(
    not private.is_number_between(null, 0, 9) and not private.is_number_between('"5"', 0, 9),
    'null and texts are no numbers'
);
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
    'a plan has at most 500 sets'
);
select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan(jsonb_build_object(
        'name', 'Large', 'metadata', jsonb_build_object('x', repeat('x', 9000))
    )) || ')'),
    'PT422 metadata_too_large',
    'metadata has at most 8 KiB'
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
    '23503', null, 'the current version of a plan exists'
);

-- What a set of a plan cannot aim at.
create temporary table aims (fields jsonb, answer text, description text);
insert into aims values
('{"rpe": 8.5}', '1', 'an RPE may be a half'),
('{"rpe": 8.25}', '23514', 'an RPE is a whole or a half'),
('{"rpe": 0.5}', '23514', 'an RPE is at least 1'),
('{"rpe": 10.5}', '23514', 'an RPE is at most 10'),
('{"rir": 11}', '23514', 'reps in reserve are at most 10'),
('{"weight": 102.125}', '1', 'a weight may have three decimals'),
('{"weight": 102.1250}', '1', 'zeros at the end of a weight do not matter'),
('{"weight": 102.1255}', '23514', 'a weight has at most three decimals'),
('{"weight": 2000.5}', '23514', 'a weight is at most 2,000'),
('{"weight": -1}', '23514', 'a weight is not negative'),
('{"weight": 100, "weight_unit": "stone"}', '23514', 'an unknown unit is refused'),
('{"percent_1rm": 77.5}', '1', 'a percentage may have one decimal'),
('{"percent_1rm": 77.55}', '23514', 'a percentage has at most one decimal'),
('{"percent_1rm": 151}', '23514', 'a percentage is at most 150'),
('{"percent_1rm": 80, "weight": 100}', '23514', 'a set has a percentage or a weight'),
('{"reps_min": 5}', '23514', 'the least reps come with the most reps'),
('{"reps_min": 6, "reps_max": 5}', '23514', 'the least reps are not more than the most'),
('{"reps_min": 0, "reps_max": 5}', '23514', 'a set aims at one rep or more'),
('{"rest_seconds": 3601}', '23514', 'a rest is at most an hour'),
('{"set_type": "giant"}', '23514', 'an unknown type of set is refused');
select
    is(
        pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan(jsonb_build_object(
            'name', 'Aims ' || a.fields::text, 'days', jsonb_build_array(jsonb_build_object(
                'day', 1, 'exercises', jsonb_build_array(jsonb_build_object(
                    'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'sets', jsonb_build_array(a.fields)
                ))
            ))
        )) || ')'),
        a.answer,
        a.description
    )
from aims as a;
delete from plans
where name like 'Aims %';

-- Lists, latest first.
select is(
    pg_temp.run(
        'owner', format('select list_plan_versions(%s, 1, 1) #>> ''{items,0,version}''', pg_temp.id('private'))
    ),
    '3',
    'the first page of versions has the latest'
);
select is(
    pg_temp.run(
        'owner', format('select list_plan_versions(%s, 3, 1) #>> ''{items,0,version}''', pg_temp.id('private'))
    ),
    '1',
    'the last page of versions has the first'
);
-- A trigger dates it.
update plans set is_public = is_public
where name = 'Shared';
select is(
    pg_temp.run('owner', 'select list_plans(''own'', 1, 1) #>> ''{items,0,name}'''), 'Shared',
    'the first page of plans has the plan that was changed last'
);
select is(
    pg_temp.run('owner', 'select list_plans(''own'', 2, 1) #>> ''{items,0,name}'''), 'Strength',
    'the last page of plans has the other'
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
    'a user cannot follow another user''s plan'
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
    'a user cannot follow a day that the plan does not have'
);
create temporary table followed as
select
    pg_temp.run('owner', format(
        $$
            select log_workout(
                '{"plan_id": %s, "plan_day": 1,
                "sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5}]}'
            ) #>> '{workout,id}'
        $$,
        to_json(made.id)
    )) as id
from made
where made.name = 'private';
create function pg_temp.edit_day(p_day integer)
returns text
language sql
as $$
    select pg_temp.run('owner', format('select update_workout(%L, %L) #>> ''{workout,plan_day}''', f.id, jsonb_build_object(
        'plan_id', m.id, 'plan_day', p_day, 'sets', jsonb_build_array(jsonb_build_object(
            'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'reps', 5
        ))
    )))
    from followed as f, made as m
    where m.name = 'private'
$$;
select is(pg_temp.edit_day(1), '1', 'an edit keeps the day of the plan');
select is(
    pg_temp.edit_day(2), 'PT422 plan_day_not_found', 'an edit cannot take a day that the followed version does not have'
);
select is(
    pg_temp.run('stranger', format('select delete_plan(%s)', pg_temp.id('public'))),
    'PT403 plan_read_only',
    'a user cannot delete another user''s plan'
);
-- Versions: none for no change, and not too many.
create temporary table before as
select p.version
from plans as p
inner join made as m on p.id = m.id
where m.name = 'private';
select pg_temp.ask('owner', format('replace_plan(%s, get_plan(%1$s))', pg_temp.id('private')));
select is(
    (
        select p.version from plans as p inner join made as m on p.id = m.id
        where m.name = 'private'
    ),
    (select b.version from before as b),
    'a plan that stays the same keeps its version'
);
select is(
    pg_temp.ask('owner', format('replace_plan(%s, get_plan(%1$s) || ''{"goal": "New"}'')', pg_temp.id('private'))),
    (select (b.version + 1)::text from before as b),
    'a plan that changes gets a new version'
);
do $$
begin
    for n in 1..60 loop
        perform pg_temp.ask('owner', format(
            'replace_plan(%s, get_plan(%1$s) || ''{"goal": "Goal %s"}'')', pg_temp.id('private'), n
        ));
    end loop;
end
$$;
select is(
    (
        select count(*) from plan_versions as v inner join made as m on v.plan_id = m.id
        where
            m.name = 'private' and not exists (
                select from workouts as w
                where w.plan_id = v.plan_id and w.plan_version = v.version
            )
    ),
    50::bigint, 'a plan keeps the latest 50 versions'
);
select isnt_empty(
    $q$
        select from plan_versions as v
        inner join workouts as w on v.plan_id = w.plan_id and v.version = w.plan_version
    $q$,
    'a plan keeps a version that a workout followed'
);
select is(
    pg_temp.run('stranger', format('select private.fold_plan_versions(%s)', pg_temp.id('private'))), '',
    'folding the versions of another user''s plan does nothing'
);

insert into plans (user_id, name)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    'Plan ' || n as name
from generate_series(1, 198) as n;
select is(
    pg_temp.ask('owner', 'create_plan(' || pg_temp.a_plan('{"name": "One more"}') || ')'),
    'PT409 too_many_plans',
    'a user has at most 200 plans'
);

select line from finish() as line;
rollback;
