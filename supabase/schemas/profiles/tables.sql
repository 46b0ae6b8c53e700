-- A profile for each user.

create table private.profiles (
    user_id uuid primary key references auth.users (id) on delete cascade,
    display_name text not null
    constraint profiles_display_name_check
    check (char_length(display_name) <= 50 and btrim(display_name) <> ''),
    -- Time can only make a stored date valid, never invalid, so the constraint may use the current date.
    birth_date date
    constraint profiles_birth_date_check
    check (birth_date between date '1900-01-01' and current_date - interval '13 years'),
    fitness_level text
    constraint profiles_fitness_level_check
    check (fitness_level in ('beginner', 'intermediate', 'advanced')),
    goals text[] not null default '{}'
    constraint profiles_goals_check check (private.is_text_list(goals, 10, 200)),
    weight_unit text not null default 'kg'
    constraint profiles_weight_unit_check check (weight_unit in ('kg', 'lb')),
    timezone text not null default 'UTC',
    equipment text[] not null default '{}'
    constraint profiles_equipment_check check (private.is_text_list(equipment, 100, 100)),
    injuries text[] not null default '{}'
    constraint profiles_injuries_check check (private.are_body_parts(injuries)),
    weekly_target integer not null default 3
    constraint profiles_weekly_target_check check (weekly_target between 1 and 7),
    preferences jsonb not null default '{}'
    constraint profiles_preferences_check check (private.is_small_object(preferences)),
    affinity_score integer not null default 0
    constraint profiles_affinity_score_check check (affinity_score >= 0),
    created_at timestamptz not null default now()
);
comment on table private.profiles is
'Who a user is and how they train. A trigger keeps the affinity score equal to the sum of the user''s ledger.';
comment on column private.profiles.injuries is 'Body parts to spare: exercises that load them are not suggested.';
comment on column private.profiles.weekly_target is
'How many workouts in a week keep the streak. It counts from the week in which the user set it.';
comment on column private.profiles.preferences is 'Settings that the frontend defines: a JSON object of at most 8 KiB.';
grant select on private.profiles to authenticated;
-- Column by column: functions award the affinity score, and its owner never writes it.
grant update (
    display_name, birth_date, fitness_level, goals, weight_unit, timezone, equipment, injuries, weekly_target,
    preferences
) on private.profiles to authenticated;
alter table private.profiles enable row level security;
create policy "owner can select own profiles" on private.profiles
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can update own profiles" on private.profiles
for update to authenticated
using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);


-- These rules depend on other tables, or deserve a clearer message than a check constraint gives.
create function private.check_profile()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := private.equipment_faults(new.equipment, 'equipment');
begin
    if new.birth_date > current_date - interval '13 years' then
        v_faults := v_faults || private.fault('too_young', 'Users of Slow Burn must be 13 or older.', 'birth_date');
    end if;
    -- Postgres may store a number in more characters than the request used.
    if pg_catalog.octet_length(new.preferences::text) > 8192 then
        v_faults := v_faults || private.fault(
            'preferences_too_large', 'The preferences must take at most 8 KiB.', 'preferences'
        );
    end if;
    -- Reading all time zones takes longer than the rest of an update, so only a new one is looked up.
    if new.timezone <> 'UTC' and (tg_op = 'INSERT' or new.timezone <> old.timezone)
        and not exists (select from pg_catalog.pg_timezone_names where name = new.timezone) then
        v_faults := v_faults || private.fault(
            'unknown_timezone',
            pg_catalog.format('%L is not a time zone. Use an IANA name, such as Europe/Berlin.', new.timezone),
            'timezone'
        );
    end if;
    perform private.refuse(v_faults);
    return new;
end
$$;
comment on function private.check_profile() is
'Raises PT422 too_young, preferences_too_large, unknown_timezone or unknown_equipment.';

create trigger check_profile
before insert or update of birth_date, timezone, equipment, preferences on private.profiles
for each row execute function private.check_profile();
