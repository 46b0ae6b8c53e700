-- Days of the ledger: they are those of the user's time zone, they never go back, and each has its own caps.
begin;
\ir helpers.psql
select plan(27);

create function pg_temp.squat(p_who text, p_weight integer, p_fields jsonb default '{}')
returns jsonb
language sql
as $$
    select pg_temp.run(p_who, format('select log_workout(%L)', jsonb_build_object(
        'sets', jsonb_build_array(jsonb_build_object(
            'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'reps', 5, 'weight', p_weight
        ))
    ) || p_fields))::jsonb
$$;

create function pg_temp.move(p_who text, p_timezone text)
returns void
language sql
as $$
    select pg_temp.run(p_who, format('select update_profile(%L)', jsonb_build_object('timezone', p_timezone)))
$$;

create function pg_temp.today_in(p_timezone text)
returns date
language sql
as $$select (now() at time zone p_timezone)::date$$;

-- What a user's events of a kind were worth, in order.
create function pg_temp.points(p_kind text, p_name text default 'owner')
returns integer[]
language sql
as $$
    select array_agg(e.points order by e.created_at) from affinity_events as e
    inner join profiles as p on e.user_id = p.user_id
    where e.kind = p_kind and p.display_name = p_name
$$;

create function pg_temp.earned_today(p_who text, p_kind text)
returns text
language sql
as $$
    select pg_temp.run(p_who, format(
        'select kind ->> ''earned'' from jsonb_path_query(get_affinity(), ''$.today.by_kind[*]'') as kind
        where kind ->> ''kind'' = %L',
        p_kind
    ))
$$;

-- Lets a day pass for all events.
create function pg_temp.pass_a_day()
returns void
language sql
as $$update affinity_events set earned_on = earned_on - 1$$;

-- Kiritimati is 25 hours ahead of Pago Pago: their dates are never the same, and one of them is not that of UTC.
select pg_temp.move('owner', 'Pacific/Kiritimati');
select pg_temp.move('stranger', 'Pacific/Pago_Pago');
select pg_temp.squat('owner', 100);
select pg_temp.squat('stranger', 100);
select is(
    (
        select array_agg(distinct e.earned_on) from affinity_events as e
        where e.user_id = '00000000-0000-4000-8000-00000000000a'
    ),
    array[pg_temp.today_in('Pacific/Kiritimati')],
    'an event is earned on the day in Kiritimati'
);
select is(
    (
        select array_agg(distinct e.earned_on) from affinity_events as e
        where e.user_id = '00000000-0000-4000-8000-00000000000b'
    ),
    array[pg_temp.today_in('Pacific/Pago_Pago')],
    'an event is earned on the day in Pago Pago'
);
select is(pg_temp.earned_today('owner', 'workout_completed'), '10', 'today is the day in Kiritimati');
select is(pg_temp.earned_today('stranger', 'workout_completed'), '10', 'today is the day in Pago Pago');

-- Travelling west.
select pg_temp.move('owner', 'Pacific/Pago_Pago');
select pg_temp.squat('owner', 100);
select pg_temp.squat('owner', 100);
select is(pg_temp.points('workout_completed'), '{10,10,0}', 'a user who travels west does not earn a day twice');
select is(
    (
        select array_agg(distinct e.earned_on) from affinity_events as e
        where e.user_id = '00000000-0000-4000-8000-00000000000a'
    ),
    array[pg_temp.today_in('Pacific/Kiritimati')],
    'the day of the ledger does not go back'
);
select is(pg_temp.earned_today('owner', 'workout_completed'), '20', 'today is the last day of the ledger');

-- Travelling east.
select pg_temp.squat('stranger', 100);
select pg_temp.squat('stranger', 100);
select is(pg_temp.points('workout_completed', 'stranger'), '{10,10,0}', 'the cap of a day limits a kind of event');
select pg_temp.move('stranger', 'Pacific/Kiritimati');
select is(pg_temp.earned_today('stranger', 'workout_completed'), '0', 'a user who travels east begins a new day');
select pg_temp.squat('stranger', 100);
select is(pg_temp.points('workout_completed', 'stranger'), '{10,10,0,10}', 'a new day has a cap of its own');
select is(
    (
        select max(e.earned_on) from affinity_events as e
        where e.user_id = '00000000-0000-4000-8000-00000000000b'
    ),
    pg_temp.today_in('Pacific/Kiritimati'),
    'the event of the new day is earned on it'
);

