-- Imports: what other apps' names mean, each workout once, and nothing earned.
begin;
\ir helpers.psql
select plan(55);

create function pg_temp.history(p_exercise text, p_key text default 'a', p_start text default '2023-07-15T17:35:12')
returns text
language sql
as $$
    select format('%L::jsonb', jsonb_build_object('workouts', jsonb_build_array(jsonb_build_object(
        'import_key', p_key, 'line', 2, 'title', 'Push Day', 'started_at', p_start, 'duration_seconds', 3600,
        'sets', jsonb_build_array(
            jsonb_build_object('exercise', 'Squat (Barbell)', 'weight', 100, 'reps', 5),
            jsonb_build_object('exercise', p_exercise, 'weight', 40, 'reps', 8)
        )
    ))))
$$;

create function pg_temp.import(p_who text, p_history text, p_more text default '')
returns text
language sql
as $$select pg_temp.run(p_who, format('select import_workouts(%s%s) - ''unmatched_exercises''', p_history, p_more))$$;

select is(
    pg_temp.run(
        'owner',
        format('select import_workouts(%s) -> ''unmatched_exercises''', pg_temp.history('Curl of Dreams'))
    ),
    '["Curl of Dreams"]',
    'an import names the exercises that it does not know'
);
select is((select count(*) from workout_sets), 1::bigint, 'a set of an unknown exercise is not imported');
select is(
    (select completed_at - started_at from workouts), interval '1 hour', 'an imported workout keeps its duration'
);
select is(
    pg_temp.import('owner', pg_temp.history('Curl of Dreams'))::jsonb,
    '{"imported": 0, "skipped": 1, "lines_in_future": []}',
    'importing the same file again changes nothing'
);
select is(
    pg_temp.import('owner', pg_temp.history('Curl of Dreams'), ', true')::jsonb,
    '{"imported": 1, "skipped": 0, "lines_in_future": []}',
    'importing the same file with p_create_missing completes the workout'
);
select is((select count(*) from workout_sets), 2::bigint, 'the missing set is imported later');
select is((select bool_or(import_incomplete) from workouts), false, 'a completed import is marked complete');
select throws_ok(
    'insert into workouts (user_id, import_key) select w.user_id, w.import_key from workouts as w',
    '23505', null, 'the table refuses a second workout with the same key of an import'
);
select is((select count(*) from affinity_events), 0::bigint, 'an import earns no affinity');
select is(
    pg_temp.import('stranger', pg_temp.history('Curl of Dreams'))::jsonb ->> 'imported',
    '1',
    'another user can import the same file'
);
select is(
    (
        select count(*) from workout_sets
        where user_id = '00000000-0000-4000-8000-00000000000b'
    ),
    1::bigint,
    'an exercise that one user created is unknown to another'
);
select is(
    pg_temp.import('owner', pg_temp.history('Plank', 'b', '2999-01-01T00:00:00'))::jsonb,
    '{"imported": 0, "skipped": 1, "lines_in_future": [2]}',
    'a workout of the future is not imported'
);
select is(pg_temp.run('anon', 'select import_workouts(''{"workouts": []}'')'), '42501', 'anon cannot import workouts');
select is(pg_temp.run('owner', 'select import_workouts(null)'), 'PT422 invalid_import', 'null is no history');
select is(
    pg_temp.run('owner', 'select import_workouts(''{"workouts": [{"sets": 7}]}'')'),
    'PT422 invalid_import',
    'workouts without a list of sets are refused'
);
select is(
    pg_temp.run(
        'owner',
        format(
            'select import_workouts(%L)',
            jsonb_build_object('workouts', (select jsonb_agg('{"sets": []}'::jsonb) from generate_series(1, 101)))
        )
    ),
    'PT422 invalid_import',
    'an import has at most 100 workouts'
);

select results_eq(
    $$
        select f.name, e.name
        from private.find_exercises_by_name(
            null, array['Bench Press (Dumbbell)', 'Rowing (Machine)', 'Butterfly (Pec Deck)', 'RDL', 'Squat (Lava)']
        ) as f
        inner join exercises as e on f.exercise_id = e.id
        order by f.name
    $$,
    $$
        values
        ('Bench Press (Dumbbell)', 'Dumbbell Bench Press'),
        ('Butterfly (Pec Deck)', 'Pec Deck'),
        ('RDL', 'Romanian Deadlift'),
        ('Rowing (Machine)', 'Rowing Machine')
    $$,
    'names of other apps are matched to the catalogue or left unmatched'
);
select is(
    private.name_words('Press, Bench press'), 'bench press', 'the words of a name are sorted and unique'
);
select ok(private.is_done_with('{ez_bar}', 'barbell'), 'an EZ bar counts as a barbell');
select ok(not private.is_done_with('{barbell}', 'dumbbell'), 'a barbell does not count as a dumbbell');
select ok(private.is_done_with('{smith_machine}', 'smith machine'), 'other tools are matched by their names');

-- An import follows no plan, whatever the file says.
create temporary table secret as
select pg_temp.run('owner', $$
    select create_plan('{"name": "Secret", "days": [{"day": 1, "exercises": [
        {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{}]}
    ]}]}') ->> 'id'
