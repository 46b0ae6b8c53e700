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
'Where the follower of a plan is: the week of the plan, counted from 1, and the day that is due, both null if the plan '
'is finished; the date from which it is due; and how many sessions this calendar week has and should have.';


create function private.plan_day_numbers(p_version private.plan_versions)
returns integer[]
language sql
stable
security invoker
set search_path = ''
as $$
    select array(
        select d.day from private.plan_days as d
        where d.user_id = p_version.user_id and d.plan_id = p_version.plan_id and d.version = p_version.version
        order by d.day
    )
$$;
comment on function private.plan_day_numbers(private.plan_versions) is 'The numbers of a plan''s days, in order.';
grant execute on function private.plan_day_numbers(private.plan_versions) to authenticated;


-- A week of a plan is a round through its days and does not depend on the calendar. A workout starts the next round if
-- its day does not come after the day of the workout before it.
create function private.plan_progress(
    p_plan_id uuid, p_profile private.profiles, out week integer, out last_day integer, out done_this_week integer
)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        1 + count(*) filter (where done.starts_round)::integer,
        (pg_catalog.array_agg(done.plan_day order by done.completed_at desc, done.created_at desc))[1],
        count(*) filter (
            where private.start_of_week(done.completed_at, p_profile.timezone)
                >= private.start_of_week(pg_catalog.now(), p_profile.timezone)
        )::integer
    from (
        select
            w.plan_day,
            w.completed_at,
            w.created_at,
            w.plan_day <= pg_catalog.lag(w.plan_day) over (order by w.completed_at, w.created_at) as starts_round
        from private.workouts as w
        where w.plan_id = p_plan_id and w.user_id = p_profile.user_id and w.plan_day is not null
    ) as done
$$;
comment on function private.plan_progress(uuid, private.profiles) is
'How far a follower has come in a plan: the week of their last session, its day (null before the first), and how many '
'sessions they did in this calendar week.';
grant execute on function private.plan_progress(uuid, private.profiles) to authenticated;


create function private.plan_position(p_version private.plan_versions, p_profile private.profiles)
returns private.plan_position
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_done record := private.plan_progress(p_version.plan_id, p_profile);
    v_days integer[] := private.plan_day_numbers(p_version);
    v_today date := pg_catalog.now() at time zone p_profile.timezone;
    v_position private.plan_position;
begin
    v_position.week := v_done.week;
    v_position.day := (
        select min(d.day) from pg_catalog.unnest(v_days) as d (day)
        where d.day > coalesce(v_done.last_day, 0)
    );
    if v_position.day is null then
        v_position.week := v_done.week + 1;
        v_position.day := v_days[1];
    end if;
    v_position.finished := coalesce(v_position.week > p_version.duration_weeks, false);
    v_position.done_this_week := v_done.done_this_week;
    v_position.planned_per_week := coalesce(p_version.days_per_week, pg_catalog.cardinality(v_days));
    if v_position.finished then
        v_position.week := null;
        v_position.day := null;
    elsif v_position.done_this_week >= v_position.planned_per_week then
        v_position.due_on := private.start_of_week(pg_catalog.now(), p_profile.timezone) + 7;
    else
        v_position.due_on := v_today;
    end if;
    return v_position;
end
$$;
comment on function private.plan_position(private.plan_versions, private.profiles) is
'The day of a plan that is due: the one after the day that the follower logged last. Once the calendar week has all '
'its sessions, the next one is due on Monday.';
grant execute on function private.plan_position(private.plan_versions, private.profiles) to authenticated;
