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
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default clock_timestamp(),
    revision bigint not null default 1
);
comment on table private.profiles is
'Who a user is and how they train. A trigger keeps the affinity score equal to the sum of the user''s ledger.';
comment on column private.profiles.injuries is 'Body parts to spare: exercises that load them are not suggested.';
comment on column private.profiles.weekly_target is
'How many workouts in a week keep the streak. It counts from the week in which the user set it.';
comment on column private.profiles.preferences is 'Settings that the frontend defines: a JSON object of at most 8 KiB.';
comment on column private.profiles.revision is
'Counts the changes that the user makes. It does not change with the affinity score.';
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
create function private.profile_faults(p_old private.profiles, p_new private.profiles)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults jsonb := private.equipment_faults(p_new.equipment, 'equipment');
begin
    if p_new.birth_date > current_date - interval '13 years' then
        v_faults := v_faults || private.fault('too_young', 'Users of Slow Burn must be 13 or older.', 'birth_date');
    end if;
    -- Postgres may store a number in more characters than the request used.
    if pg_catalog.octet_length(p_new.preferences::text) > 8192 then
        v_faults := v_faults || private.fault(
            'preferences_too_large', 'The preferences must take at most 8 KiB.', 'preferences'
        );
    end if;
    -- Reading all time zones takes longer than the rest of an update, so only a new one is looked up.
    if p_new.timezone <> 'UTC' and p_new.timezone is distinct from p_old.timezone
        and not exists (select from pg_catalog.pg_timezone_names where name = p_new.timezone) then
        v_faults := v_faults || private.fault(
            'unknown_timezone',
            pg_catalog.format('%L is not a time zone. Use an IANA name, such as Europe/Berlin.', p_new.timezone),
            'timezone'
        );
    end if;
    return v_faults;
end
$$;
comment on function private.profile_faults(private.profiles, private.profiles) is
'The faults too_young, preferences_too_large, unknown_timezone and unknown_equipment. p_old is null for a new profile.';
grant execute on function private.profile_faults(private.profiles, private.profiles) to authenticated;


create function private.check_profile()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
    perform private.refuse(private.profile_faults(old, new));
    return new;
end
$$;
comment on function private.check_profile() is
'Raises PT422 too_young, preferences_too_large, unknown_timezone or unknown_equipment.';

create trigger check_profile
before insert or update of birth_date, timezone, equipment, preferences on private.profiles
for each row execute function private.check_profile();


create function private.revise_profile()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
begin
    new.revision := old.revision + 1;
    new.updated_at := pg_catalog.clock_timestamp();
    return new;
end
$$;
comment on function private.revise_profile() is 'Gives a profile that its user changed the next revision.';

create trigger revise_profile
before update of
display_name, birth_date, fitness_level, goals, weight_unit, timezone, equipment, injuries, weekly_target, preferences
on private.profiles
for each row when (old is distinct from new)
execute function private.revise_profile();
