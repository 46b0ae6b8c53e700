-- Affinity: awarded by the system, capped by the day, and the score is always the ledger's sum.
begin;
\ir helpers.psql
select plan(48);

-- A query that logs one set of squats with this weight; the heavier, the later, unless it is told when.
create function pg_temp.squatting(p_weight integer, p_fields jsonb default '{}')
returns text
language sql
as $$
    select format(
        'select log_workout(%L)',
        jsonb_build_object('completed_at', date '2026-01-01' + p_weight, 'sets', jsonb_build_array(jsonb_build_object(
            'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'reps', 5, 'weight', p_weight
        ))) || p_fields
    )
$$;

-- Logs an easy workout that ends now, or is changed so. Its events.
create function pg_temp.train(p_who text, p_fields jsonb default '{}')
returns jsonb
language sql
as $$
    select pg_temp.run(p_who, pg_temp.squatting(50, '{"completed_at": null}' || p_fields))::jsonb
    #> '{affinity,events}'
$$;

-- The id of who is the owner, or the stranger.
create function pg_temp.id_of(p_who text)
returns uuid
language sql
as $$select p.user_id from private.profiles as p where p.display_name = p_who$$;

-- A turn of a conversation, about the message with this number.
create function pg_temp.talk(p_who text, p_message integer)
returns text
language sql
as $$
    select pg_temp.serve(p_who, format(
        'select private.award_conversation(%L)', lpad(p_message::text, 32, '0')::uuid
    ))
$$;

-- Deletes the workout that earned an event.
create function pg_temp.delete_for(p_who text, p_source text)
returns text
language sql
as $$
    select pg_temp.run(p_who, format('select delete_workout(%L)', (
        select e.workout_id from private.affinity_events as e
        where e.user_id = pg_temp.id_of(p_who) and e.source like p_source
    )))
$$;

create function pg_temp.score(p_who text)
returns integer
language sql
as $$select p.affinity_score from private.profiles as p where p.display_name = p_who$$;

-- Workouts and records.
select is(
    pg_temp.run('owner', pg_temp.squatting(100))::jsonb -> 'affinity',
    '{"gained": 20, "score": 20, "level": 1, "title": "New Acquaintance", "leveled_up": false,
    "events": [{"kind": "workout_completed", "points": 10, "reason": "Completed a workout"},
    {"kind": "first_time", "points": 10, "reason": "Logged a first workout"}]}',
    'a first workout earns 10 points, and 10 for the first time'
);
select is(
    pg_temp.run('owner', pg_temp.squatting(110))::jsonb -> 'affinity',
    '{"gained": 15, "score": 35, "level": 2, "title": "Warming Up", "leveled_up": true,
    "events": [{"kind": "workout_completed", "points": 10, "reason": "Completed a workout"},
    {"kind": "personal_record", "points": 5, "reason": "Set a personal record"}]}',
    'a beaten record earns 5 points and may reach a new level'
);
select is(
    pg_temp.run('owner', pg_temp.squatting(90))::jsonb #> '{affinity,events}',
    '[{"kind": "workout_completed", "points": 0,
    "reason": "Completed a workout (today''s limit of 20 points is reached)"}]',
    'the cap of the day limits the points and is in the reason'
);
select is(
    pg_temp.run('owner', pg_temp.squatting(120))::jsonb #>> '{affinity,leveled_up}', 'false', 'a level is reached once'
);
select is(
    pg_temp.run('owner', $$select get_profile() #>> '{affinity,title}'$$),
    'Warming Up',
    'the profile has the title of the level'
);
select is(
    pg_temp.run('stranger', $$select get_profile() #>> '{affinity,score}'$$), '0', 'another user''s score stays 0'
);

-- Weeks. All of the above was long ago.
select is(
    jsonb_array_length(pg_temp.train('owner')), 1, 'the first of three workouts of a week does not meet the target'
);
select is(
    jsonb_array_length(pg_temp.train('owner')), 1, 'the second of three workouts of a week does not meet the target'
);
select is(
    pg_temp.train('owner'),
    '[{"kind": "workout_completed", "points": 0,
    "reason": "Completed a workout (today''s limit of 20 points is reached)"},
    {"kind": "weekly_streak", "points": 15, "reason": "Trained 3 times this week"}]',
    'the third of three workouts of a week meets the target'
);
select is(jsonb_array_length(pg_temp.train('owner')), 1, 'a week is awarded once');
select is(pg_temp.score('owner'), 55, 'the score is the sum of all points');
select is(pg_temp.delete_for('owner', 'week:%'), '', 'a user can delete the workout that met the target');
select is(pg_temp.score('owner'), 55, 'the remaining workouts of the week earn its award instead');
select is(
    (
        select w.reason from affinity_events as w
        where w.kind = 'weekly_streak'
    ), 'Trained 3 times this week',
    'the workout with which the week meets its target now has the award'
);
select pg_temp.delete_for('owner', 'week:%');
select is(pg_temp.score('owner'), 40, 'a week that does not meet its target any more loses its award');
select pg_temp.train('owner');
select is(
    (
        select e.source from affinity_events as e
        where e.kind = 'weekly_streak'
    ),
    'week:' || to_char(date_trunc('week', now() at time zone 'UTC'), 'YYYY-MM-DD'),
    'the award of a week is for the calendar week of the user'
);

