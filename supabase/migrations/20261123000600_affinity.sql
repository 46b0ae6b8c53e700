-- Affinity: a ledger with one row for each event. The score on the profile is kept equal to the ledger's sum by a
-- trigger, so whatever writes or deletes a row, the two agree.

create table public.affinity_rules (
    kind text primary key,
    points integer not null constraint affinity_rules_points_check check (points > 0),
    daily_cap integer not null
    constraint affinity_rules_daily_cap_check check (daily_cap >= points)
);
comment on table public.affinity_rules is
'What an event is worth, and the most that its kind earns on one day in the user''s time zone.';
revoke all on public.affinity_rules from anon, authenticated;
grant select on public.affinity_rules to authenticated;
alter table public.affinity_rules enable row level security;
create policy "everyone signed in can select affinity_rules" on public.affinity_rules
for select to authenticated using (true);

insert into public.affinity_rules (kind, points, daily_cap)
values
('workout_completed', 10, 20),
('personal_record', 5, 15);


create table public.affinity_events (
    user_id uuid not null references public.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    kind text not null references public.affinity_rules (kind),
    source text not null,
    workout_id uuid,
    points integer not null constraint affinity_events_points_check check (points >= 0),
    reason text not null,
    earned_on date not null,
    created_at timestamptz not null default now(),
    primary key (user_id, id),
    -- Nothing is awarded twice.
    constraint affinity_events_user_id_kind_source_key unique (user_id, kind, source),
    constraint affinity_events_user_id_workout_id_fkey
    foreign key (user_id, workout_id) references public.workouts (user_id, id) on delete cascade
);
comment on table public.affinity_events is
'The ledger: what was awarded, when and why. An event beyond the day''s cap is kept with 0 points, so that it shows.';
comment on column public.affinity_events.source is 'What the event is about; with its kind, it is awarded once.';
comment on column public.affinity_events.earned_on is 'The day of the award in the user''s time zone.';
create index affinity_events_user_id_earned_on_idx on public.affinity_events (user_id, earned_on);
create index affinity_events_user_id_workout_id_idx on public.affinity_events (user_id, workout_id);
create index affinity_events_kind_idx on public.affinity_events (kind);
revoke all on public.affinity_events from anon, authenticated;
grant select on public.affinity_events to authenticated;
alter table public.affinity_events enable row level security;
create policy "owner can select own affinity_events" on public.affinity_events
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
        update public.profiles set affinity_score = affinity_score - old.points where user_id = old.user_id;
    end if;
    if tg_op in ('INSERT', 'UPDATE') then
        update public.profiles set affinity_score = affinity_score + new.points where user_id = new.user_id;
    end if;
    return null;
end
$$;
comment on function private.apply_affinity_event() is 'Keeps the score on the profile equal to the ledger''s sum.';

create trigger apply_affinity_event
after insert or update of user_id, points or delete on public.affinity_events
for each row execute function private.apply_affinity_event();


create function private.award_reason(p_kind text, p_count bigint, p_points integer, p_worth bigint, p_cap integer)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        case p_kind
            when 'workout_completed' then 'Completed a workout'
            when 'personal_record' then
                case p_count when 1 then 'Set a personal record' else 'Set ' || p_count || ' personal records' end
        end
        || case when p_points < p_worth then ' (today''s limit of ' || p_cap || ' points is reached)' else '' end
$$;
comment on function private.award_reason(text, bigint, integer, bigint, integer) is
'The reason of an event in one sentence; it says so when the day''s cap took points away.';


-- Not granted to anybody: the functions below, which own the ledger's rules, call it with a day of their choosing.
create function private.award_events(p_user_id uuid, p_workout_id uuid, p_kinds text[], p_day date)
returns void
language sql
security invoker
set search_path = ''
as $$
    with
    achieved (kind, times) as (
        values ('workout_completed', 1::bigint)
        union all
        -- Beating a record is an event; a first time has nothing to beat.
        select 'personal_record', count(distinct r.exercise_id)
        from private.workout_records(p_user_id, p_workout_id) as r
        where r.previous is not null
    ),
    worth as (
        select
            a.kind,
            a.times,
            rule.daily_cap,
            a.times * rule.points as points,
            rule.daily_cap - (
                select coalesce(sum(e.points), 0) from public.affinity_events as e
                where e.user_id = p_user_id and e.kind = a.kind and e.earned_on = p_day
            ) as left_that_day
        from achieved as a
        inner join public.affinity_rules as rule on a.kind = rule.kind
        where a.times > 0 and a.kind = any(p_kinds)
    )
    insert into public.affinity_events (user_id, kind, source, workout_id, points, reason, earned_on)
    select
        p_user_id,
        worth.kind,
        'workout:' || p_workout_id,
        p_workout_id,
        given.points,
        private.award_reason(worth.kind, worth.times, given.points, worth.points, worth.daily_cap),
        p_day
    from worth
    cross join lateral (
        select greatest(0, least(worth.points, worth.left_that_day))::integer as points
    ) as given
$$;
comment on function private.award_events(uuid, uuid, text[], date) is
'Writes into the ledger what a workout is worth in these kinds, on a day and within its caps.';


create function private.affinity_change(p_before jsonb, p_user_id uuid, p_workout_id uuid)
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
                        order by e.kind = 'workout_completed' desc, e.kind
                    ),
                    '[]'
                )
                from public.affinity_events as e
                where e.user_id = p_user_id and e.workout_id = p_workout_id
            )
        )
    from (
        select private.affinity_standing(p.affinity_score) as after from public.profiles as p
        where p.user_id = p_user_id
    ) as standing
$$;
comment on function private.affinity_change(jsonb, uuid, uuid) is
'What became of a standing, and the events of a workout: {gained, score, level, title, leveled_up, events}.';


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
    v_before jsonb;
    v_today date;
begin
    select
        private.affinity_standing(p.affinity_score),
        -- Days only go forward: who travels west, or changes the time zone back, gets no day twice.
        greatest(
            (pg_catalog.now() at time zone p.timezone)::date,
            (select max(e.earned_on) from public.affinity_events as e where e.user_id = v_user_id)
        )
    into v_before, v_today
    from public.profiles as p
    inner join public.workouts as w on p.user_id = w.user_id
    where p.user_id = v_user_id and w.id = p_workout_id;
    if not found then
        perform private.workout_not_found();
    end if;
    perform private.award_events(v_user_id, p_workout_id, array['workout_completed', 'personal_record'], v_today);
    return private.affinity_change(v_before, v_user_id, p_workout_id);
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
    v_before jsonb;
    v_day date;
begin
    select
        private.affinity_standing(p.affinity_score),
        e.earned_on
    into v_before, v_day
    from public.profiles as p
    inner join public.workouts as w on p.user_id = w.user_id
    left join public.affinity_events as e
        on w.user_id = e.user_id and w.id = e.workout_id and e.kind = 'workout_completed'
    where p.user_id = v_user_id and w.id = p_workout_id;
    if not found then
        perform private.workout_not_found();
    end if;
    if v_day is not null then
        delete from public.affinity_events as e
        where e.user_id = v_user_id and e.workout_id = p_workout_id and e.kind = 'personal_record';
        perform private.award_events(v_user_id, p_workout_id, array['personal_record'], v_day);
    end if;
    return private.affinity_change(v_before, v_user_id, p_workout_id);
end
$$;
comment on function private.reaward_workout(uuid) is
'Counts the records of an edited workout of the caller''s anew: {gained, score, level, title, leveled_up, events}, '
'where gained may be negative.';
grant execute on function private.reaward_workout(uuid) to authenticated;
