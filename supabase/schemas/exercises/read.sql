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


create function private.listed_exercise_json(
    p_exercise private.exercises, p_profile private.profiles, p_done private.done_exercises
)
returns json
language sql
stable
security invoker
return (
    pg_catalog.left((p_exercise).listed::text, -1)
    || ', "available" : ' || ((p_exercise).equipment <@ (p_profile).equipment)::text
    || ', "safe" : ' || private.is_safe((p_exercise).joints, (p_profile).injuries)::text
    || ', "times_done" : ' || coalesce((p_done).times_done, 0)::text
    || ', "last_done_at" : ' || coalesce(pg_catalog.to_json((p_done).last_done_at)::text, 'null')
    || '}'
)::json;
comment on function private.listed_exercise_json(private.exercises, private.profiles, private.done_exercises) is
'An exercise as lists show it to the owner of the profile, with their row of done_exercises, if any: everything but '
'its texts and relations.';
grant execute on function private.listed_exercise_json(
    private.exercises, private.profiles, private.done_exercises
) to authenticated;


create function private.exercise_json(p_exercise private.exercises, p_profile private.profiles)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_done private.done_exercises;
begin
    select d.* into v_done from private.done_exercises as d
    where d.user_id = p_profile.user_id and d.exercise_id = p_exercise.id;
    return private.listed_exercise_json(p_exercise, p_profile, v_done);
end
$$;
comment on function private.exercise_json(private.exercises, private.profiles) is
'An exercise as lists show it to the owner of the profile, whose row of done_exercises it looks up.';
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
        'created_at', v_exercise.created_at,
        'updated_at', v_exercise.updated_at,
        'revision', v_exercise.revision,
        'relations', private.exercise_relations_json(p_id)
    );
end
$$;
comment on function public.get_exercise(uuid) is
'One exercise with its texts and relations. Archived ones are included, because workouts show them. Raises PT404 '
'profile_not_found, and exercise_not_found, also for another user''s exercise.';
grant execute on function public.get_exercise(uuid) to authenticated;