-- Days that pass.
select pg_temp.move('owner', 'Pacific/Kiritimati');
select pg_temp.pass_a_day();
select pg_temp.squat('owner', 100);
select is(pg_temp.points('workout_completed'), '{10,10,0,10}', 'the points of yesterday do not count for today');
select is(pg_temp.earned_today('owner', 'workout_completed'), '10', 'today shows the points of today');
select is(
    pg_temp.run('owner', 'select get_affinity() #>> ''{today,cap}'''),
    '85',
    'the cap of a day is the sum over all kinds'
);

-- Caps of other kinds. Each record beats the one before; three of them reach the cap of 15 points.
create temporary table beaten as
select
    n,
    pg_temp.squat('owner', 100 + 10 * n) as answer
from generate_series(1, 4) as n;
select is(pg_temp.points('personal_record'), '{5,5,5,0}', 'each kind of event has a cap of its own');
select is(
    (
        select e ->> 'reason' from beaten as b, jsonb_path_query(b.answer, '$.affinity.events[*]') as e
        where b.n = 4 and e ->> 'kind' = 'personal_record'
    ),
    'Set a personal record (today''s limit of 15 points is reached)',
    'an event beyond the cap has the limit in its reason'
);
select is(
    pg_temp.squat('owner', 1) #>> '{affinity,gained}', '0', 'a workout beyond the cap without a record gains nothing'
);

-- Edits. The record with 140 kg got nothing, because the three before it had used up the cap of their day.
create function pg_temp.edit(p_weight integer, p_new_weight integer)
returns text
language sql
as $$
    select pg_temp.run('owner', (
        select format('select update_workout(%L, %L) #>> ''{affinity,gained}''', s.workout_id, jsonb_build_object(
            'sets', jsonb_build_array(jsonb_build_object(
                'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'reps', 5, 'weight', p_new_weight
            ))
        ))
        from workout_sets as s
        where s.user_id = '00000000-0000-4000-8000-00000000000a' and s.weight = p_weight
    ))
$$;
create function pg_temp.record_days()
returns integer[]
language sql
as $$
    select array_agg((pg_temp.today_in('Pacific/Kiritimati') - e.earned_on) order by e.earned_on, e.created_at)
    from affinity_events as e
    where e.user_id = '00000000-0000-4000-8000-00000000000a' and e.kind = 'personal_record'
$$;
select pg_temp.pass_a_day();
select is(pg_temp.edit(130, 131), '0', 'a record that stays one keeps its points');
select is(pg_temp.edit(140, 50), '0', 'a record without points that is edited away takes none');
select is(pg_temp.edit(131, 51), '-5', 'a record that is edited away takes its points back');
select is(pg_temp.points('personal_record'), '{5,5}', 'the events of records that were edited away are gone');
create temporary table today as
select
    n,
    pg_temp.squat('owner', 200 + 10 * n) as answer
from generate_series(1, 3) as n;
select is(pg_temp.points('personal_record'), '{5,5,5,5,5}', 'three records of today reach the cap of today');
select is(pg_temp.edit(51, 141), '5', 'a record of yesterday that is edited in has the cap of yesterday');
select is(pg_temp.record_days(), '{1,1,1,0,0,0}', 'a record that is awarded again stays on the day of its workout');
select is(pg_temp.edit(50, 151), '0', 'a record beyond the cap of its day gains nothing');
select is(
    (
        select p.affinity_score::bigint from profiles as p
        where p.display_name = 'owner'
    ),
    (
        select sum(e.points) from affinity_events as e
        where e.user_id = '00000000-0000-4000-8000-00000000000a'
    ),
    'the score is the sum of the ledger'
);
select is(
    (
        select max(total.points) from (
            select sum(e.points) as points
            from affinity_events as e
            inner join affinity_rules as r on e.kind = r.kind
            group by e.user_id, e.earned_on, e.kind, r.daily_cap
            having sum(e.points) > r.daily_cap
        ) as total
    ),
    null,
    'no day has more points of a kind than its cap'
);

select line from finish() as line;
rollback;
