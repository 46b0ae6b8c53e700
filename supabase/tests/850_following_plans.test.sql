-- Following a plan: what is due, for whom, and how regularly it was followed.
begin;
\ir helpers.psql
select plan(19);

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

select is(pg_temp.due('owner', '{day}'), '1', 'it begins with the first day');
select is(pg_temp.due('owner', '{day_name}'), 'Heavy', 'by its name');
select is(pg_temp.due('owner', '{exercises,0,sets,0,weight}'), '100', 'as the plan says');
select is(pg_temp.due('owner', '{due_on}'), (now() at time zone 'UTC')::date::text, 'today');
select is(pg_temp.log('owner', 1, '2026-03-02', 100), 'false', 'done');
select is(pg_temp.due('owner', '{day}'), '4', 'the next day is due');
select is(pg_temp.due('owner', '{exercises,0,sets,0,weight}'), '102.5', 'and what both days share goes on');
select is(pg_temp.due('stranger', '{exercises,0,sets,0,weight}'), '100', 'for others it has not begun');
select is(pg_temp.due('anon', '{day}'), '42501', 'for nobody it is not there');
select is(pg_temp.due('owner', '{dry_run,0,exercises,0,sets,0,weight}', ', 12'), '102.5', 'a dry run begins here');
select is(pg_temp.due('owner', '{dry_run,1}', ', 12'), null, 'and ends with the plan');
select is(pg_temp.due('owner', '{day}', ', 13'), 'PT422 invalid_dry_run', 'within its limits');
select is(pg_temp.due('owner', '{day}', ', null'), 'PT422 invalid_dry_run', 'which null is not');
select is(pg_temp.log('owner', 4, '2026-03-12', 102.5), 'false', 'done');
select is(pg_temp.due('owner', '{finished}'), 'true', 'all weeks are done');
select is(
    pg_temp.run('owner', 'select get_next_session(null)'), 'PT404 plan_not_found', 'no plan'
);
select is(
    pg_temp.run('owner', (select format('select get_adherence(%L) - ''plan_id''', id) from made))::jsonb,
    '{
        "planned_per_week": 2, "sessions": 2, "rate": 0.5,
        "weeks": [{"week_start": "2026-03-02", "sessions": 1}, {"week_start": "2026-03-09", "sessions": 1}]
    }',
    'how regularly it was followed'
);
select is(
    pg_temp.run('stranger', (select format('select get_adherence(%L) ->> ''sessions''', id) from made)),
    '0',
    'by whom'
);
select is(pg_temp.run('anon', 'select get_adherence(null)'), '42501', 'not by nobody');

select line from finish() as line;
rollback;
