-- Exercises: the shared catalogue (seed.sql fills it) and each user's own.

create table public.muscles (
    slug text primary key constraint muscles_slug_check check (slug ~ '^[a-z][a-z0-9_]*$'),
    name text not null constraint muscles_name_key unique,
    region text not null
    constraint muscles_region_check check (region in ('chest', 'back', 'shoulders', 'arms', 'core', 'legs'))
);
comment on table public.muscles is 'The muscle groups that statistics are kept for.';
revoke all on public.muscles from anon, authenticated;
grant select on public.muscles to authenticated;
alter table public.muscles enable row level security;
create policy "everyone signed in can select muscles" on public.muscles
for select to authenticated using (true);


create table public.exercises (
    id uuid primary key default gen_random_uuid(),
    user_id uuid references public.profiles (user_id) on delete cascade,
    slug text not null constraint exercises_slug_check check (slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'),
    name text not null
    constraint exercises_name_check check (char_length(name) <= 100 and btrim(name) <> ''),
    aliases text[] not null default '{}'
    constraint exercises_aliases_check check (private.is_text_list(aliases, 20, 100)),
    category text not null
    constraint exercises_category_check
    check (category in ('strength', 'powerlifting', 'olympic', 'strongman', 'core', 'mobility', 'conditioning')),
    force text
    constraint exercises_force_check check (force in ('push', 'pull', 'static')),
    mechanic text
    constraint exercises_mechanic_check check (mechanic in ('compound', 'isolation')),
    level text not null
    constraint exercises_level_check check (level in ('beginner', 'intermediate', 'advanced')),
    measured_in text not null
    constraint exercises_measured_in_check
    check (measured_in in ('weight_and_reps', 'reps', 'time', 'distance')),
    instructions text[] not null default '{}'
    constraint exercises_instructions_check check (private.is_text_list(instructions, 12, 500)),
    created_at timestamptz not null default now(),
    -- One name space for each user, and one for the catalogue.
    constraint exercises_user_id_slug_key unique nulls not distinct (user_id, slug)
);
comment on table public.exercises is 'The catalogue (no user_id, read by everyone) and each user''s own exercises.';
comment on column public.exercises.measured_in is 'What a set of it is logged in.';
revoke all on public.exercises from anon, authenticated;
grant select on public.exercises to authenticated;
alter table public.exercises enable row level security;
create policy "owner can select own exercises and the catalogue" on public.exercises
for select to authenticated using (user_id is null or (select auth.uid()) = user_id);


create table public.exercise_muscles (
    exercise_id uuid not null references public.exercises (id) on delete cascade,
    muscle text not null references public.muscles (slug),
    role text not null constraint exercise_muscles_role_check check (role in ('primary', 'secondary')),
    primary key (exercise_id, muscle)
);
comment on table public.exercise_muscles is 'The muscles an exercise trains: a secondary one counts half.';
create index exercise_muscles_muscle_idx on public.exercise_muscles (muscle);
revoke all on public.exercise_muscles from anon, authenticated;
grant select on public.exercise_muscles to authenticated;
alter table public.exercise_muscles enable row level security;
-- Whoever may see the exercise may see its muscles: the exercise's own policy decides.
create policy "owner can select own exercise_muscles and the catalogue" on public.exercise_muscles
for select to authenticated using (exists (
    select from public.exercises as e
    where e.id = exercise_muscles.exercise_id
));


create table public.exercise_equipment (
    exercise_id uuid not null references public.exercises (id) on delete cascade,
    equipment text not null references public.equipment (slug),
    primary key (exercise_id, equipment)
);
comment on table public.exercise_equipment is
'All that an exercise needs, not only the main piece; one that needs nothing has no row.';
create index exercise_equipment_equipment_idx on public.exercise_equipment (equipment);
revoke all on public.exercise_equipment from anon, authenticated;
grant select on public.exercise_equipment to authenticated;
alter table public.exercise_equipment enable row level security;
create policy "owner can select own exercise_equipment and the catalogue" on public.exercise_equipment
for select to authenticated using (exists (
    select from public.exercises as e
    where e.id = exercise_equipment.exercise_id
));


create function private.exercise_json(p_exercise public.exercises)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'id', p_exercise.id,
        'slug', p_exercise.slug,
        'name', p_exercise.name,
        'aliases', p_exercise.aliases,
        'category', p_exercise.category,
        'force', p_exercise.force,
        'mechanic', p_exercise.mechanic,
        'level', p_exercise.level,
        'measured_in', p_exercise.measured_in,
        'custom', p_exercise.user_id is not null,
        'equipment', (
            select coalesce(pg_catalog.jsonb_agg(ee.equipment order by ee.equipment), '[]')
            from public.exercise_equipment as ee
            where ee.exercise_id = p_exercise.id
        ),
        'primary_muscles', (
            select coalesce(pg_catalog.jsonb_agg(em.muscle order by em.muscle), '[]')
            from public.exercise_muscles as em
            where em.exercise_id = p_exercise.id and em.role = 'primary'
        ),
        'secondary_muscles', (
            select coalesce(pg_catalog.jsonb_agg(em.muscle order by em.muscle), '[]')
            from public.exercise_muscles as em
            where em.exercise_id = p_exercise.id and em.role = 'secondary'
        )
    )
