-- The table of weeks that users take off.

create table private.paused_weeks (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    week_start date not null
    constraint paused_weeks_week_start_check check (extract(isodow from week_start) = 1),
    created_at timestamptz not null default now(),
    primary key (user_id, week_start)
);
comment on table private.paused_weeks is
'Weeks that do not break a streak, for holidays or illness, each by its Monday.';
grant select, delete on private.paused_weeks to authenticated;
grant insert (user_id, week_start) on private.paused_weeks to authenticated;
alter table private.paused_weeks enable row level security;
create policy "owner can select own paused_weeks" on private.paused_weeks
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own paused_weeks" on private.paused_weeks
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can delete own paused_weeks" on private.paused_weeks
for delete to authenticated using ((select auth.uid()) = user_id);


-- Streaks: weeks in a row in which the user met their weekly target.

-- A paused week that missed the target gets the same number as the week after it, so it leaves no gap in a streak.
create function private.numbered_weeks(p_profile private.profiles)
returns table (week_start date, met boolean, paused boolean, number bigint)
language sql
stable
security invoker
set search_path = ''
as $$
    with
    listed as (
        select
            trained.week_start,
            trained.workouts >= private.target_of_week(p_profile, trained.week_start) as met,
            false as paused
        from (
            select
                private.start_of_week(w.completed_at, p_profile.timezone) as week_start,
                count(*) filter (where w.has_work) as workouts
            from private.workouts as w
            where w.user_id = p_profile.user_id
            group by week_start
        ) as trained
        union all
        select
            p.week_start,
            false,
            true
        from private.paused_weeks as p
        where p.user_id = p_profile.user_id
        union all
        select
            private.start_of_week(pg_catalog.now(), p_profile.timezone),
            false,
            false
    ),
    week as (
        select
            l.week_start,
            pg_catalog.bool_or(l.met) as met,
            pg_catalog.bool_or(l.paused) as paused
        from listed as l
        group by l.week_start
    )
    select
        week.week_start,
        week.met,
        week.paused,
        (week.week_start - date '2000-01-03') / 7 - count(*) filter (where week.paused and not week.met) over (
            order by week.week_start
            rows between unbounded preceding and 1 preceding
        )
    from week
$$;
comment on function private.numbered_weeks(private.profiles) is
'The weeks with workouts, the paused weeks and the current week, each with whether it met the weekly target and '
'whether it is paused. Two weeks that a streak may join have successive numbers.';
grant execute on function private.numbered_weeks(private.profiles) to authenticated;


