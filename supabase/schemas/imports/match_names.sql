-- Finding the exercises that names from other apps mean.

-- Strong and Hevy write the tool in brackets after the name: Squat (Barbell).
create function private.split_name(p_name text, out base text, out tool text)
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.regexp_replace(p_name, '\s*\([^)]*\)\s*$', ''),
        case
            when written.tool in ('machine plates', 'plate loaded') then 'machine'
            when written.tool = 'smith' then 'smith machine'
            else written.tool
        end
    from (select pg_catalog.lower(substring(p_name, '\(([^)]*)\)\s*$')) as tool) as written
$$;
comment on function private.split_name(text) is
'A name from another app without its tool in brackets, and that tool in lower case; null if there are no brackets.';
grant execute on function private.split_name(text) to authenticated;


create function private.is_done_with(p_equipment text[], p_tool text)
returns boolean
language sql
stable
security invoker
return case p_tool
    when 'barbell' then p_equipment && array['barbell', 'ez_bar']
    when 'cable' then p_equipment && array['cable_machine', 'lat_pulldown_machine']
    when 'band' then 'resistance_band' = any(p_equipment)
    when 'plate' then 'weight_plate' = any(p_equipment)
    when 'bodyweight'
        then
            not p_equipment && array['barbell', 'dumbbell', 'kettlebell', 'cable_machine', 'resistance_band']
    when 'machine'
        then
            pg_catalog.array_to_string(p_equipment, ' ') like '%machine%'
            and not p_equipment && array['cable_machine', 'smith_machine']
    -- The sets say how much weight was added.
    when 'weighted' then true
    else pg_catalog.replace(p_tool, ' ', '_') = any(p_equipment)
end;
comment on function private.is_done_with(text[], text) is
'True if an exercise that needs this equipment can be what another app means by the tool.';
grant execute on function private.is_done_with(text[], text) to authenticated;


create function private.known_names(p_user_id uuid)
returns table (
    exercise_id uuid,
    exercise_name text,
    equipment text[],
    own boolean,
    imported boolean,
    is_alias boolean,
    key text,
    words text
)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        e.id,
        e.name,
        e.equipment,
        e.user_id is not null,
        e.source is not null,
        called.place > 1,
        called.key,
        called.words
    from private.exercises as e
    cross join lateral rows from (
        pg_catalog.unnest(e.name_keys), pg_catalog.unnest(e.name_words)
    ) with ordinality as called (key, words, place)
    where e.user_id = p_user_id or (e.user_id is null and e.archived_at is null)
$$;
comment on function private.known_names(uuid) is
'Each name and alias of the catalogue''s and the user''s own exercises, with its key and its words.';
grant execute on function private.known_names(uuid) to authenticated;


create function private.imported_names(p_names text[])
returns table (name text, tool text, key text, words text, base_words text, tool_words text)
language sql
stable
security invoker
set search_path = ''
as $$
    select
        listed.name,
        split.tool,
        private.name_key(listed.name),
        private.name_words(pg_catalog.concat(split.base, ' ', split.tool)),
        private.name_words(split.base),
        private.name_words(split.tool)
    from (select distinct n as name from pg_catalog.unnest(p_names) as n) as listed
    cross join lateral private.split_name(listed.name) as split
$$;
comment on function private.imported_names(text[]) is
'Each name from another app once, with its tool, its key, and the words of the whole name, of the name before the '
'brackets and of the tool.';
grant execute on function private.imported_names(text[]) to authenticated;


create function private.find_exercises_by_name(p_user_id uuid, p_names text[])
returns table (name text, exercise_id uuid)
language sql
stable
security invoker
set search_path = ''
as $$
    with
    known as materialized (
        select k.* from private.known_names(p_user_id) as k
    ),
    asked as materialized (
        select f.* from private.imported_names(p_names) as f
    ),
    candidate as (
        select asked.name, known.*, 1 as rank from asked
        inner join known on asked.key = known.key
        union all
        -- Bench Press (Dumbbell)
        select asked.name, known.*, 2 as rank from asked
        inner join known on asked.words = known.words
        union all
        -- Leg Press (Machine)
        select asked.name, known.*, 3 as rank from asked
        inner join known on asked.base_words = known.words and private.is_done_with(known.equipment, asked.tool)
        union all
        -- Butterfly (Pec Deck), Back Extension (Hyperextension)
        select asked.name, known.*, 4 as rank from asked
        inner join known on asked.tool_words = known.words
    )
    select distinct on (c.name)
        c.name,
        c.exercise_id
    from candidate as c
    order by c.name, c.rank, c.own desc, c.imported, c.is_alias, c.exercise_name, c.exercise_id
$$;
comment on function private.find_exercises_by_name(uuid, text[]) is
'The exercises that names from other apps mean, for those names that match one. The user''s own exercises come before '
'the catalogue''s.';
grant execute on function private.find_exercises_by_name(uuid, text[]) to authenticated;
