-- Creating, replacing, copying and deleting plans.

create function private.insert_plan_version(
    p_user_id uuid, p_id uuid, p_version integer, p_plan jsonb, p_weight_unit text
)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    insert into private.plan_versions (
        user_id, plan_id, version, name, description, training_style, goal, difficulty_level, duration_weeks,
        days_per_week, metadata
    )
    select
        p_user_id, p_id, p_version, pg_catalog.btrim(c.name), c.description, c.training_style, c.goal,
        c.difficulty_level, c.duration_weeks, c.days_per_week, coalesce(c.metadata, '{}')
    from pg_catalog.jsonb_populate_record(null::private.plan_versions, p_plan) as c;

    insert into private.plan_days (user_id, plan_id, version, day, name)
    select
        p_user_id, p_id, p_version, day.day, day.name
    from pg_catalog.jsonb_array_elements(p_plan -> 'days') as d
    cross join pg_catalog.jsonb_populate_record(null::private.plan_days, d.value) as day;

    insert into private.plan_exercises (
        user_id, plan_id, version, day, position, exercise_id, superset, notes, progression
    )
    select
        p_user_id, p_id, p_version, day.day, x.ordinality, c.exercise_id, c.superset, c.notes,
        -- A progression without a unit means the unit of the plan's author, also for readers who use the other one.
        case when c.progression ?| array['increment', 'ceiling']
            then pg_catalog.jsonb_build_object('unit', p_weight_unit)
            else '{}'
        end || pg_catalog.jsonb_strip_nulls(nullif(c.progression, 'null'))
    from pg_catalog.jsonb_array_elements(p_plan -> 'days') as d
    cross join pg_catalog.jsonb_populate_record(null::private.plan_days, d.value) as day
    cross join pg_catalog.jsonb_array_elements(d.value -> 'exercises') with ordinality as x
    cross join pg_catalog.jsonb_populate_record(null::private.plan_exercises, x.value) as c;

    insert into private.plan_sets (
        user_id, plan_id, version, day, exercise_position, position, set_type, reps_min, reps_max, weight,
        weight_unit, percent_1rm, rpe, rir, rest_seconds
    )
    select
        p_user_id, p_id, p_version, day.day, x.ordinality, s.ordinality,
        coalesce(c.set_type, 'working'), c.reps_min, c.reps_max, c.weight,
        case when c.weight is not null then coalesce(c.weight_unit, p_weight_unit) end,
        c.percent_1rm, c.rpe, c.rir, c.rest_seconds
    from pg_catalog.jsonb_array_elements(p_plan -> 'days') as d
    cross join pg_catalog.jsonb_populate_record(null::private.plan_days, d.value) as day
    cross join pg_catalog.jsonb_array_elements(d.value -> 'exercises') with ordinality as x
    cross join pg_catalog.jsonb_array_elements(x.value -> 'sets') with ordinality as s
    cross join pg_catalog.jsonb_populate_record(null::private.plan_sets, s.value) as c;
end
$$;
comment on function private.insert_plan_version(uuid, uuid, integer, jsonb, text) is
'Stores a version of a plan with its days, exercises and sets. Weights without a unit are in p_weight_unit.';
grant execute on function private.insert_plan_version(uuid, uuid, integer, jsonb, text) to authenticated;


create function private.insert_plan(p_profile private.profiles, p_id uuid, p_plan jsonb)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    perform private.check_plan(p_profile.user_id, null, p_plan);
    if (select count(*) from private.plans as p where p.user_id = p_profile.user_id) >= 200 then
        perform private.fail(
            409, 'too_many_plans',
            'You already have 200 plans, which is the limit. Delete one that you do not follow.'
        );
    end if;
    insert into private.plans (user_id, id, name, is_public)
    select
        p_profile.user_id, p_id, pg_catalog.btrim(c.name), coalesce(c.is_public, false)
    from pg_catalog.jsonb_populate_record(null::private.plans, p_plan) as c;
    perform private.insert_plan_version(p_profile.user_id, p_id, 1, p_plan, p_profile.weight_unit);
end
$$;
comment on function private.insert_plan(private.profiles, uuid, jsonb) is
'Stores a new plan of a user. Raises PT409 plan_exists, too_many_plans, PT422 invalid_days, too_many_sets, '
'metadata_too_large, day_repeated, exercise_not_found, exercise_not_public.';
grant execute on function private.insert_plan(private.profiles, uuid, jsonb) to authenticated;


