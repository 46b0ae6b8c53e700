-- What workouts and conversations are awarded for.

create function private.workout_achievements(p_profile private.profiles, p_workout_id uuid)
returns table (kind text, source text, times bigint, reason text)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        'workout_completed',
        'workout:' || p_workout_id,
        1::bigint,
        'Completed a workout'
    union all
    -- Beating a record is an event; a first time has nothing to beat.
    select
        'personal_record',
        'workout:' || p_workout_id,
        beaten.exercises,
        case beaten.exercises when 1 then 'Set a personal record' else 'Set ' || beaten.exercises || ' personal records' end
    from (
        select count(distinct r.exercise_id) as exercises
        from private.workout_records(p_profile.user_id, p_workout_id) as r
        where r.previous is not null
    ) as beaten
    where beaten.exercises > 0
    union all
    -- More than the target meets it, too: the week's award may be open because a workout was imported or deleted.
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
    where trained.among_them and trained.workouts >= p_profile.weekly_target
    union all
    -- For every workout; the ledger takes it once.
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
'What a workout that was just logged may be awarded for: the kinds, their sources, how often each, and why.';


-- Security definer, because the ledger is read-only to users. It takes no points and no user: what a workout of the
-- caller is worth is computed here. log_workout holds the lock on the profile, so the caps hold for requests that
-- arrive together.
create function private.award_workout(p_workout_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_profile private.profiles;
begin
    select p.* into v_profile
    from private.profiles as p
    inner join private.workouts as w on p.user_id = w.user_id
    where p.user_id = v_user_id and w.id = p_workout_id;
    if not found then
        perform private.fail(404, 'workout_not_found', 'There is no such workout.');
    end if;
    perform private.award_event(v_user_id, day.today, a.kind, a.source, a.times, a.reason, p_workout_id)
    from private.ledger_day(v_profile) as day (today)
    cross join private.workout_achievements(v_profile, p_workout_id) as a;
    return private.affinity_change(
        private.affinity_standing(v_profile.affinity_score),
        v_user_id,
        private.events_of_workout(v_user_id, p_workout_id)
    );
end
$$;
comment on function private.award_workout(uuid) is
'Awards the caller what a workout of theirs is worth, once: {gained, score, level, title, leveled_up, events}.';
grant execute on function private.award_workout(uuid) to authenticated;


-- Security definer for the same reason. An edited workout is the same workout: it was awarded on its day, and only its
-- records are counted anew, within what that day's cap leaves. One that was never awarded, because it was imported,
-- stays so.
create function private.reaward_workout(p_workout_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_profile private.profiles;
    v_day date;
begin
    select p.* into v_profile
    from private.profiles as p
    inner join private.workouts as w on p.user_id = w.user_id
    where p.user_id = v_user_id and w.id = p_workout_id;
    if not found then
        perform private.fail(404, 'workout_not_found', 'There is no such workout.');
    end if;
    select e.earned_on into v_day from private.affinity_events as e
    where e.user_id = v_user_id and e.workout_id = p_workout_id and e.kind = 'workout_completed';
    if found then
        delete from private.affinity_events as e
        where e.user_id = v_user_id and e.workout_id = p_workout_id and e.kind = 'personal_record';
        perform private.award_event(v_user_id, v_day, a.kind, a.source, a.times, a.reason, p_workout_id)
        from private.workout_achievements(v_profile, p_workout_id) as a
        where a.kind = 'personal_record';
    end if;
    return private.affinity_change(
        private.affinity_standing(v_profile.affinity_score),
        v_user_id,
        private.events_of_workout(v_user_id, p_workout_id)
    );
end
$$;
comment on function private.reaward_workout(uuid) is
'Counts the records of an edited workout of the caller''s anew: {gained, score, level, title, leveled_up, events}, '
'where gained may be negative.';
grant execute on function private.reaward_workout(uuid) to authenticated;


-- Security definer for the same reason. It is for functions that have just stored a message of the caller's; it asks
-- again who that is, and locks their profile itself, so that the caps hold for turns that arrive together.
create function private.award_conversation(p_user_id uuid, p_message_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_day date := private.ledger_day(v_profile);
    v_event_ids uuid[];
begin
    if p_user_id is distinct from v_profile.user_id then
        perform private.fail(403, 'forbidden', 'Only one''s own conversation counts.');
    end if;
    v_event_ids := array[
        private.award_event(
            p_user_id, v_day, 'conversation', 'message:' || p_message_id, 1, 'Talked with the companion', null
        ),
        private.award_event(
            p_user_id, v_day, 'first_time', 'first:chat', 1, 'Talked with the companion for the first time', null
        )
    ];
    return private.affinity_change(
        private.affinity_standing(v_profile.affinity_score), p_user_id, v_event_ids
    );
end
$$;
comment on function private.award_conversation(uuid, uuid) is
'Awards the caller a turn of a conversation, once for each message: {gained, score, level, title, leveled_up, events}. '
'Raises PT403 forbidden for another user, PT404 profile_not_found.';
grant execute on function private.award_conversation(uuid, uuid) to authenticated;
