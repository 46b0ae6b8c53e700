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