$$;
comment on function private.exercise_json(public.exercises) is
'An exercise as lists show it: all but its instructions.';
grant execute on function private.exercise_json(public.exercises) to authenticated;


create function public.search_exercises(
    p_q text default null,
    p_muscles text[] default null,
    p_equipment text[] default null,
    p_categories text[] default null,
    p_levels text[] default null,
    p_mechanics text[] default null,
    p_forces text[] default null,
    p_custom boolean default null,
    p_page integer default 1,
    p_per_page integer default 20
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    with
    query as (
        select
            pg_catalog.lower(pg_catalog.btrim(p_q)) as phrase,
            pg_catalog.regexp_split_to_array(pg_catalog.lower(pg_catalog.btrim(p_q)), '\s+') as words
    ),
    found as (
        select
            e as exercise,
            e.name,
            e.id,
            pg_catalog.lower(e.name) as lowered,
            query.phrase
        from public.exercises as e
        cross join query
        -- Every word of the query occurs in the name or in an alias.
        where (p_q is null or not exists (
            select from pg_catalog.unnest(query.words) as word
            where pg_catalog.strpos(
                pg_catalog.lower(e.name || ' ' || pg_catalog.array_to_string(e.aliases, ' ')), word
            ) = 0
        ))
        and (p_muscles is null or exists (
            select from public.exercise_muscles as em
            where em.exercise_id = e.id and em.muscle = any(p_muscles)
        ))
        and (
            p_equipment is null
            or exists (
                select from public.exercise_equipment as ee
                where ee.exercise_id = e.id and ee.equipment = any(p_equipment)
            )
            or ('none' = any(p_equipment) and not exists (
                select from public.exercise_equipment as ee
                where ee.exercise_id = e.id
            ))
        )
        and (p_categories is null or e.category = any(p_categories))
        and (p_levels is null or e.level = any(p_levels))
        and (p_mechanics is null or e.mechanic = any(p_mechanics))
        and (p_forces is null or e.force = any(p_forces))
        and (p_custom is null or (e.user_id is not null) = p_custom)
    ),
    ranked as (
        select
            exercise,
            pg_catalog.row_number() over (
                -- The name itself first, then names that begin with the query, then the rest.
                order by
                    lowered = phrase desc nulls last,
                    pg_catalog.starts_with(lowered, phrase) desc nulls last,
                    name,
                    id
            ) as place
        from found
    ),
    page as (
        select exercise, place from ranked
        order by place
        offset private.page_offset(p_page, p_per_page)
        limit p_per_page
    )
    select private.page_json(
        (select pg_catalog.jsonb_agg(private.exercise_json(page.exercise) order by page.place) from page),
        (select count(*) from found),
        p_page,
        p_per_page
    )
$$;
comment on function public.search_exercises(
    text, text[], text[], text[], text[], text[], text[], boolean, integer, integer
) is
'A page of the exercises that the caller may see and that match every filter given: {items, total, page, per_page}. '
'Within a filter any of its values will do; equipment ''none'' finds what needs nothing. Raises PT422 invalid_page.';
revoke all on function public.search_exercises(
    text, text[], text[], text[], text[], text[], text[], boolean, integer, integer
) from anon, authenticated;
grant execute on function public.search_exercises(
    text, text[], text[], text[], text[], text[], text[], boolean, integer, integer
) to authenticated;


create function public.get_exercise(p_id uuid)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_exercise jsonb;
begin
    select
        private.exercise_json(e)
        || pg_catalog.jsonb_build_object('instructions', e.instructions)
    into v_exercise
    from public.exercises as e
    where e.id = p_id;
    if not found then
        raise sqlstate 'PT404' using message = 'There is no such exercise.', detail = 'exercise_not_found';
    end if;
    return v_exercise;
end
$$;
comment on function public.get_exercise(uuid) is
'One exercise with its instructions. Raises PT404 exercise_not_found, also for another user''s own exercise.';
revoke all on function public.get_exercise(uuid) from anon, authenticated;
grant execute on function public.get_exercise(uuid) to authenticated;
