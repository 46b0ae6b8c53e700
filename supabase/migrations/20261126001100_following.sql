-- How an exercise of a plan should be loaded, and what was lifted. The functions in this file read no tables.

create type private.deload as (
    after_failures integer,
    percent numeric
);
comment on type private.deload is 'By how many percent to reduce a load, and after how many failures in a row.';


create type private.progression as (
    scheme text,
    increment numeric,
    unit text,
    ceiling numeric,
    deload private.deload
);
comment on type private.progression is
'The progression of an exercise as a plan declares it; see private.is_progression.';


create type private.lift as (
    scheme text,
    increment numeric,
    ceiling numeric,
    after_failures integer,
    deload_percent numeric,
    unit text,
    step numeric,
    start numeric,
    shares numeric array,
    reps_min integer array,
    reps_max integer array,
    estimate numeric
);
comment on type private.lift is
'What a plan declares about an exercise, converted to the unit of its follower: the progression (the scheme is null if '
'there is none), the smallest step between loads, the load to start with (that of the heaviest working set, null if '
'the plan leaves it open), for each working set its share of that load and its reps, and the follower''s estimated '
'1RM.';


create type private.lift_session as (
    done_on date,
    weights numeric array,
    reps integer array,
    misses integer
);
comment on type private.lift_session is
'The working sets of an exercise in one session, in the follower''s unit, and how many sessions in a row, up to this '
'one, missed a target. The day is null for a session of a dry run.';


create type private.suggestion as (
    load numeric,
    reps integer array,
    why text
);
comment on type private.suggestion is
'The load for the heaviest working set (null if the user should choose it), the reps to reach in each working set, and '
'the reason in a sentence.';


create function private.loadable(p_weight numeric, p_step numeric)
returns numeric
language sql
immutable
security invoker
return pg_catalog.trim_scale(pg_catalog.round(p_weight / p_step) * p_step);
comment on function private.loadable(numeric, numeric) is 'The multiple of p_step that is nearest to a weight.';
grant execute on function private.loadable(numeric, numeric) to authenticated;


create function private.load_step(p_progression private.progression, p_unit text)
returns numeric
language sql
immutable
security invoker
return least(
    case p_unit when 'lb' then 5 else 2.5 end,
    -- An increment below the usual step means that the author has smaller plates.
    case when coalesce((p_progression).unit, p_unit) = p_unit then (p_progression).increment end
);
comment on function private.load_step(private.progression, text) is
'The smallest step between two loads in a unit: 2.5 kg, 5 lb, or the increment if that is smaller.';
grant execute on function private.load_step(private.progression, text) to authenticated;


create function private.declared_load(p_set private.plan_sets, p_estimate numeric, p_unit text, p_step numeric)
returns numeric
language sql
immutable
security invoker
return coalesce(
    case
        -- A weight in the follower's own unit stays exactly as the author wrote it.
        when (p_set).weight_unit = p_unit then (p_set).weight
        else private.loadable(private.weight_in((p_set).weight, (p_set).weight_unit, p_unit), p_step)
    end,
    private.loadable((p_set).percent_1rm / 100 * p_estimate, p_step)
);
comment on function private.declared_load(private.plan_sets, numeric, text, numeric) is
'The load that a plan declares for a set, in p_unit, rounded to steps; null if it declares none, or a percentage '
'without an estimated 1RM to take it of.';
grant execute on function private.declared_load(private.plan_sets, numeric, text, numeric) to authenticated;


