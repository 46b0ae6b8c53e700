-- The table of weeks that users take off.

create table private.paused_weeks (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    week_start date not null
    constraint paused_weeks_week_start_check check (extract(isodow from week_start) = 1),
    created_at timestamptz not null default now(),
    primary key (user_id, week_start)
);
comment on table private.paused_weeks is
'Weeks that do not break a streak, for holidays or illness, each by its Monday.';
grant select, delete on private.paused_weeks to authenticated;
grant insert (user_id, week_start) on private.paused_weeks to authenticated;
alter table private.paused_weeks enable row level security;
create policy "owner can select own paused_weeks" on private.paused_weeks
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own paused_weeks" on private.paused_weeks
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can delete own paused_weeks" on private.paused_weeks
for delete to authenticated using ((select auth.uid()) = user_id);


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


-- The personal records of the caller.

create function private.record_steps_json(
    p_user_id uuid, p_exercise_id uuid, p_kind text, p_weight_unit text
)
returns json
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.json_agg(
        pg_catalog.json_build_object(
            'value', private.shown_record(p_kind, r.value, p_weight_unit),
            'achieved_at', x.performed_at,
            'workout_id', x.workout_id
        )
        order by r.value
    )
    from private.workout_exercises as x
    cross join lateral private.records_of(x) as r
    where x.user_id = p_user_id and x.exercise_id = p_exercise_id and x.is_record and r.kind = p_kind
$$;
comment on function private.record_steps_json(uuid, uuid, text, text) is
'The records of one kind in an exercise, oldest first, in the unit given (kg or lb): [{value, achieved_at, '
'workout_id}].';
grant execute on function private.record_steps_json(uuid, uuid, text, text) to authenticated;


create function public.list_records(
    p_exercise_id uuid default null, p_page integer default 1, p_per_page integer default 20
)
returns json
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_answer json;
begin
    with
    listed as materialized (
        select
            r.*,
            e.name,
            pg_catalog.row_number() over (order by e.name, r.exercise_id, r.rank) as place
        from (
            select distinct
                x.exercise_id,
                record.rank,
                record.kind
            from private.workout_exercises as x
            cross join lateral private.records_of(x) as record
            where
                x.user_id = v_profile.user_id
                and x.is_record
                and (p_exercise_id is null or x.exercise_id = p_exercise_id)
        ) as r
        inner join private.exercises as e on r.exercise_id = e.id
    ),
    page as (
        select
            l.*,
            private.record_steps_json(v_profile.user_id, l.exercise_id, l.kind, v_profile.weight_unit) as steps
        from listed as l
        order by l.place
        offset v_offset
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.json_agg(
                pg_catalog.json_build_object(
                    'exercise_id', page.exercise_id,
                    'exercise_name', page.name,
                    'kind', page.kind,
                    'unit', case page.kind when 'reps' then 'reps' else v_profile.weight_unit end,
                    'value', page.steps -> -1 -> 'value',
                    'achieved_at', page.steps -> -1 -> 'achieved_at',
                    'workout_id', page.steps -> -1 -> 'workout_id',
                    'history', page.steps
                )
                order by page.place
            )
            from page
        ),
        (select count(*) from listed),
        p_page,
        p_per_page
    )
    into v_answer;
    return v_answer;
end
$$;
comment on function public.list_records(uuid, integer, integer) is
'A page of the caller''s personal records, by exercise and kind: {items: [{exercise_id, exercise_name, kind, unit, '
'value, achieved_at, workout_id, history}], total, page, per_page}. The history has the earlier records too, oldest '
'first. With p_exercise_id, only those of that exercise. Raises PT404 profile_not_found, PT422 invalid_page.';
grant execute on function public.list_records(uuid, integer, integer) to authenticated;


-- The progress in one exercise.

create function private.exercise_points(p_user_id uuid, p_exercise_id uuid, p_from timestamptz, p_to timestamptz)
returns table (
    workout_id uuid,
    performed_at timestamptz,
    working_sets integer,
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
        select s.* from private.workout_exercises as x
        inner join private.workout_sets as s
            on x.user_id = s.user_id and x.workout_id = s.workout_id and x.exercise_id = s.exercise_id
        where
            x.user_id = p_user_id
            and x.exercise_id = p_exercise_id
            and x.performed_at >= p_from
            and x.performed_at < p_to
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
                pg_catalog.jsonb_build_object('weight', best.weight, 'weight_unit', best.weight_unit, 'reps', best.reps)
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
    )
    select
        x.workout_id,
        x.performed_at,
        x.working_sets,
        coalesce(x.volume_kg, 0),
        x.estimated_1rm_kg,
        top.top_set,
        coalesce(at_weight.reps_at_weight, '[]')
    from private.workout_exercises as x
    inner join top on x.workout_id = top.workout_id
    left join at_weight on x.workout_id = at_weight.workout_id
    where x.user_id = p_user_id and x.exercise_id = p_exercise_id
$$;
comment on function private.exercise_points(uuid, uuid, timestamptz, timestamptz) is
'What a user did of an exercise in each workout from p_from to before p_to. The top set is the heaviest one, and of '
'these the one with the most reps. reps_at_weight has the most reps at each weight, heaviest first: [{weight, '
'weight_unit, reps}]. Warm-ups do not count.';
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
    v_exercise private.exercises := private.find_exercise(p_id);
    v_answer jsonb;
begin
    if p_from > p_to then
        perform private.fail(422, 'invalid_range', '`from` must not be later than `to`.', '?from');
    end if;
    select pg_catalog.jsonb_build_object(
        'exercise_id', p_id,
        'exercise_name', v_exercise.name,
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
'A point for each of the caller''s workouts with an exercise, oldest first, and the trend of the estimated 1RM: '
'{exercise_id, exercise_name, trend_kg_per_week, points: [{workout_id, completed_at, date, working_sets, volume_kg, '
'estimated_1rm_kg, top_set, reps_at_weight}]}. p_from and p_to are days in the caller''s time zone. Raises PT404 '
'exercise_not_found, profile_not_found, PT422 invalid_range.';
grant execute on function public.get_exercise_progress(uuid, date, date) to authenticated;
