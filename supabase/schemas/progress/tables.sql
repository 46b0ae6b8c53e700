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