create function private.make_lift(p_progression jsonb, p_sets jsonb, p_estimate numeric, p_unit text)
returns private.lift
language sql
stable
security invoker
set search_path = ''
as $$
    with
    rule as (
        select
            r.*,
            coalesce(r.unit, p_unit) as declared_unit,
            private.load_step(r, p_unit) as step
        from pg_catalog.jsonb_populate_record(null::private.progression, coalesce(p_progression, '{}')) as r
    ),
    working_set as (
        select
            listed.place,
            s.reps_min,
            s.reps_max,
            private.declared_load(s, p_estimate, p_unit, rule.step) as load,
            -- The shares of percentages are known even without an estimate.
            coalesce(
                private.weight_in(s.weight, s.weight_unit, p_unit), s.percent_1rm / 100 * coalesce(p_estimate, 1)
            ) as measure
        from pg_catalog.jsonb_array_elements(p_sets) with ordinality as listed (value, place)
        cross join pg_catalog.jsonb_populate_record(null::private.plan_sets, listed.value) as s
        cross join rule
        where s.set_type <> 'warmup'
    )
    select
        rule.scheme,
        private.weight_in(rule.increment, rule.declared_unit, p_unit),
        private.weight_in(rule.ceiling, rule.declared_unit, p_unit),
        (rule.deload).after_failures,
        (rule.deload).percent,
        p_unit,
        rule.step,
        (select max(w.load) from working_set as w),
        array(
            select coalesce(w.measure / nullif(max(w.measure) over (), 0), 1) from working_set as w order by w.place
        ),
        array(select w.reps_min from working_set as w order by w.place),
        array(select w.reps_max from working_set as w order by w.place),
        p_estimate
    from rule
$$;
comment on function private.make_lift(jsonb, jsonb, numeric, text) is
'The progression and the sets of an exercise in a plan, for a follower who uses p_unit and has an estimated 1RM.';
grant execute on function private.make_lift(jsonb, jsonb, numeric, text) to authenticated;


create function private.meets(p_lift private.lift, p_session private.lift_session, p_reps integer[])
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.bool_and(
            done.place is not null
            and (aim.reps is null or coalesce(done.reps, 0) >= aim.reps)
            -- Rounding may have taken away up to half a step.
            and coalesce(done.weight, 0) >= aim.share * heaviest.weight - p_lift.step / 2
        ),
        true
    )
    from (
        select
            share.value as share,
            p_reps[share.place] as reps,
            share.place
        from pg_catalog.unnest(p_lift.shares) with ordinality as share (value, place)
    ) as aim
    cross join lateral (
        select coalesce(max(w.value), 0) as weight from pg_catalog.unnest(p_session.weights) as w (value)
    ) as heaviest
    left join rows from (pg_catalog.unnest(p_session.weights), pg_catalog.unnest(p_session.reps))
        with ordinality as done (weight, reps, place)
        on aim.place = done.place
$$;
comment on function private.meets(private.lift, private.lift_session, integer[]) is
'True if the session has every working set, with its share of the heaviest load and at least p_reps.';
grant execute on function private.meets(private.lift, private.lift_session, integer[]) to authenticated;


-- The rules of progression: what to load next. The functions in this file read no tables, so dry runs use them too.

create function private.first_load(p_lift private.lift)
returns private.suggestion
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        p_lift.start,
        p_lift.reps_min,
        case
            when p_lift.start is not null and p_lift.scheme is null then 'As the plan says.'
            when p_lift.start is not null then
                'The plan starts with ' || private.shown_weight(p_lift.start, p_lift.unit) || '.'
            else 'The plan sets no load. Choose one that you can lift for all reps; the next sessions build on it.'
        end
$$;
comment on function private.first_load(private.lift) is
'What to load if only the plan decides: the load that it starts with, or one that the user chooses.';
grant execute on function private.first_load(private.lift) to authenticated;


create function private.needs_deload(p_lift private.lift, p_last private.lift_session)
returns boolean
language sql
immutable
security invoker
return coalesce((p_last).misses > 0 and (p_last).misses % (p_lift).after_failures = 0, false);
comment on function private.needs_deload(private.lift, private.lift_session) is
'True if the follower missed targets as many times in a row as the plan allows before a deload.';
grant execute on function private.needs_deload(private.lift, private.lift_session) to authenticated;


create function private.deloaded(p_lift private.lift, p_weight numeric)
returns numeric
language sql
immutable
security invoker
return private.loadable(p_weight * (1 - (p_lift).deload_percent / 100), (p_lift).step);
comment on function private.deloaded(private.lift, numeric) is 'A weight reduced by the deload of the plan.';
grant execute on function private.deloaded(private.lift, numeric) to authenticated;