-- First times.
select pg_temp.run('owner', $$
    select create_plan('{"name": "Plan", "days": [{"day": 1, "exercises": [
        {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{}]}
    ]}]}')
$$);
create temporary view following as
select jsonb_build_object('plan_id', p.id) as fields from plans as p;
select is(
    pg_temp.train('owner', (select f.fields from following as f)) #> '{1}',
    '{"kind": "first_time", "points": 10, "reason": "Followed a plan for the first time"}',
    'the first workout of a plan earns 10 points'
);
select is(
    jsonb_array_length(pg_temp.train('owner', (select f.fields from following as f))),
    1,
    'the second workout of a plan earns nothing for it'
);
select is(pg_temp.score('owner'), 65, 'the score grows by the points of the first plan');

-- Talking.
select is(
    pg_temp.talk('owner', 1)::jsonb,
    '{"gained": 11, "score": 76, "level": 2, "title": "Warming Up", "leveled_up": false,
    "events": [{"kind": "first_time", "points": 10, "reason": "Talked with the companion for the first time"},
    {"kind": "conversation", "points": 1, "reason": "Talked with the companion"}]}',
    'a first turn earns 1 point, and 10 for the first time'
);
select is(
    pg_temp.talk('owner', 1)::jsonb,
    '{"gained": 0, "score": 76, "level": 2, "title": "Warming Up", "leveled_up": false, "events": []}',
    'a message is awarded once'
);
select is(
    (
        select array_agg((pg_temp.talk('owner', n)::jsonb ->> 'gained')::integer order by n)
        from generate_series(2, 7) as n
    ),
    '{1,1,1,1,0,0}',
    'five turns a day are awarded'
);
select is(
    (
        select array[count(*), sum(e.points)] from affinity_events as e
        where e.kind = 'conversation'
    ),
    '{5,5}',
    'a turn beyond the cap is not in the ledger'
);
select is(pg_temp.score('owner'), 80, 'the score grows by the points of the turns');
select is(
    pg_temp.run('owner', 'select private.award_conversation(gen_random_uuid())'), 'PT403 service_only',
    'a plain client cannot award itself a turn'
);
select is(pg_temp.run('anon', 'select private.award_conversation(null)'), '42501', 'anon cannot award a turn');
select is(pg_temp.talk('anon', 10), '42501', 'anon cannot be awarded a turn through the service');
select is(pg_temp.talk('stranger', 1)::jsonb ->> 'gained', '11', 'every user is awarded for their own messages');

-- What can be read of it.
select is(
    pg_temp.run('owner', 'select get_affinity() - array[''events'', ''levels'']')::jsonb,
    '{"score": 80, "level": 2, "title": "Warming Up", "next_level_at": 100,
    "today": {"earned": 80, "cap": 85, "by_kind": [
    {"kind": "workout_completed", "label": "Workouts", "earned": 20, "cap": 20},
    {"kind": "personal_record", "label": "Personal records", "earned": 10, "cap": 15},
    {"kind": "weekly_streak", "label": "Weekly target", "earned": 15, "cap": 15},
    {"kind": "first_time", "label": "First times", "earned": 30, "cap": 30},
    {"kind": "conversation", "label": "Conversation", "earned": 5, "cap": 5}]}}',
    'a user can read their standing and what today earned'
);
select is(
    pg_temp.run('owner', 'select get_affinity() #> ''{levels,1}''')::jsonb,
    '{"level": 2, "title": "Warming Up", "threshold": 30}',
    'a user can read the levels'
);
select is(
    pg_temp.run('owner', 'select jsonb_path_query_array(get_affinity(1, 2), ''$.events.items[*].kind'')')::jsonb,
    '["conversation", "conversation"]',
    'the ledger is listed latest event first'
);
select is(
    pg_temp.run('owner', 'select get_affinity(10, 2) #>> ''{events,items,1,reason}'''),
    'Completed a workout',
    'the last page of the ledger has the first event'
);
select is(pg_temp.run('owner', 'select get_affinity() #>> ''{events,total}'''), '20', 'the ledger counts its events');
select is(
    pg_temp.run('stranger', 'select get_affinity() #>> ''{events,total}'''),
    '2',
    'a user cannot read another user''s ledger'
);
select is(pg_temp.run('owner', 'select get_affinity(0)'), 'PT422 invalid_page', 'the pages of the ledger start at 1');
select is(pg_temp.run('anon', 'select get_affinity()'), '42501', 'anon cannot read the ledger');

