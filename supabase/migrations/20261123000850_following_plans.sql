-- Following a plan: which day is due, what to load, and how regularly it was followed. Everything is computed from the
-- plan as it stands and from the log; nothing is stored, so nothing can drift, and the plan itself changes only by PUT.

-- Best of the last 90 days of training it, so that neither a rest nor a far past distorts it.
create function private.current_estimate(p_user_id uuid, p_exercise_id uuid)
returns numeric
language sql
stable
security invoker
set search_path = ''
as $$
    select max(s.estimated_1rm_kg)
    from public.workout_sets as s
    where
        s.user_id = p_user_id
        and s.exercise_id = p_exercise_id
        and s.performed_at >= (
            select max(latest.performed_at) - interval '90 days' from public.workout_sets as latest
            where latest.user_id = p_user_id and latest.exercise_id = p_exercise_id
        )
$$;
comment on function private.current_estimate(uuid, uuid) is
'The best estimated 1RM in kilograms of the 90 days up to the last time an exercise was done; null without any.';
grant execute on function private.current_estimate(uuid, uuid) to authenticated;


create function private.declaration(p_exercise public.plan_exercises)
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
comment on function private.declaration(public.plan_exercises) is
'What decides how an exercise of a plan progresses: days that declare the same share one progression, and a version '
'that declares something else begins a new one.';
grant execute on function private.declaration(public.plan_exercises) to authenticated;


create type private.plan_slot as (
    day integer,
    place integer,
    leader integer,
    skipped integer,
    days integer array,
    exercise public.plan_exercises,
    exercise_name text,
    sets jsonb,
    lift private.lift
);
comment on type private.plan_slot is
'An exercise in a plan''s week: its place among all, the place of the first that declares the same (which stands for '
'the progression they share), how many working sets of the same exercise come before it on its day, the days that '
'declare the same, its name, the sets as declared, and how it progresses.';


create function private.plan_slots(p_version public.plan_versions, p_profile public.profiles)
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
        from public.plan_exercises as x
        inner join public.exercises as e on x.exercise_id = e.id
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
comment on function private.plan_slots(public.plan_versions, public.profiles) is
'The exercises of a plan''s week in order, ready to be progressed for its follower.';
grant execute on function private.plan_slots(public.plan_versions, public.profiles) to authenticated;


create function private.done_sets(
    p_workout public.workouts, p_slot private.plan_slot, p_timezone text, p_misses integer
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
        from public.workout_sets as s
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
comment on function private.done_sets(public.workouts, private.plan_slot, text, integer) is
'The working sets of a workout that answer to an exercise of its plan; its arrays are null when there are none.';
grant execute on function private.done_sets(public.workouts, private.plan_slot, text, integer) to authenticated;


create function private.last_session(p_slot private.plan_slot, p_profile public.profiles)
returns private.lift_session
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_workout public.workouts;
    v_session private.lift_session;
    v_last private.lift_session;
begin
    -- Backwards, and no further than the last success: older sessions decide nothing.
    for v_workout in
        select w.* from public.workouts as w
        where
            w.plan_id = (p_slot.exercise).plan_id
            and w.user_id = p_profile.user_id
            and (w.plan_day is null or w.plan_day = any(p_slot.days))
        order by w.completed_at desc, w.created_at desc
    loop
        exit when v_workout.plan_version <> (p_slot.exercise).version and exists (
            select from public.plan_exercises as x
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
comment on function private.last_session(private.plan_slot, public.profiles) is
'What the follower of a plan did last of one of its exercises, with the sessions in a row that missed a target; null '
'before the first.';
grant execute on function private.last_session(private.plan_slot, public.profiles) to authenticated;


create function private.slot_limits(p_exercise public.exercises, p_profile public.profiles)
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
                        inner join public.exercises as e on a.id = e.id
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
comment on function private.slot_limits(public.exercises, public.profiles) is
'Whether the profile''s equipment allows an exercise and its injuries permit it, what stands against it, and the three '
'best alternatives that fit: {available, safe, missing_equipment, injured_joints, alternatives}.';
grant execute on function private.slot_limits(public.exercises, public.profiles) to authenticated;


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


create function private.plan_position(p_version public.plan_versions, p_profile public.profiles)
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
        from public.plan_days as d
        where d.user_id = p_version.user_id and d.plan_id = p_version.plan_id and d.version = p_version.version
    ),
    logged as (
        select
            w.plan_day,
            w.completed_at,
            -- A day that is not later in the week than the one before it begins a new round.
            coalesce(w.plan_day <= pg_catalog.lag(w.plan_day) over in_time, false) as begins_round,
            pg_catalog.row_number() over (order by w.completed_at desc, w.created_at desc) as age
        from public.workouts as w
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
comment on function private.plan_position(public.plan_versions, public.profiles) is
'Which day of a plan is due: the one after the day that was logged last, round by round. When the calendar week has '
'all its sessions, the next is due on Monday.';
grant execute on function private.plan_position(public.plan_versions, public.profiles) to authenticated;


create function private.due_exercises_json(
    p_slots private.plan_slot[], p_sessions private.lift_session[], p_day integer, p_profile public.profiles
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
    inner join public.exercises as e on (slot.exercise).exercise_id = e.id
    cross join lateral private.next_load(slot.lift, p_sessions[slot.leader]) as next
    where slot.day = p_day
$$;
comment on function private.due_exercises_json(
    private.plan_slot[], private.lift_session[], integer, public.profiles
) is 'The exercises of a day with what to load, why, and what stands against them.';
grant execute on function private.due_exercises_json(
    private.plan_slot[], private.lift_session[], integer, public.profiles
) to authenticated;


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
    p_version public.plan_versions,
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
    v_day public.plan_days;
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
            select d.* from public.plan_days as d
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
    private.plan_slot[], private.lift_session[], private.plan_position, public.plan_versions, integer
) is 'The sessions of the next weeks, from the one that is due, as they would go if all targets were met.';
grant execute on function private.dry_run_json(
    private.plan_slot[], private.lift_session[], private.plan_position, public.plan_versions, integer
) to authenticated;


create function public.get_next_session(p_id uuid, p_dry_run_weeks integer default 0)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile public.profiles := private.current_profile();
    v_version public.plan_versions := private.find_plan_version(p_id);
    v_position private.plan_position := private.plan_position(v_version, v_profile);
    v_slots private.plan_slot[] := private.plan_slots(v_version, v_profile);
    v_slot private.plan_slot;
    v_sessions private.lift_session[];
begin
    if p_dry_run_weeks is null or p_dry_run_weeks not between 0 and 12 then
        raise sqlstate 'PT422' using
            message = 'A dry run covers up to 12 weeks.', detail = 'invalid_dry_run', hint = '?dry_run_weeks';
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
            select d.name from public.plan_days as d
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
revoke all on function public.get_next_session(uuid, integer) from anon, authenticated;
grant execute on function public.get_next_session(uuid, integer) to authenticated;


create function public.get_adherence(p_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile public.profiles := private.current_profile();
    v_version public.plan_versions := private.find_plan_version(p_id);
    v_planned integer := (private.plan_position(v_version, v_profile)).planned_per_week;
    v_this_week date := private.start_of_week(pg_catalog.now(), v_profile.timezone);
    v_answer jsonb;
begin
    with
    done as (
        select
            private.start_of_week(w.completed_at, v_profile.timezone) as week_start,
            count(*)::integer as sessions
        from public.workouts as w
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
revoke all on function public.get_adherence(uuid) from anon, authenticated;
grant execute on function public.get_adherence(uuid) to authenticated;
