-- Weekly targets of the past: a new target does not change what earlier weeks were.

create table private.earlier_targets (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    until date not null,
    weekly_target integer not null
    constraint earlier_targets_weekly_target_check check (weekly_target between 1 and 7),
    primary key (user_id, until)
);
comment on table private.earlier_targets is
'The weekly targets that a user had before: each counted for the weeks before a Monday, back to the row before it.';
grant select on private.earlier_targets to authenticated;
alter table private.earlier_targets enable row level security;
create policy "owner can select own earlier_targets" on private.earlier_targets
for select to authenticated using ((select auth.uid()) = user_id);


-- Security definer, because users may not write the past. It acts only on the row that fired it.
create function private.keep_earlier_target()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_this_week date := private.start_of_week(pg_catalog.now(), new.timezone);
begin
    insert into private.earlier_targets (user_id, until, weekly_target)
    select
        old.user_id,
        v_this_week,
        old.weekly_target
    -- Without workouts in earlier weeks there is nothing to keep, and a history that a new user imports is measured by
    -- the target that they chose.
    where exists (
        select from private.workouts as w
        where w.user_id = old.user_id and w.completed_at < v_this_week::timestamp at time zone new.timezone
    )
    -- Of several changes in one week, the first ended the target of the weeks before.
    on conflict (user_id, until) do nothing;
    return null;
end
$$;
comment on function private.keep_earlier_target() is
'Keeps the old target for the weeks before the current one, if the user trained in them.';

create trigger keep_earlier_target
after update of weekly_target on private.profiles
for each row when (old.weekly_target <> new.weekly_target)
execute function private.keep_earlier_target();


create function private.target_of_week(p_profile private.profiles, p_week date)
returns integer
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        (
            select t.weekly_target from private.earlier_targets as t
            where t.user_id = p_profile.user_id and t.until > p_week
            order by t.until
            limit 1
        ),
        p_profile.weekly_target
    )
$$;
comment on function private.target_of_week(private.profiles, date) is
'The weekly target that counts for the week that begins on this Monday.';
grant execute on function private.target_of_week(private.profiles, date) to authenticated;


-- The ledger of affinity: one row for each event. A trigger keeps the score on the profile equal to its sum.

create table private.affinity_rules (
    kind text primary key,
    position integer not null constraint affinity_rules_position_key unique,
    label text not null constraint affinity_rules_label_key unique,
    points integer not null constraint affinity_rules_points_check check (points > 0),
    daily_cap integer not null
    constraint affinity_rules_daily_cap_check check (daily_cap >= points)
);
comment on table private.affinity_rules is
'The points that each kind of event earns, and the most that the kind earns on one day in the user''s time zone.';
comment on column private.affinity_rules.position is 'The place of the kind in lists.';
grant select on private.affinity_rules to authenticated;
alter table private.affinity_rules enable row level security;
create policy "everyone signed in can select affinity_rules" on private.affinity_rules
for select to authenticated using (true);


-- Functions need these rows in order to work, so they come with the migrations and not with the seed.
insert into private.affinity_rules (kind, position, label, points, daily_cap)
values
('workout_completed', 1, 'Workouts', 10, 20),
('personal_record', 2, 'Personal records', 5, 15),
('weekly_streak', 3, 'Weekly target', 15, 15),
('first_time', 4, 'First times', 10, 30),
('conversation', 5, 'Conversation', 1, 5);


create table private.affinity_events (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    kind text not null references private.affinity_rules (kind),
    source text not null,
    workout_id uuid,
    points integer not null constraint affinity_events_points_check check (points >= 0),
    reason text not null,
    earned_on date not null,
    -- The clock and not the transaction's start: this orders the events of one transaction.
    created_at timestamptz not null default clock_timestamp(),
    primary key (user_id, id),
    -- No event earns points twice.
    constraint affinity_events_user_id_kind_source_key unique (user_id, kind, source),
    constraint affinity_events_user_id_workout_id_fkey
    foreign key (user_id, workout_id) references private.workouts (user_id, id) on delete cascade
);
comment on table private.affinity_events is
'The ledger: what users were awarded, when and why. Events of workouts beyond the cap of a day stay with 0 points, so '
'users see them; conversation beyond it leaves no event.';
comment on column private.affinity_events.source is
'What the event is about. Each source is awarded once for each kind.';
comment on column private.affinity_events.workout_id is
'The workout that earned the event. Deleting the workout deletes the event.';
comment on column private.affinity_events.earned_on is 'The day of the award in the user''s time zone.';
create index affinity_events_user_id_earned_on_created_at_id_idx
on private.affinity_events (user_id, earned_on, created_at, id);
create index affinity_events_user_id_earned_on_kind_idx on private.affinity_events (user_id, earned_on, kind)
where points > 0;
create index affinity_events_user_id_workout_id_idx on private.affinity_events (user_id, workout_id);
create index affinity_events_kind_idx on private.affinity_events (kind);
grant select on private.affinity_events to authenticated;
alter table private.affinity_events enable row level security;
create policy "owner can select own affinity_events" on private.affinity_events
for select to authenticated using ((select auth.uid()) = user_id);


