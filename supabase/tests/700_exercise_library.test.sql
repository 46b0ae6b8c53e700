-- The exercise library: what search finds, in which order, and what one may do with one's own.
begin;
\ir helpers.psql
select plan(70);

insert into exercises (id, user_id, name, primary_muscles, movement_pattern, equipment, joints)
values (
    '00000000-0000-4000-8000-00000000000e', '00000000-0000-4000-8000-00000000000a', 'Zwickelheber',
    '{biceps}', 'elbow_flexion', '{barbell}', '{elbow}'
);
update profiles set equipment = '{dumbbell}', injuries = '{knee}'
where user_id = '00000000-0000-4000-8000-00000000000a';

-- The slugs that a search finds first.
create function pg_temp.found(p_who text, p_arguments text)
returns text
language sql
as $$
    select pg_temp.run(p_who, format(
        $query$
            select string_agg(coalesce(item ->> 'slug', item ->> 'name'), ' ')
            from jsonb_path_query(search_exercises(%s, p_per_page => 3)::jsonb, '$.items[*]') as item
        $query$,
        p_arguments
    ))
$$;

create function pg_temp.total(p_who text, p_arguments text)
returns integer
language sql
as $$select pg_temp.run(p_who, format('select search_exercises(%s) ->> ''total''', p_arguments))::integer$$;

select matches(
    pg_temp.found('owner', 'p_q => ''back squat'''), '^back-squat ', 'the exercise of that name comes first'
);
select matches(
    pg_temp.found('owner', 'p_q => ''squat back'''), '^back-squat ', 'the words of a query may be in any order'
);
select matches(
    pg_temp.found('owner', 'p_q => ''bench pr'''), '^bench-press ', 'the beginning of a word finds the whole word'
);
select matches(pg_temp.found('owner', 'p_q => ''RDL'''), '^romanian-deadlift', 'an alias finds its exercise');
select matches(
    pg_temp.found('owner', 'p_q => ''benchpres'''),
    '^bench-press ',
    'words written as one and cut short find the exercise'
);
select matches(
    pg_temp.found('owner', 'p_q => ''dead lift'''), '^deadlift ', 'a word written as two finds the exercise'
);
select matches(pg_temp.found('owner', 'p_q => ''sqaut'''), '^back-squat ', 'a mistyped word finds the exercise');
select matches(pg_temp.found('owner', 'p_q => ''frónt squats'''), '^front-squat ', 'accents and plurals do not matter');
select matches(
    pg_temp.found('owner', 'p_q => ''clean & jerk'''), '^clean-and-jerk', 'filler words and signs do not matter'
);
select is(
    pg_temp.found('owner', 'p_q => ''with'''),
    'worlds-greatest-stretch',
    'a query of filler words alone finds texts with them'
);
select is(pg_temp.found('owner', 'p_q => ''💪'''), null, 'a query without letters finds nothing');
select is(pg_temp.found('owner', 'p_q => ''xqzzw'''), null, 'a word that resembles no other finds nothing');
select is(pg_temp.found('owner', 'p_q => ''xq:*|zz'''), null, 'the operators of the search language mean nothing');
select is(
    pg_temp.total('owner', 'p_q => '' '''), pg_temp.total('owner', 'p_page => 1'), 'a blank query finds everything'
);
select is(
    pg_temp.total('owner', 'p_q => repeat(''squat '', 10000)'), pg_temp.total('owner', 'p_q => ''squat'''),
    'only the beginning of a long query is read'
);

select is(
    pg_temp.found('owner', 'p_q => ''zwickelhebre'''),
    'Zwickelheber',
    'a user finds their own exercise by a mistyped name'
);
select is(pg_temp.found('stranger', 'p_q => ''zwickelhebre'''), null, 'a user does not find another user''s exercise');
select is(pg_temp.found('owner', 'p_custom => true'), 'Zwickelheber', 'a user can list their own exercises alone');
select is(pg_temp.found('stranger', 'p_custom => true'), null, 'a user cannot list another user''s exercises');

