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
