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


-- One import of a user at a time. An import takes several calls, perhaps of several processes of the service, so a row
-- says that it is running; and it expires, so that a process that dies blocks its user for two minutes at most.

create table private.running_imports (
    user_id uuid primary key references private.profiles (user_id) on delete cascade,
    import_id uuid not null,
    expires_at timestamptz not null default now() + interval '2 minutes'
);
comment on table private.running_imports is
'The import that a user runs now. Each of its calls moves expires_at, and its end deletes the row.';
grant select, delete on private.running_imports to authenticated;
grant insert (user_id, import_id) on private.running_imports to authenticated;
grant update (import_id, expires_at) on private.running_imports to authenticated;
alter table private.running_imports enable row level security;
create policy "owner can select own running_imports" on private.running_imports
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own running_imports" on private.running_imports
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can update own running_imports" on private.running_imports
for update to authenticated
using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "owner can delete own running_imports" on private.running_imports
for delete to authenticated using ((select auth.uid()) = user_id);


create function private.claim_import(p_user_id uuid, p_import_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    insert into private.running_imports as r (user_id, import_id) values (p_user_id, p_import_id)
    on conflict (user_id) do update
    set import_id = excluded.import_id, expires_at = excluded.expires_at
    where r.import_id = excluded.import_id or r.expires_at < pg_catalog.now();
    if not found then
        perform private.fail(
            409, 'import_running', 'Another import of yours is running. Try again when it is done.', '5'
        );
    end if;
end
$$;
comment on function private.claim_import(uuid, uuid) is
'Makes this the import that the user runs, for two more minutes. Raises PT409 import_running, with the seconds to '
'wait, while another one runs.';
grant execute on function private.claim_import(uuid, uuid) to authenticated;


create function public.begin_import(
    p_import_id uuid, p_idempotency_key text default null, p_file jsonb default null
)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_report jsonb := private.replay_answer('import', p_idempotency_key, p_file);
begin
    perform private.check_size(p_file, 64);
    if v_report is null then
        perform private.claim_import(v_profile.user_id, p_import_id);
    end if;
    return pg_catalog.jsonb_build_object('report', v_report);
end
$$;
comment on function public.begin_import(uuid, text, jsonb) is
'Begins an import under an id that the caller chooses: {report: null}. No other begins until end_import, or two '
'minutes after its last call. If p_file, which says what is imported, was imported with this key before, it begins '
'none and returns the report of then. Raises PT404 profile_not_found, PT409 import_running, PT413 body_too_large, '
'PT422 invalid_idempotency_key, idempotency_key_reused.';
grant execute on function public.begin_import(uuid, text, jsonb) to authenticated;


create function public.end_import(
    p_import_id uuid, p_report jsonb default null, p_idempotency_key text default null, p_file jsonb default null
)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
begin
    perform private.check_size(p_report, 1024);
    delete from private.running_imports as r
    where r.user_id = v_profile.user_id and r.import_id = p_import_id;
    if found and p_report is not null then
        perform private.remember_answer('import', p_idempotency_key, p_file, p_report, p_import_id);
    end if;
end
$$;
comment on function public.end_import(uuid, jsonb, text, jsonb) is
'Ends an import, so that the user can begin another one. With a report, it is done, and its key replays the report. '
'Raises PT404 profile_not_found, PT413 body_too_large.';
grant execute on function public.end_import(uuid, jsonb, text, jsonb) to authenticated;


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