create function private.why_deload(p_lift private.lift, p_last private.lift_session, p_weight numeric)
returns text
language sql
stable
security invoker
return pg_catalog.format(
    '%s, so take %s %% off %s.',
    case (p_last).misses
        when 1 then 'You missed a target in the last session'
        else 'You missed targets in ' || (p_last).misses || ' sessions in a row'
    end,
    pg_catalog.trim_scale((p_lift).deload_percent),
    private.shown_weight(p_weight, (p_lift).unit)
);
comment on function private.why_deload(private.lift, private.lift_session, numeric) is
'The reason for a deload in a sentence.';
grant execute on function private.why_deload(private.lift, private.lift_session, numeric) to authenticated;


create function private.percent_load(p_lift private.lift, p_last private.lift_session)
returns private.suggestion
language sql
stable
security invoker
set search_path = ''
as $$
    select
        case
            when planned.load > p_lift.ceiling then private.loadable(p_lift.ceiling, p_lift.step)
            else planned.load
        end,
        p_lift.reps_min,
        case
            when p_lift.start is null then
                'You have no set yet to estimate your 1RM from. Choose a load that leaves some reps in reserve.'
            when planned.load > p_lift.ceiling then
                'The plan''s ceiling limits the load to ' || private.shown_weight(p_lift.ceiling, p_lift.unit) || '.'
            when private.needs_deload(p_lift, p_last) then private.why_deload(p_lift, p_last, p_lift.start)
            when p_lift.estimate is null then 'As the plan says.'
            else
                'The plan takes percentages of your estimated 1RM of '
                || private.shown_weight(p_lift.estimate, p_lift.unit) || '.'
        end
    from (
        select
            case
                when private.needs_deload(p_lift, p_last) then private.deloaded(p_lift, p_lift.start)
                else p_lift.start
            end as load
    ) as planned
$$;
comment on function private.percent_load(private.lift, private.lift_session) is
'What to load if the plan declares percentages of the estimated 1RM.';
grant execute on function private.percent_load(private.lift, private.lift_session) to authenticated;


create function private.heavier_load(p_lift private.lift, p_lifted numeric, p_on text)
returns private.suggestion
language sql
stable
security invoker
set search_path = ''
as $$
    select
        case when more.load > p_lift.ceiling then coalesce(p_lift.start, p_lifted) else more.load end,
        p_lift.reps_min,
        pg_catalog.format('You met all targets with %s%s, ', private.shown_weight(p_lifted, p_lift.unit), p_on)
        || case
            when more.load > p_lift.ceiling then
                pg_catalog.format(
                    'but a heavier load would exceed the ceiling of %s, so go back to %s.',
                    private.shown_weight(p_lift.ceiling, p_lift.unit),
                    private.shown_weight(coalesce(p_lift.start, p_lifted), p_lift.unit)
                )
            else 'so add ' || private.shown_weight(more.load - p_lifted, p_lift.unit) || '.'
        end
    from (
        select greatest(
            private.loadable(p_lifted + p_lift.increment, p_lift.step),
            -- An increment that rounds to nothing still adds a step.
            pg_catalog.trim_scale((pg_catalog.floor(p_lifted / p_lift.step) + 1) * p_lift.step)
        ) as load
    ) as more
$$;
comment on function private.heavier_load(private.lift, numeric, text) is
'What to load after a success: the increment more, or the starting load again if that would exceed the ceiling.';
grant execute on function private.heavier_load(private.lift, numeric, text) to authenticated;


create function private.load_after_miss(p_lift private.lift, p_last private.lift_session, p_lifted numeric, p_on text)
returns private.suggestion
language sql
stable
security invoker
set search_path = ''
as $$
    select
        case when missed.deload then private.deloaded(p_lift, p_lifted) else p_lifted end,
        p_lift.reps_min,
        case
            when missed.deload then private.why_deload(p_lift, p_last, p_lifted)
            else
                pg_catalog.format(
                    'You missed a target with %s%s, so repeat it.', private.shown_weight(p_lifted, p_lift.unit), p_on
                )
        end
    from (select private.needs_deload(p_lift, p_last) as deload) as missed
$$;
comment on function private.load_after_miss(private.lift, private.lift_session, numeric, text) is
'What to load after a missed target: the same load, or less if the plan asks for a deload.';
grant execute on function private.load_after_miss(private.lift, private.lift_session, numeric, text) to authenticated;


