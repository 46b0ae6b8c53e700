-- What a plan declares about an exercise and what was lifted, in the reader's unit. No function here reads a table.

create function private.loadable(p_weight numeric, p_step numeric)
returns numeric
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.trim_scale(pg_catalog.round(p_weight / p_step) * p_step)
$$;
comment on function private.loadable(numeric, numeric) is 'The nearest weight that plates of this step make.';
grant execute on function private.loadable(numeric, numeric) to authenticated;


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
'What a plan says of an exercise, in its reader''s unit: the progression, the smallest step of load, the load of the '
'heaviest working set to start from (null when the plan leaves it open), and of each working set its share of that '
'load and its reps; with the estimated 1RM that percentages are taken of. Without progression the scheme is null.';


create type private.lift_session as (
    done_on date,
    weights numeric array,
    reps integer array,
    misses integer
);
comment on type private.lift_session is
'The working sets of an exercise as they were done, in its reader''s unit, and how many sessions in a row, this one '
'included, missed a target. The day is null for one that is only imagined.';


create type private.suggestion as (
    load numeric,
    reps integer array,
    why text
);
comment on type private.suggestion is
'The load of the heaviest working set (null: the user''s choice), the reps that meet each working set''s target, and '
'the reason in one sentence.';


create function private.make_lift(p_progression jsonb, p_sets jsonb, p_estimate numeric, p_unit text)
returns private.lift
language sql
immutable
security invoker
set search_path = ''
as $$
    with
    rule as (
        select
            r.*,
            private.weight_in(r.increment, coalesce(r.unit, p_unit), p_unit) as increment_here,
            private.weight_in(r.ceiling, coalesce(r.unit, p_unit), p_unit) as ceiling_here,
            -- A finer increment tells of finer plates.
            least(
                case p_unit when 'lb' then 5 else 2.5 end,
                case when coalesce(r.unit, p_unit) = p_unit then r.increment end
            ) as step
        from pg_catalog.jsonb_to_record(coalesce(p_progression, '{}')) as r (
            scheme text, increment numeric, unit text, ceiling numeric, deload jsonb
        )
    ),
    working_set as (
        select
            s.ordinality as place,
            s.reps_min,
            s.reps_max,
            coalesce(
                -- The author knows the plates of the unit they wrote in.
                case
                    when s.weight_unit = p_unit then s.weight
                    else private.loadable(private.weight_in(s.weight, s.weight_unit, p_unit), rule.step)
                end,
                private.loadable(s.percent_1rm / 100 * p_estimate, rule.step)
            ) as load,
            coalesce(private.weight_in(s.weight, s.weight_unit, p_unit), s.percent_1rm / 100 * coalesce(p_estimate, 1))
            as measure
        from rows from (
            pg_catalog.jsonb_to_recordset(p_sets) as (
                set_type text, reps_min integer, reps_max integer, weight numeric, weight_unit text,
                percent_1rm numeric
            )
        ) with ordinality as s
        cross join rule
        where s.set_type <> 'warmup'
    )
    select
        rule.scheme,
        rule.increment_here,
        rule.ceiling_here,
        (rule.deload ->> 'after_failures')::integer,
        (rule.deload ->> 'percent')::numeric,
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
'Reads the progression and the sets of an exercise of a plan, for a reader with an estimated 1RM in their unit.';
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
            -- Half a step is what rounding may take away.
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
'Whether every working set was done, with its share of the day''s load and at least these reps.';
grant execute on function private.meets(private.lift, private.lift_session, integer[]) to authenticated;


-- Progression: what to load next. No function here reads a table, so the same rules serve dry runs.

-- Without a session to go by: what the plan says, or the user's own choice.
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
            else 'The plan sets no load: choose one that you can lift for all reps, and the next sessions build on it.'
        end
$$;
comment on function private.first_load(private.lift) is 'What to load where there is nothing to go by but the plan.';
grant execute on function private.first_load(private.lift) to authenticated;


