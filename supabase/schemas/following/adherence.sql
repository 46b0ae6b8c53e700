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