create function private.streak_json(p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    with
    week as materialized (
        select w.* from private.numbered_weeks(p_profile) as w
    ),
    streak as (
        select
            max(met.number) as last_number,
            count(*) as weeks
        from (
            -- The difference is the same for all weeks of a streak.
            select
                week.number,
                week.number - pg_catalog.row_number() over (order by week.number) as difference
            from week
            where week.met
        ) as met
        group by met.difference
    )
    select pg_catalog.jsonb_build_object(
        -- The current week is not over, so a streak up to the week before is still alive.
        'current', coalesce(
            (select max(streak.weeks) from streak where streak.last_number >= this_week.number - 1), 0
        ),
        'longest', coalesce((select max(streak.weeks) from streak), 0),
        'paused', this_week.paused
    )
    from week as this_week
    where this_week.week_start = private.start_of_week(pg_catalog.now(), p_profile.timezone)
$$;
comment on function private.streak_json(private.profiles) is
'How many weeks in a row met the weekly target, and whether the current week is paused: {current, longest, paused}.';
grant execute on function private.streak_json(private.profiles) to authenticated;


create function private.pauses_json(p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'streak', private.streak_json(p_profile),
        'paused_weeks', array(
            select p.week_start from private.paused_weeks as p
            where p.user_id = p_profile.user_id
            order by p.week_start
        )
    )
$$;
comment on function private.pauses_json(private.profiles) is 'The streak and all paused weeks: {streak, paused_weeks}.';
grant execute on function private.pauses_json(private.profiles) to authenticated;


create function public.pause_streak(p_weeks integer default 1, p_from date default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_this_week date := private.start_of_week(pg_catalog.now(), v_profile.timezone);
    v_first date := pg_catalog.date_trunc('week', coalesce(p_from, v_this_week)::timestamp)::date;
begin
    if p_weeks is null or p_weeks not between 1 and 12 then
        perform private.fail(422, 'invalid_pause', '`weeks` must be between 1 and 12.', 'weeks');
    end if;
    if v_first not between v_this_week - 28 and v_this_week + 364 then
        perform private.fail(
            422, 'invalid_pause', '`from` must be within the last four weeks or the coming year.', 'from'
        );
    end if;
    insert into private.paused_weeks (user_id, week_start)
    select
        v_profile.user_id,
        v_first + 7 * later.weeks
    from pg_catalog.generate_series(0, p_weeks - 1) as later (weeks)
    on conflict (user_id, week_start) do nothing;
    return private.pauses_json(v_profile);
end
$$;
comment on function public.pause_streak(integer, date) is
'Pauses the streak for p_weeks weeks, beginning with the week of p_from (by default the current week): {streak, '
'paused_weeks}. Raises PT404 profile_not_found, PT422 invalid_pause.';
grant execute on function public.pause_streak(integer, date) to authenticated;


create function public.resume_streak()
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
begin
    delete from private.paused_weeks as p
    where
        p.user_id = v_profile.user_id
        and p.week_start >= private.start_of_week(pg_catalog.now(), v_profile.timezone);
    return private.pauses_json(v_profile);
end
$$;
comment on function public.resume_streak() is
'Ends the pause of the current week and of all later weeks: {streak, paused_weeks}. Raises PT404 profile_not_found.';
grant execute on function public.resume_streak() to authenticated;


-- The last weeks in numbers.

create function private.week_muscles_json(p_user_id uuid, p_workout_ids uuid[])
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object(
                'muscle', trained.muscle, 'hard_sets', trained.hard_sets, 'sessions', trained.sessions
            )
            order by trained.hard_sets desc, trained.muscle
        ),
        '[]'
    )
    from (
        select
            worked.muscle,
            pg_catalog.trim_scale(sum(worked.share)) as hard_sets,
            count(distinct s.workout_id) as sessions
        from private.workout_sets as s
        inner join private.exercises as e on s.exercise_id = e.id
        cross join lateral (
            select
                p.muscle,
                1.0 as share
            from pg_catalog.unnest(e.primary_muscles) as p (muscle)
            union all
            select
                p.muscle,
                0.5 as share
            from pg_catalog.unnest(e.secondary_muscles) as p (muscle)
        ) as worked
        where s.user_id = p_user_id and s.workout_id = any(p_workout_ids) and s.set_type <> 'warmup'
        group by worked.muscle
    ) as trained
$$;
comment on function private.week_muscles_json(uuid, uuid[]) is
'The muscles that some workouts trained: [{muscle, hard_sets, sessions}], most sets first. A working set counts 1 for '
'each primary muscle and ½ for each secondary one.';
grant execute on function private.week_muscles_json(uuid, uuid[]) to authenticated;


create function private.workout_totals(p_profile private.profiles, p_first_week date)
returns table (
    id uuid,
    week_start date,
    duration_seconds integer,
    overall_rpe numeric,
    volume_kg numeric,
    rpe_sum numeric,
    rpe_count bigint
)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        w.id,
        private.start_of_week(w.completed_at, p_profile.timezone),
        w.duration_seconds,
        w.overall_rpe,
        sets.volume_kg,
        sets.rpe_sum,
        sets.rpe_count
    from private.workouts as w
    cross join lateral (
        select
            sum(s.volume_kg) as volume_kg,
            sum(s.rpe) filter (where s.set_type <> 'warmup') as rpe_sum,
            count(s.rpe) filter (where s.set_type <> 'warmup') as rpe_count
        from private.workout_sets as s
        where s.user_id = w.user_id and s.workout_id = w.id
    ) as sets
    where
        w.user_id = p_profile.user_id
        and w.completed_at >= p_first_week::timestamp at time zone p_profile.timezone
$$;
comment on function private.workout_totals(private.profiles, date) is
'The workouts from a week on, each with the sums of its sets. Warm-ups do not count for the RPE.';
grant execute on function private.workout_totals(private.profiles, date) to authenticated;