select is(
    pg_temp.total('owner', 'p_available => true') + pg_temp.total('owner', 'p_available => false'),
    pg_temp.total('owner', 'p_page => 1'),
    'an exercise is available or unavailable'
);
select is(
    pg_temp.total('owner', 'p_available => true'),
    (
        select count(*)::integer from exercises as e
        where e.equipment <@ array['dumbbell'] and e.user_id is null
    ),
    'an exercise is available with the equipment of the profile'
);
select is(
    pg_temp.total('owner', 'p_safe => false'),
    (
        select count(*)::integer from exercises as e
        where 'knee' = any(e.joints)
    ),
    'an exercise that loads an injured joint is not safe'
);
select is(pg_temp.total('stranger', 'p_safe => false'), 0, 'every exercise is safe without injuries');
select is(private.is_safe(null, '{knee}'), false, 'an exercise of unknown joints is not safe with an injury');
select is(private.is_safe(null, '{}'), true, 'an exercise of unknown joints is safe without injuries');
select is(
    pg_temp.total('owner', 'p_muscles => array[''chest''], p_forces => array[''pull'']'),
    (
        select count(*)::integer from exercises as e
        where e.force = 'pull' and 'chest' = any(e.primary_muscles || e.secondary_muscles)
    ),
    'an exercise matches every filter that is given'
);
select is(
    pg_temp.found('owner', 'p_muscles => array[''wings'']'), 'PT422 unknown_muscle', 'an unknown muscle is refused'
);
select is(
    pg_temp.found('owner', 'p_equipment => array[''none'', null]'),
    'PT422 unknown_equipment',
    'unknown equipment is refused'
);
select is(
    pg_temp.run('owner', 'select search_exercises(p_sort => ''best'')'),
    'PT422 invalid_sort',
    'an unknown order is refused'
);
select is(pg_temp.run('owner', 'select search_exercises(p_sort => null)'), 'PT422 invalid_sort', 'null is no order');
select is(
    pg_temp.run('owner', 'select search_exercises(p_page => 0)'),
    'PT422 invalid_page',
    'the pages of exercises start at 1'
);
select is(pg_temp.run('owner', 'select search_exercises(p_page => null)'), 'PT422 invalid_page', 'null is no page');
select is(
    pg_temp.run('owner', 'select search_exercises(p_per_page => 0)'),
    'PT422 invalid_page',
    'a page has at least one exercise'
);
select is(
    pg_temp.run('owner', 'select search_exercises(p_per_page => 101)'),
    'PT422 invalid_page',
    'a page has at most 100 exercises'
);
select is(
    pg_temp.run('owner', $$select search_exercises(p_page => 1000) -> 'items'$$), '[]', 'a page beyond the end is empty'
);
select is(
    pg_temp.run('owner', $$select search_exercises(p_page => 1000) ->> 'total'$$)::integer,
    pg_temp.total('owner', 'p_page => 1'),
    'a page beyond the end has the total'
);
select is(pg_temp.run('anon', 'select search_exercises()'), '42501', 'anon cannot search exercises');

-- Facets.
select is(
    pg_temp.run('owner', $$
        select value ->> 'count' from jsonb_path_query(
            count_exercises(p_muscles => array['chest'], p_levels => array['beginner'])::jsonb, '$.muscles[*]'
        ) as value
        where value ->> 'value' = 'biceps'
    $$)::integer,
    pg_temp.total('owner', 'p_muscles => array[''biceps''], p_levels => array[''beginner'']'),
    'the values of a filter are counted without that filter'
);
select is(
    pg_temp.run('owner', $$select count_exercises(p_custom => true) -> 'muscles'$$)::jsonb,
    '[{"count": 1, "name": "Biceps", "value": "biceps"}]',
    'a user''s own exercises are counted'
);
select is(
    pg_temp.run('stranger', $$select count_exercises(p_custom => true) -> 'muscles'$$),
    '[]',
    'another user''s exercises are not counted'
);
select is(
    pg_temp.run('owner', 'select count_exercises(p_muscles => array[''wings''])'),
    'PT422 unknown_muscle',
    'an unknown muscle is refused in counts too'
);
select is(pg_temp.run('anon', 'select count_exercises()'), '42501', 'anon cannot count exercises');

-- One exercise.
select is(
    pg_temp.run('owner', $$select get_exercise('bb6924d2-d3b5-68ea-1667-8a551e3569ff') ->> 'name'$$),
    'Back Squat',
    'a user can read an exercise of the catalogue'
);
select is(
    pg_temp.run('owner', $$select get_exercise('00000000-0000-4000-8000-00000000000e') ->> 'custom'$$),
    'true',
    'a user can read their own exercise'
);
select is(
    pg_temp.run('stranger', $$select get_exercise('00000000-0000-4000-8000-00000000000e')$$),
    'PT404 exercise_not_found',
    'a user cannot read another user''s exercise'
);
select is(pg_temp.run('owner', 'select get_exercise(null)'), 'PT404 exercise_not_found', 'null is no exercise');
select is(
    pg_temp.run('anon', $$select get_exercise('bb6924d2-d3b5-68ea-1667-8a551e3569ff')$$),
    '42501',
    'anon cannot read an exercise'
);

-- Alternatives.
select is(
    pg_temp.run('owner', $$
        select bool_and((item ->> 'available')::boolean and (item ->> 'safe')::boolean)::text from jsonb_path_query(
            list_alternatives('bb6924d2-d3b5-68ea-1667-8a551e3569ff', p_per_page => 100), '$.items[*]'
        ) as item
    $$),
    'true',
    'alternatives are available and safe'
);
select is(
    pg_temp.run('owner', $$
        select item ->> 'name' from jsonb_path_query(
            list_alternatives('00000000-0000-4000-8000-00000000000e', p_per_page => 100), '$.items[*]'
        ) as item
        where item -> 'equipment' <> '["dumbbell"]' and item -> 'equipment' <> '[]'
    $$),
    null,
    'alternatives need no equipment that the user does not have'
);
select is(
    pg_temp.run('stranger', $$select list_alternatives('00000000-0000-4000-8000-00000000000e')$$),
    'PT404 exercise_not_found',
    'a user cannot list alternatives to another user''s exercise'
);
select is(
    pg_temp.run('anon', $$select list_alternatives('bb6924d2-d3b5-68ea-1667-8a551e3569ff')$$),
    '42501', 'anon cannot list alternatives'
);

