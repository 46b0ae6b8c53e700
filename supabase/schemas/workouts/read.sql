-- Reading a workout. What lists show of it is kept on its row; see rollups.sql.

create function private.workout_sets_json(p_user_id uuid, p_workout_id uuid)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select coalesce(pg_catalog.json_agg(done.* order by done.position), '[]')
        from (
            select
                s.id,
                s.position,
                s.exercise_id,
                e.name as exercise_name,
                s.set_type,
                s.weight,
                s.weight_unit,
                s.reps,
                s.duration_seconds,
                s.distance_meters,
                s.rpe,
                s.rir,
                s.rest_seconds,
                s.tempo,
                s.form_quality,
                s.superset,
                s.notes,
                s.weight_kg,
                s.volume_kg,
                s.estimated_1rm_kg
            from private.workout_sets as s
            inner join private.exercises as e on s.exercise_id = e.id
            where s.user_id = p_user_id and s.workout_id = p_workout_id
        ) as done
    );
end
$$;
comment on function private.workout_sets_json(uuid, uuid) is
'The sets of a workout in order, with the names of their exercises.';
grant execute on function private.workout_sets_json(uuid, uuid) to authenticated;


create function private.workout_summary_json(p_workout private.workouts)
returns json
language sql
stable
security invoker
return pg_catalog.json_build_object(
    'id', (p_workout).id,
    'plan_id', (p_workout).plan_id,
    'plan_version', (p_workout).plan_version,
    'plan_day', (p_workout).plan_day,
    'plan_name', (p_workout).plan_name,
    'title', (p_workout).title,
    'started_at', (p_workout).started_at,
    'completed_at', (p_workout).completed_at,
    'notes', (p_workout).notes,
    'mood', (p_workout).mood,
    'energy_before', (p_workout).energy_before,
    'energy_after', (p_workout).energy_after,
    'overall_rpe', (p_workout).overall_rpe,
    'duration_seconds', (p_workout).duration_seconds,
    'created_at', (p_workout).created_at,
    'updated_at', (p_workout).updated_at,
    'revision', (p_workout).revision,
    'total_sets', (p_workout).total_sets,
    'working_sets', (p_workout).working_sets,
    'total_volume_kg', (p_workout).total_volume_kg,
    'exercises', (p_workout).exercises
);
comment on function private.workout_summary_json(private.workouts) is
'A workout as lists show it: its fields, its totals, and its exercises in the order in which the user did them.';
grant execute on function private.workout_summary_json(private.workouts) to authenticated;


create function private.workout_json(p_workout private.workouts)
returns json
language sql
stable
security invoker
return private.json_with(
    private.workout_summary_json(p_workout),
    'sets',
    private.workout_sets_json((p_workout).user_id, (p_workout).id)
);
comment on function private.workout_json(private.workouts) is 'A workout with its summary and its sets.';
grant execute on function private.workout_json(private.workouts) to authenticated;


create function private.find_workout(p_user_id uuid, p_id uuid)
returns private.workouts
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_workout private.workouts;
begin
    select w.* into v_workout from private.workouts as w
    where w.user_id = p_user_id and w.id = p_id;
    if not found then
        perform private.fail(404, 'workout_not_found', 'No workout has this id.');
    end if;
    return v_workout;
end
$$;
comment on function private.find_workout(uuid, uuid) is
'A workout of the user. Raises PT404 workout_not_found, also for a workout of another user.';
grant execute on function private.find_workout(uuid, uuid) to authenticated;


create function public.get_workout(p_id uuid)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_workout private.workouts := private.find_workout(private.current_user_id(), p_id);
begin
    return private.workout_json(v_workout);
end
$$;
comment on function public.get_workout(uuid) is
'A workout of the caller with its sets. Raises PT404 workout_not_found, also for a workout of another user.';
grant execute on function public.get_workout(uuid) to authenticated;