-- Security definer, because users may not write their score. It acts only on the row that fired it.
create function private.apply_affinity_event()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    if tg_op in ('DELETE', 'UPDATE') then
        update private.profiles set affinity_score = affinity_score - old.points where user_id = old.user_id;
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        update private.profiles set affinity_score = affinity_score + new.points where user_id = new.user_id;
    end if;
    return null;
end
$$;
comment on function private.apply_affinity_event() is 'Keeps the score on the profile equal to the sum of the ledger.';

create trigger apply_affinity_event
after insert or update of user_id, points or delete on private.affinity_events
for each row execute function private.apply_affinity_event();


-- Writing to the ledger.

create function private.ledger_day(p_profile private.profiles)
returns date
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select greatest(
            (pg_catalog.now() at time zone p_profile.timezone)::date,
            (select max(e.earned_on) from private.affinity_events as e where e.user_id = p_profile.user_id)
        )
    );
end
$$;
comment on function private.ledger_day(private.profiles) is
'The current day of the user. It never goes back, so nobody earns the points of a day twice by travelling west or by '
'changing the time zone.';
grant execute on function private.ledger_day(private.profiles) to authenticated;


-- Granted to nobody: only the definer functions that award events call it, and they choose the day.
create function private.award_event(
    p_user_id uuid, p_day date, p_kind text, p_source text, p_times bigint, p_reason text, p_workout_id uuid
)
returns uuid
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_rule private.affinity_rules;
    v_awarded private.workouts;
    v_used bigint;
    v_points bigint;
    v_id uuid;
begin
    select rule.* into v_rule from private.affinity_rules as rule
    where rule.kind = p_kind;
    select w.* into v_awarded from private.workouts as w
    where w.user_id = p_user_id and w.id = p_workout_id;
    select coalesce(sum(e.points), 0) into v_used
    from private.affinity_events as e
    left join private.workouts as w on e.user_id = w.user_id and e.workout_id = w.id
    where
        e.user_id = p_user_id
        and e.kind = p_kind
        and e.earned_on = p_day
        -- What earned nothing uses nothing up, so this reads a few rows, however much the user did that day.
        and e.points > 0
        and e.source <> p_source
        -- When a day is awarded again, workouts that were logged later do not use up its cap.
        and (v_awarded.id is null or w.id is null or (w.created_at, w.id) < (v_awarded.created_at, v_awarded.id));
    v_points := greatest(0, least(p_times * v_rule.points, v_rule.daily_cap - v_used));
    -- Otherwise a long conversation would fill the ledger with events of 0 points.
    if v_points = 0 and p_workout_id is null then
        return null;
    end if;
    insert into private.affinity_events (user_id, kind, source, workout_id, points, reason, earned_on)
    values (
        p_user_id, p_kind, p_source, p_workout_id, v_points,
        p_reason
        || case
            when v_points < p_times * v_rule.points
                then ' (today''s limit of ' || v_rule.daily_cap || ' points is reached)'
            else ''
        end,
        p_day
    )
    on conflict (user_id, kind, source) do update
    set points = excluded.points, reason = excluded.reason
    where
        p_workout_id is not null
        and (affinity_events.points, affinity_events.reason) is distinct from (excluded.points, excluded.reason)
    returning id into v_id;
    return v_id;
end
$$;
comment on function private.award_event(uuid, date, text, text, bigint, text, uuid) is
'Writes an event to the ledger, with as many points as the cap of the day leaves; the reason says when the cap took '
'points away. An event of a workout that was awarded before gets the points that it is worth now. Returns the id of '
'the event, or null if nothing changed and for conversation that earns nothing more.';