create function private.week_totals(p_profile private.profiles, p_first_week date)
returns table (
    week_start date,
    sessions bigint,
    duration_seconds bigint,
    volume_kg numeric,
    average_rpe numeric,
    workout_ids uuid[]
)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        listed.day::date,
        count(w.id),
        coalesce(sum(w.duration_seconds), 0),
        coalesce(sum(w.volume_kg), 0),
        -- Users who do not rate sets may rate their workouts.
        pg_catalog.round(coalesce(sum(w.rpe_sum) / nullif(sum(w.rpe_count), 0), avg(w.overall_rpe)), 2),
        pg_catalog.array_agg(w.id)
    from pg_catalog.generate_series(
        p_first_week::timestamp,
        private.start_of_week(pg_catalog.now(), p_profile.timezone)::timestamp,
        interval '7 days'
    ) as listed (day)
    left join private.workout_totals(p_profile, p_first_week) as w on listed.day::date = w.week_start
    group by listed.day
$$;
comment on function private.week_totals(private.profiles, date) is
'The totals of each week from one to the current week, weeks without workouts included.';
grant execute on function private.week_totals(private.profiles, date) to authenticated;


create function public.get_progress_summary(p_weeks integer default 12)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_first_week date;
    v_weeks jsonb;
begin
    if p_weeks is null or p_weeks not between 1 and 104 then
        perform private.fail(422, 'invalid_weeks', '`weeks` must be between 1 and 104.', '?weeks');
    end if;
    v_first_week := private.start_of_week(pg_catalog.now(), v_profile.timezone) - 7 * (p_weeks - 1);
    select pg_catalog.jsonb_agg(
        pg_catalog.jsonb_build_object(
            'week_start', week.week_start,
            'sessions', week.sessions,
            'duration_seconds', week.duration_seconds,
            'volume_kg', week.volume_kg,
            'average_rpe', week.average_rpe,
            'muscles', private.week_muscles_json(v_profile.user_id, week.workout_ids)
        )
        order by week.week_start
    )
    into v_weeks
    from private.week_totals(v_profile, v_first_week) as week;
    return pg_catalog.jsonb_build_object('streak', private.streak_json(v_profile), 'weeks', v_weeks);
end
$$;
comment on function public.get_progress_summary(integer) is
'The caller''s streak and the last p_weeks weeks up to the current one, oldest first, weeks without workouts included: '
'{streak, weeks: [{week_start, sessions, duration_seconds, volume_kg, average_rpe, muscles}]}. Raises PT404 '
'profile_not_found, PT422 invalid_weeks.';
grant execute on function public.get_progress_summary(integer) to authenticated;


-- The personal records of the caller.

create function private.trained_exercises(p_user_id uuid)
returns uuid[]
language sql
stable
security invoker
set search_path = ''
as $$
    select array(select distinct s.exercise_id from private.workout_sets as s where s.user_id = p_user_id)
$$;
comment on function private.trained_exercises(uuid) is 'The exercises that a user has ever done.';
grant execute on function private.trained_exercises(uuid) to authenticated;


create function private.standing_records(p_user_id uuid, p_exercise_ids uuid[])
returns table (
    exercise_id uuid, rank integer, kind text, record_values numeric[], achieved_at timestamptz[], workout_ids uuid[]
)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        r.exercise_id,
        r.rank,
        r.kind,
        pg_catalog.array_agg(r.value order by r.value),
        pg_catalog.array_agg(r.achieved_at order by r.value),
        pg_catalog.array_agg(r.workout_id order by r.value)
    from private.record_history(p_user_id, p_exercise_ids) as r
    group by r.exercise_id, r.rank, r.kind
$$;
comment on function private.standing_records(uuid, uuid[]) is
'One row for each kind of record in each exercise, with all records of that kind, oldest first, in kilograms and reps.';
grant execute on function private.standing_records(uuid, uuid[]) to authenticated;


