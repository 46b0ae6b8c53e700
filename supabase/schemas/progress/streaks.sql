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
