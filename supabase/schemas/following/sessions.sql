-- What the follower of a plan did last in each of its exercises.

create function private.done_sets(
    p_workout private.workouts, p_slot private.plan_slot, p_timezone text, p_misses integer
)
returns private.lift_session
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_session private.lift_session;
begin
    select
        (p_workout.completed_at at time zone p_timezone)::date,
        pg_catalog.array_agg(done.weight order by done.position),
        pg_catalog.array_agg(done.reps order by done.position),
        p_misses
    into v_session
    from (
        select
            s.position,
            s.reps,
            private.weight_in(s.weight, s.weight_unit, (p_slot.lift).unit) as weight
        from private.workout_sets as s
        where
            s.user_id = p_workout.user_id
            and s.workout_id = p_workout.id
            and s.exercise_id = (p_slot.exercise).exercise_id
            and s.set_type <> 'warmup'
        order by s.position
        offset p_slot.skipped
        limit pg_catalog.cardinality((p_slot.lift).shares)
    ) as done;
    return v_session;
end
$$;
comment on function private.done_sets(private.workouts, private.plan_slot, text, integer) is
'The working sets of a workout that belong to a slot of its plan. The arrays are null if there are none.';
grant execute on function private.done_sets(private.workouts, private.plan_slot, text, integer) to authenticated;


create function private.declares_otherwise(p_slot private.plan_slot, p_version integer, p_day integer)
returns boolean
language sql
stable
security invoker
set search_path = ''
as $$
    select exists (
        select from private.plan_exercises as x
        where
            x.user_id = (p_slot.exercise).user_id
            and x.plan_id = (p_slot.exercise).plan_id
            and x.version = p_version
            and x.day = p_day
            and x.exercise_id = (p_slot.exercise).exercise_id
        having pg_catalog.bool_and(private.declaration(x) <> private.declaration(p_slot.exercise))
    )
$$;
comment on function private.declares_otherwise(private.plan_slot, integer, integer) is
'True if a day of another version of the plan has the exercise of the slot, but never with the same declaration.';
grant execute on function private.declares_otherwise(private.plan_slot, integer, integer) to authenticated;


create function private.last_session(p_slot private.plan_slot, p_profile private.profiles)
returns private.lift_session
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_workout private.workouts;
    v_completed_at timestamptz := 'infinity';
    v_created_at timestamptz := 'infinity';
    v_session private.lift_session;
    v_last private.lift_session;
begin
    -- The loop goes back in time to the last success, because sessions before it decide nothing. It looks for one
    -- workout at a time, because for a loop over all of them, Postgres would sort all of them.
    loop
        select w.* into v_workout from private.workouts as w
        where
            w.plan_id = (p_slot.exercise).plan_id
            and w.user_id = p_profile.user_id
            and (w.completed_at, w.created_at) < (v_completed_at, v_created_at)
            and (w.plan_day is null or w.plan_day = any(p_slot.days))
        order by w.completed_at desc, w.created_at desc
        limit 1;
        exit when not found;
        v_completed_at := v_workout.completed_at;
        v_created_at := v_workout.created_at;
        exit when v_workout.plan_version <> (p_slot.exercise).version
            and private.declares_otherwise(p_slot, v_workout.plan_version, v_workout.plan_day);
        v_session := private.done_sets(v_workout, p_slot, p_profile.timezone, 0);
        continue when v_session.weights is null;
        if v_last.weights is null then
            v_last := v_session;
        end if;
        exit when private.meets(p_slot.lift, v_session, (p_slot.lift).reps_min);
        v_last.misses := v_last.misses + 1;
        -- More decide nothing either. This is no multiple of the number of failures after which a scheme takes weight
        -- off, unless that is every failure, so from here on the suggestion stays where it is.
        exit when v_last.misses = 61;
    end loop;
    return v_last;
end
$$;
comment on function private.last_session(private.plan_slot, private.profiles) is
'What the follower of a plan did last in a slot, with the number of sessions in a row that missed a target; null if '
'they have not done it yet.';
grant execute on function private.last_session(private.plan_slot, private.profiles) to authenticated;


create function private.last_sessions(
    p_slots private.plan_slot[], p_day integer, p_all_days boolean, p_profile private.profiles
)
returns private.lift_session[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_slot private.plan_slot;
    v_sessions private.lift_session[];
begin
    foreach v_slot in array p_slots loop
        if v_slot.leader = v_slot.place and (p_all_days or p_day = any(v_slot.days)) then
            v_sessions[v_slot.place] := private.last_session(v_slot, p_profile);
        end if;
    end loop;
    return v_sessions;
end
$$;
comment on function private.last_sessions(private.plan_slot[], integer, boolean, private.profiles) is
'The last session of each leading slot, by its place, for the slots of one day or of all days.';
grant execute on function private.last_sessions(private.plan_slot[], integer, boolean, private.profiles)
to authenticated;
