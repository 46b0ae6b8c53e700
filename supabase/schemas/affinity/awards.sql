-- What workouts and conversations earn.

create function private.award_day(p_user_id uuid, p_workout_id uuid)
returns date
language sql
stable
security invoker
set search_path = ''
as $$
    select e.earned_on from private.affinity_events as e
    where e.user_id = p_user_id and e.workout_id = p_workout_id and e.kind = 'workout_completed'
$$;
comment on function private.award_day(uuid, uuid) is
'The day on which a workout was awarded; null for one that was not: it has no work, or another app logged it.';
grant execute on function private.award_day(uuid, uuid) to authenticated;


-- Granted to nobody, like the other functions here that write to the ledger for the definer functions below.
create function private.award_workout_and_records(p_workout private.workouts, p_day date)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_source text := 'workout:' || p_workout.id;
    v_beaten bigint := private.count_beaten(p_workout);
begin
    if not p_workout.has_work then
        delete from private.affinity_events as e
        where e.user_id = p_workout.user_id and e.workout_id = p_workout.id;
        return;
    end if;
    perform private.award_event(
        p_workout.user_id, p_day, 'workout_completed', v_source, 1, 'Completed a workout', p_workout.id
    );
    if v_beaten = 0 then
        delete from private.affinity_events as e
        where e.user_id = p_workout.user_id and e.kind = 'personal_record' and e.source = v_source;
    else
        perform private.award_event(
            p_workout.user_id, p_day, 'personal_record', v_source, v_beaten,
            case v_beaten when 1 then 'Set a personal record' else 'Set ' || v_beaten || ' personal records' end,
            p_workout.id
        );
    end if;
end
$$;
comment on function private.award_workout_and_records(private.workouts, date) is
'Awards a workout and the records that it beats on a day, and takes back what it no longer earns: everything if it has '
'no work.';


-- The workout that earned the week is the first one, in the order of logging, with which the week met its target. It
-- was logged in that week: a workout that is logged later counts for the target and earns no week.
create function private.award_week(p_profile private.profiles, p_week date, p_workout_id uuid default null)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_source text := 'week:' || pg_catalog.to_char(p_week, 'YYYY-MM-DD');
    v_reached record;
begin
    if p_workout_id is not null and exists (
        select from private.affinity_events as e
        where e.user_id = p_profile.user_id and e.kind = 'weekly_streak' and e.source = v_source
    ) then
        return;
    end if;
    select
        trained.id,
        private.award_day(p_profile.user_id, trained.id) as earned_on,
        trained.workouts
    into v_reached
    from (
        select
            w.*,
            count(*) over (order by w.created_at, w.id) as workouts
        from private.workouts as w
        where
            w.user_id = p_profile.user_id
            and w.has_work
            and w.completed_at >= p_week::timestamp at time zone p_profile.timezone
            and w.completed_at < (p_week::timestamp + interval '7 days') at time zone p_profile.timezone
    ) as trained
    where
        trained.workouts >= private.target_of_week(p_profile, p_week)
        and private.start_of_week(trained.created_at, p_profile.timezone) = p_week
        and private.award_day(p_profile.user_id, trained.id) is not null
        and (p_workout_id is null or trained.id = p_workout_id)
    order by trained.created_at, trained.id
    limit 1;
    delete from private.affinity_events as e
    where
        e.user_id = p_profile.user_id
        and e.kind = 'weekly_streak'
        and e.source = v_source
        and e.workout_id is distinct from v_reached.id;
    if v_reached.id is not null then
        perform private.award_event(
            p_profile.user_id, v_reached.earned_on, 'weekly_streak', v_source, 1,
            'Trained '
            || case v_reached.workouts when 1 then 'once' else v_reached.workouts || ' times' end || ' this week',
            v_reached.id
        );
    end if;
end
$$;
comment on function private.award_week(private.profiles, date, uuid) is
'Awards the target of a week to the workout that reached it, and takes the award back from any other. With '
'p_workout_id, it awards a workout that was just logged if the week meets the target and has no award yet.';


create function private.award_first_time(p_user_id uuid, p_by_plan boolean)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_source text := case when p_by_plan then 'first:plan' else 'first:workout' end;
begin
    if exists (
        select from private.affinity_events as known
        where known.user_id = p_user_id and known.kind = 'first_time' and known.source = v_source
    ) then
        return;
    end if;
    perform private.award_event(
        p_user_id, first.earned_on, 'first_time', v_source, 1,
        case when p_by_plan then 'Followed a plan for the first time' else 'Logged a first workout' end,
        first.workout_id
    )
    from (
        select
            done.workout_id,
            done.earned_on
        from private.workouts as w
        inner join private.affinity_events as done on w.user_id = done.user_id and w.id = done.workout_id
        where
            w.user_id = p_user_id
            and done.kind = 'workout_completed'
            and (w.plan_name is not null or not p_by_plan)
        order by w.created_at, w.id
        limit 1
    ) as first;
end
$$;
comment on function private.award_first_time(uuid, boolean) is
'Awards the first workout, or the first one that followed a plan, unless it is awarded.';


