-- Streaks: weeks in a row in which the user met their weekly target.

create function private.streak_json(p_profile private.profiles)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_this_week date := private.start_of_week(pg_catalog.now(), p_profile.timezone);
begin
    return (
        with
        -- The weeks with workouts, the paused weeks and the current week.
        week as materialized (
            select
                l.week_start,
                pg_catalog.bool_or(l.met) as met,
                pg_catalog.bool_or(l.paused) as paused
            from (
                select
                    t.week_start,
                    t.workouts_with_work >= coalesce(
                        (
                            select earlier.weekly_target from private.earlier_targets as earlier
                            where earlier.user_id = p_profile.user_id and earlier.until > t.week_start
                            order by earlier.until
                            limit 1
                        ),
                        p_profile.weekly_target
                    ) as met,
                    false as paused
                from private.training_weeks as t
                where t.user_id = p_profile.user_id
                union all
                select
                    p.week_start,
                    false,
                    true
                from private.paused_weeks as p
                where p.user_id = p_profile.user_id
                union all
                select
                    v_this_week,
                    false,
                    false
            ) as l
            group by l.week_start
        ),
        -- Two weeks that a streak may join get successive numbers. A paused week that missed the target gets the same
        -- number as the week after it, so it leaves no gap in a streak.
        numbered as (
            select
                w.*,
                (w.week_start - date '2000-01-03') / 7 - count(*) filter (where w.paused and not w.met) over (
                    order by w.week_start
                    rows between unbounded preceding and 1 preceding
                ) as number
            from week as w
        ),
        streak as (
            select
                max(met.number) as last_number,
                count(*) as weeks
            from (
                -- The difference is the same for all weeks of a streak.
                select
                    n.number,
                    n.number - pg_catalog.row_number() over (order by n.number) as difference
                from numbered as n
                where n.met
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
        from numbered as this_week
        where this_week.week_start = v_this_week
    );
end
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


create function private.pause_faults(p_profile private.profiles, p_weeks integer, p_from date)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_this_week date := private.start_of_week(pg_catalog.now(), p_profile.timezone);
    v_faults jsonb := '[]';
begin
    if p_weeks is null or p_weeks not between 1 and 12 then
        v_faults := private.fault('invalid_pause', '`weeks` must be between 1 and 12.', 'weeks');
    end if;
    if pg_catalog.date_trunc('week', p_from::timestamp)::date not between v_this_week - 28 and v_this_week + 364 then
        v_faults := v_faults || private.fault(
            'invalid_pause', '`from` must be within the last four weeks or the coming year.', 'from'
        );
    end if;
    return v_faults;
end
$$;
comment on function private.pause_faults(private.profiles, integer, date) is
'The fault invalid_pause of too many or no weeks, or of a first week too long ago or too far ahead.';
grant execute on function private.pause_faults(private.profiles, integer, date) to authenticated;


create function public.pause_streak(
    p_weeks integer default 1, p_from date default null, p_idempotency_key text default null
)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_first date := coalesce(
        pg_catalog.date_trunc('week', p_from::timestamp)::date,
        private.start_of_week(pg_catalog.now(), v_profile.timezone)
    );
    v_request jsonb := pg_catalog.jsonb_build_array(p_weeks, p_from);
    v_answer jsonb := private.replay_answer('pause_streak', p_idempotency_key, v_request);
begin
    if v_answer is not null then
        return v_answer || '{"replayed": true}';
    end if;
    perform private.refuse(private.pause_faults(v_profile, p_weeks, p_from));
    insert into private.paused_weeks (user_id, week_start)
    select
        v_profile.user_id,
        v_first + 7 * later.weeks
    from pg_catalog.generate_series(0, p_weeks - 1) as later (weeks)
    on conflict (user_id, week_start) do nothing;
    v_answer := private.pauses_json(v_profile);
    perform private.remember_answer('pause_streak', p_idempotency_key, v_request, v_answer, v_profile.user_id);
    return v_answer || '{"replayed": false}';
end
$$;
comment on function public.pause_streak(integer, date, text) is
'Pauses the streak for p_weeks weeks, beginning with the week of p_from (by default the current week): {streak, '
'paused_weeks, replayed}. A key that was used before replays the first answer. Raises PT404 profile_not_found, PT422 '
'invalid_pause, invalid_idempotency_key, idempotency_key_reused.';
grant execute on function public.pause_streak(integer, date, text) to authenticated;


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
