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
'The current day of the user. It never goes back, so nobody earns the points of a day twice by travelling west or by '
'changing the time zone.';
grant execute on function private.ledger_day(private.profiles) to authenticated;


-- Granted to nobody: only the definer functions that award events call it, and they choose the day.
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
    -- Otherwise a long conversation would fill the ledger with events of 0 points.
    where given.points > 0 or p_workout_id is not null
    on conflict (user_id, kind, source) do nothing
    returning id
$$;
comment on function private.award_event(uuid, date, text, text, bigint, text, uuid) is
'Writes an event to the ledger, with as many points as the cap of the day leaves; the reason says when the cap took '
'points away. Returns the id of the event. Returns null for an event that was awarded before, and for conversation '
'that earns nothing more.';


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
'How the standing of a user changed, with the events given: {gained, score, level, title, leveled_up, events}.';


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
comment on function private.events_of_workout(uuid, uuid) is 'The ids of the events that a workout earned.';


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
