-- A profile for each user.

create table private.profiles (
    user_id uuid primary key references auth.users (id) on delete cascade,
    display_name text not null
    constraint profiles_display_name_check
    check (char_length(display_name) <= 50 and btrim(display_name) <> ''),
    -- Both bounds only become truer with time, so the constraint stays valid for every stored row.
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
    constraint profiles_injuries_check
    check (private.are_body_parts(injuries)),
    weekly_target integer not null default 3
    constraint profiles_weekly_target_check check (weekly_target between 1 and 7),
    preferences jsonb not null default '{}'
    constraint profiles_preferences_check check (private.is_small_object(preferences)),
    affinity_score integer not null default 0
    constraint profiles_affinity_score_check check (affinity_score >= 0),
    created_at timestamptz not null default now()
);
comment on table private.profiles is
'Who a user is and how they train. The affinity score always equals the sum of the user''s ledger.';
comment on column private.profiles.injuries is 'Body parts to spare; exercises that load them are excluded.';
comment on column private.profiles.weekly_target is 'Workouts a week that keep the streak.';
comment on column private.profiles.preferences is 'The frontend''s own settings: a JSON object of at most 8 KiB.';
grant select on private.profiles to authenticated;
-- Column by column: the affinity score is awarded, never written by its owner.
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


-- What a check constraint cannot say, because it depends on other tables, or not as clearly.
create function private.check_profile()
returns trigger
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_unknown text;
begin
    if new.birth_date > current_date - interval '13 years' then
        perform private.fail(422, 'too_young', 'Slow Burn is for people who are 13 or older.', 'birth_date');
    end if;
    -- Numbers take more room in Postgres than they were sent in.
    if pg_catalog.octet_length(new.preferences::text) > 8192 then
        perform private.fail(422, 'preferences_too_large', 'The preferences take more than 8 KiB.', 'preferences');
    end if;
    -- Reading all time zones takes longer than the rest of an update: only for one that is new.
    if new.timezone <> 'UTC' and (tg_op = 'INSERT' or new.timezone <> old.timezone)
        and not exists (select from pg_catalog.pg_timezone_names where name = new.timezone) then
        perform private.fail(
            422, 'unknown_timezone',
            pg_catalog.format('There is no time zone %s. Use an IANA name, such as Europe/Berlin.', pg_catalog.quote_literal(new.timezone)),
            'timezone'
        );
    end if;
    select pg_catalog.string_agg(coalesce(owned.slug, 'null'), ', ') into v_unknown
    from pg_catalog.unnest(new.equipment) as owned (slug)
    where not exists (select from private.equipment as e where e.slug = owned.slug);
    if v_unknown is not null then
        perform private.fail(422, 'unknown_equipment', 'Unknown equipment: ' || v_unknown || '.', 'equipment');
    end if;
    return new;
end
$$;
comment on function private.check_profile() is
'Refuses who is too young (PT422 too_young), an unknown time zone (PT422 unknown_timezone), unknown equipment (PT422 '
'unknown_equipment) and preferences beyond 8 KiB (PT422 preferences_too_large).';
create trigger check_profile
before insert or update of birth_date, timezone, equipment, preferences on private.profiles
for each row execute function private.check_profile();