create function private.percent_load(p_lift private.lift, p_last private.lift_session)
returns private.suggestion
language sql
immutable
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
                'There is no set yet to estimate your 1RM from: choose a load that leaves some reps in reserve.'
            when planned.load > p_lift.ceiling then
                'The ceiling of ' || private.shown_weight(p_lift.ceiling, p_lift.unit) || ' holds.'
            when planned.deload then
                pg_catalog.format(
                    'Targets were missed in %s sessions in a row: %s %% less.',
                    p_last.misses, pg_catalog.trim_scale(p_lift.deload_percent)
                )
            when p_lift.estimate is null then 'As the plan says.'
            else
                'The plan''s percentages of your estimated 1RM of '
                || private.shown_weight(p_lift.estimate, p_lift.unit) || '.'
        end
    from (
        select
            missed.deload,
            case
                when missed.deload
                    then private.loadable(p_lift.start * (1 - p_lift.deload_percent / 100), p_lift.step)
                else p_lift.start
            end as load
        from (select coalesce(p_last.misses > 0 and p_last.misses % p_lift.after_failures = 0, false) as deload)
            as missed
    ) as planned
$$;
comment on function private.percent_load(private.lift, private.lift_session) is
'What to load by percentages of the estimated 1RM.';
grant execute on function private.percent_load(private.lift, private.lift_session) to authenticated;


create function private.heavier_load(p_lift private.lift, p_lifted numeric, p_on text)
returns private.suggestion
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        case when more.load > p_lift.ceiling then coalesce(p_lift.start, p_lifted) else more.load end,
        p_lift.reps_min,
        case
            when more.load > p_lift.ceiling then
                pg_catalog.format(
                    'All targets were met with %s%s, and more would pass the ceiling of %s: back to %s.',
                    private.shown_weight(p_lifted, p_lift.unit), p_on,
                    private.shown_weight(p_lift.ceiling, p_lift.unit),
                    private.shown_weight(coalesce(p_lift.start, p_lifted), p_lift.unit)
                )
            else
                pg_catalog.format(
                    'All targets were met with %s%s: %s more.', private.shown_weight(p_lifted, p_lift.unit), p_on,
                    private.shown_weight(more.load - p_lifted, p_lift.unit)
                )
        end
    from (
        select greatest(
            private.loadable(p_lifted + p_lift.increment, p_lift.step),
            -- However small the increment, it is more than before.
            pg_catalog.trim_scale((pg_catalog.floor(p_lifted / p_lift.step) + 1) * p_lift.step)
        ) as load
    ) as more
$$;
comment on function private.heavier_load(private.lift, numeric, text) is
'What to load after a success: the increment more, or back to the start where that would pass the ceiling.';
grant execute on function private.heavier_load(private.lift, numeric, text) to authenticated;


create function private.load_after_miss(p_lift private.lift, p_last private.lift_session, p_lifted numeric, p_on text)
returns private.suggestion
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        case
            when missed.deload then private.loadable(p_lifted * (1 - p_lift.deload_percent / 100), p_lift.step)
            else p_lifted
        end,
        p_lift.reps_min,
        case
            when missed.deload then
                pg_catalog.format(
                    'Targets were missed in %s in a row: %s %% off %s.',
                    case p_last.misses when 1 then '1 session' else p_last.misses || ' sessions' end,
                    pg_catalog.trim_scale(p_lift.deload_percent), private.shown_weight(p_lifted, p_lift.unit)
                )
            else
                pg_catalog.format(
                    'A target was missed with %s%s: the same again.', private.shown_weight(p_lifted, p_lift.unit), p_on
                )
        end
    from (select coalesce(p_last.misses % p_lift.after_failures = 0, false) as deload) as missed
$$;
comment on function private.load_after_miss(private.lift, private.lift_session, numeric, text) is
'What to load after a missed target: the same, or a part less when it was missed often enough.';
grant execute on function private.load_after_miss(private.lift, private.lift_session, numeric, text) to authenticated;


create function private.next_load(p_lift private.lift, p_last private.lift_session)
returns private.suggestion
language plpgsql
immutable
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
    if p_last.weights is null then
        return private.first_load(p_lift);
    end if;
    if p_lift.scheme is null then
        return case
            when p_lift.start is not null then private.first_load(p_lift)
            else row(
                v_lifted, p_lift.reps_min,
                coalesce('What you lifted' || v_on || '.', 'As the plan says.')
            )::private.suggestion
        end;
    end if;
    if not private.meets(p_lift, p_last, p_lift.reps_min) then
        return private.load_after_miss(p_lift, p_last, coalesce(v_lifted, 0), v_on);
    end if;
    if p_lift.scheme = 'double' and not private.meets(p_lift, p_last, p_lift.reps_max) then
        return row(
            v_lifted,
            array(
                select least(p_lift.reps_max[aim.place], greatest(aim.reps, p_last.reps[aim.place] + 1))
                from pg_catalog.unnest(p_lift.reps_min) with ordinality as aim (reps, place)
                order by aim.place
            ),
            pg_catalog.format(
                'Not all sets reached their most reps%s%s: a rep more in each, then more load.',
                coalesce(' with ' || private.shown_weight(v_lifted, p_lift.unit), ''), v_on
            )
        )::private.suggestion;
    end if;
    return private.heavier_load(p_lift, coalesce(v_lifted, 0), v_on);
