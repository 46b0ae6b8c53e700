-- The exercise library: what search finds, in which order, and what one may do with one's own.
begin;
\ir helpers.psql
select plan(62);

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
            from jsonb_path_query(search_exercises(%s, p_per_page => 3), '$.items[*]') as item
        $query$,
        p_arguments
    ))
$$;

create function pg_temp.total(p_who text, p_arguments text)
returns integer
language sql
as $$select pg_temp.run(p_who, format('select search_exercises(%s) ->> ''total''', p_arguments))::integer$$;

select matches(pg_temp.found('owner', 'p_q => ''back squat'''), '^back-squat ', 'the name itself comes first');
select matches(pg_temp.found('owner', 'p_q => ''squat back'''), '^back-squat ', 'words in any order');
select matches(pg_temp.found('owner', 'p_q => ''bench pr'''), '^bench-press ', 'the beginning of a word');
select matches(pg_temp.found('owner', 'p_q => ''RDL'''), '^romanian-deadlift', 'an alias');
select matches(pg_temp.found('owner', 'p_q => ''benchpres'''), '^bench-press ', 'words run together, and cut short');
select matches(pg_temp.found('owner', 'p_q => ''dead lift'''), '^deadlift ', 'a word taken apart');
select matches(pg_temp.found('owner', 'p_q => ''sqaut'''), '^back-squat ', 'a typing error');
select matches(pg_temp.found('owner', 'p_q => ''frónt squats'''), '^front-squat ', 'accents and plurals');
select matches(pg_temp.found('owner', 'p_q => ''clean & jerk'''), '^clean-and-jerk', 'filler words and signs');
select is(
    pg_temp.found('owner', 'p_q => ''with'''), 'worlds-greatest-stretch', 'nothing but a filler word is still a word'
);
select is(pg_temp.found('owner', 'p_q => ''💪'''), null, 'what has no letter finds nothing');
select is(pg_temp.found('owner', 'p_q => ''xqzzw'''), null, 'nor what is like nothing');
select is(pg_temp.found('owner', 'p_q => ''xq:*|zz'''), null, 'signs of the search language mean nothing');
select is(pg_temp.total('owner', 'p_q => '' '''), pg_temp.total('owner', 'p_page => 1'), 'nothing asked is everything');
select is(
    pg_temp.total('owner', 'p_q => repeat(''squat '', 10000)'), pg_temp.total('owner', 'p_q => ''squat'''),
    'an endless query is read in part'
);

select is(pg_temp.found('owner', 'p_q => ''zwickelhebre'''), 'Zwickelheber', 'one''s own are found, mistyped too');
select is(pg_temp.found('stranger', 'p_q => ''zwickelhebre'''), null, 'and are no hint for others');
select is(pg_temp.found('owner', 'p_custom => true'), 'Zwickelheber', 'one''s own alone');
select is(pg_temp.found('stranger', 'p_custom => true'), null, 'are nobody else''s');

select is(
    pg_temp.total('owner', 'p_available => true') + pg_temp.total('owner', 'p_available => false'),
    pg_temp.total('owner', 'p_page => 1'),
    'everything is available or is not'
);
select is(
    pg_temp.total('owner', 'p_available => true'),
    (
        select count(*)::integer from exercises as e
        where e.equipment <@ array['dumbbell'] and e.user_id is null
    ),
    'with what the profile has'
);
select is(
    pg_temp.total('owner', 'p_safe => false'),
    (
        select count(*)::integer from exercises as e
        where 'knee' = any(e.joints)
    ),
    'an injury excludes what loads it'
);
select is(pg_temp.total('stranger', 'p_safe => false'), 0, 'and nothing where there is none');
select is(private.is_safe(null, '{knee}'), false, 'unknown joints are not safe for an injury');
select is(private.is_safe(null, '{}'), true, 'without one they do not matter');
select is(
    pg_temp.total('owner', 'p_muscles => array[''chest''], p_forces => array[''pull'']'),
    (
        select count(*)::integer from exercises as e
        where e.force = 'pull' and 'chest' = any(e.primary_muscles || e.secondary_muscles)
    ),
    'every filter has to match'
);
select is(
    pg_temp.found('owner', 'p_muscles => array[''wings'']'), 'PT422 unknown_muscle', 'a misspelt muscle is told'
);
select is(
    pg_temp.found('owner', 'p_equipment => array[''none'', null]'), 'PT422 unknown_equipment', 'so is equipment'
);
select is(pg_temp.run('owner', 'select search_exercises(p_sort => ''best'')'), 'PT422 invalid_sort', 'four orders');
select is(pg_temp.run('owner', 'select search_exercises(p_sort => null)'), 'PT422 invalid_sort', 'and no other');
select is(pg_temp.run('owner', 'select search_exercises(p_page => 0)'), 'PT422 invalid_page', 'pages start at 1');
select is(pg_temp.run('owner', 'select search_exercises(p_page => null)'), 'PT422 invalid_page', 'and are numbers');
select is(pg_temp.run('owner', 'select search_exercises(p_per_page => 0)'), 'PT422 invalid_page', 'not empty');
select is(pg_temp.run('owner', 'select search_exercises(p_per_page => 101)'), 'PT422 invalid_page', 'not endless');
select is(
    pg_temp.run('owner', $$select search_exercises(p_page => 1000) -> 'items'$$), '[]', 'beyond the end is nothing'
);
select is(
    pg_temp.run('owner', $$select search_exercises(p_page => 1000) ->> 'total'$$)::integer,
    pg_temp.total('owner', 'p_page => 1'),
    'and the total stays true'
);
select is(pg_temp.run('anon', 'select search_exercises()'), '42501', 'not for nobody');

