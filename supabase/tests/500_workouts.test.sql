-- Workouts: logged whole or not at all, read back and deleted by their owner.
begin;
\ir helpers.psql
select plan(48);

-- One set of squats, with what is changed in it.
create function pg_temp.squat(p_changes jsonb default '{}')
returns jsonb
language sql
as $$
    select '{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5, "weight": 100}'::jsonb || p_changes
$$;

-- A query that logs a workout of these sets.
create function pg_temp.logging(p_sets jsonb, p_key text default null, p_changes jsonb default '{}')
returns text
language sql
as $$
    select format('select log_workout(%L, %L)', jsonb_build_object('sets', p_sets) || p_changes, p_key)
$$;

select is(
    pg_temp.run('anon', pg_temp.logging(jsonb_build_array(pg_temp.squat()))), '42501', 'nobody logs nothing'
);

create temporary table first_answer as
select pg_temp.run('owner', pg_temp.logging(jsonb_build_array(
    pg_temp.squat('{"set_type": "warmup", "weight": 60}'),
    pg_temp.squat('{"weight": 225, "weight_unit": "lb", "rir": 2}')
), 'key'))::jsonb as answer;

select is(answer #>> '{workout,total_sets}', '2', 'both sets') from first_answer;
select is(answer #>> '{workout,working_sets}', '1', 'a warm-up is no working set') from first_answer;
select is(answer #>> '{workout,sets,1,weight}', '225', 'the weight as entered') from first_answer;
select is(answer #>> '{workout,sets,1,weight_kg}', '102.05828325', 'and in kilograms, exactly') from first_answer;
select is(answer #>> '{workout,sets,0,weight_unit}', 'kg', 'the profile''s unit by default') from first_answer;
select is(answer #>> '{workout,sets,0,volume_kg}', '0', 'a warm-up has no volume') from first_answer;
select is(answer #>> '{workout,sets,0,estimated_1rm_kg}', null, 'and no estimate') from first_answer;
select
    is(
        round((answer #>> '{workout,sets,1,estimated_1rm_kg}')::numeric, 2), 125.87, 'Epley on reps and RIR'
    )
from first_answer;
select is(answer #>> '{workout,total_volume_kg}', '510.29141625', 'the volume of record') from first_answer;
select is(jsonb_array_length(answer -> 'personal_records'), 3, 'three records of a first time') from first_answer;
select is(answer ->> 'replayed', 'false', 'the first of its key') from first_answer;

select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(
        pg_temp.squat('{"set_type": "warmup", "weight": 60}'),
        pg_temp.squat('{"weight": 225, "weight_unit": "lb", "rir": 2}')
    ), 'key'))::jsonb,
    (select answer || '{"replayed": true}' from first_answer),
    'the same key replays the first answer'
);
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat()), 'key')),
    'PT422 idempotency_key_reused',
    'another body does not'
);
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat()), '')),
    'PT422 invalid_idempotency_key',
    'an empty key'
);
select is((select count(*) from workouts), 1::bigint, 'one workout all the same');

select is(pg_temp.run('owner', 'select log_workout(null)'), 'PT422 invalid_sets', 'no workout');
select is(pg_temp.run('owner', $$select log_workout('7')$$), 'PT422 invalid_sets', 'a number');
select is(pg_temp.run('owner', pg_temp.logging('[]')), 'PT422 invalid_sets', 'no sets');
select is(
    pg_temp.run('owner', pg_temp.logging(
        (select jsonb_agg(pg_temp.squat()) from generate_series(1, 201))
    )),
    'PT422 invalid_sets',
    'too many sets'
);
select is(
    pg_temp.run('owner', pg_temp.logging(
        jsonb_build_array(pg_temp.squat()), null, '{"completed_at": "2999-01-01T00:00:00Z"}'
    )),
    'PT422 completed_in_future',
    'not yet'
);
select is(
    pg_temp.run('owner', pg_temp.logging(
        jsonb_build_array(pg_temp.squat()), null,
        '{"started_at": "2026-03-02T00:00:00Z", "completed_at": "2026-03-01T00:00:00Z"}'
    )),
    'PT422 completed_before_started',
    'backwards'
);
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(
        pg_temp.squat(), pg_temp.squat('{"exercise_id": "00000000-0000-4000-8000-000000000000"}')
    ))),
    'PT422 exercise_not_found',
    'an unknown exercise'
);
select is(pg_temp.run('owner', pg_temp.logging('[7]')), 'PT422 exercise_not_found', 'a set that is none');
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat('{"reps": null}')))),
    '23514',
    'a set that measures nothing'
);
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat('{"weight": "NaN"}')))),
    '23514',
    'a weight that is none'
);
select is((select count(*) from workout_sets), 2::bigint, 'nothing of a refused workout is stored');