end
$$;
comment on function private.next_load(private.lift, private.lift_session) is
'What to load and to reach next, from what the plan declares and what was done last.';
grant execute on function private.next_load(private.lift, private.lift_session) to authenticated;


create function private.suggested_sets(p_sets jsonb, p_lift private.lift, p_suggestion private.suggestion)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_agg(
        s.value || pg_catalog.jsonb_build_object(
            'reps', case
                when s.working then p_suggestion.reps[s.number] else (s.value ->> 'reps_min')::integer
            end,
            'weight', load.weight,
            'weight_unit', case when load.weight is not null then p_lift.unit end
        )
        order by s.place
    )
    from (
        select
            listed.value,
            listed.place,
            listed.value ->> 'set_type' <> 'warmup' as working,
            count(*) filter (where listed.value ->> 'set_type' <> 'warmup') over (order by listed.place) as number,
            private.weight_in((listed.value ->> 'weight')::numeric, listed.value ->> 'weight_unit', p_lift.unit)
            as declared,
            (listed.value ->> 'percent_1rm')::numeric / 100 * p_lift.estimate as of_estimate
        from pg_catalog.jsonb_array_elements(p_sets) with ordinality as listed (value, place)
    ) as s
    cross join lateral (
        select case
            when s.working and p_lift.shares[s.number] = 1 then p_suggestion.load
            when s.working then private.loadable(p_suggestion.load * p_lift.shares[s.number], p_lift.step)
            when s.of_estimate is not null then private.loadable(s.of_estimate, p_lift.step)
            -- A ramp of warm-ups grows with what it leads to.
            else coalesce(
                private.loadable(s.declared * p_suggestion.load / nullif(p_lift.start, 0), p_lift.step), s.declared
            )
        end as weight
    ) as load
$$;
comment on function private.suggested_sets(jsonb, private.lift, private.suggestion) is
'The sets of an exercise of a plan, each with the reps and the load to do now; a load that is open is null.';
grant execute on function private.suggested_sets(jsonb, private.lift, private.suggestion) to authenticated;


-- The exercises of a plan, and what its follower did of each.

-- Best of the last 90 days of training it, so that neither a rest nor a far past distorts it.
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
'The best estimated 1RM in kilograms of the 90 days up to the last time an exercise was done; null without any.';
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
'What decides how an exercise of a plan progresses: days that declare the same share one progression, and a version '
'that declares something else begins a new one.';
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
'An exercise in a plan''s week: its place among all, the place of the first that declares the same (which stands for '
'the progression they share), how many working sets of the same exercise come before it on its day, the days that '
'declare the same, its name, the sets as declared, and how it progresses.';


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
            private.make_lift(
                (c.exercise).progression,
                c.sets,
                private.weight_in(
                    private.current_estimate(p_profile.user_id, (c.exercise).exercise_id), 'kg', p_profile.weight_unit
                ),
                p_profile.weight_unit
            )
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
'The exercises of a plan''s week in order, ready to be progressed for its follower.';
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
'The working sets of a workout that answer to an exercise of its plan; its arrays are null when there are none.';
grant execute on function private.done_sets(private.workouts, private.plan_slot, text, integer) to authenticated;


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
    -- Backwards, and no further than the last success: older sessions decide nothing.
    for v_workout in
        select w.* from private.workouts as w
        where
            w.plan_id = (p_slot.exercise).plan_id
            and w.user_id = p_profile.user_id
            and (w.plan_day is null or w.plan_day = any(p_slot.days))
        order by w.completed_at desc, w.created_at desc
    loop
        exit when v_workout.plan_version <> (p_slot.exercise).version and exists (
            select from private.plan_exercises as x
            where
                x.user_id = (p_slot.exercise).user_id
                and x.plan_id = (p_slot.exercise).plan_id
                and x.version = v_workout.plan_version
                and x.day = v_workout.plan_day
                and x.exercise_id = (p_slot.exercise).exercise_id
            having pg_catalog.bool_and(private.declaration(x) <> private.declaration(p_slot.exercise))
        );
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
'What the follower of a plan did last of one of its exercises, with the sessions in a row that missed a target; null '
'before the first.';
grant execute on function private.last_session(private.plan_slot, private.profiles) to authenticated;


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
'Where the follower of a plan stands: the round through its days, counted from 1, and the day that is due, both null '
'when the plan is finished; from which date; and what this calendar week has seen of what it should.';


