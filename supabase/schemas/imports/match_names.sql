-- Which exercises the names in the files of other apps mean.

create function private.name_words(p_name text)
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select array(
        select distinct word from pg_catalog.unnest(
            pg_catalog.string_to_array(private.name_key(p_name), ' ')
        ) as word
        order by word
    )
$$;
comment on function private.name_words(text) is
'The words of a name in alphabetical order: what two names have in common that put the same words differently.';
grant execute on function private.name_words(text) to authenticated;


create function private.is_done_with(p_equipment text[], p_tool text)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
    select case p_tool
        when 'barbell' then p_equipment && array['barbell', 'ez_bar']
        when 'cable' then p_equipment && array['cable_machine', 'lat_pulldown_machine']
        when 'band' then 'resistance_band' = any(p_equipment)
        when 'plate' then 'weight_plate' = any(p_equipment)
        when 'bodyweight' then
            not p_equipment && array['barbell', 'dumbbell', 'kettlebell', 'cable_machine', 'resistance_band']
        when 'machine' then
            pg_catalog.array_to_string(p_equipment, ' ') like '%machine%'
            and not p_equipment && array['cable_machine', 'smith_machine']
        -- The load is told by the sets.
        when 'weighted' then true
        else pg_catalog.replace(p_tool, ' ', '_') = any(p_equipment)
    end
$$;
comment on function private.is_done_with(text[], text) is
'Whether an exercise of this equipment is what other apps mean by a tool in brackets: Squat (Barbell).';
grant execute on function private.is_done_with(text[], text) to authenticated;


create function private.find_exercises_by_name(p_user_id uuid, p_names text[])
returns table (name text, exercise_id uuid)
language sql
stable
security invoker
set search_path = ''
as $$
    with
    known as materialized (
        select
            e.id,
            e.name as shown_name,
            e.equipment,
            e.user_id is not null as own,
            e.source is not null as imported,
            called.ordinality > 1 as is_alias,
            private.name_key(called.name) as key,
            private.name_words(called.name) as words
        from private.exercises as e
        cross join lateral pg_catalog.unnest(e.name || e.aliases) with ordinality as called (name)
        where e.user_id = p_user_id or (e.user_id is null and e.archived_at is null)
    ),
    asked as materialized (
        select
            listed.name,
            private.name_key(listed.name) as key,
            written.base,
            part.tool,
            private.name_words(pg_catalog.concat(written.base, ' ', part.tool)) as words,
            private.name_words(written.base) as base_words,
            private.name_words(part.tool) as tool_words
        from (select distinct n as name from pg_catalog.unnest(p_names) as n) as listed
        cross join lateral (
            -- The two apps write the tool in brackets behind the name.
            select
                pg_catalog.regexp_replace(listed.name, '\s*\([^)]*\)\s*$', '') as base,
                pg_catalog.lower(substring(listed.name, '\(([^)]*)\)\s*$')) as brackets
        ) as written
        cross join lateral (
            select case
                when written.brackets in ('machine plates', 'plate loaded') then 'machine'
                when written.brackets = 'smith' then 'smith machine'
                else written.brackets
            end as tool
        ) as part
    ),
    candidate as (
        select asked.name, known.*, 1 as rank from asked
        inner join known on asked.key = known.key
        union all
        select asked.name, known.*, 2 as rank from asked
        inner join known on asked.words = known.words
        union all
        select asked.name, known.*, 3 as rank from asked
        inner join known on asked.base_words = known.words and private.is_done_with(known.equipment, asked.tool)
        union all
        -- Butterfly (Pec Deck), Back Extension (Hyperextension)
        select asked.name, known.*, 4 as rank from asked
        inner join known on asked.tool_words = known.words
    )
    select distinct on (c.name)
        c.name,
        c.id
    from candidate as c
    order by c.name, c.rank, c.own desc, c.imported, c.is_alias, c.shown_name, c.id
$$;
comment on function private.find_exercises_by_name(uuid, text[]) is
'The exercises that other apps'' names mean, where there are any: the user''s own first, then the catalogue''s.';
grant execute on function private.find_exercises_by_name(uuid, text[]) to authenticated;


create function private.create_missing_exercises(p_names text[])
returns table (name text, exercise_id uuid)
language sql
security invoker
set search_path = ''
as $$
    select
        missing.name,
        (public.create_exercise(pg_catalog.jsonb_build_object('name', missing.name)) ->> 'id')::uuid
    from (
        -- Two spellings of one name are one exercise.
        select min(n) as name from pg_catalog.unnest(p_names) as n
        group by private.name_key(n)
    ) as missing
$$;
comment on function private.create_missing_exercises(text[]) is
'Makes exercises of the caller''s own by their names. Raises PT409 too_many_exercises.';
grant execute on function private.create_missing_exercises(text[]) to authenticated;
