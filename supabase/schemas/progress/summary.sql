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