$$) as plan_id;
create function pg_temp.import_with_plan(p_sets text)
returns text
language sql
as $$
    select pg_temp.run('stranger', format('select import_workouts(%L) ->> %L', format(
        '{"workouts": [{"import_key": "with a plan", "line": 2, "started_at": "2024-01-01T10:00:00", '
        '"plan_id": "%s", "plan_day": 1, "sets": [%s]}]}', secret.plan_id, p_sets
    ), 'imported')) from secret
$$;
select pg_temp.import_with_plan('{"exercise": "Back Squat", "reps": 5}, {"exercise": "Nobody Knows It", "reps": 5}');
select is(
    pg_temp.import_with_plan(
        '{"exercise": "Back Squat", "reps": 5}, {"exercise": "Bench Press", "reps": 5}, '
        '{"exercise": "Nobody Knows It", "reps": 5}'
    ),
    '1', 'a second import completes the workout'
);
select is(
    (
        select count(*) from workouts
        where import_key = 'with a plan' and num_nonnulls(plan_id, plan_name) = 0
    ),
    1::bigint,
    'an imported workout has no plan'
);

-- What no file of Strong or Hevy has.
create function pg_temp.import_workout(p_changes text)
returns text
language sql
as $$
    select pg_temp.run('owner', format('select import_workouts(%L) ->> ''imported''', jsonb_build_object(
        'workouts', jsonb_build_array(
            '{"import_key": "strange", "line": 2, "started_at": "2024-01-01T10:00:00", "sets": [
                {"exercise": "Plank", "duration_seconds": 60}
            ]}'::jsonb || p_changes::jsonb
        )
    )))
$$;
select is(pg_temp.import_workout(strange.changes), 'PT422 invalid_import', 'an import refuses ' || strange.changes)
from (
    values
    ('[7]'), ('{"started_at": null}'), ('{"started_at": ""}'), ('{"started_at": 7}'), ('{"started_at": "infinity"}'),
    ('{"started_at": "-infinity"}'), ('{"started_at": "1969-12-31T10:00:00"}'),
    ('{"started_at": "2024-01-01 BC"}'), ('{"started_at": "20240-01-01T10:00:00"}'), ('{"started_at": "now and then"}'),
    ('{"completed_at": "infinity"}'), ('{"completed_at": 7}'),
    ('{"duration_seconds": -1}'), ('{"duration_seconds": 172801}'), ('{"duration_seconds": "60"}'),
    ('{"import_key": null}'), ('{"import_key": ""}'),
    ('{"sets": null}'), ('{"sets": [7]}'), ('{"sets": [{"reps": 5}]}'), ('{"sets": [{"exercise": 7}]}'),
    ('{"sets": [{"exercise": ""}]}')
) as strange (changes);
select is(
    pg_temp.import_workout('{"duration_seconds": null, "completed_at": null}'), '1', 'null is as good as nothing'
);

-- One import at a time.
create function pg_temp.import_as(p_id text)
returns text
language sql
as $$
    select pg_temp.run('owner', format(
        'select import_workouts(''{"workouts": []}'', p_import_id => %L) ->> ''imported''', p_id
    ))
$$;
select is(
    pg_temp.run('owner', 'select begin_import(''00000000-0000-4000-8000-000000000001'')'), '{"report": null}',
    'a user can begin one'
);
select is(
    pg_temp.run('owner', 'select begin_import(''00000000-0000-4000-8000-000000000002'')'),
    'PT409 import_running', 'a second import has to wait'
);
select is(
    pg_temp.run('stranger', 'select begin_import(''00000000-0000-4000-8000-000000000002'')'), '{"report": null}',
    'another user can begin one'
);
update running_imports set expires_at = now() + interval '1 second';
select is(pg_temp.import_as('00000000-0000-4000-8000-000000000001'), '0', 'the running import goes on');
select is(
    (
        select r.expires_at - now() from running_imports as r
        where r.user_id = '00000000-0000-4000-8000-00000000000a'
    ),
    interval '2 minutes', 'each of its calls gives it two more minutes'
);
select pg_temp.run('owner', 'select end_import(''00000000-0000-4000-8000-000000000002'')');
select is(
    pg_temp.import_as('00000000-0000-4000-8000-000000000002'),
    'PT409 import_running', 'the end of another import does not end it'
);
select pg_temp.run('owner', 'select end_import(''00000000-0000-4000-8000-000000000001'')');
select is(
    pg_temp.run('owner', 'select begin_import(''00000000-0000-4000-8000-000000000002'')'), '{"report": null}',
    'another can begin after its end'
);
update running_imports set expires_at = now() - interval '1 second';
select is(
    pg_temp.run('owner', 'select begin_import(''00000000-0000-4000-8000-000000000003'')'), '{"report": null}',
    'another can begin when it did not go on for two minutes'
);
select is(
    pg_temp.import_as('00000000-0000-4000-8000-000000000002'),
    'PT409 import_running', 'an import that expired does not go on beside another one'
);

select line from finish() as line;
rollback;
