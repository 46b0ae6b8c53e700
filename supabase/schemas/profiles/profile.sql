-- Reading, locking and changing the profile of the caller.

create function private.current_profile()
returns private.profiles
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_profile private.profiles;
begin
    select p.* into v_profile from private.profiles as p
    where p.user_id = v_user_id;
    if not found then
        perform private.fail(404, 'profile_not_found', 'This account has no profile. It was deleted.');
    end if;
    return v_profile;
end
$$;
comment on function private.current_profile() is
'The profile of the caller. Raises PT404 profile_not_found, PT401 not_authenticated.';
grant execute on function private.current_profile() to authenticated;


-- Daily caps, records and idempotency depend on what is already stored, so every function that writes for a user takes
-- this lock first, and one user's writes run one after the other. "no key" keeps the lock from blocking the foreign
-- keys of other rows, which would deadlock.
create function private.lock_profile()
returns private.profiles
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_profile private.profiles;
begin
    select p.* into v_profile from private.profiles as p
    where p.user_id = v_user_id
    for no key update;
    if not found then
        perform private.fail(404, 'profile_not_found', 'This account has no profile. It was deleted.');
    end if;
    return v_profile;
end
$$;
comment on function private.lock_profile() is
'Locks the profile of the caller until the transaction ends, and returns it. Raises PT404 profile_not_found, PT401 '
'not_authenticated.';
grant execute on function private.lock_profile() to authenticated;


create function public.get_profile()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.to_jsonb(p) - 'affinity_score'
        || pg_catalog.jsonb_build_object('affinity', private.affinity_standing(p.affinity_score))
    from private.current_profile() as p
$$;
comment on function public.get_profile() is
'The profile of the caller with their affinity {score, level, title, next_level_at}. Raises PT404 profile_not_found.';
grant execute on function public.get_profile() to authenticated;


create function public.update_profile(p_changes jsonb, p_if_revisions bigint[] default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
begin
    perform private.check_size(p_changes, 64);
    perform private.check_changes(p_changes);
    perform private.check_unchanged('profile', v_profile.revision, p_if_revisions);
    update private.profiles as p
    set (
        display_name, birth_date, fitness_level, goals, weight_unit, timezone, equipment, injuries, weekly_target,
        preferences
    ) = (
        select
            pg_catalog.btrim(c.display_name), c.birth_date, c.fitness_level, c.goals, c.weight_unit, c.timezone,
            c.equipment, c.injuries, c.weekly_target, c.preferences
        from pg_catalog.jsonb_populate_record(p, p_changes) as c
    )
    where p.user_id = v_profile.user_id;
    return public.get_profile();
end
$$;
comment on function public.update_profile(jsonb, bigint[]) is
'Changes the fields that p_changes names and returns the profile. An absent field stays, null clears it. Raises '
'PT404 profile_not_found, PT412 profile_changed if p_if_revisions is given without the current revision, PT413 '
'body_too_large, PT422 invalid_changes, too_young, unknown_timezone, '
'unknown_equipment, preferences_too_large.';
grant execute on function public.update_profile(jsonb, bigint[]) to authenticated;
