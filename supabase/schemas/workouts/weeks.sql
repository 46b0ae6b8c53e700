-- How many workouts each week has, so that streaks and lists need not count the history.

create table private.training_weeks (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    week_start date not null,
    workouts integer not null constraint training_weeks_workouts_check check (workouts > 0),
    workouts_with_work integer not null
    constraint training_weeks_workouts_with_work_check check (workouts_with_work between 0 and workouts),
    primary key (user_id, week_start)
);
comment on table private.training_weeks is
'The weeks in which a user trained, by the Monday in their time zone. Triggers keep it.';
grant select on private.training_weeks to authenticated;
alter table private.training_weeks enable row level security;
create policy "owner can select own training_weeks" on private.training_weeks
for select to authenticated using ((select auth.uid()) = user_id);


-- Security definer, because users may not write it. It acts only on the row that fired it.
create function private.count_in_week()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := case tg_op when 'DELETE' then old.user_id else new.user_id end;
    v_timezone text := (select p.timezone from private.profiles as p where p.user_id = v_user_id);
    v_week date;
    v_new_week date;
begin
    -- When an account is deleted, its profile is gone first.
    if v_timezone is null then
        return null;
    end if;
    if tg_op <> 'INSERT' then
        v_week := private.start_of_week(old.completed_at, v_timezone);
    end if;
    if tg_op <> 'DELETE' then
        v_new_week := private.start_of_week(new.completed_at, v_timezone);
    end if;
    if v_week = v_new_week then
        update private.training_weeks as t
        set workouts_with_work = t.workouts_with_work - old.has_work::integer + new.has_work::integer
        where t.user_id = v_user_id and t.week_start = v_week;
        return null;
    end if;
    if v_week is not null then
        delete from private.training_weeks as t
        where t.user_id = v_user_id and t.week_start = v_week and t.workouts = 1;
        update private.training_weeks as t
        set workouts = t.workouts - 1, workouts_with_work = t.workouts_with_work - old.has_work::integer
        where t.user_id = v_user_id and t.week_start = v_week;
    end if;
    if v_new_week is not null then
        insert into private.training_weeks as t (user_id, week_start, workouts, workouts_with_work)
        values (v_user_id, v_new_week, 1, new.has_work::integer)
        on conflict (user_id, week_start) do update
        set workouts = t.workouts + 1, workouts_with_work = t.workouts_with_work + excluded.workouts_with_work;
    end if;
    return null;
end
$$;
comment on function private.count_in_week() is
'Counts a workout in its week, and no longer in the week that it was in.';

create trigger count_in_week
after insert or delete on private.workouts
for each row execute function private.count_in_week();
create trigger count_in_another_week
after update of completed_at, has_work on private.workouts
for each row when ((old.completed_at, old.has_work) is distinct from (new.completed_at, new.has_work))
execute function private.count_in_week();


-- Security definer for the same reason.
create function private.count_weeks_again()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    delete from private.training_weeks as t
    where t.user_id = new.user_id;
    insert into private.training_weeks (user_id, week_start, workouts, workouts_with_work)
    select
        new.user_id,
        private.start_of_week(w.completed_at, new.timezone) as week_start,
        count(*),
        count(*) filter (where w.has_work)
    from private.workouts as w
    where w.user_id = new.user_id
    group by week_start;
    return null;
end
$$;
comment on function private.count_weeks_again() is 'Counts all workouts of a user who changed their time zone.';

create trigger count_weeks_again
after update of timezone on private.profiles
for each row when (old.timezone <> new.timezone)
execute function private.count_weeks_again();
