-- Workouts: logged whole or not at all, read back and deleted by their owner.
begin;
\ir helpers.psql
select plan(115);

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
    pg_temp.run('anon', pg_temp.logging(jsonb_build_array(pg_temp.squat()))), '42501', 'anon cannot log a workout'
);

create temporary table first_answer as
select pg_temp.run('owner', pg_temp.logging(jsonb_build_array(
    pg_temp.squat('{"set_type": "warmup", "weight": 60}'),
    pg_temp.squat('{"weight": 225, "weight_unit": "lb", "rir": 2}')
), 'key'))::jsonb as answer;

select is(answer #>> '{workout,total_sets}', '2', 'a workout keeps all its sets') from first_answer;
select is(answer #>> '{workout,working_sets}', '1', 'a warm-up is no working set') from first_answer;
select is(answer #>> '{workout,sets,1,weight}', '225', 'a weight is stored as entered') from first_answer;
select is(answer #>> '{workout,sets,1,weight_kg}', '102.05828325', 'a weight in pounds is converted exactly')
from first_answer;
select is(answer #>> '{workout,sets,0,weight_unit}', 'kg', 'a weight without a unit has the profile''s unit')
from first_answer;
select is(answer #>> '{workout,sets,0,volume_kg}', '0', 'a warm-up has no volume') from first_answer;
select is(answer #>> '{workout,sets,0,estimated_1rm_kg}', null, 'a warm-up has no estimated 1RM') from first_answer;
select
    is(
        round((answer #>> '{workout,sets,1,estimated_1rm_kg}')::numeric, 2),
        125.87,
        'the estimated 1RM counts reps and RIR'
    )
from first_answer;
select is(answer #>> '{workout,total_volume_kg}', '510.29141625', 'the total volume is the sum of the working sets')
from first_answer;
select is(jsonb_array_length(answer -> 'personal_records'), 3, 'a first workout sets three records of an exercise')
from first_answer;
select is(answer ->> 'replayed', 'false', 'a first answer is no replay') from first_answer;

select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(
        pg_temp.squat('{"set_type": "warmup", "weight": 60}'),
        pg_temp.squat('{"weight": 225, "weight_unit": "lb", "rir": 2}')
    ), 'key'))::jsonb,
    (select answer || '{"replayed": true}' from first_answer),
    'the same idempotency key replays the first answer'
);
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat()), 'key')),
    'PT422 idempotency_key_reused',
    'an idempotency key cannot be used for another workout'
);
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat()), '')),
    'PT422 invalid_idempotency_key',
    'an idempotency key is not empty'
);
select is((select count(*) from workouts), 1::bigint, 'a replay stores no second workout');

select is(pg_temp.run('owner', 'select log_workout(null)'), 'PT422 invalid_sets', 'null is no workout');
select is(pg_temp.run('owner', $$select log_workout('7')$$), 'PT422 invalid_sets', 'a number is no workout');
select is(pg_temp.run('owner', pg_temp.logging('[]')), 'PT422 invalid_sets', 'a workout has at least one set');
select is(
    pg_temp.run('owner', pg_temp.logging(
        (select jsonb_agg(pg_temp.squat()) from generate_series(1, 201))
    )),
    'PT422 invalid_sets',
    'a workout has at most 200 sets'
);
select is(
    pg_temp.run('owner', pg_temp.logging(
        jsonb_build_array(pg_temp.squat()), null, '{"completed_at": "2999-01-01T00:00:00Z"}'
    )),
    'PT422 completed_in_future',
    'a workout does not end in the future'
);
select is(
    pg_temp.run('owner', pg_temp.logging(
        jsonb_build_array(pg_temp.squat()), null,
        '{"started_at": "2026-03-02T00:00:00Z", "completed_at": "2026-03-01T00:00:00Z"}'
    )),
    'PT422 completed_before_started',
    'a workout does not end before it starts'
);
select is(
    pg_temp.run('owner', pg_temp.logging(
        jsonb_build_array(pg_temp.squat()), null,
        '{"plan_id": "00000000-0000-4000-8000-0000000000ff", "completed_at": "2999-01-01T00:00:00Z"}'
    )),
    'PT422 invalid_request',
    'several faults are reported together'
);
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(
        pg_temp.squat(), pg_temp.squat('{"exercise_id": "00000000-0000-4000-8000-000000000000"}')
    ))),
    'PT422 exercise_not_found',
    'an unknown exercise is refused'
);
select is(pg_temp.run('owner', pg_temp.logging('[7]')), 'PT422 invalid_sets', 'a number is no set');
select is(pg_temp.run('owner', pg_temp.logging('[[]]')), 'PT422 invalid_sets', 'a list is no set');
select is(pg_temp.run('owner', pg_temp.logging('[[{}]]')), 'PT422 invalid_sets', 'a list of sets is no set');
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat('{"reps": null}')))),
    '23514',
    'a set has reps, a duration or a distance'
);
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat('{"weight": "NaN"}')))),
    '23514',
    'NaN is no weight'
);
select is((select count(*) from workout_sets), 2::bigint, 'a refused workout leaves nothing behind');


