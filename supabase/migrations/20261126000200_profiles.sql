-- The levels of affinity, and where a score stands among them.

create table private.affinity_levels (
    level integer primary key constraint affinity_levels_level_check check (level > 0),
    title text not null constraint affinity_levels_title_key unique,
    threshold integer not null
    constraint affinity_levels_threshold_key unique
    constraint affinity_levels_threshold_check check (threshold >= 0)
);
comment on table private.affinity_levels is
'How close a user and the companion are: a user reaches a level with as many affinity points as its threshold.';
grant select on private.affinity_levels to authenticated;
alter table private.affinity_levels enable row level security;
create policy "everyone signed in can select affinity_levels" on private.affinity_levels
for select to authenticated using (true);


-- Functions need these rows in order to work, so they come with the migrations and not with the seed.
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
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return (
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
    );
end
$$;
comment on function private.affinity_standing(integer) is
'The level that a score has reached: {score, level, title, next_level_at}; next_level_at is null at the top level.';
grant execute on function private.affinity_standing(integer) to authenticated;


-- The equipment that exercises need and users have.

create table private.equipment (
    slug text primary key constraint equipment_slug_check check (slug ~ '^[a-z][a-z0-9_]*$'),
    name text not null constraint equipment_name_key unique
);
comment on table private.equipment is 'What an exercise can need and a user can have.';
grant select on private.equipment to authenticated;
alter table private.equipment enable row level security;
create policy "everyone signed in can select equipment" on private.equipment
for select to authenticated using (true);


create function private.equipment_faults(p_slugs text[], p_where text)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_unknown text := (
        select pg_catalog.string_agg(coalesce(listed.slug, 'null'), ', ' order by listed.place)
        from pg_catalog.unnest(p_slugs) with ordinality as listed (slug, place)
        where not exists (select from private.equipment as e where e.slug = listed.slug)
    );
begin
    if v_unknown is not null then
        return private.fault('unknown_equipment', 'Unknown equipment: ' || v_unknown || '.', p_where);
    end if;
    return '[]';
end
$$;
comment on function private.equipment_faults(text[], text) is
'The fault unknown_equipment if a slug is not in private.equipment. p_where is the path of the list.';
grant execute on function private.equipment_faults(text[], text) to authenticated;


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


-- Every new user gets a profile.

-- Sign-up forms and identity providers send names that may be missing, blank or very long.
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
'The first display name of a user: the name given at sign-up, else the local part of the email address, else Athlete.';


-- Security definer, because Supabase Auth inserts the user as a role that may not write profiles. It acts only on the
-- row that fired it. Display names are not unique, so a name in use cannot break a sign-up.
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
comment on function private.create_profile() is 'Creates the profile of a new auth user.';

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
        perform private.fail(404, 'profile_not_found', 'This account has no profile. It was deleted.');
    end if;
    return v_profile;
end
$$;
comment on function private.current_profile() is
'The profile of the caller. Raises PT404 profile_not_found, PT401 not_authenticated.';
grant execute on function private.current_profile() to authenticated;


-- Daily caps, records and idempotency depend on what is already stored, so every function that writes for a user takes
-- this lock first, and one user's writes run one after the other. "no key" keeps the lock from blocking the foreign
-- keys of other rows, which would deadlock.
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
        perform private.fail(404, 'profile_not_found', 'This account has no profile. It was deleted.');
    end if;
    return v_profile;
end
$$;
comment on function private.lock_profile() is
'Locks the profile of the caller until the transaction ends, and returns it. Raises PT404 profile_not_found, PT401 '
'not_authenticated.';
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
'The profile of the caller with their affinity {score, level, title, next_level_at}. Raises PT404 profile_not_found.';
grant execute on function public.get_profile() to authenticated;


create function public.update_profile(p_changes jsonb, p_if_revisions bigint[] default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
begin
    perform private.check_size(p_changes, 64);
    perform private.check_changes(p_changes);
    perform private.check_unchanged('profile', v_profile.revision, p_if_revisions);
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
    where p.user_id = v_profile.user_id;
    return public.get_profile();
end
$$;
comment on function public.update_profile(jsonb, bigint[]) is
'Changes the fields that p_changes names and returns the profile. An absent field stays, null clears it. Raises '
'PT404 profile_not_found, PT412 profile_changed if p_if_revisions is given without the current revision, PT413 '
'body_too_large, PT422 invalid_changes, too_young, unknown_timezone, '
'unknown_equipment, preferences_too_large.';
grant execute on function public.update_profile(jsonb, bigint[]) to authenticated;


-- Users who signed up before this migration was pushed.
insert into private.profiles (user_id, display_name)
select
    u.id,
    private.default_display_name(u.email, u.raw_user_meta_data) as display_name
from auth.users as u
on conflict (user_id) do nothing;
