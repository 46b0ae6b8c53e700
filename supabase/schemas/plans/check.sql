-- Checks of a plan, with the paths of the wrong fields.

create function private.plan_size_faults(p_plan jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := '[]';
begin
    if (
        select count(*) from pg_catalog.jsonb_path_query(p_plan, '$.days[*].exercises[*].sets[*]')
    ) > 500 then
        v_faults := private.fault('too_many_sets', 'A plan must not have more than 500 sets.', 'days');
    end if;
    -- The API has checked the size already, but Postgres may write numbers longer than the client sent them.
    if pg_catalog.octet_length((p_plan -> 'metadata')::text) > 8192 then
        v_faults := v_faults || private.fault(
            'metadata_too_large', '`metadata` must not take more than 8 KiB.', 'metadata'
        );
    end if;
    return v_faults;
end
$$;
comment on function private.plan_size_faults(jsonb) is
'The faults too_many_sets, above 500 sets, and metadata_too_large, above 8 KiB.';
grant execute on function private.plan_size_faults(jsonb) to authenticated;


create function private.day_number_faults(p_days jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_repeated text := (
        select pg_catalog.string_agg('days.' || numbered.place || '.day', ',' order by numbered.place)
        from (
            select
                d.ordinality - 1 as place,
                pg_catalog.row_number() over (partition by d.value ->> 'day' order by d.ordinality) as times
            from pg_catalog.jsonb_array_elements(p_days) with ordinality as d
        ) as numbered
        where numbered.times > 1
    );
begin
    if v_repeated is not null then
        return private.fault('day_repeated', 'Day numbers must not repeat.', v_repeated);
    end if;
    return '[]';
end
$$;
comment on function private.day_number_faults(jsonb) is 'The fault day_repeated if two days have the same number.';
grant execute on function private.day_number_faults(jsonb) to authenticated;


create function private.planned_exercises(p_days jsonb)
returns table (path text, exercise_id uuid)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.format('days.%s.exercises.%s.exercise_id', d.ordinality - 1, x.ordinality - 1),
        (x.value ->> 'exercise_id')::uuid
    from pg_catalog.jsonb_array_elements(p_days) with ordinality as d
    cross join pg_catalog.jsonb_array_elements(d.value -> 'exercises') with ordinality as x
    order by d.ordinality, x.ordinality
$$;
comment on function private.planned_exercises(jsonb) is 'The exercise ids of the days of a plan, each with its path.';
grant execute on function private.planned_exercises(jsonb) to authenticated;


create function private.planned_exercise_faults(p_days jsonb, p_is_public boolean)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_unknown text;
    v_own text;
    v_faults jsonb := '[]';
begin
    select
        pg_catalog.string_agg(planned.path, ',' order by planned.place) filter (where e.id is null),
        pg_catalog.string_agg(planned.path, ',' order by planned.place) filter (where e.user_id is not null)
    into v_unknown, v_own
    from private.planned_exercises(p_days) with ordinality as planned (path, exercise_id, place)
    left join private.exercises as e on planned.exercise_id = e.id;
    if v_unknown is not null then
        v_faults := private.fault('exercise_not_found', 'No exercise has this id.', v_unknown);
    end if;
    if p_is_public and v_own is not null then
        v_faults := v_faults || private.fault(
            'exercise_not_public',
            'A public plan must not contain exercises of your own, because other users cannot see them.',
            v_own
        );
    end if;
    return v_faults;
end
$$;
comment on function private.planned_exercise_faults(jsonb, boolean) is
'The faults exercise_not_found, for an exercise that the caller may not see, and exercise_not_public, for one of the '
'caller''s own in a public plan.';
grant execute on function private.planned_exercise_faults(jsonb, boolean) to authenticated;


create function private.is_plan_name_taken(p_user_id uuid, p_id uuid, p_name text)
returns boolean
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return exists (
        select from private.plans as p
        where p.user_id = p_user_id
            and pg_catalog.lower(p.name) = pg_catalog.lower(pg_catalog.btrim(p_name))
            and p.id is distinct from p_id
    );
end
$$;
comment on function private.is_plan_name_taken(uuid, uuid, text) is
'Whether another plan of the user has this name. p_id is null for a new plan.';
grant execute on function private.is_plan_name_taken(uuid, uuid, text) to authenticated;


create function private.plan_faults(p_user_id uuid, p_id uuid, p_plan jsonb)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := private.plan_size_faults(p_plan)
        || private.day_number_faults(p_plan -> 'days')
        || private.planned_exercise_faults(p_plan -> 'days', (p_plan ->> 'is_public')::boolean);
begin
    if private.is_plan_name_taken(p_user_id, p_id, p_plan ->> 'name') then
        return v_faults || private.fault('plan_exists', 'You already have a plan with this name.', 'name');
    end if;
    return v_faults;
end
$$;
comment on function private.plan_faults(uuid, uuid, jsonb) is
'The faults of a plan that constraints cannot find, or could not locate: too_many_sets, metadata_too_large, '
'day_repeated, exercise_not_found, exercise_not_public, and last plan_exists. p_id is null for a new plan.';
grant execute on function private.plan_faults(uuid, uuid, jsonb) to authenticated;


create function private.check_plan(p_user_id uuid, p_id uuid, p_plan jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb;
begin
    if pg_catalog.jsonb_typeof(p_plan) is distinct from 'object'
        or pg_catalog.jsonb_typeof(p_plan -> 'days') is distinct from 'array'
        or pg_catalog.jsonb_array_length(p_plan -> 'days') not between 1 and 7 then
        perform private.fail(422, 'invalid_days', 'A plan must have 1 to 7 days.', 'days');
    end if;
    v_faults := private.plan_faults(p_user_id, p_id, p_plan);
    perform private.refuse(v_faults, case when v_faults #>> '{0,code}' = 'plan_exists' then 409 else 422 end);
end
$$;
comment on function private.check_plan(uuid, uuid, jsonb) is
'Refuses a plan with faults. p_id is null for a new plan. Raises PT422 invalid_days, '
'too_many_sets, metadata_too_large, day_repeated, exercise_not_found, exercise_not_public, PT409 plan_exists.';
grant execute on function private.check_plan(uuid, uuid, jsonb) to authenticated;