-- One's own.
select is(
    pg_temp.run('owner', $$select create_exercise('{"name": " Shed Lift ", "joints": ["hip"]}') ->> 'name'$$),
    'Shed Lift',
    'a user can create an exercise, whose name is trimmed'
);
select is(
    pg_temp.run('owner', 'select create_exercise(null)'), '23502', 'an exercise cannot be created without a name'
);
select is(
    pg_temp.run('owner', $$select create_exercise('{"name": "shed lift"}')$$),
    'PT409 exercise_exists',
    'an exercise cannot be created with a name that is taken'
);
select is(
    pg_temp.run('owner', $$
        select update_exercise('00000000-0000-4000-8000-00000000000e', '{"force": "pull", "slug": "x"}') ->> 'force'
    $$),
    'pull',
    'a user can change their exercise, but not its slug'
);
select is(
    pg_temp.run('owner', $$select update_exercise('00000000-0000-4000-8000-00000000000e', '[]')$$),
    'PT422 invalid_changes',
    'changes of an exercise are a JSON object'
);
select is(
    pg_temp.run('stranger', $$select update_exercise('00000000-0000-4000-8000-00000000000e', '{"name": "X"}')$$),
    'PT404 exercise_not_found',
    'a user cannot change another user''s exercise'
);
select is(
    pg_temp.run('owner', $$select update_exercise('bb6924d2-d3b5-68ea-1667-8a551e3569ff', '{"name": "X"}')$$),
    'PT403 exercise_read_only',
    'a user cannot change an exercise of the catalogue'
);
select is(
    pg_temp.run('stranger', $$select delete_exercise('00000000-0000-4000-8000-00000000000e')$$),
    'PT404 exercise_not_found',
    'a user cannot delete another user''s exercise'
);
select pg_temp.run('owner', $$
    select log_workout('{"sets": [{"exercise_id": "00000000-0000-4000-8000-00000000000e", "reps": 5}]}')
$$);
select pg_temp.run('owner', $$select delete_exercise('00000000-0000-4000-8000-00000000000e')$$);
select is(
    (
        select e.archived_at is not null from exercises as e
        where e.id = '00000000-0000-4000-8000-00000000000e'
    ),
    true,
    'deleting an exercise that a workout uses archives it'
);
delete from workouts;
select pg_temp.run('owner', $$select delete_exercise('00000000-0000-4000-8000-00000000000e')$$);
select is_empty(
    $$select from exercises where id = '00000000-0000-4000-8000-00000000000e'$$,
    'deleting an exercise that nothing uses deletes it'
);

-- A plan keeps an exercise too, even one that nobody has done.
insert into exercises (id, user_id, name)
values ('00000000-0000-4000-8000-00000000000d', '00000000-0000-4000-8000-00000000000a', 'Planned Lift');
create temporary table plan as
select pg_temp.run('owner', $$
        select create_plan('{"name": "Plan", "days": [{"day": 1, "exercises": [
            {"exercise_id": "00000000-0000-4000-8000-00000000000d", "sets": [{}]}
        ]}]}') ->> 'id'
    $$) as id;
select is(
    pg_temp.run('owner', $$select delete_exercise('00000000-0000-4000-8000-00000000000d')$$), '',
    'a user can delete an exercise of a plan'
);
select is(
    (
        select e.archived_at is not null from exercises as e
        where e.id = '00000000-0000-4000-8000-00000000000d'
    ),
    true,
    'deleting an exercise that a plan uses archives it'
);
select is(
    pg_temp.run('owner', (
        select format('select get_plan(%L) #>> ''{days,0,exercises,0,exercise_name}''', plan.id) from plan
    )),
    'Planned Lift',
    'the plan keeps the archived exercise'
);
select is(
    pg_temp.found('owner', 'p_custom => true'), 'Shed Lift', 'an archived exercise is not found'
);
select is(
    pg_temp.run('owner', $$select create_exercise('{"name": "Planned Lift"}') ->> 'name'$$), 'Planned Lift',
    'the name of an archived exercise is free again'
);
select is(
    pg_temp.run('anon', $$select create_exercise('{"name": "X"}')$$), '42501', 'anon cannot create an exercise'
);

select is(
    pg_temp.run('owner', $$select count_exercises(p_equipment => '{{chest},{quads}}')$$), 'PT422 unknown_equipment',
    'a list of lists is no filter'
);

-- Sizes.
select is(
    pg_temp.run('owner', 'select search_exercises(p_muscles => array_fill(''chest''::text, array[101]))'),
    'PT422 too_many_values', 'a filter takes at most 100 values'
);
select is(
    pg_temp.run('owner', 'select create_exercise(jsonb_build_object(''name'', repeat(''x'', 70000)))'),
    'PT413 body_too_large', 'an exercise takes at most 64 KiB'
);

select line from finish() as line;
rollback;
