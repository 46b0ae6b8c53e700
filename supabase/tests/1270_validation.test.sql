-- The rules that a malformed request breaks as well: each kind, and who learns what about whose things.
begin;
\ir helpers.psql
select plan(16);

-- What find_faults answers: the code and the paths of each fault.
create function pg_temp.faults(p_who text, p_kind text, p_document jsonb, p_id text default null)
returns text
language sql
as $$
    select pg_temp.run(p_who, format($q$
        select coalesce(string_agg((f.value ->> 'code') || ' ' || (f.value ->> 'where'), ', ' order by f.ordinality), '')
        from jsonb_array_elements(find_faults(%L, %L, %L) -> 'faults') with ordinality as f
    $q$, p_kind, p_document, p_id))
$$;

select is(
    pg_temp.faults('owner', 'workout', '{
        "plan_id": "00000000-0000-4000-8000-000000000001", "started_at": "9000-01-02T00:00:00Z",
        "completed_at": "9000-01-01T00:00:00Z",
        "sets": [null, {}, {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff"}]
    }'),
    'plan_not_found plan_id, completed_in_future completed_at, completed_before_started completed_at, '
    'exercise_not_found sets.0.exercise_id,sets.1.exercise_id',
    'a workout breaks every rule at once'
);
select is(pg_temp.faults('owner', 'workout', '{}'), '', 'what is missing from a workout breaks no rule');
select is(
    pg_temp.faults('owner', 'plan', '{
        "days": [{"day": 1, "exercises": [{}, null]}, {"day": 1}, null, {}]
    }'),
    'day_repeated days.1.day,days.3.day, '
    'exercise_not_found days.0.exercises.0.exercise_id,days.0.exercises.1.exercise_id',
    'parts of a plan may be missing'
);
select is(pg_temp.faults('owner', 'plan', '{}'), '', 'a plan may have no days');
select is(
    pg_temp.faults('owner', 'exercise', '{
        "name": "back squats", "equipment": ["spoon", null], "primary_muscles": ["ear", "chest"],
        "secondary_muscles": ["chest", null]
    }'),
    'unknown_equipment equipment, unknown_muscle primary_muscles, '
    'muscle_listed_twice primary_muscles,secondary_muscles, exercise_exists name',
    'an exercise breaks every rule at once'
);
select is(
    pg_temp.faults('owner', 'profile', '{
        "birth_date": "2200-01-01", "timezone": "Mars/Base", "equipment": [null, "spoon"]
    }'),
    'unknown_equipment equipment, too_young birth_date, unknown_timezone timezone',
    'changes of a profile break every rule at once'
);
select is(
    pg_temp.faults('owner', 'pause', '{"weeks": 0, "from": "1990-01-01"}'), 'invalid_pause weeks, invalid_pause from',
    'a pause breaks every rule at once'
);
select is(pg_temp.faults('owner', 'pause', '{}'), '', 'a pause of one week from now on is right');
select is(
    pg_temp.faults('owner', 'exercise_filters', '{"muscle": ["ear", null], "equipment": ["none", "spoon"]}'),
    'unknown_muscle ?muscle, unknown_equipment ?equipment', 'filters break every rule at once'
);
select is(pg_temp.faults('owner', 'spoon', '{}'), '', 'an unknown kind has no rules');

-- Things of the owner, which a stranger must not learn about.
create temporary table mine (kind text, id text);
insert into mine (kind, id)
values ('exercise', pg_temp.run('owner', 'select create_exercise(''{"name": "Garage Lift"}'') ->> ''id'''));
insert into mine (kind, id)
select
    'plan' as kind,
    pg_temp.run('owner', format($q$
        select create_plan('{"name": "Mine", "days": [
            {"day": 1, "exercises": [{"exercise_id": "%s", "sets": [{}]}]}
        ]}') ->> 'id'
    $q$, exercise.id)) as id
from mine as exercise;
insert into mine (kind, id)
select
    'workout' as kind,
    pg_temp.run('owner', format($q$
        select log_workout('{"plan_id": "%s", "plan_day": 1, "sets": [
            {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 1}
        ]}') #>> '{workout,id}'
    $q$, a_plan.id)) as id
from mine as a_plan
where a_plan.kind = 'plan';

create function pg_temp.faults_about(p_who text, p_kind text, p_id text default null)
returns text
language sql
as $$
    select pg_temp.faults(
        p_who, p_kind, (
            select jsonb_build_object(
                'name', case p_kind when 'plan' then 'mine' else 'garage lift' end,
                'user_id', '00000000-0000-4000-8000-00000000000a',
                'plan_id', plan.id,
                'plan_day', 2,
                'sets', jsonb_build_array(jsonb_build_object('exercise_id', exercise.id))
            )
            from mine as plan
            cross join mine as exercise
            where plan.kind = 'plan' and exercise.kind = 'exercise'
        ), p_id
    )
$$;
select is(
    array[
        pg_temp.faults_about('owner', 'exercise'),
        pg_temp.faults_about('owner', 'plan'),
        pg_temp.faults_about('owner', 'workout')
    ],
    array['exercise_exists name', 'plan_exists name', 'plan_day_not_found plan_day'],
    'the owner gets the faults of their own things'
);
select is(
    array[
        pg_temp.faults_about('stranger', 'exercise'),
        pg_temp.faults_about('stranger', 'plan'),
        pg_temp.faults_about('stranger', 'workout')
    ],
    array['', '', 'plan_not_found plan_id, exercise_not_found sets.0.exercise_id'],
    'to a stranger the owner''s things do not exist'
);
select is(
    (select array_agg(pg_temp.faults_about('owner', mine.kind, mine.id) order by mine.kind) from mine),
    array['', '', 'plan_day_not_found plan_day'], 'a thing may keep its own name'
);
select is(
    (select array_agg(pg_temp.faults_about('stranger', mine.kind, mine.id) order by mine.kind) from mine),
    array['', '', 'plan_not_found plan_id, exercise_not_found sets.0.exercise_id'],
    'a stranger learns nothing from an id of the owner'
);
select is(pg_temp.faults('anon', 'pause', '{}'), '42501', 'anon cannot ask');
select is(
    pg_temp.faults('owner', 'plan', jsonb_build_object('name', repeat('x', 2000000))), 'PT413 body_too_large',
    'a large document is refused'
);

select line from finish() as line;
rollback;