create function private.plan_position(p_version private.plan_versions, p_profile private.profiles)
returns private.plan_position
language sql
stable
security invoker
set search_path = ''
as $$
    with
    planned as (
        select
            pg_catalog.array_agg(d.day order by d.day) as days,
            coalesce(p_version.days_per_week, count(*)::integer) as per_week
        from private.plan_days as d
        where d.user_id = p_version.user_id and d.plan_id = p_version.plan_id and d.version = p_version.version
    ),
    logged as (
        select
            w.plan_day,
            w.completed_at,
            -- A day that is not later in the week than the one before it begins a new round.
            coalesce(w.plan_day <= pg_catalog.lag(w.plan_day) over in_time, false) as begins_round,
            pg_catalog.row_number() over (order by w.completed_at desc, w.created_at desc) as age
        from private.workouts as w
        where w.plan_id = p_version.plan_id and w.user_id = p_profile.user_id and w.plan_day is not null
        window in_time as (order by w.completed_at, w.created_at)
    ),
    week as (
        select
            private.start_of_week(pg_catalog.now(), p_profile.timezone) as starts_on,
            (pg_catalog.now() at time zone p_profile.timezone)::date as today
    ),
    standing as (
        select
            1 + count(*) filter (where l.begins_round) as round,
            max(l.plan_day) filter (where l.age = 1) as last_day,
            count(*) filter (
                where l.completed_at >= week.starts_on::timestamp at time zone p_profile.timezone
            )::integer as done_this_week
        from week
        left join logged as l on true
    ),
    due as (
        select
            standing.done_this_week,
            planned.per_week,
            coalesce(upcoming.day, planned.days[1]) as day,
            (standing.round + case when upcoming.day is null and standing.last_day is not null then 1 else 0 end)::integer
            as round
        from standing
        cross join planned
        cross join lateral (
            select min(d.day) as day from pg_catalog.unnest(planned.days) as d (day)
            where d.day > coalesce(standing.last_day, 0)
        ) as upcoming
    )
    select
        case when not over.finished then due.round end,
        case when not over.finished then due.day end,
        over.finished,
        case
            when over.finished then null
            when due.done_this_week >= due.per_week then week.starts_on + 7
            else week.today
        end,
        due.done_this_week,
        due.per_week
    from due
    cross join week
    cross join lateral (select coalesce(due.round > p_version.duration_weeks, false) as finished) as over
$$;
comment on function private.plan_position(private.plan_versions, private.profiles) is
'Which day of a plan is due: the one after the day that was logged last, round by round. When the calendar week has '
'all its sessions, the next is due on Monday.';
grant execute on function private.plan_position(private.plan_versions, private.profiles) to authenticated;


-- How the next weeks of a plan would go.

create function private.imagined_session(p_sets jsonb)
returns private.lift_session
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        null::date,
        pg_catalog.array_agg(s.weight order by s.ordinality),
        pg_catalog.array_agg(s.reps order by s.ordinality),
        0
    from rows from (pg_catalog.jsonb_to_recordset(p_sets) as (set_type text, weight numeric, reps integer))
        with ordinality as s
    where s.set_type <> 'warmup'
$$;
comment on function private.imagined_session(jsonb) is 'Suggested sets, as if they had been done.';
grant execute on function private.imagined_session(jsonb) to authenticated;


-- Each session is imagined as suggested, and the next one follows from it by the same rules.
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
    v_next private.suggestion;
    v_slot private.plan_slot;
    v_day private.plan_days;
    v_week integer;
    v_sets jsonb;
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
            v_exercises := '[]';
            foreach v_slot in array p_slots loop
                continue when v_slot.day <> v_day.day;
                v_next := private.next_load(v_slot.lift, v_sessions[v_slot.leader]);
                v_sets := private.suggested_sets(v_slot.sets, v_slot.lift, v_next);
                v_exercises := v_exercises || pg_catalog.jsonb_build_object(
                    'exercise_id', (v_slot.exercise).exercise_id,
                    'exercise_name', v_slot.exercise_name,
                    'why', v_next.why,
                    'sets', v_sets
                );
                -- A load that is the user's to choose stays open.
                if v_next.load is not null or (v_sessions[v_slot.leader]).weights is not null then
                    v_sessions[v_slot.leader] := private.imagined_session(v_sets);
                end if;
            end loop;
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
) is 'The sessions of the next weeks, from the one that is due, as they would go if all targets were met.';
grant execute on function private.dry_run_json(
    private.plan_slot[], private.lift_session[], private.plan_position, private.plan_versions, integer
) to authenticated;


