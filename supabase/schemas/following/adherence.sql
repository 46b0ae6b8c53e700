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