select is(
    pg_temp.run('owner', $$select list_workouts() #>> '{items,0,total_sets}'$$),
    '2',
    'the list of workouts has their totals'
);
select is(
    pg_temp.run('stranger', $$select list_workouts() ->> 'total'$$),
    '0',
    'a user cannot list another user''s workouts'
);
select is(pg_temp.run('owner', $$select list_workouts(9) -> 'items'$$), '[]', 'a page beyond the end is empty');
select is(pg_temp.run('owner', 'select list_workouts(0)'), 'PT422 invalid_page', 'the pages of workouts start at 1');
select
    is(
        pg_temp.run('owner', format('select get_workout(%L)', answer #>> '{workout,id}'))::jsonb,
        answer -> 'workout',
        'a workout is read as it was logged'
    )
from first_answer;
select
    is(
        pg_temp.run('stranger', format('select get_workout(%L)', answer #>> '{workout,id}')),
        'PT404 workout_not_found',
        'a user cannot read another user''s workout'
    )
from first_answer;
select
    is(
        pg_temp.run('stranger', format('select delete_workout(%L)', answer #>> '{workout,id}')),
        'PT404 workout_not_found',
        'a user cannot delete another user''s workout'
    )
from first_answer;
select
    is(
        pg_temp.run('owner', format('select delete_workout(%L)', answer #>> '{workout,id}')),
        '',
        'a user can delete their workout'
    )
from first_answer;
select is((select count(*) from workout_sets), 0::bigint, 'the sets of a deleted workout are deleted');
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(
        pg_temp.squat('{"set_type": "warmup", "weight": 60}'),
        pg_temp.squat('{"weight": 225, "weight_unit": "lb", "rir": 2}')
    ), 'key')),
    'PT409 idempotency_key_spent',
    'the idempotency key of a deleted workout does not create it again'
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
select is(pg_temp.edit('owner', '"x"', '{}'), 'PT422 invalid_sets', 'a text is no workout');
select is(
    pg_temp.edit(
        'owner', '{"sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 3, "weight": 50}]}',
        '{workout,total_volume_kg}'
    ),
    '150',
    'an edit replaces the values of sets'
);
select is(
    (
        select pg_temp.run('owner', format('select count(*) from workout_sets where workout_id = %L', e.id))
        from edited as e
    ),
    '1',
    'an edit replaces all sets'
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
    'an edit replaces the fields of a workout and keeps its time'
);
select is(
    pg_temp.edit('owner', '{"sets": []}', '{}'), 'PT422 invalid_sets', 'an edited workout is checked like a new one'
);
select is(
    pg_temp.edit('stranger', '{"sets": []}', '{}'),
    'PT404 workout_not_found',
    'a user cannot edit another user''s workout'
);
select is(pg_temp.edit('anon', '{"sets": []}', '{}'), '42501', 'anon cannot edit a workout');
select is(
    (
        select sum(e.points)::integer from affinity_events as e
        where e.user_id = '00000000-0000-4000-8000-00000000000a'
    ),
    (
        select p.affinity_score from profiles as p
        where p.user_id = '00000000-0000-4000-8000-00000000000a'
    ),
    'after an edit the score is the sum of the ledger'
);
select is(
    pg_temp.run('owner', $$select list_workouts(p_to => '2025-06-01') ->> 'total'$$),
    '1',
    'workouts are filtered by time'
);
select is(
    pg_temp.run('owner', $$select list_workouts(p_exercise_id => 'bb6924d2-d3b5-68ea-1667-8a551e3569ff',
    p_from => '2025-01-01', p_to => '2025-01-02') ->> 'total'$$),
    '1',
    'workouts are filtered by exercise'
);
select is(
    pg_temp.run('stranger', $$select list_workouts(p_to => '2025-06-01') ->> 'total'$$),
    '0',
    'the filters find no workout of another user'
);

-- What a set and a workout can be.
create temporary table given (sets jsonb, fields jsonb, answer text, description text);
insert into given values
('{"rpe": 8.5}', '{}', 'false', 'an RPE may be a half'),
('{"rpe": 8.25}', '{}', '23514', 'an RPE is a whole or a half'),
('{"rpe": 0.5}', '{}', '23514', 'an RPE is at least 1'),
('{"rpe": 10.5}', '{}', '23514', 'an RPE is at most 10'),
('{"rir": 11}', '{}', '23514', 'reps in reserve are at most 10'),
('{"rir": -1}', '{}', '23514', 'reps in reserve are not negative'),
('{"weight": 102.125}', '{}', 'false', 'a weight may have three decimals'),
('{"weight": 102.1250}', '{}', 'false', 'zeros at the end of a weight do not matter'),
('{"weight": 102.1255}', '{}', '23514', 'a weight has at most three decimals'),
('{"weight": 2000}', '{}', 'false', 'a weight may be 2,000'),
('{"weight": 2000.001}', '{}', '23514', 'a weight is at most 2,000'),
('{"weight": -0.5}', '{}', '23514', 'a weight is not negative'),
('{"weight_unit": "stone"}', '{}', '23514', 'an unknown unit is refused'),
('{"reps": 1000}', '{}', 'false', 'a set may have 1,000 reps'),
('{"reps": 1001}', '{}', '23514', 'a set has at most 1,000 reps'),
('{"reps": -1}', '{}', '23514', 'reps are not negative'),
('{"duration_seconds": 86401}', '{}', '23514', 'a set takes at most a day'),
('{"distance_meters": 1000.125}', '{}', 'false', 'a distance may have three decimals'),
('{"distance_meters": 1000.1255}', '{}', '23514', 'a distance has at most three decimals'),
('{"distance_meters": 1000001}', '{}', '23514', 'a distance is at most 1,000 km'),
('{"rest_seconds": 3601}', '{}', '23514', 'a rest is at most an hour'),
('{"tempo": "3-1-X-1"}', '{}', 'false', 'a tempo may have an X'),
('{"tempo": "3-1"}', '{}', '23514', 'a tempo has three or four parts'),
('{"form_quality": 6}', '{}', '23514', 'the quality of the form is at most 5'),
('{"superset": 21}', '{}', '23514', 'a workout has at most 20 supersets'),
('{"set_type": "giant"}', '{}', '23514', 'an unknown type of set is refused'),
('{}', '{"overall_rpe": 7.5}', 'false', 'an overall RPE may be a half'),
('{}', '{"overall_rpe": 7.25}', '23514', 'an overall RPE is a whole or a half'),
('{}', '{"overall_rpe": 10.5}', '23514', 'an overall RPE is at most 10'),
('{}', '{"energy_before": 11}', '23514', 'the energy is at most 10'),
('{}', '{"mood": "angry"}', '23514', 'an unknown mood is refused'),
('{}', '{"title": " "}', '23514', 'a title is not blank'),
('{}', '{"started_at": "1969-12-31T23:59:59Z"}', '23514', 'a workout does not start before 1970'),
('{}', '{"completed_at": "1969-12-31T23:59:59Z"}', '23514', 'a workout does not end before 1970'),
('{}', '{"completed_at": "-infinity"}', '23514', 'a workout ends at some time'),
('{}', '{"completed_at": "infinity"}', 'PT422 completed_in_future', 'a workout does not go on for ever');
insert into given
select
    '{}'::jsonb as sets,
    jsonb_build_object('completed_at', now() + clock.ahead * interval '1 second') as fields,
    clock.answer,
    clock.description
from (
    values
    (60, 'false', 'a clock may be a minute fast'),
    (61, 'PT422 completed_in_future', 'a clock is not more than a minute fast')
) as clock (ahead, answer, description);
select
    is(
        pg_temp.run(
            'owner', pg_temp.logging(jsonb_build_array(pg_temp.squat(g.sets)), null, g.fields) || ' ->> ''replayed'''
        ),
        g.answer,
        g.description
    )
from given as g;
select is(
    pg_temp.try(
        'owner', 'insert into workouts (user_id, completed_at) values (auth.uid(), now() + interval ''61 seconds'')'
    ),
    '23514',
    'the table refuses a workout of the future too'
);
select is(
    pg_temp.run(
        'owner', pg_temp.logging((select jsonb_agg(pg_temp.squat()) from generate_series(1, 200)))
        || ' #>> ''{workout,total_sets}'''
    ),
    '200',
    'a workout may have 200 sets'
);

-- Estimates of the 1RM.
create temporary table lifted (changes jsonb, estimate numeric, description text);
insert into lifted values
('{"reps": 1}', 100, 'one rep is the 1RM itself'),
('{"reps": 1, "rir": 1}', 106.67, 'one rep with one in reserve counts as two'),
('{"reps": 5}', 116.67, 'five reps are estimated by Epley'),
('{"reps": 12}', 140, 'twelve reps have an estimate'),
('{"reps": 13}', null, 'thirteen reps have no estimate'),
('{"reps": 10, "rir": 2}', 140, 'reps and reps in reserve of twelve have an estimate'),
('{"reps": 10, "rir": 3}', null, 'reps and reps in reserve of thirteen have no estimate'),
('{"reps": 0}', null, 'no reps have no estimate'),
('{"weight": 0}', null, 'no weight has no estimate'),
('{"weight": null}', null, 'a set without a weight has no estimate'),
('{"set_type": "warmup"}', null, 'a warm-up has no estimate'),
('{"weight": 100, "weight_unit": "lb", "reps": 1}', 45.36, 'an estimate is in kilograms');
select
    is(
        round(pg_temp.run('owner', format(
            $$select log_workout('{"sets": [%s]}') #>> '{workout,sets,0,estimated_1rm_kg}'$$, pg_temp.squat(l.changes)
        ))::numeric, 2),
        l.estimate,
        l.description
    )
from lifted as l;

-- Records.
delete from workouts;
create function pg_temp.records(p_changes jsonb)
returns text
language sql
as $$
    select pg_temp.run('owner', format(
        $q$
            select string_agg(format('%%s %%s (%%s)', r ->> 'kind', r ->> 'value', r ->> 'previous'), ', ')
            from log_workout('{"sets": [%s]}') as logged, jsonb_path_query(logged::jsonb, '$.personal_records[*]') as r
        $q$,
        pg_temp.squat(p_changes)
    ))
$$;
select is(
    pg_temp.records('{"weight": 0, "reps": 5}'), 'reps 5 ()', 'a set without weight can be a record of reps alone'
);
select is(
    pg_temp.records('{"weight": 225, "weight_unit": "lb", "reps": 1}'),
    'weight 102.06 (), estimated_1rm 102.06 (), session_volume 102.06 ()',
    'a weight after none beats nothing'
);
select is(
    pg_temp.records('{"weight": 102.06, "reps": 1}'), null, 'a weight that looks the same in kilograms is no record'
);
select is(
    pg_temp.records('{"weight": 102.07, "reps": 1}'),
    'weight 102.07 (102.06), estimated_1rm 102.07 (102.06), session_volume 102.07 (102.06)',
    'a record has the value that it beat'
);
select is(
    pg_temp.records('{"weight": 500, "reps": 1, "set_type": "warmup"}'), null, 'a warm-up sets no record'
);
select is(
    pg_temp.records('{"weight": 500, "reps": 0, "duration_seconds": 0}'), null, 'a set of no reps sets no record'
);

-- Lists, latest first.
delete from workouts;
insert into workouts (user_id, id, completed_at)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    ('00000000-0000-4000-8000-00000000000' || n)::uuid as id,
    -- The second and the third ended at the same time.
    timestamptz '2026-03-01 10:00:00Z' + (n / 2) * interval '1 day' as completed_at
from generate_series(1, 5) as n;
create function pg_temp.listed(p_arguments text)
returns text
language sql
as $$
    select pg_temp.run('owner', format(
        'select string_agg(right(item ->> ''id'', 1), '' '') from jsonb_path_query(list_workouts(%s)::jsonb, ''$.items[*]'') as item',
        p_arguments
    ))
$$;
select is(pg_temp.listed(''), '5 4 3 2 1', 'workouts are listed latest first');
select is(
    pg_temp.listed('1, 2') || ' ' || pg_temp.listed('2, 2') || ' ' || pg_temp.listed('3, 2'), '5 4 3 2 1',
    'each workout is on one page'
);
select is(
    pg_temp.listed('p_from => ''2026-03-02 10:00:00Z'', p_to => ''2026-03-03 10:00:00Z'''), '3 2',
    'the first moment of a range belongs to it, and the last does not'
);

-- A limit for a day.
update workouts set created_at = now() - interval '23 hours';
insert into workouts (user_id)
select '00000000-0000-4000-8000-00000000000a' as user_id
from generate_series(1, 495);
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat()))), 'PT429 too_many_workouts',
    'a user logs at most 500 workouts within a day'
);
update workouts set created_at = now() - interval '24 hours 1 second'
where id = '00000000-0000-4000-8000-000000000001';
select isnt(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat()))), 'PT429 too_many_workouts',
    'a workout of more than a day ago makes room'
);

delete from auth.users
where email = 'owner@example.com';
select is(
    pg_temp.run('owner', pg_temp.logging(jsonb_build_array(pg_temp.squat()))),
    'PT404 profile_not_found',
    'a user whose account was deleted cannot log a workout'
);

select line from finish() as line;
rollback;
