-- Creating, changing and deleting a user's own exercises.

create function private.find_own_exercise(p_id uuid)
returns private.exercises
language plpgsql
security invoker
set search_path = ''
as $$
declare
    -- Logging a workout takes the same lock, so no workout can start to use the exercise meanwhile.
    v_profile private.profiles := private.lock_profile();
    v_exercise private.exercises := private.find_exercise(p_id);
begin
    if v_exercise.user_id is null then
        perform private.fail(
            403, 'exercise_read_only',
            'This exercise belongs to the catalogue, so you cannot change it. Create one of your own.'
        );
    end if;
    return v_exercise;
end
$$;
comment on function private.find_own_exercise(uuid) is
'Locks the caller''s profile and returns one of their own exercises. Raises PT404 exercise_not_found, '
'profile_not_found, PT403 exercise_read_only.';
grant execute on function private.find_own_exercise(uuid) to authenticated;


create function public.update_exercise(p_id uuid, p_changes jsonb, p_if_revisions bigint[] default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_exercise private.exercises := private.find_own_exercise(p_id);
begin
    perform private.check_size(p_changes, 64);
    perform private.check_changes(p_changes);
    perform private.check_unchanged('exercise', v_exercise.revision, p_if_revisions);
    update private.exercises as e
    set (
        name, aliases, category, movement_pattern, force, mechanic, level, laterality, measured_in, equipment,
        primary_muscles, secondary_muscles, joints, instructions, cues, archived_at
    ) = (
        select
            pg_catalog.btrim(c.name), c.aliases, c.category, c.movement_pattern, c.force, c.mechanic, c.level,
            c.laterality, c.measured_in, c.equipment, c.primary_muscles, c.secondary_muscles, c.joints,
            c.instructions, c.cues,
            case (p_changes ->> 'archived')::boolean
                when true then coalesce(e.archived_at, pg_catalog.now())
                when false then null
                else e.archived_at
            end
        from pg_catalog.jsonb_populate_record(e, p_changes - 'archived_at') as c
    )
    where e.id = v_exercise.id;
    return public.get_exercise(p_id);
end
$$;
comment on function public.update_exercise(uuid, jsonb, bigint[]) is
'Changes one of the caller''s own exercises and returns it. An absent field stays as it is, null clears a field, and '
'"archived" hides the exercise from searches or shows it again. Raises PT404 exercise_not_found, profile_not_found, '
'PT403 exercise_read_only, PT409 exercise_exists, PT412 exercise_changed if p_if_revisions is given without the '
'current revision, PT413 body_too_large, PT422 invalid_changes, unknown_equipment, unknown_muscle, '
'muscle_listed_twice.';
grant execute on function public.update_exercise(uuid, jsonb, bigint[]) to authenticated;


create function public.create_exercise(p_exercise jsonb, p_idempotency_key text default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_id uuid := private.replayed_id('create_exercise', p_idempotency_key, p_exercise);
begin
    perform private.check_size(p_exercise, 64);
    if exists (
        select from private.exercises as e
        where e.user_id = v_profile.user_id and e.id = v_id
    ) then
        return public.get_exercise(v_id) || '{"replayed": true}';
    end if;
    v_id := private.new_id(v_profile.user_id, p_exercise);
    -- The trigger that checks these lists also looks at the name, so the user learns everything that is wrong at once.
    insert into private.exercises (user_id, id, name, equipment, primary_muscles, secondary_muscles)
    select
        v_profile.user_id, v_id, pg_catalog.btrim(c.name), coalesce(c.equipment, '{}'),
        coalesce(c.primary_muscles, '{}'), coalesce(c.secondary_muscles, '{}')
    from pg_catalog.jsonb_populate_record(null::private.exercises, p_exercise) as c;
    perform private.remember_id('create_exercise', p_idempotency_key, p_exercise, v_id);
    -- update_exercise sets the other fields, so that creating and updating treat them alike.
    return public.update_exercise(v_id, p_exercise) || '{"replayed": false}';
end
$$;
comment on function public.create_exercise(jsonb, text) is
'Creates an exercise of the caller''s own and returns it, with replayed. Only the name is required. A key or an id '
'that was used before returns the exercise of then. Raises PT404 profile_not_found, PT409 too_many_exercises, '
'exercise_exists, id_taken, idempotency_key_spent, PT413 body_too_large, PT422 unknown_equipment, unknown_muscle, '
'muscle_listed_twice, invalid_idempotency_key, idempotency_key_reused.';
grant execute on function public.create_exercise(jsonb, text) to authenticated;


create function public.delete_exercise(p_id uuid, p_if_revisions bigint[] default null)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_exercise private.exercises := private.find_own_exercise(p_id);
begin
    perform private.check_unchanged('exercise', v_exercise.revision, p_if_revisions);
    if exists (
        select from private.done_exercises as d
        where d.user_id = v_exercise.user_id and d.exercise_id = p_id
        union all
        select from private.plan_exercises as x
        where x.user_id = v_exercise.user_id and x.exercise_id = p_id
    ) then
        update private.exercises as e
        set archived_at = coalesce(e.archived_at, pg_catalog.now())
        where e.id = p_id;
    else
        delete from private.exercises as e
        where e.id = p_id;
    end if;
end
$$;
comment on function public.delete_exercise(uuid, bigint[]) is
'Deletes one of the caller''s own exercises, or archives it if workouts or plans use it, so that they stay as they '
'are. Raises PT404 exercise_not_found, profile_not_found, PT403 exercise_read_only, PT412 exercise_changed if '
'p_if_revisions is given without the current revision.';
grant execute on function public.delete_exercise(uuid, bigint[]) to authenticated;