create function private.stored_plan(p_user_id uuid, p_operation text, p_key text, p_request jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_id uuid := private.replayed_id(p_operation, p_key, p_request);
begin
    if exists (
        select from private.plans as p
        where p.user_id = p_user_id and p.id = v_id
    ) then
        return public.get_plan(v_id) || '{"replayed": true}';
    end if;
    return null;
end
$$;
comment on function private.stored_plan(uuid, text, text, jsonb) is
'The plan that the same request stored before; null if there is none. Raises what private.replay_answer raises.';
grant execute on function private.stored_plan(uuid, text, text, jsonb) to authenticated;


create function public.create_plan(p_plan jsonb, p_idempotency_key text default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_stored jsonb := private.stored_plan(v_profile.user_id, 'create_plan', p_idempotency_key, p_plan);
    v_id uuid;
begin
    perform private.check_size(p_plan, 1024);
    if v_stored is not null then
        return v_stored;
    end if;
    v_id := private.new_id(v_profile.user_id, p_plan);
    perform private.insert_plan(v_profile, v_id, p_plan);
    perform private.remember_id('create_plan', p_idempotency_key, p_plan, v_id);
    return public.get_plan(v_id) || '{"replayed": false}';
end
$$;
comment on function public.create_plan(jsonb, text) is
'Creates a plan of the caller''s own and returns it, with replayed. A key or an id that was used before returns the '
'plan of then. Raises PT404 profile_not_found, PT409 plan_exists, too_many_plans, id_taken, idempotency_key_spent, '
'PT413 body_too_large, PT422 invalid_days, too_many_sets, metadata_too_large, day_repeated, exercise_not_found, '
'exercise_not_public, invalid_idempotency_key, idempotency_key_reused.';
grant execute on function public.create_plan(jsonb, text) to authenticated;


create function private.find_own_plan(p_user_id uuid, p_id uuid)
returns private.plans
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_plan private.plans;
begin
    select p.* into v_plan from private.plans as p
    where p.id = p_id;
    if not found then
        perform private.fail(404, 'plan_not_found', 'No plan has this id.');
    end if;
    if v_plan.user_id <> p_user_id then
        perform private.fail(
            403, 'plan_read_only', 'This plan belongs to another user, so you cannot change it. Copy it instead.'
        );
    end if;
    return v_plan;
end
$$;
comment on function private.find_own_plan(uuid, uuid) is
'One of the user''s own plans. Raises PT404 plan_not_found, PT403 plan_read_only for another user''s public plan.';
grant execute on function private.find_own_plan(uuid, uuid) to authenticated;


-- Security definer, because workouts of other users, which the owner cannot see, may have followed a version. It
-- deletes only versions of a plan of the caller's.
create function private.fold_plan_versions(p_id uuid)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    -- The table of workouts is defined later, because workouts refer to plans.
    delete from private.plan_versions as v
    using private.plans as p
    where
        p.user_id = private.current_user_id()
        and p.id = p_id
        and v.user_id = p.user_id
        and v.plan_id = p.id
        and v.version <= p.version - 50
        and not exists (
            select from private.workouts as w
            where w.plan_id = p_id and w.plan_version = v.version
        );
end
$$;
comment on function private.fold_plan_versions(uuid) is
'Deletes the versions of a plan of the caller but the latest 50 and those that workouts followed.';
grant execute on function private.fold_plan_versions(uuid) to authenticated;


create function public.replace_plan(p_id uuid, p_plan jsonb, p_if_versions bigint[] default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    -- The lock on the profile makes two writers wait for each other, so each version gets a number of its own.
    v_profile private.profiles := private.lock_profile();
    v_plan private.plans := private.find_own_plan(v_profile.user_id, p_id);
    c_changing constant text[] := array['version', 'updated_at'];
    v_before jsonb;
    v_after jsonb;
begin
    perform private.check_size(p_plan, 1024);
    perform private.check_unchanged('plan', v_plan.version, p_if_versions);
    perform private.check_plan(v_profile.user_id, p_id, p_plan);
    v_before := public.get_plan(p_id);
    begin
        update private.plans as p
        set
            name = pg_catalog.btrim(c.name),
            is_public = coalesce(c.is_public, false),
            version = p.version + 1
        from pg_catalog.jsonb_populate_record(null::private.plans, p_plan) as c
        where p.user_id = v_profile.user_id and p.id = p_id;
        perform private.insert_plan_version(
            v_profile.user_id, p_id, v_plan.version + 1, p_plan, v_profile.weight_unit
        );
        v_after := public.get_plan(p_id);
        if v_after - c_changing = v_before - c_changing then
            -- Leaves the block, which undoes the version.
            raise sqlstate 'SBSAM';
        end if;
    exception when sqlstate 'SBSAM' then
        return v_before;
    end;
    perform private.fold_plan_versions(p_id);
    return v_after;
end
$$;
comment on function public.replace_plan(uuid, jsonb, bigint[]) is
'Replaces one of the caller''s own plans with a new version and returns it. A plan that stays the same gets none, '
'and of more than 50 versions the oldest that no workout followed go. Raises PT404 plan_not_found, '
'profile_not_found, PT403 plan_read_only, PT409 plan_exists, PT412 plan_changed if p_if_versions is given without '
'the current version, PT413 body_too_large, PT422 invalid_days, too_many_sets, metadata_too_large, day_repeated, '
'exercise_not_found, exercise_not_public.';
grant execute on function public.replace_plan(uuid, jsonb, bigint[]) to authenticated;


create function private.free_plan_name(p_user_id uuid, p_name text)
returns text
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_name text := p_name;
    v_number integer := 1;
begin
    while exists (
        select from private.plans as p
        where p.user_id = p_user_id and pg_catalog.lower(p.name) = pg_catalog.lower(v_name)
    ) loop
        v_number := v_number + 1;
        v_name := pg_catalog.left(p_name, 94) || ' (' || v_number || ')';
    end loop;
    return v_name;
end
$$;
comment on function private.free_plan_name(uuid, text) is
'A name that no plan of the user has: p_name, or p_name with the next free number.';
grant execute on function private.free_plan_name(uuid, text) to authenticated;


create function public.copy_plan(p_id uuid, p_copy jsonb default '{}', p_idempotency_key text default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_request jsonb := p_copy || pg_catalog.jsonb_build_object('copied', p_id);
    v_stored jsonb := private.stored_plan(v_profile.user_id, 'copy_plan', p_idempotency_key, v_request);
    v_plan jsonb;
    v_id uuid;
begin
    perform private.check_size(p_copy, 64);
    if v_stored is not null then
        return v_stored;
    end if;
    v_plan := public.get_plan(p_id);
    v_id := private.new_id(v_profile.user_id, p_copy);
    perform private.insert_plan(
        v_profile, v_id, v_plan || pg_catalog.jsonb_build_object(
            'is_public', false,
            'name', coalesce(p_copy ->> 'name', private.free_plan_name(v_profile.user_id, v_plan ->> 'name'))
        )
    );
    perform private.remember_id('copy_plan', p_idempotency_key, v_request, v_id);
    return public.get_plan(v_id) || '{"replayed": false}';
end
$$;
comment on function public.copy_plan(uuid, jsonb, text) is
'Copies a plan that the caller may read to a private plan of their own and returns it, with replayed. p_copy is {id?, '
'name?}; without a name, it gets the next free one. A key or an id that was used before returns the copy of then. '
'Raises PT404 plan_not_found, profile_not_found, PT409 plan_exists, too_many_plans, id_taken, idempotency_key_spent, '
'PT413 body_too_large, PT422 invalid_idempotency_key, idempotency_key_reused.';
grant execute on function public.copy_plan(uuid, jsonb, text) to authenticated;


create function public.delete_plan(p_id uuid, p_if_versions bigint[] default null)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_plan private.plans := private.find_own_plan(v_profile.user_id, p_id);
begin
    perform private.check_unchanged('plan', v_plan.version, p_if_versions);
    delete from private.plans as p
    where p.user_id = v_plan.user_id and p.id = v_plan.id;
end
$$;
comment on function public.delete_plan(uuid, bigint[]) is
'Deletes one of the caller''s own plans with all its versions. Workouts that followed it keep its name. Raises PT404 '
'plan_not_found, profile_not_found, PT403 plan_read_only, PT412 plan_changed if p_if_versions is given without the '
'current version.';
grant execute on function public.delete_plan(uuid, bigint[]) to authenticated;
