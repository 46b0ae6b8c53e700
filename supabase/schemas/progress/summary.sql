-- The last weeks in numbers.

create function private.week_muscles(p_profile private.profiles, p_first_week date)
returns table (week_start date, muscles json)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    return query
    select
        trained.week_start,
        pg_catalog.json_agg(
            pg_catalog.json_build_object(
                'muscle', trained.muscle,
                'hard_sets', pg_catalog.trim_scale(trained.hard_sets),
                'sessions', trained.sessions
            )
            order by trained.hard_sets desc, trained.muscle
        )
    from (
        select
            done.week_start,
            named.muscle,
            sum(named.hard_sets) as hard_sets,
            count(*) as sessions
        from (
            select
                private.start_of_week(w.completed_at, p_profile.timezone) as week_start,
                w.muscles,
                w.hard_sets
            from private.workouts as w
            where
                w.user_id = p_profile.user_id
                and w.completed_at >= p_first_week::timestamp at time zone p_profile.timezone
        ) as done
        cross join lateral rows from (pg_catalog.unnest(done.muscles), pg_catalog.unnest(done.hard_sets))
            as named (muscle, hard_sets)
        group by done.week_start, named.muscle
    ) as trained
    group by trained.week_start;
end
$$;
comment on function private.week_muscles(private.profiles, date) is
'The muscles trained in each week from one on, without weeks that trained none: [{muscle, hard_sets, sessions}], most '
'sets first. A working set counts 1 for each primary muscle and ½ for each secondary one.';
grant execute on function private.week_muscles(private.profiles, date) to authenticated;


create function private.week_totals(p_profile private.profiles, p_first_week date)
returns table (week_start date, sessions bigint, duration_seconds bigint, volume_kg numeric, average_rpe numeric)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    return query
    select
        listed.day::date,
        count(w.id),
        coalesce(sum(w.duration_seconds), 0),
        coalesce(sum(w.total_volume_kg), 0),
        -- Users who do not rate sets may rate their workouts.
        pg_catalog.round(coalesce(sum(w.rpe_sum) / nullif(sum(w.rpe_count), 0), avg(w.overall_rpe)), 2)
    from pg_catalog.generate_series(
        p_first_week::timestamp,
        private.start_of_week(pg_catalog.now(), p_profile.timezone)::timestamp,
        interval '7 days'
    ) as listed (day)
    left join (
        select
            private.start_of_week(done.completed_at, p_profile.timezone) as week_start,
            done.*
        from private.workouts as done
        where
            done.user_id = p_profile.user_id
            and done.completed_at >= p_first_week::timestamp at time zone p_profile.timezone
    ) as w on listed.day::date = w.week_start
    group by listed.day;
end
$$;
comment on function private.week_totals(private.profiles, date) is
'The totals of each week from one to the current week, weeks without workouts included.';
grant execute on function private.week_totals(private.profiles, date) to authenticated;


create function public.get_progress_summary(p_weeks integer default 12)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_first_week date;
    v_weeks json;
begin
    if p_weeks is null or p_weeks not between 1 and 104 then
        perform private.fail(422, 'invalid_weeks', '`weeks` must be between 1 and 104.', '?weeks');
    end if;
    v_first_week := private.start_of_week(pg_catalog.now(), v_profile.timezone) - 7 * (p_weeks - 1);
    select pg_catalog.json_agg(
        pg_catalog.json_build_object(
            'week_start', week.week_start,
            'sessions', week.sessions,
            'duration_seconds', week.duration_seconds,
            'volume_kg', week.volume_kg,
            'average_rpe', week.average_rpe,
            'muscles', coalesce(trained.muscles, '[]')
        )
        order by week.week_start
    )
    into v_weeks
    from private.week_totals(v_profile, v_first_week) as week
    left join private.week_muscles(v_profile, v_first_week) as trained on week.week_start = trained.week_start;
    return pg_catalog.json_build_object('streak', private.streak_json(v_profile), 'weeks', v_weeks);
end
$$;
comment on function public.get_progress_summary(integer) is
'The caller''s streak and the last p_weeks weeks up to the current one, oldest first, weeks without workouts included: '
'{streak, weeks: [{week_start, sessions, duration_seconds, volume_kg, average_rpe, muscles}]}. Raises PT404 '
'profile_not_found, PT422 invalid_weeks.';
grant execute on function public.get_progress_summary(integer) to authenticated;
