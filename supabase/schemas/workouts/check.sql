-- What makes a workout invalid.

-- Another user's own exercise is refused like one that does not exist, so its existence stays hidden.
create function private.unknown_exercise_faults(p_sets jsonb)
returns jsonb
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
    from pg_catalog.jsonb_array_elements(p_sets) with ordinality as s
    where not exists (select from private.exercises as e where e.id = (s.value ->> 'exercise_id')::uuid);
    if v_unknown is not null then
        return private.fault('exercise_not_found', 'No exercise has this id.', v_unknown);
    end if;
    return '[]';
end
$$;
comment on function private.unknown_exercise_faults(jsonb) is
'The fault exercise_not_found with the path of each set whose exercise the caller cannot see, counted from 0.';
grant execute on function private.unknown_exercise_faults(jsonb) to authenticated;


create function private.followed_plan_faults(p_plan_id uuid, p_plan_day integer)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if p_plan_id is not null and not exists (select from private.plans as p where p.id = p_plan_id) then
        return private.fault('plan_not_found', 'No plan has this id.', 'plan_id');
    end if;
    if p_plan_day is not null and not exists (
        select from private.plans as p
        inner join private.plan_days as d on p.user_id = d.user_id and p.id = d.plan_id and p.version = d.version
        where p.id = p_plan_id and d.day = p_plan_day
    ) then
        return private.fault('plan_day_not_found', 'The plan does not have this day.', 'plan_day');
    end if;
    return '[]';
end
$$;
comment on function private.followed_plan_faults(uuid, integer) is
'The fault plan_not_found, also for a plan that the caller may not see, and plan_day_not_found for a day that the '
'current version of the plan does not have.';
grant execute on function private.followed_plan_faults(uuid, integer) to authenticated;


create function private.edited_plan_faults(p_stored private.workouts, p_given private.workouts)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if p_stored.plan_name is null or p_given.plan_id is distinct from p_stored.plan_id then
        return private.followed_plan_faults(p_given.plan_id, p_given.plan_day);
    end if;
    -- It still follows the same plan, which may have changed since, or be gone.
    if p_given.plan_day <> coalesce(p_stored.plan_day, 0) and not exists (
        select from private.plan_days as d
        where d.plan_id = p_stored.plan_id and d.version = p_stored.plan_version and d.day = p_given.plan_day
    ) then
        return private.fault('plan_day_not_found', 'The plan does not have this day.', 'plan_day');
    end if;
    return '[]';
end
$$;
comment on function private.edited_plan_faults(private.workouts, private.workouts) is
'The faults plan_not_found and plan_day_not_found of an edited workout. A workout that keeps its plan may take the '
'days of the version it followed.';
grant execute on function private.edited_plan_faults(private.workouts, private.workouts) to authenticated;


create function private.check_sets(p_sets jsonb)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    if pg_catalog.jsonb_typeof(p_sets) is distinct from 'array'
        or pg_catalog.jsonb_array_length(p_sets) not between 1 and 200 then
        perform private.fail(422, 'invalid_sets', 'A workout must have 1 to 200 sets.', 'sets');
    end if;
    if pg_catalog.jsonb_path_exists(p_sets, 'strict $[*] ? (@.type() != "object")') then
        perform private.fail(422, 'invalid_sets', 'Each set must be a JSON object.', 'sets');
    end if;
end
$$;
comment on function private.check_sets(jsonb) is
'Raises PT422 invalid_sets unless there are 1 to 200 sets, each a JSON object.';
grant execute on function private.check_sets(jsonb) to authenticated;


create function private.time_faults(p_given private.workouts)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := '[]';
begin
    if p_given.completed_at > pg_catalog.now() + interval '1 minute' then
        v_faults := private.fault('completed_in_future', '`completed_at` must not be in the future.', 'completed_at');
    end if;
    if p_given.started_at > coalesce(p_given.completed_at, pg_catalog.now()) then
        v_faults := v_faults || private.fault(
            'completed_before_started', '`completed_at` must not be before `started_at`.', 'completed_at'
        );
    end if;
    return v_faults;
end
$$;
comment on function private.time_faults(private.workouts) is
'The faults completed_in_future and completed_before_started of a workout.';
grant execute on function private.time_faults(private.workouts) to authenticated;


-- The sets are looked at only when something else is wrong: storing them refuses unknown exercises anyway.
create function private.check_workout(p_workout jsonb, p_plan_faults jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := p_plan_faults || private.time_faults(
        pg_catalog.jsonb_populate_record(null::private.workouts, p_workout)
    );
begin
    if v_faults <> '[]' then
        perform private.refuse(v_faults || private.unknown_exercise_faults(p_workout -> 'sets'));
    end if;
end
$$;
comment on function private.check_workout(jsonb, jsonb) is
'Reports everything that is wrong with a workout. p_plan_faults are the faults of its plan and day. Raises PT422 '
'completed_in_future, completed_before_started, plan_not_found, plan_day_not_found, exercise_not_found.';
grant execute on function private.check_workout(jsonb, jsonb) to authenticated;


create function private.check_workouts_a_day(p_user_id uuid)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_blocking timestamptz;
begin
    select w.created_at into v_blocking
    from private.workouts as w
    where w.user_id = p_user_id and w.import_key is null and w.created_at > pg_catalog.now() - interval '1 day'
    order by w.created_at desc
    offset 499
    limit 1;
    if found then
        perform private.fail_until(
            'too_many_workouts',
            'You have logged 500 workouts within a day, which is the limit. Import a history from a file instead.',
            v_blocking + interval '1 day'
        );
    end if;
end
$$;
comment on function private.check_workouts_a_day(uuid) is
'Raises PT429 too_many_workouts when the user has logged 500 workouts within a day, with the seconds to wait.';
grant execute on function private.check_workouts_a_day(uuid) to authenticated;