-- Facets.
select is(
    pg_temp.run('owner', $$
        select value ->> 'count' from jsonb_path_query(
            count_exercises(p_muscles => array['chest'], p_levels => array['beginner']), '$.muscles[*]'
        ) as value
        where value ->> 'value' = 'biceps'
    $$)::integer,
    pg_temp.total('owner', 'p_muscles => array[''biceps''], p_levels => array[''beginner'']'),
    'a facet is not narrowed by its own filter'
);
select is(
    pg_temp.run('owner', $$select count_exercises(p_custom => true) -> 'muscles'$$),
    '[{"name": "Biceps", "count": 1, "value": "biceps"}]',
    'one''s own are counted'
);
select is(pg_temp.run('stranger', $$select count_exercises(p_custom => true) -> 'muscles'$$), '[]', 'by their owner');
select is(
    pg_temp.run('owner', 'select count_exercises(p_muscles => array[''wings''])'),
    'PT422 unknown_muscle',
    'as in search'
);
select is(pg_temp.run('anon', 'select count_exercises()'), '42501', 'not for nobody');

-- One exercise.
select is(
    pg_temp.run('owner', $$select get_exercise('bb6924d2-d3b5-68ea-1667-8a551e3569ff') ->> 'name'$$),
    'Back Squat',
    'one exercise'
);
select is(
    pg_temp.run('owner', $$select get_exercise('00000000-0000-4000-8000-00000000000e') ->> 'custom'$$),
    'true',
    'one''s own'
);
select is(
    pg_temp.run('stranger', $$select get_exercise('00000000-0000-4000-8000-00000000000e')$$),
    'PT404 exercise_not_found',
    'another''s does not exist'
);
select is(pg_temp.run('owner', 'select get_exercise(null)'), 'PT404 exercise_not_found', 'nor does null');
select is(
    pg_temp.run('anon', $$select get_exercise('bb6924d2-d3b5-68ea-1667-8a551e3569ff')$$), '42501', 'not for nobody'
);

-- Alternatives.
select is(
    pg_temp.run('owner', $$
        select bool_and((item ->> 'available')::boolean and (item ->> 'safe')::boolean)::text from jsonb_path_query(
            list_alternatives('bb6924d2-d3b5-68ea-1667-8a551e3569ff', p_per_page => 100), '$.items[*]'
        ) as item
    $$),
    'true',
    'what one has and what spares the knee'
);
select is(
    pg_temp.run('owner', $$
        select item ->> 'name' from jsonb_path_query(
            list_alternatives('00000000-0000-4000-8000-00000000000e', p_per_page => 100), '$.items[*]'
        ) as item
        where item -> 'equipment' <> '["dumbbell"]' and item -> 'equipment' <> '[]'
    $$),
    null,
    'only with what one has'
);
select is(
    pg_temp.run('stranger', $$select list_alternatives('00000000-0000-4000-8000-00000000000e')$$),
    'PT404 exercise_not_found',
    'another''s has none'
);
select is(
    pg_temp.run('anon', $$select list_alternatives('bb6924d2-d3b5-68ea-1667-8a551e3569ff')$$),
    '42501', 'not for nobody'
);

-- One's own.
select is(
    pg_temp.run('owner', $$select create_exercise('{"name": " Shed Lift ", "joints": ["hip"]}') ->> 'name'$$),
    'Shed Lift',
    'one''s own is made'
);
select is(pg_temp.run('owner', 'select create_exercise(null)'), '23502', 'with a name');
select is(
    pg_temp.run('owner', $$select create_exercise('{"name": "shed lift"}')$$), 'PT409 exercise_exists', 'of its own'
);
select is(
    pg_temp.run('owner', $$
        select update_exercise('00000000-0000-4000-8000-00000000000e', '{"force": "pull", "slug": "x"}') ->> 'force'
    $$),
    'pull',
    'it is changed where it may be'
);
select is(
    pg_temp.run('owner', $$select update_exercise('00000000-0000-4000-8000-00000000000e', '[]')$$),
    'PT422 invalid_changes',
    'by an object'
);
select is(
    pg_temp.run('stranger', $$select update_exercise('00000000-0000-4000-8000-00000000000e', '{"name": "X"}')$$),
    'PT404 exercise_not_found',
    'by its owner'
);
select is(
    pg_temp.run('owner', $$select update_exercise('bb6924d2-d3b5-68ea-1667-8a551e3569ff', '{"name": "X"}')$$),
    'PT403 exercise_read_only',
    'the catalogue is nobody''s'
);
select is(
    pg_temp.run('stranger', $$select delete_exercise('00000000-0000-4000-8000-00000000000e')$$),
    'PT404 exercise_not_found',
    'nobody else deletes it'
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
    'what a workout uses is archived'
);
delete from workouts;
select pg_temp.run('owner', $$select delete_exercise('00000000-0000-4000-8000-00000000000e')$$);
select is_empty(
    $$select from exercises where id = '00000000-0000-4000-8000-00000000000e'$$, 'what none uses is deleted'
);
select is(
    pg_temp.run('anon', $$select create_exercise('{"name": "X"}')$$), '42501', 'not for nobody'
);

select line from finish() as line;
rollback;
