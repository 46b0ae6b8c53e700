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
'What an event is worth, and the most that its kind earns on one day in the user''s time zone.';
comment on column private.affinity_rules.position is 'Where its kind stands in answers.';
grant select on private.affinity_rules to authenticated;
alter table private.affinity_rules enable row level security;
create policy "everyone signed in can select affinity_rules" on private.affinity_rules
for select to authenticated using (true);


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
    -- Of the moment, not of the transaction: events that come together are told in the order of their award.
    created_at timestamptz not null default clock_timestamp(),
    primary key (user_id, id),
    -- Nothing is awarded twice.
    constraint affinity_events_user_id_kind_source_key unique (user_id, kind, source),
    constraint affinity_events_user_id_workout_id_fkey
    foreign key (user_id, workout_id) references private.workouts (user_id, id) on delete cascade
);
comment on table private.affinity_events is
'The ledger: what was awarded, when and why. What a workout did beyond the day''s cap is kept with 0 points, so that '
'it shows; talk beyond it is not.';
comment on column private.affinity_events.source is 'What the event is about; with its kind, it is awarded once.';
comment on column private.affinity_events.workout_id is 'What earned it, and takes it back when it is deleted.';
comment on column private.affinity_events.earned_on is 'The day of the award in the user''s time zone.';
create index affinity_events_user_id_earned_on_created_at_id_idx
on private.affinity_events (user_id, earned_on, created_at, id);
create index affinity_events_user_id_workout_id_idx on private.affinity_events (user_id, workout_id);
create index affinity_events_kind_idx on private.affinity_events (kind);
grant select on private.affinity_events to authenticated;
alter table private.affinity_events enable row level security;
create policy "owner can select own affinity_events" on private.affinity_events
for select to authenticated using ((select auth.uid()) = user_id);


-- Security definer, because users may not write their score; it acts only on the row that fired it.
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
comment on function private.apply_affinity_event() is 'Keeps the score on the profile equal to the ledger''s sum.';
create trigger apply_affinity_event
after insert or update of user_id, points or delete on private.affinity_events
for each row execute function private.apply_affinity_event();


-- Writing into the ledger.

create function private.ledger_day(p_profile private.profiles)
returns date
language sql
stable
security invoker
set search_path = ''
as $$
    select greatest(
        (pg_catalog.now() at time zone p_profile.timezone)::date,
        (select max(e.earned_on) from private.affinity_events as e where e.user_id = p_profile.user_id)
    )
$$;
comment on function private.ledger_day(private.profiles) is
'The user''s current day. Days only go forward: who travels west, or changes the time zone back, gets no day twice.';
grant execute on function private.ledger_day(private.profiles) to authenticated;


-- Not granted to anybody: the functions below, which own the ledger's rules, call it with a day of their choosing.
create function private.award_event(
    p_user_id uuid, p_day date, p_kind text, p_source text, p_times bigint, p_reason text, p_workout_id uuid
)
returns uuid
language sql
security invoker
set search_path = ''
as $$
    insert into private.affinity_events (user_id, kind, source, workout_id, points, reason, earned_on)
    select
        p_user_id,
        p_kind,
        p_source,
        p_workout_id,
        given.points,
        p_reason
        || case
            when given.points < worth.points
                then ' (today''s limit of ' || worth.daily_cap || ' points is reached)'
            else ''
        end,
        p_day
    from (
        select
            rule.daily_cap,
            p_times * rule.points as points,
            rule.daily_cap - (
                select coalesce(sum(e.points), 0) from private.affinity_events as e
                where e.user_id = p_user_id and e.kind = p_kind and e.earned_on = p_day
            ) as left_that_day
        from private.affinity_rules as rule
        where rule.kind = p_kind
    ) as worth
    cross join lateral (
        select greatest(0, least(worth.points, worth.left_that_day))::integer as points
    ) as given
    -- A long talk would fill the ledger with nothing.
    where given.points > 0 or p_workout_id is not null
    on conflict (user_id, kind, source) do nothing
    returning id
$$;
comment on function private.award_event(uuid, date, text, text, bigint, text, uuid) is
'Writes an event into the ledger, on a day and within its cap; the reason says so when the cap took points away. '
'Returns its id, or null for what was awarded before, and for talk that earns nothing any more.';


create function private.affinity_change(p_before jsonb, p_user_id uuid, p_event_ids uuid[])
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select
        standing.after - 'next_level_at'
        || pg_catalog.jsonb_build_object(
            'gained', (standing.after ->> 'score')::integer - (p_before ->> 'score')::integer,
            'leveled_up', (standing.after ->> 'level')::integer > (p_before ->> 'level')::integer,
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
        )
    from (
        select private.affinity_standing(p.affinity_score) as after from private.profiles as p
        where p.user_id = p_user_id
    ) as standing
$$;
comment on function private.affinity_change(jsonb, uuid, uuid[]) is
'What became of a standing, and some events: {gained, score, level, title, leveled_up, events}.';


create function private.events_of_workout(p_user_id uuid, p_workout_id uuid)
returns uuid[]
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.array_agg(e.id) from private.affinity_events as e
    where e.user_id = p_user_id and e.workout_id = p_workout_id
$$;
comment on function private.events_of_workout(uuid, uuid) is 'The ids of all that a workout earned.';


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
'What the user''s current day has earned, and the most it can: {earned, cap, by_kind: [{kind, label, earned, cap}]}.';
grant execute on function private.affinity_today(private.profiles) to authenticated;


create function public.get_affinity(p_page integer default 1, p_per_page integer default 20)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
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
'How close the caller and the companion are, what the current day has earned of what it can, all levels, and a page of '
'the ledger, latest day first: {score, level, title, next_level_at, today, levels, events}. Raises PT404 '
'profile_not_found, PT422 invalid_page.';
grant execute on function public.get_affinity(integer, integer) to authenticated;