create function private.more_reps(p_lift private.lift, p_last private.lift_session, p_lifted numeric, p_on text)
returns private.suggestion
language sql
stable
security invoker
set search_path = ''
as $$
    select
        p_lifted,
        array(
            select least(p_lift.reps_max[aim.place], greatest(aim.reps, p_last.reps[aim.place] + 1))
            from pg_catalog.unnest(p_lift.reps_min) with ordinality as aim (reps, place)
            order by aim.place
        ),
        pg_catalog.format(
            'Not every set%s%s reached its maximum reps, so add reps before you add load.',
            ' with ' || private.shown_weight(p_lifted, p_lift.unit), p_on
        )
$$;
comment on function private.more_reps(private.lift, private.lift_session, numeric, text) is
'What to load if not every set reached its maximum reps: the same load, with a rep more in each set that did not.';
grant execute on function private.more_reps(private.lift, private.lift_session, numeric, text) to authenticated;


create function private.next_load(p_lift private.lift, p_last private.lift_session)
returns private.suggestion
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_lifted numeric := (select max(w.value) from pg_catalog.unnest(p_last.weights) as w (value));
    v_on text := coalesce(' on ' || p_last.done_on, '');
begin
    if p_lift.scheme = 'percent_1rm' then
        return private.percent_load(p_lift, p_last);
    end if;
    if p_last.weights is null or (p_lift.scheme is null and p_lift.start is not null) then
        return private.first_load(p_lift);
    end if;
    if p_lift.scheme is null then
        return row(v_lifted, p_lift.reps_min, 'This is what you lifted' || v_on || '.')::private.suggestion;
    end if;
    if not private.meets(p_lift, p_last, p_lift.reps_min) then
        return private.load_after_miss(p_lift, p_last, coalesce(v_lifted, 0), v_on);
    end if;
    if p_lift.scheme = 'double' and not private.meets(p_lift, p_last, p_lift.reps_max) then
        return private.more_reps(p_lift, p_last, v_lifted, v_on);
    end if;
    return private.heavier_load(p_lift, coalesce(v_lifted, 0), v_on);
end
$$;
comment on function private.next_load(private.lift, private.lift_session) is
'What to load and which reps to reach next, after the last session (null if there is none).';
grant execute on function private.next_load(private.lift, private.lift_session) to authenticated;


-- The sets to do in a session. The functions in this file read no tables.

create function private.working_load(p_lift private.lift, p_number bigint, p_load numeric)
returns numeric
language sql
immutable
security invoker
return case
    -- The heaviest set takes the load unrounded, because the author may have declared one between two steps.
    when (p_lift).shares[p_number] = 1 then p_load
    else private.loadable(p_load * (p_lift).shares[p_number], (p_lift).step)
end;
comment on function private.working_load(private.lift, bigint, numeric) is
'The load of the working set with this number, if the heaviest one takes p_load.';
grant execute on function private.working_load(private.lift, bigint, numeric) to authenticated;


create function private.warmup_load(p_lift private.lift, p_set private.plan_sets, p_load numeric)
returns numeric
language sql
immutable
security invoker
return coalesce(
    private.loadable((p_set).percent_1rm / 100 * (p_lift).estimate, (p_lift).step),
    -- Warm-ups grow with the working sets that they lead to.
    private.loadable(
        private.weight_in((p_set).weight, (p_set).weight_unit, (p_lift).unit) * p_load / nullif((p_lift).start, 0),
        (p_lift).step
    ),
    private.weight_in((p_set).weight, (p_set).weight_unit, (p_lift).unit)
);
comment on function private.warmup_load(private.lift, private.plan_sets, numeric) is
'The load of a warm-up set, if the heaviest working set takes p_load; null if the plan declares none.';
grant execute on function private.warmup_load(private.lift, private.plan_sets, numeric) to authenticated;


