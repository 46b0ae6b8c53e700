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
