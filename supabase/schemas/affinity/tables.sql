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
