-- Affinity: awarded by the system, capped by the day, and the score is always the ledger's sum.
begin;
\ir helpers.psql
select plan(12);

-- A query that logs one set of squats with this weight; the heavier, the later.
create function pg_temp.squatting(p_weight integer)
returns text
language sql
as $$
    select format(
        'select log_workout(%L)',
        jsonb_build_object('completed_at', date '2026-01-01' + p_weight, 'sets', jsonb_build_array(jsonb_build_object(
            'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'reps', 5, 'weight', p_weight
        )))
    )
$$;

select is(
    pg_temp.run('owner', pg_temp.squatting(100))::jsonb -> 'affinity',
    '{"gained": 10, "score": 10, "level": 1, "title": "New Acquaintance", "leveled_up": false,
    "events": [{"kind": "workout_completed", "points": 10, "reason": "Completed a workout"}]}',
    'a first workout'
);
select is(
    pg_temp.run('owner', pg_temp.squatting(110))::jsonb #> '{affinity,events}',
    '[{"kind": "workout_completed", "points": 10, "reason": "Completed a workout"},
    {"kind": "personal_record", "points": 5, "reason": "Set a personal record"}]',
    'a record that was beaten'
);
select is(
    pg_temp.run('owner', pg_temp.squatting(90))::jsonb #> '{affinity,events}',
    '[{"kind": "workout_completed", "points": 0,
    "reason": "Completed a workout (today''s limit of 20 points is reached)"}]',
    'the day''s limit is told'
);
select is(pg_temp.run('owner', pg_temp.squatting(120))::jsonb #>> '{affinity,leveled_up}', 'true', 'a new level');
select is(pg_temp.run('owner', $$select get_profile() #>> '{affinity,title}'$$), 'Warming Up', 'and its name');
select is(pg_temp.run('stranger', $$select get_profile() #>> '{affinity,score}'$$), '0', 'a stranger stays one');

select results_eq(
    'select p.affinity_score::bigint from profiles as p where p.display_name = ''owner''',
    'select sum(e.points) from affinity_events as e',
    'the score is the ledger''s sum'
);
delete from workouts
where id = (
    select w.id from workouts as w
    order by w.created_at limit 1
);
update affinity_events set points = points + 1;
select results_eq(
    'select p.affinity_score::bigint from profiles as p where p.display_name = ''owner''',
    'select sum(e.points) from affinity_events as e',
    'after a deletion and a correction too'
);

select throws_ok(
    'insert into affinity_events (user_id, kind, source, points, reason, earned_on)
    select user_id, kind, source, 10, reason, earned_on from affinity_events limit 1',
    '23505', null, 'nothing is awarded twice'
);
select throws_ok('update affinity_events set points = -1', '23514', null, 'points are never negative');
select is(
    (
        select count(*) from affinity_levels as l, affinity_levels as m
        where l.level < m.level and l.threshold >= m.threshold
    ),
    0::bigint,
    'levels rise with their thresholds'
);
select is((select min(l.threshold) from affinity_levels as l), 0, 'everyone has a level');

select line from finish() as line;
rollback;
