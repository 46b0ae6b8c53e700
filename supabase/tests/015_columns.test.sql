-- The columns that a user may write, table by table. All others are the system's: ids, times, scores and awards.
begin;
\ir helpers.psql
select plan(72);

create temporary table writable (table_name text, inserted text, updated text);
insert into writable values
('affinity_events', null, null),
('affinity_levels', null, null),
('affinity_rules', null, null),
('chat_turns', null, null),
('chat_usage', null, null),
('conversations', 'user_id, id, title', null),
('deletions', null, null),
('earlier_targets', null, null),
('catalogue_facets', null, null),
('catalogue_words', null, null),
('equipment', null, null),
('exercise_relations', null, null),
(
    'exercises',
    'id, user_id, name, aliases, category, movement_pattern, force, mechanic, level, laterality, measured_in, '
    'equipment, primary_muscles, secondary_muscles, joints, instructions, cues',
    'archived_at, name, aliases, category, movement_pattern, force, mechanic, level, laterality, measured_in, '
    'equipment, primary_muscles, secondary_muscles, joints, instructions, cues'
),
('idempotency_keys', null, null),
(
    'memories',
    'user_id, id, content, kind, importance, pinned, message_id, expires_at',
    'content, kind, importance, pinned, times_told, last_told_at, expires_at, superseded_at, superseded_by, '
    'embedding, embedding_claimed_at'
),
('measurement_kinds', null, null),
('measurements', 'user_id, id, kind, value, unit, measured_at', null),
('memory_centres', null, null),
('messages', 'user_id, id, conversation_id, role, content', null),
('muscles', null, null),
('paused_weeks', 'user_id, week_start', null),
('running_imports', 'user_id, import_id', 'import_id, expires_at'),
('plan_days', 'user_id, plan_id, version, day, name', null),
(
    'plan_exercises',
    'user_id, plan_id, version, day, position, exercise_id, superset, notes, progression',
    null
),
(
    'plan_sets',
    'user_id, plan_id, version, day, exercise_position, position, set_type, reps_min, reps_max, weight, weight_unit, '
    'percent_1rm, rpe, rir, rest_seconds',
    null
),
(
    'plan_versions',
    'user_id, plan_id, version, name, description, training_style, goal, difficulty_level, duration_weeks, '
    'days_per_week, metadata',
    null
),
('plans', 'user_id, id, name, is_public', 'name, is_public, version'),
(
    'profiles',
    null,
    'display_name, birth_date, fitness_level, goals, weight_unit, timezone, equipment, injuries, weekly_target, '
    'preferences'
),
('public_plan_counts', null, null),
('service_secrets', null, null),
('done_exercises', null, null),
('training_weeks', null, null),
('workout_exercises', null, null),
(
    'workout_sets',
    'user_id, workout_id, position, exercise_id, set_type, weight, weight_unit, reps, duration_seconds, '
    'distance_meters, rpe, rir, rest_seconds, tempo, form_quality, superset, notes',
    null
),
(
    'workouts',
    'user_id, id, plan_id, plan_version, plan_day, plan_name, title, started_at, completed_at, notes, mood, '
    'energy_before, energy_after, overall_rpe, import_key, import_incomplete',
    null
);

-- The columns of a table for which users have a privilege, in order.
create function pg_temp.columns_with(p_table text, p_privilege text)
returns text
language sql
as $$
    select string_agg(a.attname, ', ' order by a.attnum) from pg_attribute as a
    where
        a.attrelid = ('private.' || p_table)::regclass
        and a.attnum > 0
        and not a.attisdropped
        and has_column_privilege('authenticated', a.attrelid, a.attnum, p_privilege)
$$;

select is(
    (select array_agg(w.table_name order by w.table_name) from writable as w),
    (
        select array_agg(c.relname::text order by c.relname::text) from pg_class as c
        where c.relkind in ('r', 'p') and c.relnamespace = 'private'::regnamespace
    ),
    'every table is listed'
);
select is(pg_temp.columns_with(w.table_name, 'insert'), w.inserted, 'what a user may insert into ' || w.table_name)
from writable as w;
select is(pg_temp.columns_with(w.table_name, 'update'), w.updated, 'what a user may update in ' || w.table_name)
from writable as w;
select is_empty(
    $$
        select c.relname from pg_class as c
        where
            c.relkind in ('r', 'p')
            and c.relnamespace = 'private'::regnamespace
            and c.relname not in (
                'exercises', 'plans', 'workouts', 'conversations', 'memories', 'paused_weeks', 'running_imports',
                'measurements'
            )
            and has_table_privilege('authenticated', c.oid, 'delete')
    $$,
    'a user may delete from eight tables alone'
);

select line from finish() as line;
rollback;
