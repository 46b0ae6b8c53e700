-- The exercises that users create.

create function private.find_own_exercise(p_id uuid)
returns private.exercises
language plpgsql
security invoker
set search_path = ''
as $$
declare
    -- Workouts are logged under the same lock, so whether an exercise is used does not change meanwhile.
    v_profile private.profiles := private.lock_profile();
    v_exercise private.exercises;
begin
    select e.* into v_exercise from private.exercises as e
    where e.id = p_id;
    if not found then
        perform private.fail(404, 'exercise_not_found', 'There is no such exercise.');
    end if;
    if v_exercise.user_id is null then
        perform private.fail(
            403, 'exercise_read_only', 'This exercise belongs to the catalogue. Create one of your own to change it.'
        );
    end if;
    return v_exercise;
end
$$;
comment on function private.find_own_exercise(uuid) is
'Locks the caller''s profile and returns an exercise of their own. Raises PT404 exercise_not_found, profile_not_found, '
'PT403 exercise_read_only.';
grant execute on function private.find_own_exercise(uuid) to authenticated;


create function public.update_exercise(p_id uuid, p_changes jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_exercise private.exercises := private.find_own_exercise(p_id);
begin
    if p_changes is null or pg_catalog.jsonb_typeof(p_changes) <> 'object' then
        perform private.fail(422, 'invalid_changes', 'The changes are not a JSON object.');
    end if;
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
comment on function public.update_exercise(uuid, jsonb) is
'Changes the fields of an own exercise that p_changes names and returns it; an absent field stays, null clears, '
'"archived" takes it out of lists or puts it back. Raises PT404 exercise_not_found, profile_not_found, PT403 '
'exercise_read_only, PT409 exercise_exists, PT422 invalid_changes, unknown_equipment, unknown_muscle, '
'muscle_listed_twice.';
grant execute on function public.update_exercise(uuid, jsonb) to authenticated;


create function public.create_exercise(p_exercise jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_id uuid;
begin
    insert into private.exercises (user_id, name)
    values (v_profile.user_id, pg_catalog.btrim(p_exercise ->> 'name'))
    returning id into v_id;
    -- From here on it is a change like any other.
    return public.update_exercise(v_id, p_exercise);
end
$$;
comment on function public.create_exercise(jsonb) is
'Makes an exercise of the caller''s own and returns it; all but its name may be left out. Raises PT404 '
'profile_not_found, PT409 too_many_exercises, exercise_exists, PT422 unknown_equipment, unknown_muscle, '
'muscle_listed_twice.';
grant execute on function public.create_exercise(jsonb) to authenticated;


create function public.delete_exercise(p_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_exercise private.exercises := private.find_own_exercise(p_id);
begin
    if exists (
        select from private.workout_sets as s
        where s.user_id = v_exercise.user_id and s.exercise_id = p_id
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
comment on function public.delete_exercise(uuid) is
'Deletes an own exercise; one that workouts or plans use is archived instead, so that they stay as they were. Raises '
'PT404 exercise_not_found, profile_not_found, PT403 exercise_read_only.';
grant execute on function public.delete_exercise(uuid) to authenticated;
