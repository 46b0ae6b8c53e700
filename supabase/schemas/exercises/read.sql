-- Reading an exercise.

create function private.is_safe(p_joints text[], p_injuries text[])
returns boolean
language sql
immutable
security invoker
-- An exercise whose joints are unknown is not safe for an injured user.
return p_injuries = '{}' or coalesce(not p_joints && p_injuries, false);
comment on function private.is_safe(text[], text[]) is
'True if an exercise that loads these joints spares these injuries.';
grant execute on function private.is_safe(text[], text[]) to authenticated;


create function private.exercise_usage(p_user_id uuid, p_exercise_id uuid)
returns table (times_done bigint, last_done_at timestamptz)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        count(distinct s.workout_id) as times_done,
        max(s.performed_at) as last_done_at
    from private.workout_sets as s
    where s.user_id = p_user_id and s.exercise_id = p_exercise_id
$$;
comment on function private.exercise_usage(uuid, uuid) is
'One row: in how many workouts a user did an exercise, and when they did it last; 0 and null if never.';
grant execute on function private.exercise_usage(uuid, uuid) to authenticated;


create function private.exercise_json(p_exercise private.exercises, p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'id', p_exercise.id,
        'slug', p_exercise.slug,
        'name', p_exercise.name,
        'aliases', p_exercise.aliases,
        'category', p_exercise.category,
        'movement_pattern', p_exercise.movement_pattern,
        'force', p_exercise.force,
        'mechanic', p_exercise.mechanic,
        'level', p_exercise.level,
        'laterality', p_exercise.laterality,
        'measured_in', p_exercise.measured_in,
        'equipment', p_exercise.equipment,
        'primary_muscles', p_exercise.primary_muscles,
        'secondary_muscles', p_exercise.secondary_muscles,
        'joints', p_exercise.joints,
        'custom', p_exercise.user_id is not null,
        'available', p_exercise.equipment <@ p_profile.equipment,
        'safe', private.is_safe(p_exercise.joints, p_profile.injuries),
        'times_done', usage.times_done,
        'last_done_at', usage.last_done_at
    )
    from private.exercise_usage(p_profile.user_id, p_exercise.id) as usage
$$;
comment on function private.exercise_json(private.exercises, private.profiles) is
'An exercise as lists show it to the owner of the profile: everything but its texts and relations.';
grant execute on function private.exercise_json(private.exercises, private.profiles) to authenticated;


create function private.exercise_relations_json(p_exercise_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object('kind', r.kind, 'exercise_id', e.id, 'name', e.name)
            order by r.kind, e.name
        ),
        '[]'
    )
    from private.exercise_relations as r
    inner join private.exercises as e on r.related_id = e.id
    where r.exercise_id = p_exercise_id
$$;
comment on function private.exercise_relations_json(uuid) is
'The exercises that the catalogue relates to one: [{kind, exercise_id, name}].';
grant execute on function private.exercise_relations_json(uuid) to authenticated;


create function private.find_exercise(p_id uuid)
returns private.exercises
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_exercise private.exercises;
begin
    select e.* into v_exercise from private.exercises as e
    where e.id = p_id;
    if not found then
        perform private.fail(404, 'exercise_not_found', 'No exercise has this id.');
    end if;
    return v_exercise;
end
$$;
comment on function private.find_exercise(uuid) is
'An exercise that the caller may see, archived or not. Raises PT404 exercise_not_found.';
grant execute on function private.find_exercise(uuid) to authenticated;


create function public.get_exercise(p_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_exercise private.exercises := private.find_exercise(p_id);
begin
    return private.exercise_json(v_exercise, v_profile) || pg_catalog.jsonb_build_object(
        'instructions', v_exercise.instructions,
        'cues', v_exercise.cues,
        'source', v_exercise.source,
        'license', v_exercise.license,
        'archived', v_exercise.archived_at is not null,
        'relations', private.exercise_relations_json(p_id)
    );
end
$$;
comment on function public.get_exercise(uuid) is
'One exercise with its texts and relations. Archived ones are included, because workouts show them. Raises PT404 '
'profile_not_found, and exercise_not_found, also for another user''s exercise.';
grant execute on function public.get_exercise(uuid) to authenticated;