-- Security definer, because users may only read the ledger. It accepts neither points nor a user: it computes what a
-- workout of the caller earns. log_workout holds the lock on the profile, so the caps hold for simultaneous requests.
create function private.award_workout(p_workout_id uuid)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_profile private.profiles;
    v_workout private.workouts;
begin
    -- It reads both rows itself. With row-level security, find_workout would get a new plan whenever its caller changes.
    select p.* into v_profile from private.profiles as p
    where p.user_id = private.current_user_id();
    select w.* into v_workout from private.workouts as w
    where w.user_id = v_profile.user_id and w.id = p_workout_id;
    if not found then
        perform private.fail(404, 'workout_not_found', 'No workout has this id.');
    end if;
    if v_workout.has_work and v_workout.import_key is null then
        perform private.award_workout_and_records(v_workout, private.ledger_day(v_profile));
        perform private.award_week(
            v_profile, private.start_of_week(v_workout.completed_at, v_profile.timezone), v_workout.id
        );
        perform private.award_first_time(v_workout.user_id, false);
        if v_workout.plan_name is not null then
            perform private.award_first_time(v_workout.user_id, true);
        end if;
    end if;
    return private.affinity_change(
        private.affinity_standing(v_profile.affinity_score),
        v_workout.user_id,
        private.events_of_workout(v_workout.user_id, v_workout.id)
    );
end
$$;
comment on function private.award_workout(uuid) is
'Awards what a workout of the caller earns, once: {gained, score, level, title, leveled_up, events}. Nothing for one '
'without work or from another app. Raises PT404 workout_not_found.';
grant execute on function private.award_workout(uuid) to authenticated;


-- Granted to nobody.
create function private.award_day_again(p_profile private.profiles, p_day date)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    perform private.award_workout_and_records(awarded, p_day)
    from (
        select w.*
        from private.affinity_events as e
        inner join private.workouts as w on e.user_id = w.user_id and e.workout_id = w.id
        where e.user_id = p_profile.user_id and e.earned_on = p_day and e.kind = 'workout_completed'
        order by w.created_at, w.id
    ) as awarded;
end
$$;
comment on function private.award_day_again(private.profiles, date) is
'Awards the workouts of a day and their records again, in the order of logging and within the caps of the day.';


-- Security definer for the same reason. What a workout earns depends on those before it: their records, the caps of the
-- day, the target of the week, what was the first. So after a workout changed or went, this awards again whatever it
-- may have touched, and the ledger is as if the user had logged only what is there now.
create function private.award_again(
    p_workout_id uuid,
    p_day date,
    p_completed_at timestamptz,
    p_since timestamptz,
    p_exercise_ids uuid[],
    p_records jsonb
)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_workout private.workouts;
    v_records jsonb := private.later_records(v_profile.user_id, p_exercise_ids, p_workout_id, p_since);
begin
    select w.* into v_workout from private.workouts as w
    where w.user_id = v_profile.user_id and w.id = p_workout_id;
    perform private.award_day_again(v_profile, again.day)
    from (
        select p_day as day
        where p_day is not null
        union
        select private.award_day(v_profile.user_id, coalesce(earlier.key, later.key)::uuid)
        from pg_catalog.jsonb_each(p_records) as earlier
        full join pg_catalog.jsonb_each(v_records) as later on earlier.key = later.key
        where earlier.value is distinct from later.value
    ) as again
    where again.day is not null;
    if v_workout.has_work and v_workout.import_key is null and p_day is null then
        perform private.award_workout_and_records(v_workout, private.ledger_day(v_profile));
    end if;
    perform private.award_week(v_profile, week.monday)
    from (
        select private.start_of_week(p_completed_at, v_profile.timezone) as monday
        union
        select private.start_of_week(v_workout.completed_at, v_profile.timezone)
    ) as week
    where week.monday is not null;
    if v_workout.plan_name is null then
        delete from private.affinity_events as e
        where e.user_id = v_profile.user_id and e.workout_id = p_workout_id and e.source = 'first:plan';
    end if;
    perform private.award_first_time(v_profile.user_id, by_plan) from (values (false), (true)) as first (by_plan);
    return private.affinity_change(
        private.affinity_standing(v_profile.affinity_score),
        v_profile.user_id,
        private.events_of_workout(v_profile.user_id, p_workout_id)
    );
end
$$;
comment on function private.award_again(uuid, date, timestamptz, timestamptz, uuid[], jsonb) is
'Awards again what a change or the deletion of a workout of the caller touches: the day of its award, the days of '
'workouts whose records changed, its week before and after, and first times. p_day is the day of its award, or null, '
'p_completed_at when it was done before the change, and p_records what private.later_records gave for its exercises '
'before the change, since p_since. Returns {gained, score, level, title, leveled_up, events}, where gained may be '
'negative. Raises PT404 profile_not_found.';
grant execute on function private.award_again(uuid, date, timestamptz, timestamptz, uuid[], jsonb) to authenticated;


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