create function private.affinity_change(p_before jsonb, p_user_id uuid, p_event_ids uuid[])
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_after jsonb := private.affinity_standing((
        select p.affinity_score from private.profiles as p
        where p.user_id = p_user_id
    ));
begin
    return v_after - 'next_level_at' || pg_catalog.jsonb_build_object(
        'gained', (v_after ->> 'score')::integer - (p_before ->> 'score')::integer,
        'leveled_up', (v_after ->> 'level')::integer > (p_before ->> 'level')::integer,
        'events', (
            select coalesce(
                pg_catalog.jsonb_agg(
                    pg_catalog.jsonb_build_object('kind', e.kind, 'points', e.points, 'reason', e.reason)
                    order by rule.position, e.created_at
                ),
                '[]'
            )
            from private.affinity_events as e
            inner join private.affinity_rules as rule on e.kind = rule.kind
            where e.user_id = p_user_id and e.id = any(p_event_ids)
        )
    );
end
$$;
comment on function private.affinity_change(jsonb, uuid, uuid[]) is
'How the standing of a user changed, with the events given: {gained, score, level, title, leveled_up, events}.';
grant execute on function private.affinity_change(jsonb, uuid, uuid[]) to authenticated;


create function private.events_of_workout(p_user_id uuid, p_workout_id uuid)
returns uuid[]
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
        select pg_catalog.array_agg(e.id) from private.affinity_events as e
        where e.user_id = p_user_id and e.workout_id = p_workout_id
    );
end
$$;
comment on function private.events_of_workout(uuid, uuid) is 'The ids of the events that a workout earned.';
grant execute on function private.events_of_workout(uuid, uuid) to authenticated;


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


-- Reading the affinity of the caller.

create function private.affinity_today(p_profile private.profiles)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'earned', sum(today.earned),
        'cap', sum(today.cap),
        'by_kind', pg_catalog.jsonb_agg(pg_catalog.to_jsonb(today) - 'position' order by today.position)
    )
    from (
        select
            rule.kind,
            rule.position,
            rule.label,
            rule.daily_cap as cap,
            (
                select coalesce(sum(e.points), 0) from private.affinity_events as e
                where e.user_id = p_profile.user_id and e.earned_on = day.today and e.kind = rule.kind
            ) as earned
        from private.affinity_rules as rule
        cross join private.ledger_day(p_profile) as day (today)
    ) as today
$$;
comment on function private.affinity_today(private.profiles) is
'What the user has earned on the current day, and the most that they can earn: {earned, cap, by_kind: [{kind, label, '
'earned, cap}]}.';
grant execute on function private.affinity_today(private.profiles) to authenticated;


create function public.get_affinity(p_page integer default 1, p_per_page integer default 20)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_offset bigint := private.page_offset(p_page, p_per_page);
    v_events jsonb;
    v_levels jsonb;
begin
    select pg_catalog.jsonb_agg(
        pg_catalog.to_jsonb(page) - array['user_id', 'source']
        order by page.earned_on desc, page.created_at desc, page.id desc
    )
    into v_events
    from (
        select e.* from private.affinity_events as e
        where e.user_id = v_profile.user_id
        order by e.earned_on desc, e.created_at desc, e.id desc
        offset v_offset
        limit p_per_page
    ) as page;
    select pg_catalog.jsonb_agg(pg_catalog.to_jsonb(l) order by l.level) into v_levels
    from private.affinity_levels as l;
    return private.affinity_standing(v_profile.affinity_score) || pg_catalog.jsonb_build_object(
        'today', private.affinity_today(v_profile),
        'levels', v_levels,
        'events', private.page_json(
            v_events,
            (select count(*) from private.affinity_events as e where e.user_id = v_profile.user_id),
            p_page,
            p_per_page
        )
    );
end
$$;
comment on function public.get_affinity(integer, integer) is
'How close the caller and the companion are, what the caller has earned today, all levels, and a page of the ledger, '
'latest day first: {score, level, title, next_level_at, today, levels, events}. Raises PT404 profile_not_found, PT422 '
'invalid_page.';
grant execute on function public.get_affinity(integer, integer) to authenticated;
