-- Reading a workout.

create function private.workout_sets_json(p_user_id uuid, p_workout_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.to_jsonb(s) - array['user_id', 'workout_id', 'performed_at']
            || pg_catalog.jsonb_build_object('exercise_name', e.name)
            order by s.position
        ),
        '[]'
    )
    from private.workout_sets as s
    inner join private.exercises as e on s.exercise_id = e.id
    where s.user_id = p_user_id and s.workout_id = p_workout_id
$$;
comment on function private.workout_sets_json(uuid, uuid) is
'The sets of a workout in order, with the names of their exercises.';
grant execute on function private.workout_sets_json(uuid, uuid) to authenticated;


create function private.workout_summary_json(p_workout private.workouts)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.to_jsonb(p_workout) - array['user_id', 'import_key', 'import_incomplete', 'has_work']
        || pg_catalog.jsonb_build_object(
            'total_sets', coalesce(sum(done.sets), 0),
            'working_sets', coalesce(sum(done.working_sets), 0),
            'total_volume_kg', coalesce(sum(done.volume_kg), 0),
            'exercises', coalesce(
                pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object(
                        'exercise_id', done.exercise_id,
                        'exercise_name', e.name,
                        'working_sets', done.working_sets
                    )
                    order by done.first_position
                ) filter (where done.exercise_id is not null),
                '[]'
            )
        )
    from (
        select
            s.exercise_id,
            count(*) as sets,
            count(*) filter (where s.set_type <> 'warmup') as working_sets,
            sum(s.volume_kg) as volume_kg,
            min(s.position) as first_position
        from private.workout_sets as s
        where s.user_id = p_workout.user_id and s.workout_id = p_workout.id
        group by s.exercise_id
    ) as done
    inner join private.exercises as e on done.exercise_id = e.id
$$;
comment on function private.workout_summary_json(private.workouts) is
'A workout as lists show it: its fields, its totals, and its exercises in the order in which the user did them.';
grant execute on function private.workout_summary_json(private.workouts) to authenticated;


create function private.workout_json(p_workout private.workouts)
returns jsonb
language sql
stable
security invoker
return private.workout_summary_json(p_workout)
|| pg_catalog.jsonb_build_object('sets', private.workout_sets_json(p_workout.user_id, p_workout.id));
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
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select private.workout_json(w) from private.find_workout(private.current_user_id(), p_id) as w
$$;
comment on function public.get_workout(uuid) is
'A workout of the caller with its sets. Raises PT404 workout_not_found, also for a workout of another user.';
grant execute on function public.get_workout(uuid) to authenticated;
