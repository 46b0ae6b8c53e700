-- Progress: weeks, streaks, records and series are computed from the log, each for its owner.
begin;
\ir helpers.psql
select plan(29);

create function pg_temp.log(p_who text, p_at timestamptz, p_weight numeric, p_reps integer default 5)
returns text
language sql
as $$
    select pg_temp.run(p_who, format('select log_workout(%L) ->> ''replayed''', jsonb_build_object(
        'completed_at', p_at,
        'sets', jsonb_build_array(
            jsonb_build_object(
                'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'reps', p_reps, 'weight', p_weight, 'rpe', 8
            ),
            jsonb_build_object(
                'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'reps', 9, 'weight', 500, 'set_type', 'warmup',
                'rpe', 2
            )
        )
    )))
$$;

-- Midnight before the Monday so many weeks ago.
create function pg_temp.monday(p_weeks_ago integer)
returns timestamptz
language sql
as $$select (date_trunc('week', now() at time zone 'UTC') - make_interval(weeks => p_weeks_ago)) at time zone 'UTC'$$;

create function pg_temp.summary(p_who text, p_path text)
returns text
language sql
as $$select pg_temp.run(p_who, format('select get_progress_summary(4) #>> %L', p_path))$$;

select is(pg_temp.run('anon', 'select get_progress_summary()'), '42501', 'anon cannot read progress');
select is(
    pg_temp.summary('owner', '{streak}')::jsonb,
    '{"current": 0, "longest": 0, "paused": false}',
    'without workouts there is no streak'
);
select is(
    pg_temp.run('owner', 'select json_array_length(get_progress_summary() -> ''weeks'')'),
    '12',
    'a summary has 12 weeks by default'
);
select is(
    pg_temp.run('owner', 'select get_progress_summary(0)'), 'PT422 invalid_weeks', 'a summary has at least one week'
);
select is(
    pg_temp.run('owner', 'select get_progress_summary(105)'),
    'PT422 invalid_weeks',
    'a summary has at most 104 weeks'
);
select is(
    pg_temp.run('owner', 'select get_progress_summary(null)'), 'PT422 invalid_weeks', 'null is no number of weeks'
);

select pg_temp.run('owner', 'select update_profile(''{"weekly_target": 1}'')');
select is(pg_temp.log('owner', pg_temp.monday(3), 100), 'false', 'a workout of three weeks ago is logged');
select is(pg_temp.log('owner', pg_temp.monday(1), 110, 3), 'false', 'a workout of last week is logged');
select is(pg_temp.summary('owner', '{weeks,0,volume_kg}'), '500', 'a warm-up adds no volume');
select is(pg_temp.summary('owner', '{weeks,0,average_rpe}'), '8.00', 'a warm-up does not count for the average RPE');
select is(pg_temp.summary('owner', '{weeks,0,muscles,0,hard_sets}'), '1', 'a warm-up is no hard set');
select is(pg_temp.summary('owner', '{weeks,1,sessions}'), '0', 'a week without workouts is listed');
select is(
    pg_temp.summary('owner', '{streak}')::jsonb,
    '{"current": 1, "longest": 1, "paused": false}',
    'a week without workouts breaks a streak'
);
select is(
    pg_temp.run('owner', format('select pause_streak(1, %L) #>> ''{streak,current}''', pg_temp.monday(2)::date)),
    '2',
    'a paused week does not break a streak'
);
select is(pg_temp.summary('stranger', '{streak,current}'), '0', 'a user cannot see another user''s streak');
select is(pg_temp.run('owner', 'select pause_streak() #>> ''{streak,paused}'''), 'true', 'this week can be paused');
select is(
    pg_temp.run('owner', 'select resume_streak() #>> ''{streak,paused}'''),
    'false',
    'a pause of this week can be ended'
);
select is((select count(*) from paused_weeks), 1::bigint, 'ending a pause keeps the weeks of the past');
select is(pg_temp.run('owner', 'select pause_streak(13)'), 'PT422 invalid_pause', 'a pause has at most 12 weeks');
select is(
    pg_temp.run('owner', 'select pause_streak(1, ''2020-01-01'')'),
    'PT422 invalid_pause',
    'a pause does not begin more than four weeks ago'
);
select is(pg_temp.run('anon', 'select resume_streak()'), '42501', 'anon cannot end a pause');

select is(
    pg_temp.run('owner', 'select list_records() ->> ''total'''), '3', 'a first exercise sets three kinds of records'
);
select is(
    pg_temp.run('owner', 'select list_records() #>> ''{items,0,history,0,value}'''),
    '100',
    'a record has the records that it beat'
);
select is(
    pg_temp.run('stranger', 'select list_records() ->> ''total'''), '0', 'a user cannot see another user''s records'
);
select is(
    pg_temp.run('owner', $$
        select get_exercise_progress('bb6924d2-d3b5-68ea-1667-8a551e3569ff') #>> '{points,1,top_set,weight}'
    $$),
    '110',
    'a series has the top set of each workout'
);
select is(
    pg_temp.run('owner', 'select get_exercise_progress(null)'), 'PT404 exercise_not_found', 'null is no exercise'
);
select is(
    pg_temp.run('owner', $$
        select get_exercise_progress('bb6924d2-d3b5-68ea-1667-8a551e3569ff', '2026-02-01', '2026-01-01')
    $$),
    'PT422 invalid_range',
    'a range does not end before it begins'
);

-- Hard sets of primary and secondary muscles.
delete from workouts;
insert into exercises (id, user_id, name, primary_muscles, secondary_muscles)
values (
    '00000000-0000-4000-8000-00000000000e', '00000000-0000-4000-8000-00000000000a', 'Shed Press', '{chest}', '{triceps}'
);
select pg_temp.run('owner', $$
    select log_workout('{"sets": [
        {"exercise_id": "00000000-0000-4000-8000-00000000000e", "reps": 5},
        {"exercise_id": "00000000-0000-4000-8000-00000000000e", "reps": 5},
        {"exercise_id": "00000000-0000-4000-8000-00000000000e", "reps": 5, "set_type": "drop"},
        {"exercise_id": "00000000-0000-4000-8000-00000000000e", "reps": 5, "set_type": "warmup"}
    ]}')
$$);
select is(
    pg_temp.summary('owner', '{weeks,3,muscles}')::jsonb,
    '[{"muscle": "chest", "hard_sets": 3, "sessions": 1}, {"muscle": "triceps", "hard_sets": 1.5, "sessions": 1}]',
    'a set counts 1 for a primary muscle and a half for a secondary one'
);
select is(
    pg_temp.summary('stranger', '{weeks,3,muscles}')::jsonb, '[]', 'a user cannot see another user''s hard sets'
);

select line from finish() as line;
rollback;