select is(
    pg_temp.run('owner', $$select list_workouts() #>> '{items,0,total_sets}'$$), '2', 'the list tells the totals'
);
select is(pg_temp.run('stranger', $$select list_workouts() ->> 'total'$$), '0', 'a stranger has none');
select is(pg_temp.run('owner', $$select list_workouts(9) -> 'items'$$), '[]', 'beyond the end is nothing');
select is(pg_temp.run('owner', 'select list_workouts(0)'), 'PT422 invalid_page', 'pages start at 1');
select
    is(
        pg_temp.run('owner', format('select get_workout(%L)', answer #>> '{workout,id}'))::jsonb,
        answer -> 'workout',
        'what was logged is what is read'
    )
from first_answer;
select
    is(
        pg_temp.run('stranger', format('select get_workout(%L)', answer #>> '{workout,id}')),
        'PT404 workout_not_found',
        'a stranger reads nothing'
    )
from first_answer;
select
    is(
        pg_temp.run('stranger', format('select delete_workout(%L)', answer #>> '{workout,id}')),
        'PT404 workout_not_found',
        'and deletes nothing'
    )
from first_answer;
select
    is(
        pg_temp.run('owner', format('select delete_workout(%L)', answer #>> '{workout,id}')), '', 'its owner deletes it'
    )
from first_answer;
select is((select count(*) from workout_sets), 0::bigint, 'with its sets');
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(
        pg_temp.squat('{"set_type": "warmup", "weight": 60}'),
        pg_temp.squat('{"weight": 225, "weight_unit": "lb", "rir": 2}')
    ), 'key')),
    'PT409 idempotency_key_spent',
    'a late retry does not bring it back'
);

-- Editing.
create temporary table edited (id uuid);
insert into edited
values (
    pg_temp.run('owner', $$
        select log_workout(
            '{"completed_at": "2025-01-01T10:00:00Z", "title": "Before",
            "sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5, "weight": 100}]}'
        ) -> 'workout' ->> 'id'
    $$)::uuid
);

create function pg_temp.edit(p_who text, p_workout text, p_path text)
returns text
language sql
as $$
    select pg_temp.run(p_who, format('select update_workout(%L, %L) #>> %L', (select e.id from edited as e), p_workout, p_path))
$$;
select is(
    pg_temp.edit(
        'owner', '{"sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 3, "weight": 50}]}',
        '{workout,total_volume_kg}'
    ),
    '150',
    'an edit replaces the sets'
);
select is(
    (
        select pg_temp.run('owner', format('select count(*) from workout_sets where workout_id = %L', e.id))
        from edited as e
    ),
    '1',
    'all of them'
);
select is(
    (
        select
            pg_temp.run('owner', format(
                'select title is null and completed_at = ''2025-01-01T10:00:00Z'' from workouts where id = %L', e.id
            ))
        from edited as e
    ),
    'true',
    'and the fields, but for the time'
);
select is(pg_temp.edit('owner', '{"sets": []}', '{}'), 'PT422 invalid_sets', 'it is checked like a new one');
select is(
    pg_temp.edit('stranger', '{"sets": []}', '{}'), 'PT404 workout_not_found', 'by its owner alone'
);
select is(pg_temp.edit('anon', '{"sets": []}', '{}'), '42501', 'who is signed in');
select is(
    (
        select sum(e.points)::integer from affinity_events as e
        where e.user_id = '00000000-0000-4000-8000-00000000000a'
    ),
    (
        select p.affinity_score from profiles as p
        where p.user_id = '00000000-0000-4000-8000-00000000000a'
    ),
    'the score is the ledger''s sum'
);
select is(
    pg_temp.run('owner', $$select list_workouts(p_to => '2025-06-01') ->> 'total'$$), '1', 'workouts are found by time'
);
select is(
    pg_temp.run('owner', $$select list_workouts(p_exercise_id => 'bb6924d2-d3b5-68ea-1667-8a551e3569ff',
    p_from => '2025-01-01', p_to => '2025-01-02') ->> 'total'$$),
    '1',
    'and by exercise'
);
select is(
    pg_temp.run('stranger', $$select list_workouts(p_to => '2025-06-01') ->> 'total'$$), '0', 'one''s own alone'
);

delete from auth.users
where email = 'owner@example.com';
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat()))),
    'PT404 profile_not_found',
    'nobody logs without an account'
);

select line from finish() as line;
rollback;