create function private.suggested_sets(p_sets jsonb, p_lift private.lift, p_suggestion private.suggestion)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_agg(
        planned.value || pg_catalog.jsonb_build_object(
            'reps', planned.reps,
            'weight', planned.weight,
            'weight_unit', case when planned.weight is not null then p_lift.unit end
        )
        order by planned.place
    )
    from (
        select
            numbered.value,
            numbered.place,
            case
                when numbered.is_warmup then (numbered.plan_set).reps_min
                else p_suggestion.reps[numbered.number]
            end as reps,
            case
                when numbered.is_warmup then private.warmup_load(p_lift, numbered.plan_set, p_suggestion.load)
                else private.working_load(p_lift, numbered.number, p_suggestion.load)
            end as weight
        from (
            select
                listed.value,
                listed.place,
                s as plan_set,
                s.set_type = 'warmup' as is_warmup,
                count(*) filter (where s.set_type <> 'warmup') over (order by listed.place) as number
            from pg_catalog.jsonb_array_elements(p_sets) with ordinality as listed (value, place)
            cross join pg_catalog.jsonb_populate_record(null::private.plan_sets, listed.value) as s
        ) as numbered
    ) as planned
$$;
comment on function private.suggested_sets(jsonb, private.lift, private.suggestion) is
'The sets of an exercise in a plan, each with the {reps, weight, weight_unit} to do now. The weight is null if the '
'user should choose it.';
grant execute on function private.suggested_sets(jsonb, private.lift, private.suggestion) to authenticated;


create function private.imagined_session(p_sets jsonb)
returns private.lift_session
language sql
stable
security invoker
set search_path = ''
as $$
    select
        null::date,
        pg_catalog.array_agg(s.weight order by s.ordinality),
        pg_catalog.array_agg(s.reps order by s.ordinality),
        0
    from pg_catalog.jsonb_populate_recordset(null::private.workout_sets, p_sets) with ordinality as s
    where s.set_type <> 'warmup'
$$;
comment on function private.imagined_session(jsonb) is 'The session that would result from doing the suggested sets.';
grant execute on function private.imagined_session(jsonb) to authenticated;


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


-- Which day of a plan is due.

create type private.plan_position as (
    week integer,
    day integer,
    finished boolean,
    due_on date,
    done_this_week integer,
    planned_per_week integer
);
comment on type private.plan_position is
'Where the follower of a plan is: the week of the plan, counted from 1, and the day that is due, both null if the plan '
'is finished; the date from which it is due; and how many sessions this calendar week has and should have.';


create function private.plan_day_numbers(p_version private.plan_versions)
returns integer[]
language sql
stable
security invoker
set search_path = ''
as $$
    select array(
        select d.day from private.plan_days as d
        where d.user_id = p_version.user_id and d.plan_id = p_version.plan_id and d.version = p_version.version
        order by d.day
    )
$$;
comment on function private.plan_day_numbers(private.plan_versions) is 'The numbers of a plan''s days, in order.';
grant execute on function private.plan_day_numbers(private.plan_versions) to authenticated;


-- A week of a plan is a round through its days and does not depend on the calendar. A workout starts the next round if
-- its day does not come after the day of the workout before it.
create function private.plan_progress(
    p_plan_id uuid, p_profile private.profiles, out week integer, out last_day integer, out done_this_week integer
)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        1 + count(*) filter (where done.starts_round)::integer,
        (pg_catalog.array_agg(done.plan_day order by done.completed_at desc, done.created_at desc))[1],
        count(*) filter (
            where private.start_of_week(done.completed_at, p_profile.timezone)
                >= private.start_of_week(pg_catalog.now(), p_profile.timezone)
        )::integer
    from (
        select
            w.plan_day,
            w.completed_at,
            w.created_at,
            w.plan_day <= pg_catalog.lag(w.plan_day) over (order by w.completed_at, w.created_at) as starts_round
        from private.workouts as w
        where w.plan_id = p_plan_id and w.user_id = p_profile.user_id and w.plan_day is not null
    ) as done
$$;
comment on function private.plan_progress(uuid, private.profiles) is
'How far a follower has come in a plan: the week of their last session, its day (null before the first), and how many '
'sessions they did in this calendar week.';
grant execute on function private.plan_progress(uuid, private.profiles) to authenticated;


