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


-- Importing the history from another app. It predates the companion, so it earns no affinity.

create function private.imported_sets(p_sets jsonb, p_exercises jsonb)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(
            s.value || pg_catalog.jsonb_build_object('exercise_id', p_exercises -> (s.value ->> 'exercise'))
            order by s.ordinality
        ),
        '[]'
    )
    from pg_catalog.jsonb_array_elements(p_sets) with ordinality as s
    where p_exercises ? (s.value ->> 'exercise')
$$;
comment on function private.imported_sets(jsonb, jsonb) is
'The sets of a workout of a file whose exercises are known, by {name: id}.';
grant execute on function private.imported_sets(jsonb, jsonb) to authenticated;


create function private.import_workout(p_workout jsonb, p_exercises jsonb, p_profile private.profiles)
returns boolean
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_started_at timestamptz := (p_workout ->> 'started_at')::timestamp at time zone p_profile.timezone;
    v_completed_at timestamptz := coalesce(
        (p_workout ->> 'completed_at')::timestamp at time zone p_profile.timezone,
        v_started_at + pg_catalog.make_interval(secs => (p_workout ->> 'duration_seconds')::integer)
    );
    v_sets jsonb := private.imported_sets(p_workout -> 'sets', p_exercises);
    v_incomplete boolean := pg_catalog.jsonb_array_length(v_sets) < pg_catalog.jsonb_array_length(p_workout -> 'sets');
    v_stored private.workouts;
    v_new jsonb;
begin
    select w.* into v_stored from private.workouts as w
    where w.user_id = p_profile.user_id and w.import_key = p_workout ->> 'import_key';
    -- A workout that ends by the clock of another time zone may seem to last until later.
    if v_completed_at > pg_catalog.now() then
        v_completed_at := pg_catalog.now();
    end if;
    if v_sets = '[]' or (v_stored.id is not null and not v_stored.import_incomplete) then
        return false;
    end if;
    v_new := (p_workout - array['started_at', 'completed_at', 'duration_seconds', 'sets'])
    || pg_catalog.jsonb_build_object(
        -- Without an end it is not known how long it took.
        'started_at', case when v_completed_at >= v_started_at then v_started_at end,
        'completed_at', coalesce(v_completed_at, v_started_at),
        'import_incomplete', v_incomplete,
        'sets', v_sets
    );
    if v_stored.id is null then
        perform private.insert_workout(p_profile.user_id, v_new, p_profile.weight_unit);
        return true;
    end if;
    if pg_catalog.jsonb_array_length(v_sets) <= (
        select count(*) from private.workout_sets as s
        where s.user_id = p_profile.user_id and s.workout_id = v_stored.id
    ) then
        return false;
    end if;
    -- What was left out for want of an exercise comes in now.
    perform private.rewrite_workout(v_stored.id, v_new);
    perform private.insert_sets(
        p_profile.user_id, v_stored.id, coalesce(v_completed_at, v_started_at), v_sets, p_profile.weight_unit
    );
    return true;
end
$$;
comment on function private.import_workout(jsonb, jsonb, private.profiles) is
'Stores a workout of a file with the sets whose exercises are known; false when there is nothing to store, or it is '
'there already. Its times are those of the user''s clock.';
grant execute on function private.import_workout(jsonb, jsonb, private.profiles) to authenticated;


create function public.import_workouts(p_history jsonb, p_create_missing boolean default false)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_names text[];
    v_exercises jsonb;
    v_workout jsonb;
    v_imported integer := 0;
    v_skipped integer := 0;
    v_early jsonb := '[]';
begin
    if pg_catalog.jsonb_typeof(p_history -> 'workouts') is distinct from 'array'
        or pg_catalog.jsonb_array_length(p_history -> 'workouts') > 100
        or pg_catalog.jsonb_path_exists(p_history, '$.workouts[*] ? (!(@.sets.type() == "array"))') then
        perform private.fail(422, 'invalid_import', 'An import takes up to 100 workouts with sets at a time.');
    end if;
    v_names := array(
        select distinct n #>> '{}' from pg_catalog.jsonb_path_query(p_history, '$.workouts[*].sets[*].exercise') as n
    );
    select coalesce(pg_catalog.jsonb_object_agg(f.name, f.exercise_id), '{}') into v_exercises
    from private.find_exercises_by_name(v_profile.user_id, v_names) as f;
    v_names := array(select n from pg_catalog.unnest(v_names) as n where not v_exercises ? n order by n);
    if p_create_missing and v_names <> '{}' then
        perform private.create_missing_exercises(v_names);
        select v_exercises || pg_catalog.jsonb_object_agg(f.name, f.exercise_id) into v_exercises
        from private.find_exercises_by_name(v_profile.user_id, v_names) as f;
        v_names := '{}';
    end if;
    for v_workout in select w.value from pg_catalog.jsonb_array_elements(p_history -> 'workouts') as w loop
        if (v_workout ->> 'started_at')::timestamp at time zone v_profile.timezone > pg_catalog.now() then
            v_early := v_early || (v_workout -> 'line');
            v_skipped := v_skipped + 1;
        elsif private.import_workout(v_workout, v_exercises, v_profile) then
            v_imported := v_imported + 1;
        else
            v_skipped := v_skipped + 1;
        end if;
    end loop;
    return pg_catalog.jsonb_build_object(
        'imported', v_imported,
        'skipped', v_skipped,
        'unmatched_exercises', v_names,
        'lines_in_future', v_early
    );
end
$$;
comment on function public.import_workouts(jsonb, boolean) is
'Stores {workouts} of another app, up to 100 at a time, each once, without affinity: {imported, skipped, '
'unmatched_exercises, lines_in_future}. Sets of unknown exercises are left out, unless p_create_missing makes these; '
'they come in with a later import that knows them. Raises PT404 profile_not_found, PT409 too_many_exercises, PT422 '
'invalid_import.';
grant execute on function public.import_workouts(jsonb, boolean) to authenticated;
