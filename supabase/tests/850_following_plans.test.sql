-- Following a plan: what is due, for whom, and how regularly it was followed.
begin;
\ir helpers.psql
select plan(28);

create temporary table made (id uuid);
insert into made
select pg_temp.run('owner', $$
        select create_plan('{
            "name": "Strength", "is_public": true, "duration_weeks": 1, "days_per_week": 2,
            "days": [
                {"day": 1, "name": "Heavy", "exercises": [{
                    "exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff",
                    "progression": {"scheme": "linear", "increment": 2.5},
                    "sets": [{"reps_min": 5, "reps_max": 5, "weight": 100}]
                }]},
                {"day": 4, "exercises": [{
                    "exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff",
                    "progression": {"scheme": "linear", "increment": 2.5},
                    "sets": [{"reps_min": 5, "reps_max": 5, "weight": 100, "rir": 2}]
                }]}
            ]
        }') ->> 'id'
    $$)::uuid;

-- A field of the session that is due.
create function pg_temp.due(p_who text, p_path text, p_weeks text default '')
returns text
language sql
as $$select pg_temp.run(p_who, format('select get_next_session(%L%s) #>> %L', id, p_weeks, p_path)) from made$$;

create function pg_temp.log(p_who text, p_day integer, p_on text, p_weight numeric)
returns text
language sql
as $$
    select pg_temp.run(p_who, format('select log_workout(%L) ->> ''replayed''', jsonb_build_object(
        'plan_id', id, 'plan_day', p_day, 'completed_at', p_on || 'T10:00:00Z',
        'sets', jsonb_build_array(jsonb_build_object(
            'exercise_id', 'bb6924d2-d3b5-68ea-1667-8a551e3569ff', 'reps', 5, 'weight', p_weight
        ))
    ))) from made
$$;

select is(pg_temp.due('owner', '{day}'), '1', 'the first day of the plan is due first');
select is(pg_temp.due('owner', '{day_name}'), 'Heavy', 'a due session has the name of its day');
select is(pg_temp.due('owner', '{exercises,0,sets,0,weight}'), '100', 'a first session has the loads of the plan');
select is(pg_temp.due('owner', '{due_on}'), (now() at time zone 'UTC')::date::text, 'a first session is due today');
select is(pg_temp.log('owner', 1, '2026-03-02', 100), 'false', 'the owner can log the first day');
select is(pg_temp.due('owner', '{day}'), '4', 'after a workout the next day is due');
select is(
    pg_temp.due('owner', '{exercises,0,sets,0,weight}'),
    '102.5',
    'two days that declare the same exercise share its progression'
);
select is(
    pg_temp.due('stranger', '{exercises,0,sets,0,weight}'),
    '100',
    'another user starts at the beginning of the plan'
);
select is(pg_temp.due('anon', '{day}'), '42501', 'anon cannot get a next session');
select is(
    pg_temp.due('owner', '{dry_run,0,exercises,0,sets,0,weight}', ', 12'),
    '102.5',
    'a dry run starts with the session after the due one'
);
select is(pg_temp.due('owner', '{dry_run,1}', ', 12'), null, 'a dry run ends with the plan');
select is(pg_temp.due('owner', '{day}', ', 13'), 'PT422 invalid_dry_run', 'a dry run covers at most 12 weeks');
select is(pg_temp.due('owner', '{day}', ', null'), 'PT422 invalid_dry_run', 'null is no number of weeks');
select is(pg_temp.log('owner', 4, '2026-03-12', 102.5), 'false', 'the owner can log the second day');
select is(pg_temp.due('owner', '{finished}'), 'true', 'a plan is finished after its weeks');
select is(
    pg_temp.run('owner', 'select get_next_session(null)'), 'PT404 plan_not_found', 'null is no plan'
);
select is(
    pg_temp.run('owner', (select format('select get_adherence(%L) - ''plan_id''', id) from made))::jsonb,
    '{
        "planned_per_week": 2, "sessions": 2, "rate": 0.5,
        "weeks": [{"week_start": "2026-03-02", "sessions": 1}, {"week_start": "2026-03-09", "sessions": 1}]
    }',
    'adherence counts the sessions of each week'
);
select is(
    pg_temp.run('stranger', (select format('select get_adherence(%L) ->> ''sessions''', id) from made)),
    '0',
    'adherence counts no sessions of another user'
);
select is(pg_temp.run('anon', 'select get_adherence(null)'), '42501', 'anon cannot read adherence');

-- Rounds through the days of a plan, and calendar weeks.
delete from made;
insert into made
select pg_temp.run('owner', $$
        select create_plan('{
            "name": "Rounds", "duration_weeks": 3, "days_per_week": 2,
            "days": [
                {"day": 1, "exercises": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{}]}]},
                {"day": 2, "exercises": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{}]}]}
            ]
        }') ->> 'id'
    $$)::uuid;
select pg_temp.log('owner', 1, '2026-03-02', 100);
select is(pg_temp.due('owner', '{week}'), '1', 'the second day is due in the first round');
select pg_temp.log('owner', 2, '2026-03-03', 100);
select is(pg_temp.due('owner', '{week}'), '2', 'after the last day the second round begins');
select pg_temp.log('owner', 1, '2026-03-04', 100);
select pg_temp.log('owner', 1, '2026-03-05', 100);
select is(pg_temp.due('owner', '{week}'), '3', 'a day that is done twice begins another round');
select is(pg_temp.due('owner', '{finished}'), 'false', 'the last round is not finished before its last day');

-- The same plan from the start, this week.
delete from workouts;
create function pg_temp.adherence(p_path text)
returns text
language sql
as $$select pg_temp.run('owner', format('select get_adherence(%L) #>> %L', id, p_path)) from made$$;
select is(pg_temp.adherence('{rate}'), null, 'without sessions there is no rate');
insert into workouts (user_id, plan_id, plan_version, plan_name, plan_day)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    id,
    1 as plan_version,
    'Rounds' as plan_name,
    1 as plan_day
from made;
select is(pg_temp.due('owner', '{done_this_week}'), '1', 'a session of this week is counted');
select is(
    pg_temp.due('owner', '{due_on}'), (now() at time zone 'UTC')::date::text,
    'the next session is due today while the week has sessions left'
);
select is(pg_temp.adherence('{rate}'), '1.000', 'sessions that this week may still have do not lower the rate');
insert into workouts (user_id, plan_id, plan_version, plan_name, plan_day)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    id,
    1 as plan_version,
    'Rounds' as plan_name,
    2 as plan_day
from made;
select is(
    pg_temp.due('owner', '{due_on}'), (date_trunc('week', now() at time zone 'UTC') + interval '7 days')::date::text,
    'once the week has all its sessions the next one is due on Monday'
);

select line from finish() as line;
rollback;