-- The session that is due in a plan.

create function private.slot_limits(p_exercise private.exercises, p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.to_jsonb(fits)
        || pg_catalog.jsonb_build_object(
            'missing_equipment', array(
                select needed.value from pg_catalog.unnest(p_exercise.equipment) as needed (value)
                where needed.value <> all(p_profile.equipment)
            ),
            'injured_joints', private.shared(coalesce(p_exercise.joints, '{}'), p_profile.injuries),
            'alternatives', case
                when fits.available and fits.safe then '[]'
                else (
                    select coalesce(
                        pg_catalog.jsonb_agg(
                            pg_catalog.jsonb_build_object(
                                'exercise_id', best.id, 'exercise_name', best.name, 'score', best.score
                            )
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
                )
            end
        )
    from (
        select
            p_exercise.equipment <@ p_profile.equipment as available,
            private.is_safe(p_exercise.joints, p_profile.injuries) as safe
    ) as fits
$$;
comment on function private.slot_limits(private.exercises, private.profiles) is
'Whether the profile''s equipment allows an exercise and its injuries permit it, what stands against it, and the three '
'best alternatives that fit: {available, safe, missing_equipment, injured_joints, alternatives}.';
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
) is 'The exercises of a day with what to load, why, and what stands against them.';
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
    v_slot private.plan_slot;
    v_sessions private.lift_session[];
begin
    if p_dry_run_weeks is null or p_dry_run_weeks not between 0 and 12 then
        perform private.fail(422, 'invalid_dry_run', 'A dry run covers up to 12 weeks.', '?dry_run_weeks');
    end if;
    foreach v_slot in array v_slots loop
        if v_slot.leader = v_slot.place and (p_dry_run_weeks > 0 or v_position.day = any(v_slot.days)) then
            v_sessions[v_slot.place] := private.last_session(v_slot, v_profile);
        end if;
    end loop;
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
'The session that is due in a plan the caller follows, with loads, reasons and what stands against each exercise; with '
'p_dry_run_weeks, how the weeks from then on would go. Raises PT404 plan_not_found, profile_not_found, PT422 '
'invalid_dry_run.';
grant execute on function public.get_next_session(uuid, integer) to authenticated;


-- How regularly a plan was followed.

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
    v_planned integer := (private.plan_position(v_version, v_profile)).planned_per_week;
    v_this_week date := private.start_of_week(pg_catalog.now(), v_profile.timezone);
    v_answer jsonb;
begin
    with
    done as (
        select
            private.start_of_week(w.completed_at, v_profile.timezone) as week_start,
            count(*)::integer as sessions
        from private.workouts as w
        where w.plan_id = p_id and w.user_id = v_profile.user_id
        group by week_start
    ),
    week as (
        select
            listed.day::date as week_start,
            coalesce(done.sessions, 0) as sessions,
            case
                -- There is time left this week.
                when listed.day::date = v_this_week then least(v_planned, coalesce(done.sessions, 0))
                else v_planned
            end as expected
        from (
            select
                min(d.week_start)::timestamp as first_day,
                least(
                    v_this_week, greatest(max(d.week_start), min(d.week_start) + 7 * (v_version.duration_weeks - 1))
                )::timestamp as last_day
            from done as d
        ) as span
        cross join pg_catalog.generate_series(span.first_day, span.last_day, interval '7 days') as listed (day)
        left join done on listed.day::date = done.week_start
    )
    select pg_catalog.jsonb_build_object(
        'plan_id', p_id,
        'planned_per_week', v_planned,
        'sessions', coalesce(sum(week.sessions), 0),
        'rate', pg_catalog.round(
            sum(least(week.sessions, week.expected))::numeric / nullif(sum(week.expected), 0), 3
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
    from week;
    return v_answer;
end
$$;
comment on function public.get_adherence(uuid) is
'How regularly the caller has followed a plan, week by week since the first workout of it: {plan_id, '
'planned_per_week, sessions, rate, weeks}. What is done beyond a week''s plan makes up for no other week, and the '
'current week never counts against anybody. Raises PT404 plan_not_found, profile_not_found.';
grant execute on function public.get_adherence(uuid) to authenticated;
