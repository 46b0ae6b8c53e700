-- Weeks that a user takes off.

create table private.paused_weeks (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    week_start date not null
    constraint paused_weeks_week_start_check check (extract(isodow from week_start) = 1),
    created_at timestamptz not null default now(),
    primary key (user_id, week_start)
);
comment on table private.paused_weeks is
'Weeks that neither lengthen nor break a streak: holidays, illness. Each is named by its Monday.';
grant select, insert, delete on private.paused_weeks to authenticated;
alter table private.paused_weeks enable row level security;
create policy "owner can select own paused_weeks" on private.paused_weeks
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own paused_weeks" on private.paused_weeks
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can delete own paused_weeks" on private.paused_weeks
for delete to authenticated using ((select auth.uid()) = user_id);


-- Streaks: weeks in a row that met the target.

create function private.streak_json(p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    with
    met as (
        select private.start_of_week(w.completed_at, p_profile.timezone) as week_start
        from private.workouts as w
        where w.user_id = p_profile.user_id
        group by week_start
        having count(*) >= p_profile.weekly_target
    ),
    paused as (
        select p.week_start from private.paused_weeks as p
        where p.user_id = p_profile.user_id
    ),
    -- Weeks are numbered with those left out that were paused and not met, so that a run has no gaps.
    listed as (
        select met.week_start from met
        union all
        select private.start_of_week(pg_catalog.now(), p_profile.timezone)
    ),
    numbered as (
        select
            l.week_start,
            (l.week_start - date '2000-01-03') / 7 - (
                select count(*) from paused
                where
                    paused.week_start < l.week_start
                    and not exists (select from met where met.week_start = paused.week_start)
            ) as number
        from (select distinct listed.week_start from listed) as l
    ),
    run as (
        select
            max(streak.number) as last_number,
            count(*) as weeks
        from (
            select
                n.number,
                n.number - pg_catalog.row_number() over (order by n.number) as gap
            from numbered as n
            inner join met on n.week_start = met.week_start
        ) as streak
        group by streak.gap
    ),
    this_week as (
        select
            n.week_start,
            n.number
        from numbered as n
        where n.week_start = private.start_of_week(pg_catalog.now(), p_profile.timezone)
    )
    select pg_catalog.jsonb_build_object(
        -- The current week has time left, so a run that ends the week before goes on.
        'current', coalesce(
            (select max(run.weeks) from run where run.last_number >= this_week.number - 1), 0
        ),
        'longest', coalesce((select max(run.weeks) from run), 0),
        'paused', exists (select from paused where paused.week_start = this_week.week_start)
    )
    from this_week
$$;
comment on function private.streak_json(private.profiles) is
'Weeks in a row in which the weekly target was met: {current, longest, paused}, where paused is about this week.';
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
        perform private.fail(422, 'invalid_pause', 'A pause takes 1 to 12 weeks.', 'weeks');
    end if;
    if v_first not between v_this_week - 28 and v_this_week + 364 then
        perform private.fail(
            422, 'invalid_pause', 'A pause begins within the last four weeks or the coming year.', 'from'
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
'Pauses the streak for some weeks from the week of a day on, by default this one: {streak, paused_weeks}. Raises PT404 '
'profile_not_found, PT422 invalid_pause.';
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
'Ends a pause: this week and those to come count again. Returns {streak, paused_weeks}. Raises PT404 '
'profile_not_found.';
grant execute on function public.resume_streak() to authenticated;


-- The last weeks at a glance.

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
'The hard sets of each muscle in some workouts, most first: a working set counts 1 for a primary muscle and ½ for a '
'secondary one.';
grant execute on function private.week_muscles_json(uuid, uuid[]) to authenticated;


create function public.get_progress_summary(p_weeks integer default 12)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_this_week date := private.start_of_week(pg_catalog.now(), v_profile.timezone);
    v_first_week date := v_this_week - 7 * (p_weeks - 1);
    v_weeks jsonb;
begin
    if p_weeks is null or p_weeks not between 1 and 104 then
        perform private.fail(422, 'invalid_weeks', 'A summary covers 1 to 104 weeks.', '?weeks');
    end if;
    with
    done as materialized (
        select
            private.start_of_week(w.completed_at, v_profile.timezone) as week_start,
            w.id,
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
            w.user_id = v_profile.user_id
            and w.completed_at >= v_first_week::timestamp at time zone v_profile.timezone
    )
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
    from (
        select
            listed.day::date as week_start,
            count(done.id) as sessions,
            coalesce(sum(done.duration_seconds), 0) as duration_seconds,
            coalesce(sum(done.volume_kg), 0) as volume_kg,
            -- Who rates no sets may have rated the workouts.
            pg_catalog.round(
                coalesce(sum(done.rpe_sum) / nullif(sum(done.rpe_count), 0), avg(done.overall_rpe)), 2
            ) as average_rpe,
            pg_catalog.array_agg(done.id) as workout_ids
        from pg_catalog.generate_series(v_first_week::timestamp, v_this_week::timestamp, interval '7 days')
            as listed (day)
        left join done on listed.day::date = done.week_start
        group by listed.day
    ) as week;
    return pg_catalog.jsonb_build_object('streak', private.streak_json(v_profile), 'weeks', v_weeks);
end
$$;
comment on function public.get_progress_summary(integer) is
'The caller''s streak and the last weeks, the current one included, oldest first, empty ones too: {streak, weeks: '
'[{week_start, sessions, duration_seconds, volume_kg, average_rpe, muscles}]}. Raises PT404 profile_not_found, PT422 '
'invalid_weeks.';
grant execute on function public.get_progress_summary(integer) to authenticated;


-- The personal records of the caller.

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
    v_answer jsonb;
begin
    with
    ever as materialized (
        select r.*
        from private.record_history(
            v_profile.user_id,
            case
                when p_exercise_id is not null then array[p_exercise_id]
                else array(
                    select distinct s.exercise_id from private.workout_sets as s where s.user_id = v_profile.user_id
                )
            end
        ) as r
    ),
    standing as (
        select
            ever.exercise_id,
            e.name,
            ever.rank,
            ever.kind
        from ever
        inner join private.exercises as e on ever.exercise_id = e.id
        group by ever.exercise_id, e.name, ever.rank, ever.kind
    ),
    page as (
        select s.* from standing as s
        order by s.name, s.exercise_id, s.rank
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
                    'history', history.steps
                )
                || (history.steps -> -1)
                order by page.name, page.exercise_id, page.rank
            )
            from page
            cross join lateral (
                select pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object(
                        'value', private.shown_record(ever.kind, ever.value, v_profile.weight_unit),
                        'achieved_at', ever.achieved_at,
                        'workout_id', ever.workout_id
                    )
                    order by ever.value
                ) as steps
                from ever
                where ever.exercise_id = page.exercise_id and ever.rank = page.rank
            ) as history
        ),
        (select count(*) from standing),
        p_page,
        p_per_page
    )
    into v_answer;
    return v_answer;
