-- What makes a workout invalid.

-- Names every set whose exercise the caller cannot see; another user's own exercise is as unknown as none.
create function private.check_exercises(p_sets jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_unknown text;
begin
    select pg_catalog.string_agg('sets.' || s.ordinality - 1 || '.exercise_id', ',' order by s.ordinality)
    into v_unknown
    from pg_catalog.jsonb_array_elements(p_sets) with ordinality as s (value, ordinality)
    where not exists (
        select from private.exercises as e where e.id = (s.value ->> 'exercise_id')::uuid
    );
    if v_unknown is not null then
        perform private.fail(422, 'exercise_not_found', 'There is no such exercise.', v_unknown);
    end if;
end
$$;
comment on function private.check_exercises(jsonb) is
'Raises PT422 exercise_not_found; the hint holds the path of each unknown exercise, with indexes from 0.';
grant execute on function private.check_exercises(jsonb) to authenticated;


create function private.check_followed_plan(p_plan_id uuid, p_plan_day integer)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if p_plan_id is not null and not exists (select from private.plans as p where p.id = p_plan_id) then
        perform private.fail(422, 'plan_not_found', 'There is no such plan.', 'plan_id');
    end if;
    if p_plan_day is not null and not exists (
        select from private.plans as p
        inner join private.plan_days as d on p.user_id = d.user_id and p.id = d.plan_id and p.version = d.version
        where p.id = p_plan_id and d.day = p_plan_day
    ) then
        perform private.fail(422, 'plan_day_not_found', 'The plan has no such day.', 'plan_day');
    end if;
end
$$;
comment on function private.check_followed_plan(uuid, integer) is
'Raises PT422 plan_not_found, also for a plan that the caller may not see, or plan_day_not_found.';
grant execute on function private.check_followed_plan(uuid, integer) to authenticated;


create function private.check_workout(p_workout jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_started_at timestamptz := p_workout ->> 'started_at';
    v_completed_at timestamptz := coalesce((p_workout ->> 'completed_at')::timestamptz, pg_catalog.now());
begin
    if pg_catalog.jsonb_typeof(p_workout -> 'sets') is distinct from 'array'
        or pg_catalog.jsonb_array_length(p_workout -> 'sets') not between 1 and 200 then
        perform private.fail(422, 'invalid_sets', 'A workout has 1 to 200 sets.', 'sets');
    end if;
    if v_completed_at > pg_catalog.now() + interval '1 minute' then
        perform private.fail(422, 'completed_in_future', 'completed_at lies in the future.', 'completed_at');
    end if;
    if v_started_at > v_completed_at then
        perform private.fail(422, 'completed_before_started', 'completed_at lies before started_at.', 'completed_at');
    end if;
    perform private.check_followed_plan((p_workout ->> 'plan_id')::uuid, (p_workout ->> 'plan_day')::integer);
    perform private.check_exercises(p_workout -> 'sets');
end
$$;
comment on function private.check_workout(jsonb) is
'Raises PT422 invalid_sets, completed_in_future, completed_before_started, plan_not_found, plan_day_not_found or '
'exercise_not_found.';
grant execute on function private.check_workout(jsonb) to authenticated;


create function private.check_plan_day(p_stored private.workouts, p_workout jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_day integer := p_workout ->> 'plan_day';
begin
    if p_stored.plan_name is not null
        and (p_workout ->> 'plan_id')::uuid is not distinct from p_stored.plan_id
        and v_day <> coalesce(p_stored.plan_day, 0)
        and not exists (
            select from private.plan_days as d
            where d.plan_id = p_stored.plan_id and d.version = p_stored.plan_version and d.day = v_day
        )
    then
        perform private.fail(422, 'plan_day_not_found', 'The plan has no such day.', 'plan_day');
    end if;
end
$$;
comment on function private.check_plan_day(private.workouts, jsonb) is
'Raises PT422 plan_day_not_found when an edited workout takes a day that the version it followed has not.';
grant execute on function private.check_plan_day(private.workouts, jsonb) to authenticated;