create function private.plan_position(p_version private.plan_versions, p_profile private.profiles)
returns private.plan_position
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_done record := private.plan_progress(p_version.plan_id, p_profile);
    v_days integer[] := private.plan_day_numbers(p_version);
    v_today date := pg_catalog.now() at time zone p_profile.timezone;
    v_position private.plan_position;
begin
    v_position.week := v_done.week;
    v_position.day := (
        select min(d.day) from pg_catalog.unnest(v_days) as d (day)
        where d.day > coalesce(v_done.last_day, 0)
    );
    if v_position.day is null then
        v_position.week := v_done.week + 1;
        v_position.day := v_days[1];
    end if;
    v_position.finished := coalesce(v_position.week > p_version.duration_weeks, false);
    v_position.done_this_week := v_done.done_this_week;
    v_position.planned_per_week := coalesce(p_version.days_per_week, pg_catalog.cardinality(v_days));
    if v_position.finished then
        v_position.week := null;
        v_position.day := null;
    elsif v_position.done_this_week >= v_position.planned_per_week then
        v_position.due_on := private.start_of_week(pg_catalog.now(), p_profile.timezone) + 7;
    else
        v_position.due_on := v_today;
    end if;
    return v_position;
end
$$;
comment on function private.plan_position(private.plan_versions, private.profiles) is
'The day of a plan that is due: the one after the day that the follower logged last. Once the calendar week has all '
'its sessions, the next one is due on Monday.';
grant execute on function private.plan_position(private.plan_versions, private.profiles) to authenticated;


-- Previewing the next weeks of a plan.

create function private.dry_run_day(
    p_slots private.plan_slot[],
    p_day integer,
    p_sessions private.lift_session[],
    out sessions private.lift_session[],
    out exercises jsonb
)
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_slot private.plan_slot;
    v_next private.suggestion;
    v_sets jsonb;
begin
    sessions := p_sessions;
    exercises := '[]';
    foreach v_slot in array p_slots loop
        continue when v_slot.day <> p_day;
        v_next := private.next_load(v_slot.lift, sessions[v_slot.leader]);
        v_sets := private.suggested_sets(v_slot.sets, v_slot.lift, v_next);
        exercises := exercises || pg_catalog.jsonb_build_object(
            'exercise_id', (v_slot.exercise).exercise_id,
            'exercise_name', v_slot.exercise_name,
            'why', v_next.why,
            'sets', v_sets
        );
        -- As long as the user has not chosen a first load, there is nothing to go on from.
        if v_next.load is not null or (sessions[v_slot.leader]).weights is not null then
            sessions[v_slot.leader] := private.imagined_session(v_sets);
        end if;
    end loop;
end
$$;
comment on function private.dry_run_day(private.plan_slot[], integer, private.lift_session[]) is
'The exercises of a day with the sets to do, given the last sessions, and what the last sessions are if the user does '
'these sets.';
grant execute on function private.dry_run_day(private.plan_slot[], integer, private.lift_session[]) to authenticated;


create function private.dry_run_json(
    p_slots private.plan_slot[],
    p_sessions private.lift_session[],
    p_position private.plan_position,
    p_version private.plan_versions,
    p_weeks integer
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_sessions private.lift_session[] := p_sessions;
    v_day private.plan_days;
    v_week integer;
    v_exercises jsonb;
    v_answer jsonb := '[]';
begin
    if p_position.finished then
        return v_answer;
    end if;
    for v_week in
        p_position.week .. least(p_position.week + p_weeks - 1, p_version.duration_weeks)
    loop
        for v_day in
            select d.* from private.plan_days as d
            where
                d.user_id = p_version.user_id and d.plan_id = p_version.plan_id and d.version = p_version.version
                and (v_week > p_position.week or d.day >= p_position.day)
            order by d.day
        loop
            select simulated.sessions, simulated.exercises into v_sessions, v_exercises
            from private.dry_run_day(p_slots, v_day.day, v_sessions) as simulated;
            v_answer := v_answer || pg_catalog.jsonb_build_object(
                'week', v_week, 'day', v_day.day, 'day_name', v_day.name, 'exercises', v_exercises
            );
        end loop;
    end loop;
    return v_answer;
end
$$;
comment on function private.dry_run_json(
    private.plan_slot[], private.lift_session[], private.plan_position, private.plan_versions, integer
) is
'The sessions of p_weeks weeks from the due one on, as they go if the user meets all targets: [{week, day, day_name, '
'exercises}].';
grant execute on function private.dry_run_json(
    private.plan_slot[], private.lift_session[], private.plan_position, private.plan_versions, integer
) to authenticated;


-- The session of a plan that is due.

create function private.best_alternatives_json(p_exercise private.exercises, p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object('exercise_id', best.id, 'exercise_name', best.name, 'score', best.score)
            order by best.score desc, best.name, best.id
        ),
        '[]'
    )
    from (
        select
            a.id,
            e.name,
            a.score
        from private.rank_alternatives(p_exercise, p_profile, true, true) as a
        inner join private.exercises as e on a.id = e.id
        order by a.score desc, e.name, e.id
        limit 3
    ) as best
