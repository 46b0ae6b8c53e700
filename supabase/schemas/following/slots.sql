-- The exercises of a plan, and what its follower did last in each.

-- Only the last 90 days of training an exercise count, so that a break does not erase the estimate and an old best does
-- not inflate it.
create function private.current_estimate(p_user_id uuid, p_exercise_id uuid)
returns numeric
language sql
stable
security invoker
set search_path = ''
as $$
    select max(s.estimated_1rm_kg)
    from private.workout_sets as s
    where
        s.user_id = p_user_id
        and s.exercise_id = p_exercise_id
        and s.performed_at >= (
            select max(latest.performed_at) - interval '90 days' from private.workout_sets as latest
            where latest.user_id = p_user_id and latest.exercise_id = p_exercise_id
        )
$$;
comment on function private.current_estimate(uuid, uuid) is
'The best estimated 1RM, in kilograms, in the 90 days up to the last time that a user did an exercise; null if there '
'is none.';
grant execute on function private.current_estimate(uuid, uuid) to authenticated;


create function private.declaration(p_exercise private.plan_exercises)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_array(
        p_exercise.exercise_id,
        p_exercise.progression,
        (
            select pg_catalog.jsonb_agg(s.value - array['rpe', 'rir', 'rest_seconds'] order by s.ordinality)
            from pg_catalog.jsonb_array_elements(private.plan_sets_json(p_exercise)) with ordinality as s
        )
    )
$$;
comment on function private.declaration(private.plan_exercises) is
'What determines how an exercise of a plan progresses. Days with the same declaration share one progression, and a '
'version that changes the declaration starts a new one.';
grant execute on function private.declaration(private.plan_exercises) to authenticated;


create type private.plan_slot as (
    day integer,
    place integer,
    leader integer,
    skipped integer,
    days integer array,
    exercise private.plan_exercises,
    exercise_name text,
    sets jsonb,
    lift private.lift
);
comment on type private.plan_slot is
'An exercise on a day of a plan. place numbers all slots of the plan; leader is the place of the first slot with the '
'same declaration, which keeps the progression that they share, and days are the days of these slots. skipped is the '
'number of working sets of the same exercise earlier on the day. sets are as declared, lift is how they progress.';


create function private.slot_lift(p_exercise private.plan_exercises, p_sets jsonb, p_profile private.profiles)
returns private.lift
language sql
stable
security invoker
return private.make_lift(
    (p_exercise).progression,
    p_sets,
    private.weight_in(
        private.current_estimate((p_profile).user_id, (p_exercise).exercise_id), 'kg', (p_profile).weight_unit
    ),
    (p_profile).weight_unit
);
comment on function private.slot_lift(private.plan_exercises, jsonb, private.profiles) is
'How an exercise of a plan progresses for a follower.';
grant execute on function private.slot_lift(private.plan_exercises, jsonb, private.profiles) to authenticated;


create function private.plan_slots(p_version private.plan_versions, p_profile private.profiles)
returns private.plan_slot[]
language sql
stable
security invoker
set search_path = ''
as $$
    with
    listed as (
        select
            x.day,
            x as exercise,
            e.name as exercise_name,
            private.plan_sets_json(x) as sets,
            private.declaration(x) as declaration,
            pg_catalog.row_number() over (order by x.day, x.position)::integer as place
        from private.plan_exercises as x
        inner join private.exercises as e on x.exercise_id = e.id
        where x.user_id = p_version.user_id and x.plan_id = p_version.plan_id and x.version = p_version.version
    ),
    counted as (
        select
            l.*,
            (select count(*) from pg_catalog.jsonb_array_elements(l.sets) as s where s ->> 'set_type' <> 'warmup')
            as working_sets
        from listed as l
    )
    select coalesce(pg_catalog.array_agg(
        (
            c.day, c.place, alike.leader, before.working_sets, alike.days, c.exercise, c.exercise_name, c.sets,
            private.slot_lift(c.exercise, c.sets, p_profile)
        )::private.plan_slot
        order by c.place
    ), '{}')
    from counted as c
    cross join lateral (
        select
            min(other.place) as leader,
            pg_catalog.array_agg(other.day) as days
        from counted as other
        where other.declaration = c.declaration
    ) as alike
    cross join lateral (
        select coalesce(sum(other.working_sets), 0)::integer as working_sets
        from counted as other
        where
            other.day = c.day
            and other.place < c.place
            and (other.exercise).exercise_id = (c.exercise).exercise_id
    ) as before
$$;
comment on function private.plan_slots(private.plan_versions, private.profiles) is
'The exercises of all days of a plan, in order, for a follower.';
grant execute on function private.plan_slots(private.plan_versions, private.profiles) to authenticated;


create function private.done_sets(
    p_workout private.workouts, p_slot private.plan_slot, p_timezone text, p_misses integer
)
returns private.lift_session
language sql
stable
security invoker
set search_path = ''
as $$
    select
        (p_workout.completed_at at time zone p_timezone)::date,
        pg_catalog.array_agg(done.weight order by done.position),
        pg_catalog.array_agg(done.reps order by done.position),
        p_misses
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
    ) as done
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
    v_session private.lift_session;
    v_last private.lift_session;
begin
    -- The loop goes back in time to the last success, because sessions before it decide nothing.
    for v_workout in
        select w.* from private.workouts as w
        where
            w.plan_id = (p_slot.exercise).plan_id
            and w.user_id = p_profile.user_id
            and (w.plan_day is null or w.plan_day = any(p_slot.days))
        order by w.completed_at desc, w.created_at desc
    loop
        exit when v_workout.plan_version <> (p_slot.exercise).version
            and private.declares_otherwise(p_slot, v_workout.plan_version, v_workout.plan_day);
        v_session := private.done_sets(v_workout, p_slot, p_profile.timezone, 0);
        continue when v_session.weights is null;
        if v_last.weights is null then
            v_last := v_session;
        end if;
        exit when private.meets(p_slot.lift, v_session, (p_slot.lift).reps_min);
        v_last.misses := v_last.misses + 1;
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
