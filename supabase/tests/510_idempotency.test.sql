-- Idempotency keys: each belongs to a user, an operation and a request, and is kept for 30 days.
begin;
\ir helpers.psql
select plan(26);

create function pg_temp.log(p_who text, p_key text, p_reps integer default 5)
returns jsonb
language sql
as $$
    select case when answer like '{%' then answer::jsonb else jsonb_build_object('error', answer) end
    from pg_temp.run(p_who, format('select log_workout(%L, %L)', jsonb_build_object(
        'sets', jsonb_build_array(jsonb_build_object(
            'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'reps', p_reps
        ))
    ), p_key)) as answer
$$;

create function pg_temp.workouts(p_name text default 'owner')
returns bigint
language sql
as $$
    select count(*) from workouts as w inner join profiles as p on w.user_id = p.user_id where p.display_name = p_name
$$;

create temporary table first_answer as
select pg_temp.log('owner', 'key') as answer;

-- For whom and for what a key holds.
select
    is(
        pg_temp.log('owner', 'key'), answer || '{"replayed": true}', 'the same key and request get the same answer'
    )
from first_answer;
select is(pg_temp.log('owner', 'key', 6) ->> 'error', 'PT422 idempotency_key_reused', 'another request is refused');
select is(pg_temp.workouts(), 1::bigint, 'a key stores one workout');
select is(pg_temp.log('stranger', 'key') ->> 'replayed', 'false', 'another user can use the same key');
select is(pg_temp.log('anon', 'key') ->> 'error', '42501', 'anon cannot use a key');
select is(
    pg_temp.run('owner', 'select private.replay_answer(''another operation'', ''key'', ''{}'')'), null,
    'another operation can use the same key'
);
select is(pg_temp.log('owner', 'KEY') ->> 'replayed', 'false', 'keys are case-sensitive');
select is(pg_temp.log('owner', null) ->> 'replayed', 'false', 'a request without a key is stored');
select is(pg_temp.log('owner', null) ->> 'replayed', 'false', 'a second request without a key is stored too');
select is(pg_temp.workouts(), 4::bigint, 'requests without a key are never replays');
select is(
    pg_temp.log('owner', repeat('x', 256)) ->> 'error', 'PT422 invalid_idempotency_key',
    'a key has at most 255 characters'
);
select is(pg_temp.log('owner', repeat('x', 255)) ->> 'replayed', 'false', 'a key may have 255 characters');

-- Edits and deletions.
select
    pg_temp.run('owner', format(
        'select update_workout(%L, ''{"notes": "Edited",
        "sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 7}]}'')',
        answer #>> '{workout,id}'
    ))
from first_answer;
select is(
    pg_temp.log('owner', 'key') #>> '{workout,notes}', 'Edited', 'a replay has the workout as it was edited'
);
select is(
    pg_temp.log('owner', 'key') #>> '{workout,sets,0,reps}', '7', 'a replay has the sets as they were edited'
);
select is_empty(
    $$
        select from idempotency_keys
        where key = 'key' and user_id::text like '%a' and answer #>> '{workout,sets,0,reps}' = '5'
    $$,
    'no answer keeps what was edited away'
);

-- Expiry.
update idempotency_keys set created_at = now() - interval '29 days';
select is(pg_temp.log('owner', 'key') ->> 'replayed', 'true', 'a key is known after 29 days');
update idempotency_keys set created_at = now() - interval '30 days';
select is(pg_temp.log('owner', 'key') ->> 'replayed', 'true', 'a key is known for 30 days');
update idempotency_keys set created_at = now() - interval '30 days 1 second';
select is(pg_temp.log('owner', 'another key') ->> 'replayed', 'false', 'a request with a new key is stored');
select is(
    (
        select array_agg(distinct p.display_name) from idempotency_keys as k
        inner join profiles as p on k.user_id = p.user_id
        where k.created_at < now() - interval '30 days'
    ),
    null,
    'a request with a key deletes the expired keys of all users'
);
select is(pg_temp.log('owner', 'key', 6) ->> 'replayed', 'false', 'an expired key can be used for another request');
select is(pg_temp.log('stranger', 'key', 6) ->> 'replayed', 'false', 'an expired key is not compared with the request');

-- A key of something deleted stays spent until it expires.
select pg_temp.run('owner', 'delete from workouts returning id');
select is(
    pg_temp.log('owner', 'key', 6) ->> 'error', 'PT409 idempotency_key_spent',
    'the key of a deleted workout does not create it again'
);
select is_empty(
    $$select from idempotency_keys where user_id::text like '%a' and answer is not null$$,
    'no answer keeps what was deleted'
);

-- Expired keys go in small steps, so that no request pays for all of them.
insert into idempotency_keys (user_id, operation, key, request_hash, resource_id, created_at)
select
    '00000000-0000-4000-8000-00000000000b' as user_id,
    'log_workout' as operation,
    'old ' || n as key,
    '' as request_hash,
    gen_random_uuid() as resource_id,
    now() - interval '31 days' as created_at
from generate_series(1, 50) as n;
select pg_temp.log('owner', 'a purging key', 6);
select is(
    (
        select count(*) from idempotency_keys
        where key like 'old %'
    ), 30::bigint,
    'a request purges 20 expired keys'
);
select is(private.purge_idempotency_keys(), 30, 'the rest can be purged at any time');
select is(
    (
        select count(*) from idempotency_keys
        where key = 'a purging key'
    ), 1::bigint,
    'a purge leaves keys that are valid'
);

select line from finish() as line;
rollback;
