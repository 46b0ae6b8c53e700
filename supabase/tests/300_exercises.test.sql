-- Exercises: the catalogue is everyone's, one's own are one's own.
begin;
\ir helpers.psql
select plan(19);

insert into exercises (id, user_id, slug, name, category, level, measured_in)
values (
    '00000000-0000-4000-8000-00000000000e', '00000000-0000-4000-8000-00000000000a', 'owned-lift', 'Owned Lift',
    'strength', 'beginner', 'reps'
);

select cmp_ok((
    select count(*)::integer from exercises
    where user_id is null
), '>=', 60, 'the catalogue is filled');
select is_empty(
    $$select from exercises as e where not exists (select from exercise_muscles as m where m.exercise_id = e.id
    and m.role = 'primary') and e.user_id is null$$,
    'every exercise of the catalogue trains something'
);
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
select is(
    pg_temp.run('owner', $$select search_exercises(p_q => 'back squat') -> 'items' -> 0 ->> 'name'$$),
    'Back Squat',
    'the name itself comes first'
);
select is(
    pg_temp.run('owner', $$select search_exercises(p_q => 'squat back') -> 'items' -> 0 ->> 'name'$$),
    'Back Squat',
    'words in any order'
);
select is(pg_temp.run('owner', $$select search_exercises(p_custom => true) ->> 'total'$$), '1', 'one''s own alone');
select is(pg_temp.run('stranger', $$select search_exercises(p_custom => true) ->> 'total'$$), '0', 'nobody else''s');
select is(
    pg_temp.run('owner', $$select search_exercises(p_page => 1000) -> 'items'$$), '[]', 'beyond the end is nothing'
);
select is(
    pg_temp.run('owner', $$select search_exercises(p_page => 1000) -> 'total'$$),
    pg_temp.run('owner', $$select search_exercises() -> 'total'$$),
    'and the total stays true'
);
select is(
    pg_temp.run(
        'owner', $$select search_exercises(p_muscles => array['chest'], p_forces => array['pull']) ->> 'total'$$
    ),
    (
        select count(*)::text from exercises as e
        where e.force = 'pull' and exists (
            select from exercise_muscles as m
            where m.exercise_id = e.id and m.muscle = 'chest'
        )
    ),
    'every filter has to match'
);
select is(pg_temp.run('owner', 'select search_exercises(p_page => 0)'), 'PT422 invalid_page', 'pages start at 1');
select is(pg_temp.run('owner', 'select search_exercises(p_page => null)'), 'PT422 invalid_page', 'and are numbers');
select is(pg_temp.run('owner', 'select search_exercises(p_per_page => 0)'), 'PT422 invalid_page', 'not empty');
select is(pg_temp.run('owner', 'select search_exercises(p_per_page => 101)'), 'PT422 invalid_page', 'not endless');
select is(pg_temp.run('anon', 'select search_exercises()'), '42501', 'not for nobody');

select line from finish() as line;
rollback;
