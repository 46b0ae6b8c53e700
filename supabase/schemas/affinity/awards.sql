-- What workouts and conversations earn.

create type private.achievement as (
    kind text,
    source text,
    times bigint,
    reason text
);
comment on type private.achievement is
'What the ledger can award: the kind, its source, how many times the points of the kind, and the reason.';


create function private.record_achievement(p_user_id uuid, p_workout_id uuid)
returns setof private.achievement
language sql
stable
security invoker
set search_path = ''
rows 1
as $$
    select
        'personal_record',
        'workout:' || p_workout_id,
        beaten.exercises,
        case beaten.exercises when 1 then 'Set a personal record' else 'Set ' || beaten.exercises || ' personal records' end
    from (
        select count(distinct r.exercise_id) as exercises
        from private.workout_records(p_user_id, p_workout_id) as r
        -- A first time beats nothing.
        where r.previous is not null
    ) as beaten
    where beaten.exercises > 0
$$;
comment on function private.record_achievement(uuid, uuid) is
'The records that a workout beat, as one achievement; no row when it beat none.';


create function private.week_achievement(p_profile private.profiles, p_workout_id uuid)
returns setof private.achievement
language sql
stable
security invoker
set search_path = ''
rows 1
as $$
    select
        'weekly_streak',
        'week:' || pg_catalog.to_char(week.monday, 'YYYY-MM-DD'),
        1,
        'Trained ' || case trained.workouts when 1 then 'once' else trained.workouts || ' times' end || ' this week'
    from (
        select private.start_of_week(pg_catalog.now(), p_profile.timezone)::timestamp as monday
    ) as week
    cross join lateral (
        select
            count(*) as workouts,
            bool_or(w.id = p_workout_id) as among_them
        from private.workouts as w
        where
            w.user_id = p_profile.user_id
            and w.completed_at >= week.monday at time zone p_profile.timezone
            and w.completed_at < (week.monday + interval '7 days') at time zone p_profile.timezone
    ) as trained
    -- Workouts beyond the target count too: an import or a deletion may have left the award of the week open.
    where trained.among_them and trained.workouts >= p_profile.weekly_target
$$;
comment on function private.week_achievement(private.profiles, uuid) is
'The weekly target, if the workout belongs to the current week and the week meets the target; else no row.';


create function private.workout_achievements(p_profile private.profiles, p_workout_id uuid)
returns setof private.achievement
language sql
stable
security invoker
set search_path = ''
rows 5
as $$
    select
        'workout_completed',
        'workout:' || p_workout_id,
        1::bigint,
        'Completed a workout'
    union all
    select * from private.record_achievement(p_profile.user_id, p_workout_id)
    union all
    select * from private.week_achievement(p_profile, p_workout_id)
    union all
    -- Every workout claims this, and the ledger awards it once.
    select
        'first_time',
        'first:workout',
        1,
        'Logged a first workout'
    union all
    select
        'first_time',
        'first:plan',
        1,
        'Followed a plan for the first time'
    from private.workouts as w
    where w.user_id = p_profile.user_id and w.id = p_workout_id and w.plan_id is not null
$$;
comment on function private.workout_achievements(private.profiles, uuid) is
'Everything that a workout which was just logged can be awarded for.';


-- Security definer, because users may only read the ledger. It accepts neither points nor a user: it computes what a
-- workout of the caller earns. log_workout holds the lock on the profile, so the caps hold for simultaneous requests.
create function private.award_workout(p_workout_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_workout private.workouts := private.find_workout(v_profile.user_id, p_workout_id);
begin
    perform private.award_event(v_workout.user_id, day.today, a.kind, a.source, a.times, a.reason, v_workout.id)
    from private.ledger_day(v_profile) as day (today)
    cross join private.workout_achievements(v_profile, v_workout.id) as a;
    return private.affinity_change(
        private.affinity_standing(v_profile.affinity_score),
        v_workout.user_id,
        private.events_of_workout(v_workout.user_id, v_workout.id)
    );
end
$$;
comment on function private.award_workout(uuid) is
'Awards what a workout of the caller earns, once: {gained, score, level, title, leveled_up, events}. Raises PT404 '
'workout_not_found, profile_not_found.';
grant execute on function private.award_workout(uuid) to authenticated;


-- Security definer for the same reason. An edited workout keeps its award, and only its records are awarded again, on
-- the day of the award and within the cap of that day. An imported workout has no award and gets none.
create function private.reaward_workout(p_workout_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_workout private.workouts := private.find_workout(v_profile.user_id, p_workout_id);
    v_day date;
begin
    select e.earned_on into v_day from private.affinity_events as e
    where e.user_id = v_workout.user_id and e.workout_id = v_workout.id and e.kind = 'workout_completed';
    if found then
        delete from private.affinity_events as e
        where e.user_id = v_workout.user_id and e.workout_id = v_workout.id and e.kind = 'personal_record';
        perform private.award_event(v_workout.user_id, v_day, a.kind, a.source, a.times, a.reason, v_workout.id)
        from private.record_achievement(v_workout.user_id, v_workout.id) as a;
    end if;
    return private.affinity_change(
        private.affinity_standing(v_profile.affinity_score),
        v_workout.user_id,
        private.events_of_workout(v_workout.user_id, v_workout.id)
    );
end
$$;
comment on function private.reaward_workout(uuid) is
'Awards the records of an edited workout of the caller again: {gained, score, level, title, leveled_up, events}, where '
'gained may be negative. Raises PT404 workout_not_found, profile_not_found.';
grant execute on function private.reaward_workout(uuid) to authenticated;


-- Security definer for the same reason. It locks the profile, so the caps hold for simultaneous turns.
create function private.award_conversation(p_message_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_profile private.profiles;
    v_day date;
    v_event_ids uuid[];
begin
    perform private.check_service();
    v_profile := private.lock_profile();
    v_day := private.ledger_day(v_profile);
    v_event_ids := array[
        private.award_event(
            v_profile.user_id, v_day, 'conversation', 'message:' || p_message_id, 1, 'Talked with the companion', null
        ),
        private.award_event(
            v_profile.user_id, v_day, 'first_time', 'first:chat', 1, 'Talked with the companion for the first time', null
        )
    ];
    return private.affinity_change(
        private.affinity_standing(v_profile.affinity_score), v_profile.user_id, v_event_ids
    );
end
$$;
comment on function private.award_conversation(uuid) is
'Awards a turn of the conversation of the caller, once for each message: {gained, score, level, title, leveled_up, '
'events}. Raises PT403 service_only, PT404 profile_not_found.';
grant execute on function private.award_conversation(uuid) to authenticated;