-- A workout of the past meets no week; a week that was met otherwise is still open.
select pg_temp.run('stranger', 'select update_profile(''{"weekly_target": 1}'')');
select is(
    jsonb_path_query_array(pg_temp.train('stranger', '{"completed_at": "2026-01-01T10:00:00Z"}'), '$[*].reason'),
    '["Completed a workout", "Logged a first workout"]',
    'a workout of an earlier week does not meet the target of this one'
);
select is(
    (
        select
            pg_temp.run('stranger', format(
                'select update_workout(%L, %L) #> ''{affinity,gained}''',
                w.id,
                jsonb_build_object('completed_at', now(), 'sets', jsonb_build_array(jsonb_build_object(
                    'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'reps', 5
                )))
            ))
        from workouts as w
        where w.user_id = pg_temp.id_of('stranger')
    ),
    '15',
    'a workout that is moved to this week by an edit meets its target, as if it had been logged so'
);
-- The target of this week is met by an import, and its award is open.
insert into workouts (user_id, has_work) values (pg_temp.id_of('stranger'), true);
select is(
    jsonb_path_query_array(pg_temp.train('stranger', '{"completed_at": "2026-01-02T10:00:00Z"}'), '$[*].reason'),
    '["Completed a workout"]',
    'a workout of an earlier week is not awarded for this one, whose target is met'
);
select is(
    jsonb_path_query_array(
        pg_temp.train('stranger', jsonb_build_object(
            'completed_at', date_trunc('week', now() at time zone 'UTC') at time zone 'UTC' - interval '1 second'
        )),
        '$[*].reason'
    ),
    '["Completed a workout (today''s limit of 20 points is reached)"]',
    'a workout of the last second of last week is not awarded for this one'
);
delete from workouts as w
where
    w.user_id = pg_temp.id_of('stranger')
    and not exists (
        select from affinity_events as e
        where e.workout_id = w.id and e.source = 'first:workout'
    );
select is(
    pg_temp.delete_for('stranger', 'first:workout'), '', 'a user can delete the workout that earned the first time'
);
insert into workouts (user_id, has_work) values (pg_temp.id_of('stranger'), true);
select is(
    jsonb_path_query_array(pg_temp.train('stranger'), '$[*].reason'),
    '["Completed a workout", "Trained 2 times this week", "Logged a first workout"]',
    'a first time that was taken back is open again, and imports count for a week'
);

select results_eq(
    'select p.affinity_score::bigint from profiles as p order by p.user_id',
    'select sum(e.points) from affinity_events as e group by e.user_id order by e.user_id',
    'the score of every user is the sum of their ledger'
);
delete from workouts
where id = (
    select w.id from workouts as w
    order by w.created_at limit 1
);
update affinity_events set points = points + 1;
select results_eq(
    'select p.affinity_score::bigint from profiles as p order by p.user_id',
    'select sum(e.points) from affinity_events as e group by e.user_id order by e.user_id',
    'the score follows deletions and corrections of events'
);

select throws_ok(
    'insert into affinity_events (user_id, kind, source, points, reason, earned_on)
    select user_id, kind, source, 10, reason, earned_on from affinity_events limit 1',
    '23505', null, 'an event is awarded once'
);
select throws_ok('update affinity_events set points = -1', '23514', null, 'points are not negative');
select is(
    (
        select count(*) from affinity_levels as l, affinity_levels as m
        where l.level < m.level and l.threshold >= m.threshold
    ),
    0::bigint,
    'a higher level has a higher threshold'
);
select is((select min(l.threshold) from affinity_levels as l), 0, 'the first level has a threshold of 0');

select line from finish() as line;
rollback;