$$;
comment on function private.best_alternatives_json(private.exercises, private.profiles) is
'The three best alternatives that the profile''s equipment and injuries allow: [{exercise_id, exercise_name, score}].';
grant execute on function private.best_alternatives_json(private.exercises, private.profiles) to authenticated;


create function private.slot_limits(p_exercise private.exercises, p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'available', fits.available,
        'safe', fits.safe,
        'missing_equipment', array(
            select needed.value from pg_catalog.unnest(p_exercise.equipment) as needed (value)
            where needed.value <> all(p_profile.equipment)
        ),
        'injured_joints', private.shared_values(coalesce(p_exercise.joints, '{}'), p_profile.injuries),
        'alternatives', case
            when fits.available and fits.safe then '[]'
            else private.best_alternatives_json(p_exercise, p_profile)
        end
    )
    from (
        select
            p_exercise.equipment <@ p_profile.equipment as available,
            private.is_safe(p_exercise.joints, p_profile.injuries) as safe
    ) as fits
$$;
comment on function private.slot_limits(private.exercises, private.profiles) is
'Whether the profile''s equipment and injuries allow an exercise, what prevents it, and alternatives if something '
'does: {available, safe, missing_equipment, injured_joints, alternatives}.';
grant execute on function private.slot_limits(private.exercises, private.profiles) to authenticated;


create function private.due_exercises_json(
    p_slots private.plan_slot[], p_sessions private.lift_session[], p_day integer, p_profile private.profiles
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object(
                'exercise_id', e.id,
                'exercise_name', e.name,
                'superset', (slot.exercise).superset,
                'notes', (slot.exercise).notes,
                'why', next.why,
                'sets', private.suggested_sets(slot.sets, slot.lift, next)
            )
            || private.slot_limits(e, p_profile)
            order by slot.place
        ),
        '[]'
    )
    from pg_catalog.unnest(p_slots) as slot
    inner join private.exercises as e on (slot.exercise).exercise_id = e.id
    cross join lateral private.next_load(slot.lift, p_sessions[slot.leader]) as next
    where slot.day = p_day
$$;
comment on function private.due_exercises_json(
    private.plan_slot[], private.lift_session[], integer, private.profiles
) is
'The exercises of a day: [{exercise_id, exercise_name, superset, notes, why, sets}], each with its '
'private.slot_limits.';
grant execute on function private.due_exercises_json(
    private.plan_slot[], private.lift_session[], integer, private.profiles
) to authenticated;


create function public.get_next_session(p_id uuid, p_dry_run_weeks integer default 0)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_version private.plan_versions := private.find_plan_version(p_id);
    v_position private.plan_position := private.plan_position(v_version, v_profile);
    v_slots private.plan_slot[] := private.plan_slots(v_version, v_profile);
    v_sessions private.lift_session[];
