-- Functions that run with their owner's rights see past the policies. Each acts for the caller alone.
begin;
\ir helpers.psql
select plan(29);

select is(
    (
        select array_agg(p.proname::text order by p.proname) from pg_proc as p
        where
            p.prosecdef
            and p.pronamespace = 'private'::regnamespace
            and has_function_privilege('authenticated', p.oid, 'execute')
    ),
    '{award_again,award_conversation,award_workout,check_service,end_turn,erase_account,export_rows,'
    'fold_plan_versions,remember_answer,replay_answer,revise_answers,rewrite_workout,start_turn,store_reply}',
    'these are all functions with their owner''s rights that a user can reach'
);

-- What belongs to the owner: a workout with its awards and its idempotency key, and a message.
select pg_temp.run('owner', $$
    select log_workout(
        '{"title": "Mine", "sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5, "weight": 100}]}',
        'key'
    )
$$);
select pg_temp.serve('owner', 'select begin_chat_turn(''Hello'')');
create temporary table owned as
select
    (select w.id from workouts as w) as workout_id,
    (select m.id from messages as m) as message_id;
grant select on owned to anon, authenticated;
create temporary table before as
select
    (select jsonb_agg(to_jsonb(w)) from workouts as w) as workouts,
    (select jsonb_agg(to_jsonb(s)) from workout_sets as s) as sets,
    (
        select jsonb_agg(to_jsonb(e) order by e.id) from affinity_events as e
        where e.user_id = '00000000-0000-4000-8000-00000000000a'
    ) as events,
    (
        select jsonb_agg(to_jsonb(k)) from idempotency_keys as k
        where k.user_id = '00000000-0000-4000-8000-00000000000a'
    ) as keys,
    (select jsonb_agg(to_jsonb(m)) from messages as m) as messages;

create temporary table attempts (name text, query text, answer text);
insert into attempts values
('award another user''s workout', 'select private.award_workout(workout_id) from owned', 'PT404 workout_not_found'),
(
    'award another user''s workout again',
    'select private.award_again(workout_id, ''2026-01-01'', now(), now(), null, ''{}'') ->> ''gained'' from owned',
    '0'
),
(
    'rewrite another user''s workout',
    'select private.rewrite_workout(workout_id, ''{"completed_at": "2026-01-01T10:00:00Z"}'') from owned',
    ''
),
(
    'read the answer to another user''s key',
    'select private.replay_answer(''log_workout'', ''key'', ''{}'')',
    null
),
(
    'revise the answers about another user''s workout',
    'select private.revise_answers(workout_id, ''{"title": "Theirs"}'') from owned',
    null
),
(
    'remember an answer in place of another user''s',
    'select private.remember_answer(''log_workout'', ''key'', ''{}'', ''{}'', workout_id) from owned',
    ''
);
select is(pg_temp.run('stranger', a.query), a.answer, 'a user cannot ' || a.name)
from attempts as a;
select is(pg_temp.run('anon', a.query), '42501', 'anon cannot ' || a.name)
from attempts as a;

-- Even the service acts for one user at a time.
select is(
    pg_temp.serve('stranger', $$
        select (private.store_reply(m, 'Hi', '{}')).content
        from owned as o, jsonb_populate_record(null::messages, jsonb_build_object('id', o.message_id)) as m
    $$),
    null,
    'the service cannot reply to another user''s message'
);
select is(
    pg_temp.run('owner', $$
        select (private.store_reply(m, 'Hi', '{}')).content
        from owned as o, jsonb_populate_record(null::messages, jsonb_build_object('id', o.message_id)) as m
    $$),
    'PT403 service_only',
    'a plain client cannot store a reply'
);
select is(
    pg_temp.run('owner', 'select private.start_turn(message_id, 10, 200) from owned'),
    'PT403 service_only',
    'a plain client cannot start a turn'
);
select is(
    pg_temp.run('owner', 'select private.end_turn(message_id, ''{}'') from owned'),
    'PT403 service_only',
    'a plain client cannot end a turn'
);
select is(
    pg_temp.run('owner', 'select private.award_conversation(message_id) from owned'),
    'PT403 service_only',
    'a plain client cannot award a turn'
);
select is(
    pg_temp.serve('stranger', 'select private.award_conversation(message_id) ->> ''score'' from owned'),
    '11',
    'the service awards a turn to the user of the request'
);

-- A workout is awarded once, however often its owner asks.
select is(
    pg_temp.run('owner', 'select private.award_workout(workout_id) ->> ''gained'' from owned'), '0',
    'a workout is awarded once'
);
select is(
    pg_temp.run(
        'owner',
        'select private.award_again(workout_id, current_date, now(), now(), null, ''{}'') ->> ''gained'' from owned'
    ),
    '0',
    'awarding a workout again gains nothing'
);

select is(
    (select b.workouts from before as b), (select jsonb_agg(to_jsonb(w)) from workouts as w), 'no workout changed'
);
select is((select b.sets from before as b), (select jsonb_agg(to_jsonb(s)) from workout_sets as s), 'no set changed');
select is(
    (select b.events from before as b),
    (
        select jsonb_agg(to_jsonb(e) order by e.id) from affinity_events as e
        where e.user_id = '00000000-0000-4000-8000-00000000000a'
    ),
    'no event changed'
);
select is(
    (select b.keys from before as b),
    (
        select jsonb_agg(to_jsonb(k)) from idempotency_keys as k
        where k.user_id = '00000000-0000-4000-8000-00000000000a'
    ),
    'no idempotency key changed'
);
select is(
    (select b.messages from before as b), (select jsonb_agg(to_jsonb(m)) from messages as m), 'no message changed'
);

-- Triggers run for whoever changes a row, and act on that row alone.
select is(
    pg_temp.run('stranger', 'delete from workouts returning id'), null, 'a user cannot delete another user''s workout'
);
select is(
    (select count(k.answer) from idempotency_keys as k), 2::bigint, 'no answer is emptied for a workout that stays'
);

-- A workout cannot take the name of a plan that its user may not see.
create temporary table secret as
select pg_temp.run('owner', $$
    select create_plan('{"name": "Secret", "days": [{"day": 1, "exercises": [
        {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{}]}
    ]}]}') ->> 'id'
$$) as plan_id;
create temporary table theirs as
select pg_temp.run('stranger', $$
    select log_workout('{"sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5}]}')
    #>> '{workout,id}'
$$) as workout_id;
select
    is(
        pg_temp.run('stranger', format(
            'select private.rewrite_workout(%L, jsonb_build_object(''plan_id'', %L, ''completed_at'', now()))',
            theirs.workout_id, secret.plan_id
        )),
        '23514',
        'a user cannot make their workout follow another user''s private plan'
    )
from theirs
cross join secret;

select line from finish() as line;
rollback;
