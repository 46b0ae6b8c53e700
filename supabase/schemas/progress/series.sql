-- The progress in one exercise.

create function private.exercise_points(p_user_id uuid, p_exercise_id uuid, p_from timestamptz, p_to timestamptz)
returns table (
    workout_id uuid,
    performed_at timestamptz,
    working_sets integer,
    volume_kg numeric,
    estimated_1rm_kg numeric,
    top_set jsonb,
    reps_at_weight jsonb
)
language sql
stable
security invoker
set search_path = ''
as $$
    with
    done as materialized (
        select s.* from private.workout_exercises as x
        inner join private.workout_sets as s
            on x.user_id = s.user_id and x.workout_id = s.workout_id and x.exercise_id = s.exercise_id
        where
            x.user_id = p_user_id
            and x.exercise_id = p_exercise_id
            and x.performed_at >= p_from
            and x.performed_at < p_to
            and s.set_type <> 'warmup'
    ),
    top as (
        select distinct on (d.workout_id)
            d.workout_id,
            pg_catalog.jsonb_build_object(
                'weight', d.weight,
                'weight_unit', d.weight_unit,
                'weight_kg', d.weight_kg,
                'reps', d.reps,
                'duration_seconds', d.duration_seconds,
                'distance_meters', d.distance_meters,
                'rpe', d.rpe
            ) as top_set
        from done as d
        order by
            d.workout_id, coalesce(d.weight_kg, 0) desc, d.reps desc nulls last, d.duration_seconds desc nulls last,
            d.distance_meters desc nulls last, d.position
    ),
    at_weight as (
        select
            best.workout_id,
            pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object('weight', best.weight, 'weight_unit', best.weight_unit, 'reps', best.reps)
                order by best.weight_kg desc nulls last
            ) as reps_at_weight
        from (
            select
                d.workout_id,
                d.weight,
                d.weight_unit,
                d.weight_kg,
                max(d.reps) as reps
            from done as d
            where d.reps is not null
            group by d.workout_id, d.weight, d.weight_unit, d.weight_kg
        ) as best
        group by best.workout_id
    )
    select
        x.workout_id,
        x.performed_at,
        x.working_sets,
        coalesce(x.volume_kg, 0),
        x.estimated_1rm_kg,
        top.top_set,
        coalesce(at_weight.reps_at_weight, '[]')
    from private.workout_exercises as x
    inner join top on x.workout_id = top.workout_id
    left join at_weight on x.workout_id = at_weight.workout_id
    where x.user_id = p_user_id and x.exercise_id = p_exercise_id
$$;
comment on function private.exercise_points(uuid, uuid, timestamptz, timestamptz) is
'What a user did of an exercise in each workout from p_from to before p_to. The top set is the heaviest one, and of '
'these the one with the most reps. reps_at_weight has the most reps at each weight, heaviest first: [{weight, '
'weight_unit, reps}]. Warm-ups do not count.';
grant execute on function private.exercise_points(uuid, uuid, timestamptz, timestamptz) to authenticated;


create function public.get_exercise_progress(p_id uuid, p_from date default null, p_to date default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_exercise private.exercises := private.find_exercise(p_id);
    v_answer jsonb;
begin
    if p_from > p_to then
        perform private.fail(422, 'invalid_range', '`from` must not be later than `to`.', '?from');
    end if;
    select pg_catalog.jsonb_build_object(
        'exercise_id', p_id,
        'exercise_name', v_exercise.name,
        'trend_kg_per_week', pg_catalog.round(
            pg_catalog.regr_slope(point.estimated_1rm_kg, extract(epoch from point.performed_at) / 604800)::numeric, 3
        ),
        'points', coalesce(
            pg_catalog.jsonb_agg(
                pg_catalog.to_jsonb(point) - 'performed_at'
                || pg_catalog.jsonb_build_object(
                    'completed_at', point.performed_at,
                    'date', (point.performed_at at time zone v_profile.timezone)::date
                )
                order by point.performed_at, point.workout_id
            ),
            '[]'
        )
    )
    into v_answer
    from private.exercise_points(
        v_profile.user_id,
        p_id,
        coalesce(p_from::timestamp at time zone v_profile.timezone, '-infinity'),
        coalesce((p_to + 1)::timestamp at time zone v_profile.timezone, 'infinity')
    ) as point;
    return v_answer;
end
$$;
comment on function public.get_exercise_progress(uuid, date, date) is
'A point for each of the caller''s workouts with an exercise, oldest first, and the trend of the estimated 1RM: '
'{exercise_id, exercise_name, trend_kg_per_week, points: [{workout_id, completed_at, date, working_sets, volume_kg, '
'estimated_1rm_kg, top_set, reps_at_weight}]}. p_from and p_to are days in the caller''s time zone. Raises PT404 '
'exercise_not_found, profile_not_found, PT422 invalid_range.';
grant execute on function public.get_exercise_progress(uuid, date, date) to authenticated;
