-- The exercises of a plan, ready to progress for its follower.

-- Only the last 90 days of training an exercise count, so that a break does not erase the estimate and an old best does
-- not inflate it.
create function private.current_estimate(p_user_id uuid, p_exercise_id uuid)
returns numeric
language sql
stable
security invoker
set search_path = ''
as $$
    select max(x.estimated_1rm_kg)
    from private.workout_exercises as x
    where
        x.user_id = p_user_id
        and x.exercise_id = p_exercise_id
        and x.performed_at >= (
            select d.last_done_at - interval '90 days' from private.done_exercises as d
            where d.user_id = p_user_id and d.exercise_id = p_exercise_id
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
