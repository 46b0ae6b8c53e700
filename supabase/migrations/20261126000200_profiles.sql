-- The levels of affinity, and where a score stands among them.

-- Levels are reference data that functions need in order to work, so they come with the migration.
create table private.affinity_levels (
    level integer primary key constraint affinity_levels_level_check check (level > 0),
    title text not null constraint affinity_levels_title_key unique,
    threshold integer not null
    constraint affinity_levels_threshold_key unique
    constraint affinity_levels_threshold_check check (threshold >= 0)
);
comment on table private.affinity_levels is
'How close user and companion are: a level is reached at its threshold of affinity points.';
grant select on private.affinity_levels to authenticated;
alter table private.affinity_levels enable row level security;
create policy "everyone signed in can select affinity_levels" on private.affinity_levels
for select to authenticated using (true);


insert into private.affinity_levels (level, title, threshold)
values
(1, 'New Acquaintance', 0),
(2, 'Warming Up', 30),
(3, 'Gym Buddy', 100),
(4, 'Training Partner', 250),
(5, 'Trusted Spotter', 500),
(6, 'Close Friend', 1000),
(7, 'Confidant', 2000),
(8, 'Kindred Spirit', 3500),
(9, 'Inseparable', 5500),
(10, 'Iron Bond', 8000);


create function private.affinity_standing(p_score integer)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'score', p_score,
        'level', reached.level,
        'title', reached.title,
        'next_level_at', (
            select min(l.threshold) from private.affinity_levels as l where l.threshold > p_score
        )
    )
    from private.affinity_levels as reached
    where reached.threshold <= p_score
    order by reached.threshold desc
    limit 1
$$;
comment on function private.affinity_standing(integer) is
'What a score means: {score, level, title, next_level_at}; next_level_at is null at the top.';
grant execute on function private.affinity_standing(integer) to authenticated;


-- The equipment that exercises need and users have.

create table private.equipment (
    slug text primary key constraint equipment_slug_check check (slug ~ '^[a-z][a-z0-9_]*$'),
    name text not null constraint equipment_name_key unique
);
comment on table private.equipment is
'What an exercise can need and a user can have at hand.';
grant select on private.equipment to authenticated;
alter table private.equipment enable row level security;
create policy "everyone signed in can select equipment" on private.equipment
for select to authenticated using (true);


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


-- Every new user gets a profile.

-- Names come from sign-up forms and identity providers: anything may be missing, blank or endless.
create function private.default_display_name(p_email text, p_metadata jsonb)
returns text
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(
        (
            select pg_catalog.left(pg_catalog.btrim(candidate.name), 50)
            from (
                values
                (1, p_metadata ->> 'display_name'),
                (2, p_metadata ->> 'full_name'),
                (3, p_metadata ->> 'name'),
                (4, pg_catalog.split_part(p_email, '@', 1))
            ) as candidate (rank, name)
            where pg_catalog.btrim(candidate.name) <> ''
            order by candidate.rank
            limit 1
        ),
        'Athlete'
    )
$$;
comment on function private.default_display_name(text, jsonb) is
'A first display name: what the user gave at sign-up, else the local part of the email, else Athlete.';


-- Security definer, because Supabase Auth inserts the user as a role that may not write profiles. It acts only on the
-- row that fired it. Display names are not unique, so no name that is taken can break a sign-up.
create function private.create_profile()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    insert into private.profiles (user_id, display_name)
    values (new.id, private.default_display_name(new.email, new.raw_user_meta_data))
    on conflict (user_id) do nothing;
    return new;
end
$$;
comment on function private.create_profile() is 'Gives every new auth user a profile.';
create trigger create_profile
after insert on auth.users
for each row execute function private.create_profile();


-- Reading, locking and changing the profile of the caller.

create function private.current_profile()
returns private.profiles
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_profile private.profiles;
begin
    select p.* into v_profile from private.profiles as p
    where p.user_id = v_user_id;
    if not found then
        perform private.fail(404, 'profile_not_found', 'This account has no profile: it was deleted.');
    end if;
    return v_profile;
end
$$;
comment on function private.current_profile() is
'The caller''s profile. Raises PT404 profile_not_found, PT401 not_authenticated.';
grant execute on function private.current_profile() to authenticated;


-- Everything that is counted for a user (daily caps, records, idempotency) is judged against a settled history, so
-- what writes it takes this lock first and one user's writes wait for each other. "no key" lets the foreign keys of
-- other rows through, which would deadlock otherwise.
create function private.lock_profile()
returns private.profiles
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_profile private.profiles;
begin
    select p.* into v_profile from private.profiles as p
    where p.user_id = v_user_id
    for no key update;
    if not found then
        perform private.fail(404, 'profile_not_found', 'This account has no profile: it was deleted.');
    end if;
    return v_profile;
end
$$;
comment on function private.lock_profile() is
'Locks and returns the caller''s profile until the transaction ends. Raises PT404 profile_not_found.';
grant execute on function private.lock_profile() to authenticated;


create function public.get_profile()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.to_jsonb(p) - 'affinity_score'
        || pg_catalog.jsonb_build_object('affinity', private.affinity_standing(p.affinity_score))
    from private.current_profile() as p
$$;
comment on function public.get_profile() is
'The caller''s profile with their affinity {score, level, title, next_level_at}. Raises PT404 profile_not_found.';
grant execute on function public.get_profile() to authenticated;


create function public.update_profile(p_changes jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
begin
    if p_changes is null or pg_catalog.jsonb_typeof(p_changes) <> 'object' then
        perform private.fail(422, 'invalid_changes', 'The changes are not a JSON object.');
    end if;
    update private.profiles as p
    set (
        display_name, birth_date, fitness_level, goals, weight_unit, timezone, equipment, injuries, weekly_target,
        preferences
    ) = (
        select
            pg_catalog.btrim(c.display_name), c.birth_date, c.fitness_level, c.goals, c.weight_unit, c.timezone,
            c.equipment, c.injuries, c.weekly_target, c.preferences
        from pg_catalog.jsonb_populate_record(p, p_changes) as c
    )
    where p.user_id = v_user_id;
    -- Not found means no profile, which the answer reports.
    return public.get_profile();
end
$$;
comment on function public.update_profile(jsonb) is
'Changes the fields that p_changes names and returns the profile; an absent field stays, null clears. Raises PT404 '
'profile_not_found, PT422 invalid_changes, too_young, unknown_timezone, unknown_equipment, '
'preferences_too_large.';
grant execute on function public.update_profile(jsonb) to authenticated;


-- Users who signed up before this migration was pushed.
insert into private.profiles (user_id, display_name)
select
    u.id,
    private.default_display_name(u.email, u.raw_user_meta_data) as display_name
from auth.users as u
on conflict (user_id) do nothing;