end
$$;
comment on function public.list_records(uuid, integer, integer) is
'A page of the caller''s personal records, by exercise and kind, each with when and where it was set and with all that '
'it beat, oldest first; on wish of one exercise. Raises PT404 profile_not_found, PT422 invalid_page.';
grant execute on function public.list_records(uuid, integer, integer) to authenticated;


-- The progress in one exercise.

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
    at_weight as (
        select
            best.workout_id,
            pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'weight', best.weight, 'weight_unit', best.weight_unit, 'reps', best.reps
                )
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
    left join at_weight on session.workout_id = at_weight.workout_id
$$;
comment on function private.exercise_points(uuid, uuid, timestamptz, timestamptz) is
'What each workout from a moment on and before another did for an exercise. The top set is the heaviest, of these the '
'longest; reps_at_weight has the most reps at each weight, heaviest first. Warm-ups do not count.';
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
    v_name text := (select e.name from private.exercises as e where e.id = p_id);
    v_answer jsonb;
begin
    if v_name is null then
        perform private.fail(404, 'exercise_not_found', 'There is no such exercise.');
    end if;
    if p_from > p_to then
        perform private.fail(422, 'invalid_range', 'from is not later than to.', '?from');
    end if;
    select pg_catalog.jsonb_build_object(
        'exercise_id', p_id,
        'exercise_name', v_name,
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
'A point for each workout of the caller''s with an exercise, oldest first, of the days from p_from to p_to in the '
'caller''s time zone, and the slope of the estimated 1RM: {exercise_id, exercise_name, trend_kg_per_week, points}. '
'Raises PT404 exercise_not_found, profile_not_found, PT422 invalid_range.';
grant execute on function public.get_exercise_progress(uuid, date, date) to authenticated;