create function private.record_steps_json(
    p_kind text, p_values numeric[], p_achieved_at timestamptz[], p_workout_ids uuid[], p_weight_unit text
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_agg(
        pg_catalog.jsonb_build_object(
            'value', private.shown_record(p_kind, step.value, p_weight_unit),
            'achieved_at', step.achieved_at,
            'workout_id', step.workout_id
        )
        order by step.place
    )
    from rows from (
        pg_catalog.unnest(p_values), pg_catalog.unnest(p_achieved_at), pg_catalog.unnest(p_workout_ids)
    ) with ordinality as step (value, achieved_at, workout_id, place)
$$;
comment on function private.record_steps_json(text, numeric[], timestamptz[], uuid[], text) is
'The records of one kind, in the unit given (kg or lb): [{value, achieved_at, workout_id}].';
grant execute on function private.record_steps_json(text, numeric[], timestamptz[], uuid[], text) to authenticated;


create function public.list_records(
    p_exercise_id uuid default null, p_page integer default 1, p_per_page integer default 20
)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_exercises uuid[] := case
        when p_exercise_id is null then private.trained_exercises(v_profile.user_id)
        else array[p_exercise_id]
    end;
    v_answer jsonb;
begin
    with
    listed as materialized (
        select
            r.*,
            e.name,
            pg_catalog.row_number() over (order by e.name, r.exercise_id, r.rank) as place
        from private.standing_records(v_profile.user_id, v_exercises) as r
        inner join private.exercises as e on r.exercise_id = e.id
    ),
    page as (
        select
            l.*,
            private.record_steps_json(
                l.kind, l.record_values, l.achieved_at, l.workout_ids, v_profile.weight_unit
            ) as steps
        from listed as l
        order by l.place
        offset v_offset
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'exercise_id', page.exercise_id,
                    'exercise_name', page.name,
                    'kind', page.kind,
                    'unit', case page.kind when 'reps' then 'reps' else v_profile.weight_unit end,
                    'history', page.steps
                )
                || (page.steps -> -1)
                order by page.place
            )
            from page
        ),
        (select count(*) from listed),
        p_page,
        p_per_page
    )
    into v_answer;
    return v_answer;
end
$$;
comment on function public.list_records(uuid, integer, integer) is
'A page of the caller''s personal records, by exercise and kind: {items: [{exercise_id, exercise_name, kind, unit, '
'value, achieved_at, workout_id, history}], total, page, per_page}. The history has the earlier records too, oldest '
'first. With p_exercise_id, only those of that exercise. Raises PT404 profile_not_found, PT422 invalid_page.';
grant execute on function public.list_records(uuid, integer, integer) to authenticated;


-- The progress in one exercise.

create function private.reps_at_weights(p_user_id uuid, p_exercise_id uuid, p_from timestamptz, p_to timestamptz)
returns table (workout_id uuid, reps_at_weight jsonb)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        best.workout_id,
        pg_catalog.jsonb_agg(
            pg_catalog.jsonb_build_object('weight', best.weight, 'weight_unit', best.weight_unit, 'reps', best.reps)
            order by best.weight_kg desc nulls last
        )
    from (
        select
            s.workout_id,
            s.weight,
            s.weight_unit,
            s.weight_kg,
            max(s.reps) as reps
        from private.workout_sets as s
        where
            s.user_id = p_user_id
            and s.exercise_id = p_exercise_id
            and s.performed_at >= p_from
            and s.performed_at < p_to
            and s.set_type <> 'warmup'
            and s.reps is not null
        group by s.workout_id, s.weight, s.weight_unit, s.weight_kg
    ) as best
    group by best.workout_id
$$;
comment on function private.reps_at_weights(uuid, uuid, timestamptz, timestamptz) is
'The most reps at each weight in each workout that has the exercise, from p_from to before p_to: [{weight, '
'weight_unit, reps}], heaviest first. Warm-ups do not count.';
grant execute on function private.reps_at_weights(uuid, uuid, timestamptz, timestamptz) to authenticated;


create function private.exercise_points(p_user_id uuid, p_exercise_id uuid, p_from timestamptz, p_to timestamptz)
returns table (
    workout_id uuid,
    performed_at timestamptz,
    working_sets bigint,
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
        select s.* from private.workout_sets as s
        where
            s.user_id = p_user_id
            and s.exercise_id = p_exercise_id
            and s.performed_at >= p_from
            and s.performed_at < p_to
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
    session as (
        select
            d.workout_id,
            d.performed_at,
            count(*) as working_sets,
            coalesce(sum(d.volume_kg), 0) as volume_kg,
            max(d.estimated_1rm_kg) as estimated_1rm_kg
        from done as d
        group by d.workout_id, d.performed_at
    )
    select
        session.*,
        top.top_set,
        coalesce(at_weight.reps_at_weight, '[]')
    from session
    inner join top on session.workout_id = top.workout_id
    left join private.reps_at_weights(p_user_id, p_exercise_id, p_from, p_to) as at_weight
        on session.workout_id = at_weight.workout_id
$$;
comment on function private.exercise_points(uuid, uuid, timestamptz, timestamptz) is
'What a user did of an exercise in each workout from p_from to before p_to. The top set is the heaviest one, and of '
'these the one with the most reps. Warm-ups do not count.';
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
