-- Importing workouts from another app. They happened before the user knew the companion, so they earn no affinity.

create function private.is_import_time(p_value jsonb)
returns boolean
language sql
stable
security invoker
return case
    when pg_catalog.jsonb_typeof(p_value) <> 'string' then false
    when not pg_catalog.pg_input_is_valid(p_value #>> '{}', 'timestamp') then false
    -- Time zones leave room on both sides of what a workout may have.
    else (p_value #>> '{}')::timestamp between '1970-01-02' and '9999-12-31'
end;
comment on function private.is_import_time(jsonb) is
'True for a JSON string that is a time of a workout in a file: finite, and not before 2 January 1970. Null for null.';
grant execute on function private.is_import_time(jsonb) to authenticated;


create function private.are_imported_sets(p_sets jsonb)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
    select case
        when pg_catalog.jsonb_typeof(p_sets) is distinct from 'array' then false
        when pg_catalog.jsonb_array_length(p_sets) > 200 then false
        else not exists (
            select from pg_catalog.jsonb_array_elements(p_sets) as s
            where pg_catalog.jsonb_typeof(s.value -> 'exercise') is distinct from 'string'
                or pg_catalog.char_length(s.value ->> 'exercise') not between 1 and 100
        )
    end
$$;
comment on function private.are_imported_sets(jsonb) is
'True for a list of at most 200 sets that name their exercises.';
grant execute on function private.are_imported_sets(jsonb) to authenticated;


create function private.import_fault(p_workout jsonb)
returns text
language sql
stable
security invoker
return case
    when pg_catalog.jsonb_typeof(p_workout) <> 'object' then ''
    when coalesce(pg_catalog.jsonb_typeof(p_workout -> 'import_key'), '') <> 'string' then '.import_key'
    when pg_catalog.char_length(p_workout ->> 'import_key') not between 1 and 300 then '.import_key'
    when not coalesce(private.is_import_time(p_workout -> 'started_at'), false) then '.started_at'
    when not private.is_import_time(nullif(p_workout -> 'completed_at', 'null')) then '.completed_at'
    when
        coalesce(p_workout -> 'duration_seconds', 'null') <> 'null'
        and not private.is_number_between(p_workout -> 'duration_seconds', 0, 172800) then '.duration_seconds'
    when not private.are_imported_sets(p_workout -> 'sets') then '.sets'
end;
comment on function private.import_fault(jsonb) is
'The path of the first fault in the form of a workout from a file; null if there is none.';
grant execute on function private.import_fault(jsonb) to authenticated;


create function private.check_import(p_history jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_faults text;
begin
    if pg_catalog.jsonb_typeof(p_history -> 'workouts') is distinct from 'array'
        or pg_catalog.jsonb_array_length(p_history -> 'workouts') > 100 then
        perform private.fail(422, 'invalid_import', 'An import must have a list of at most 100 workouts.', 'workouts');
    end if;
    select pg_catalog.string_agg('workouts.' || w.ordinality - 1 || private.import_fault(w.value), ',')
    into v_faults
    from pg_catalog.jsonb_array_elements(p_history -> 'workouts') with ordinality as w
    where private.import_fault(w.value) is not null;
    if v_faults is not null then
        perform private.fail(
            422, 'invalid_import',
            'Each workout must have an import_key, started_at as a local time, at most two days of duration_seconds, '
            'and a list of at most 200 sets with the name of an exercise.',
            v_faults
        );
    end if;
end
$$;
comment on function private.check_import(jsonb) is
'Raises PT422 invalid_import, with the path of each fault, unless p_history is {workouts: [...]} with at most 100 '
'workouts, each with a key, a start and a list of at most 200 sets that name their exercises.';
grant execute on function private.check_import(jsonb) to authenticated;


create function private.exercise_ids_by_name(p_user_id uuid, p_names text[])
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(pg_catalog.jsonb_object_agg(f.name, f.exercise_id), '{}')
    from private.find_exercises_by_name(p_user_id, p_names) as f
$$;
comment on function private.exercise_ids_by_name(uuid, text[]) is
'The exercises that names from another app mean: {name: id}, without the names that match none.';
grant execute on function private.exercise_ids_by_name(uuid, text[]) to authenticated;


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
        -- Two spellings of one name mean one exercise.
        select min(n) as name from pg_catalog.unnest(p_names) as n
        group by private.name_key(n)
    ) as missing
$$;
comment on function private.create_missing_exercises(text[]) is
'Creates exercises of the caller''s own with these names. Raises PT409 too_many_exercises.';
grant execute on function private.create_missing_exercises(text[]) to authenticated;


create function private.imported_sets(p_sets jsonb, p_exercises jsonb)
returns jsonb
language sql
stable
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
'The sets of a workout in a file whose exercises are known, with their ids. p_exercises is {name: id}.';
grant execute on function private.imported_sets(jsonb, jsonb) to authenticated;


create function private.imported_times(
    p_workout jsonb, p_timezone text, out started_at timestamptz, out completed_at timestamptz
)
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_start timestamptz := (p_workout ->> 'started_at')::timestamp at time zone p_timezone;
    v_end timestamptz := coalesce(
        (p_workout ->> 'completed_at')::timestamp at time zone p_timezone,
        v_start + pg_catalog.make_interval(secs => (p_workout ->> 'duration_seconds')::integer)
    );
begin
    -- A workout from another time zone may seem to end later than now.
    if v_end > pg_catalog.now() then
        v_end := pg_catalog.now();
    end if;
    -- If the file has no valid end, the duration is unknown, so only one moment is stored.
    started_at := case when v_end >= v_start then v_start end;
    completed_at := coalesce(v_end, v_start);
end
$$;
comment on function private.imported_times(jsonb, text) is
'When a workout in a file started and ended. Files have local times, which are taken to be in the user''s time zone. '
'The start is null if the duration is unknown.';
grant execute on function private.imported_times(jsonb, text) to authenticated;


create function private.import_workout(p_workout jsonb, p_exercises jsonb, p_profile private.profiles)
returns boolean
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_sets jsonb := private.imported_sets(p_workout -> 'sets', p_exercises);
    v_times record := private.imported_times(p_workout, p_profile.timezone);
    -- An imported workout follows no plan, and gets an id of its own.
    v_new jsonb := p_workout - array['id', 'duration_seconds', 'plan_id', 'plan_day'] || pg_catalog.jsonb_build_object(
        'started_at', v_times.started_at,
        'completed_at', v_times.completed_at,
        'import_incomplete',
        pg_catalog.jsonb_array_length(v_sets) < pg_catalog.jsonb_array_length(p_workout -> 'sets'),
        'sets', v_sets
    );
    v_stored private.workouts;
begin
    if v_sets = '[]' then
        return false;
    end if;
    select w.* into v_stored from private.workouts as w
    where w.user_id = p_profile.user_id and w.import_key = p_workout ->> 'import_key';
    if not found then
        perform private.insert_workout(
            p_profile.user_id, pg_catalog.gen_random_uuid(), v_new, p_profile.weight_unit
        );
        return true;
    end if;
    if not v_stored.import_incomplete or pg_catalog.jsonb_array_length(v_sets) <= v_stored.total_sets then
        return false;
    end if;
    -- An earlier import did not know all exercises. This one adds the sets that it left out.
    perform private.rewrite_workout(v_stored.id, v_new);
    perform private.insert_sets(p_profile.user_id, v_stored.id, v_sets, p_profile.weight_unit);
    return true;
end
$$;
comment on function private.import_workout(jsonb, jsonb, private.profiles) is
'Stores a workout from a file with the sets whose exercises are known. Returns false if there is nothing new to store. '
'p_exercises is {name: id}.';
grant execute on function private.import_workout(jsonb, jsonb, private.profiles) to authenticated;


create function public.import_workouts(
    p_history jsonb, p_create_missing boolean default false, p_import_id uuid default null
)
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
    v_in_future jsonb := '[]';
begin
    perform private.check_size(p_history, 16384);
    if p_import_id is not null then
        perform private.claim_import(v_profile.user_id, p_import_id);
    end if;
    perform private.check_import(p_history);
    v_names := array(
        select distinct n #>> '{}' from pg_catalog.jsonb_path_query(p_history, '$.workouts[*].sets[*].exercise') as n
    );
    v_exercises := private.exercise_ids_by_name(v_profile.user_id, v_names);
    v_names := array(select n from pg_catalog.unnest(v_names) as n where not v_exercises ? n order by n);
    if p_create_missing and v_names <> '{}' then
        perform private.create_missing_exercises(v_names);
        v_exercises := v_exercises || private.exercise_ids_by_name(v_profile.user_id, v_names);
        v_names := '{}';
    end if;
    for v_workout in select w.value from pg_catalog.jsonb_array_elements(p_history -> 'workouts') as w loop
        if (v_workout ->> 'started_at')::timestamp at time zone v_profile.timezone > pg_catalog.now() then
            v_in_future := v_in_future || (v_workout -> 'line');
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
        'lines_in_future', v_in_future
    );
end
$$;
comment on function public.import_workouts(jsonb, boolean, uuid) is
'Stores up to 100 workouts from another app, each only once and without affinity: {imported, skipped, '
'unmatched_exercises, lines_in_future}. Leaves out sets whose exercises are unknown, unless p_create_missing is '
'true: then it creates those exercises. A later import that knows them adds the sets. p_import_id names the import '
'that begin_import began. Raises PT404 profile_not_found, PT409 too_many_exercises, import_running, PT413 '
'body_too_large, PT422 invalid_import.';
grant execute on function public.import_workouts(jsonb, boolean, uuid) to authenticated;