begin
    if p_dry_run_weeks is null or p_dry_run_weeks not between 0 and 12 then
        perform private.fail(
            422, 'invalid_dry_run', '`dry_run_weeks` must be between 0 and 12.', '?dry_run_weeks'
        );
    end if;
    v_sessions := private.last_sessions(v_slots, v_position.day, p_dry_run_weeks > 0, v_profile);
    return pg_catalog.jsonb_build_object(
        'plan_id', p_id,
        'plan_name', v_version.name,
        'version', v_version.version,
        'duration_weeks', v_version.duration_weeks,
        'day_name', (
            select d.name from private.plan_days as d
            where
                d.user_id = v_version.user_id and d.plan_id = p_id and d.version = v_version.version
                and d.day = v_position.day
        ),
        'exercises', private.due_exercises_json(v_slots, v_sessions, v_position.day, v_profile),
        'dry_run', private.dry_run_json(v_slots, v_sessions, v_position, v_version, p_dry_run_weeks)
    ) || pg_catalog.to_jsonb(v_position);
end
$$;
comment on function public.get_next_session(uuid, integer) is
'The session of a plan that is due for the caller: {plan_id, plan_name, version, duration_weeks, week, day, day_name, '
'finished, due_on, done_this_week, planned_per_week, exercises, dry_run}. The exercises have loads, reasons and what '
'prevents them; dry_run has the sessions of p_dry_run_weeks weeks. Raises PT404 plan_not_found, profile_not_found, '
'PT422 invalid_dry_run.';
grant execute on function public.get_next_session(uuid, integer) to authenticated;


-- How regularly a user follows a plan.

create function private.followed_weeks(p_plan_id uuid, p_weeks integer, p_profile private.profiles)
returns table (week_start date, sessions integer)
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return query
    with
    done as materialized (
        select
            private.start_of_week(w.completed_at, p_profile.timezone) as week_start,
            count(*)::integer as sessions
        from private.workouts as w
        where w.plan_id = p_plan_id and w.user_id = p_profile.user_id
        group by 1
    ),
    span as (
        select
            min(done.week_start) as first_week,
            least(
                private.start_of_week(pg_catalog.now(), p_profile.timezone),
                greatest(max(done.week_start), min(done.week_start) + 7 * (p_weeks - 1))
            ) as last_week
        from done
    )
    select
        listed.day::date,
        coalesce(done.sessions, 0)
    from span
    cross join pg_catalog.generate_series(span.first_week::timestamp, span.last_week::timestamp, interval '7 days')
        as listed (day)
    left join done on listed.day::date = done.week_start;
end
$$;
comment on function private.followed_weeks(uuid, integer, private.profiles) is
'The calendar weeks in which a user follows a plan of p_weeks weeks, each with its number of sessions: from the first '
'session to the planned end or the last session, but not beyond the current week.';
grant execute on function private.followed_weeks(uuid, integer, private.profiles) to authenticated;


create function public.get_adherence(p_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_version private.plan_versions := private.find_plan_version(p_id);
    v_planned integer := coalesce(
        v_version.days_per_week, pg_catalog.cardinality(private.plan_day_numbers(v_version))
    );
    v_this_week date := private.start_of_week(pg_catalog.now(), v_profile.timezone);
    v_answer jsonb;
begin
    select pg_catalog.jsonb_build_object(
        'plan_id', p_id,
        'planned_per_week', v_planned,
        'sessions', coalesce(sum(week.sessions), 0),
        'rate', pg_catalog.round(
            sum(least(week.sessions, expected.sessions))::numeric / nullif(sum(expected.sessions), 0), 3
        ),
        'weeks', coalesce(
            pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object('week_start', week.week_start, 'sessions', week.sessions)
                order by week.week_start
            ),
            '[]'
        )
    )
    into v_answer
    from private.followed_weeks(p_id, v_version.duration_weeks, v_profile) as week
    cross join lateral (
        select case
            -- The current week is not over, so a session still missing does not lower the rate.
            when week.week_start = v_this_week then least(v_planned, week.sessions)
            else v_planned
        end as sessions
    ) as expected;
    return v_answer;
end
$$;
comment on function public.get_adherence(uuid) is
'How regularly the caller has followed a plan since their first workout of it: {plan_id, planned_per_week, sessions, '
'rate, weeks: [{week_start, sessions}]}. The rate is from 0 to 1, null before the first workout. Sessions beyond the '
'plan do not make up for another week. Raises PT404 plan_not_found, profile_not_found.';
grant execute on function public.get_adherence(uuid) to authenticated;
