-- Constraints: each is violated by a statement of its own, so that none can be dropped or loosened unnoticed.
begin;
\ir helpers.psql

-- A row in every table, for statements to break.
alter table profiles disable trigger check_profile;
alter table exercises disable trigger check_exercise;
insert into exercises (user_id, name) values ('00000000-0000-4000-8000-00000000000a', 'Owned Lift');
select pg_temp.run('owner', $$
    select create_plan('{"name": "Plan", "days": [{"day": 1, "exercises": [
        {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{}]}
    ]}]}')
$$);
select
    pg_temp.run('owner', format(
        $$
        select log_workout(
            '{"plan_id": "%s", "plan_day": 1, "import_key": "key",
            "sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5}]}', 'key'
        )
    $$,
        p.id
    ))
from plans as p;
insert into earlier_targets (user_id, until, weekly_target)
values ('00000000-0000-4000-8000-00000000000a', '2026-03-02', 2);
select pg_temp.run('owner', 'select pause_streak()');
select pg_temp.run('owner', $$select create_measurement('{"kind": "waist", "value": 80}')$$);
select pg_temp.serve('owner', 'select begin_chat_turn(''Hello'')');
select pg_temp.serve('owner', $$
    select complete_chat_turn(m.id, '{"reply": "Hi", "expression": "happy"}') from messages as m
$$);
select pg_temp.run('owner', $$select create_memory('{"content": "Likes tea", "kind": "preference"}')$$);
select pg_temp.run('owner', $$
    select delete_memory((create_memory('{"content": "Likes cake", "kind": "preference"}') ->> 'id')::uuid)
$$);
update memories set embedding = (select array_agg(1) from generate_series(1, 768))::extensions.vector;

-- The constraint that a statement violates, or its SQLSTATE. The statement is undone.
create function pg_temp.violated(p_statement text)
returns text
language plpgsql
as $$
declare
    v_constraint text;
begin
    execute p_statement;
    set constraints all immediate;
    raise sqlstate 'UNDO0';
exception when others then
    get stacked diagnostics v_constraint = constraint_name;
    return coalesce(nullif(v_constraint, ''), sqlstate);
end
$$;

-- Every constraint, but for primary keys, and every unique index.
create temporary view constraints as
select
    c.conname::text as name,
    t.relname::text as table_name
from pg_constraint as c
inner join pg_class as t on c.conrelid = t.oid
where c.connamespace = 'private'::regnamespace and c.contype in ('c', 'f', 'u', 'x')
union all
select
    i.relname::text as name,
    t.relname::text as table_name
from pg_index as x
inner join pg_class as i on x.indexrelid = i.oid
inner join pg_class as t on x.indrelid = t.oid
where
    t.relnamespace = 'private'::regnamespace
    and x.indisunique
    and not exists (
        select from pg_constraint as c
        where c.conindid = x.indexrelid
    );

-- What an update of the table sets, or a whole insert.
create temporary table violations (name text, change text);
insert into violations values
('profiles_affinity_score_check', 'affinity_score = -1'),
('profiles_birth_date_check', 'birth_date = ''1899-12-31'''),
('profiles_birth_date_check', 'birth_date = current_date - interval ''13 years'' + interval ''1 day'''),
('profiles_display_name_check', 'display_name = '' '''),
('profiles_display_name_check', 'display_name = repeat(''x'', 51)'),
('profiles_equipment_check', 'equipment = array(select ''x'' || n from generate_series(1, 101) as n)'),
('profiles_equipment_check', 'equipment = array[null]'),
('profiles_equipment_check', 'equipment = ''{" "}'''),
('profiles_equipment_check', 'equipment = ''{{a},{b}}'''),
('profiles_equipment_check', 'equipment = array[repeat(''x'', 101)]'),
('profiles_fitness_level_check', 'fitness_level = ''expert'''),
('profiles_goals_check', 'goals = array(select ''x'' || n from generate_series(1, 11) as n)'),
('profiles_goals_check', 'goals = array[repeat(''x'', 201)]'),
('profiles_injuries_check', 'injuries = ''{toe}'''),
('profiles_injuries_check', 'injuries = array[null]'),
('profiles_injuries_check', 'injuries = ''{{knee},{hip}}'''),
('profiles_preferences_check', 'preferences = ''[]'''),
('profiles_preferences_check', 'preferences = jsonb_build_object(''x'', repeat(''x'', 8192))'),
('profiles_preferences_check', 'preferences = (repeat(''{"x": '', 34) || ''1'' || repeat(''}'', 34))::jsonb'),
('profiles_weekly_target_check', 'weekly_target = 0'),
('profiles_weekly_target_check', 'weekly_target = 8'),
('profiles_weight_unit_check', 'weight_unit = ''stone'''),
('muscles_region_check', 'region = ''tail'''),
('muscles_slug_check', 'slug = ''Chest'''),
('muscles_name_key', 'name = ''Chest'''),
('equipment_slug_check', 'slug = ''Barbell'''),
('equipment_name_key', 'name = ''Barbell'''),
('exercise_relations_kind_check', 'kind = ''enemy'''),
('exercise_relations_exercise_id_related_id_check', 'related_id = exercise_id'),
(
    'exercises_aliases_check',
    'aliases = array(select ''x'' || n from generate_series(1, 21) as n) where name = ''Owned Lift'''
),
('exercises_aliases_check', 'aliases = array[repeat(''x'', 101)] where name = ''Owned Lift'''),
('exercises_aliases_check', 'aliases = array[null] where name = ''Owned Lift'''),
(
    'exercises_equipment_check',
    'equipment = array(select ''x'' || n from generate_series(1, 21) as n) where name = ''Owned Lift'''
),
('exercises_equipment_check', 'equipment = array[repeat(''x'', 101)] where name = ''Owned Lift'''),
('exercises_equipment_check', 'equipment = array[null] where name = ''Owned Lift'''),
('exercises_equipment_check', 'equipment = ''{{a},{b}}'' where name = ''Owned Lift'''),
(
    'exercises_primary_muscles_check',
    'primary_muscles = array(select ''x'' || n from generate_series(1, 11) as n) where name = ''Owned Lift'''
),
('exercises_primary_muscles_check', 'primary_muscles = array[repeat(''x'', 101)] where name = ''Owned Lift'''),
('exercises_primary_muscles_check', 'primary_muscles = array[null] where name = ''Owned Lift'''),
('exercises_primary_muscles_check', 'primary_muscles = ''{{a},{b}}'' where name = ''Owned Lift'''),
(
    'exercises_secondary_muscles_check',
    'secondary_muscles = array(select ''x'' || n from generate_series(1, 21) as n) where name = ''Owned Lift'''
),
('exercises_secondary_muscles_check', 'secondary_muscles = array[repeat(''x'', 101)] where name = ''Owned Lift'''),
('exercises_secondary_muscles_check', 'secondary_muscles = array[null] where name = ''Owned Lift'''),
('exercises_secondary_muscles_check', 'secondary_muscles = ''{{a},{b}}'' where name = ''Owned Lift'''),
(
    'exercises_instructions_check',
    'instructions = array(select ''x'' || n from generate_series(1, 41) as n) where name = ''Owned Lift'''
),
('exercises_instructions_check', 'instructions = array[repeat(''x'', 2001)] where name = ''Owned Lift'''),
('exercises_instructions_check', 'instructions = array[null] where name = ''Owned Lift'''),
('exercises_instructions_check', 'instructions = ''{{a},{b}}'' where name = ''Owned Lift'''),
(
    'exercises_cues_check',
    'cues = array(select ''x'' || n from generate_series(1, 11) as n) where name = ''Owned Lift'''
),
('exercises_cues_check', 'cues = array[repeat(''x'', 501)] where name = ''Owned Lift'''),
('exercises_cues_check', 'cues = array[null] where name = ''Owned Lift'''),
('exercises_cues_check', 'cues = ''{{a},{b}}'' where name = ''Owned Lift'''),
('exercises_category_check', 'category = ''dance'' where name = ''Owned Lift'''),
('exercises_force_check', 'force = ''twist'' where name = ''Owned Lift'''),
('exercises_joints_check', 'joints = ''{toe}'' where name = ''Owned Lift'''),
('exercises_laterality_check', 'laterality = ''both'' where name = ''Owned Lift'''),
('exercises_level_check', 'level = ''expert'' where name = ''Owned Lift'''),
('exercises_measured_in_check', 'measured_in = ''calories'' where name = ''Owned Lift'''),
('exercises_mechanic_check', 'mechanic = ''complex'' where name = ''Owned Lift'''),
('exercises_movement_pattern_check', 'movement_pattern = ''dance'' where name = ''Owned Lift'''),
('exercises_name_check', 'name = '' '' where name = ''Owned Lift'''),
('exercises_name_check', 'name = repeat(''x'', 101) where name = ''Owned Lift'''),
('exercises_own_check', 'slug = ''owned-lift'' where name = ''Owned Lift'''),
('exercises_own_check', 'source = ''elsewhere'', license = ''Unlicense'' where name = ''Owned Lift'''),
('exercises_license_check', 'source = ''elsewhere'' where slug = ''back-squat'''),
('exercises_license_check', 'license = ''Unlicense'' where slug = ''back-squat'''),
('exercises_catalogue_check', 'joints = null where slug = ''back-squat'''),
('exercises_catalogue_check', 'slug = null where slug = ''back-squat'''),
('exercises_catalogue_check', 'archived_at = now() where slug = ''back-squat'''),
('exercises_catalogue_check', 'primary_muscles = ''{}'' where slug = ''back-squat'''),
('exercises_catalogue_check', 'instructions = ''{}'' where slug = ''back-squat'''),
('exercises_catalogue_check', 'cues = ''{}'' where slug = ''back-squat'''),
('exercises_slug_check', 'slug = ''Back Squat'' where slug = ''back-squat'''),
('exercises_slug_key', 'slug = ''front-squat'' where slug = ''back-squat'''),
('exercises_user_id_name_key', 'name = ''Front Squat'' where slug = ''back-squat'''),
('plans_name_check', 'name = '' '''),
('plans_name_check', 'name = repeat(''x'', 101)'),
('plans_version_check', 'version = 0'),
('plans_user_id_id_version_fkey', 'version = 2'),
('plans_user_id_name_key', 'insert into plans (user_id, name) select user_id, upper(name) from plans'),
(
    'plans_id_key',
    'insert into plans (user_id, id, name) select stranger.user_id, p.id, ''X'' from plans as p, profiles as
    stranger where stranger.display_name = ''stranger'''
),
('plan_versions_name_check', 'name = '' '''),
('plan_versions_name_check', 'name = repeat(''x'', 101)'),
('plan_versions_goal_check', 'goal = '' '''),
('plan_versions_goal_check', 'goal = repeat(''x'', 101)'),
('plan_versions_training_style_check', 'training_style = '' '''),
('plan_versions_training_style_check', 'training_style = repeat(''x'', 101)'),
('plan_versions_days_per_week_check', 'days_per_week = 0'),
('plan_versions_days_per_week_check', 'days_per_week = 8'),
('plan_versions_description_check', 'description = repeat(''x'', 2001)'),
('plan_versions_difficulty_level_check', 'difficulty_level = ''expert'''),
('plan_versions_duration_weeks_check', 'duration_weeks = 0'),
('plan_versions_duration_weeks_check', 'duration_weeks = 53'),
('plan_versions_metadata_check', 'metadata = ''[]'''),
('plan_versions_metadata_check', 'metadata = jsonb_build_object(''x'', repeat(''x'', 8192))'),
('plan_versions_version_check', 'version = 0'),
(
    'plan_versions_user_id_plan_id_fkey',
    'insert into plan_versions (user_id, plan_id, version, name) select user_id, gen_random_uuid(), 1, ''X'' from
    plans'
),
('plan_days_day_check', 'day = 0'),
('plan_days_day_check', 'day = 8'),
('plan_days_name_check', 'name = '' '''),
('plan_days_name_check', 'name = repeat(''x'', 101)'),
(
    'plan_days_user_id_plan_id_version_fkey',
    'insert into plan_days (user_id, plan_id, version, day) select user_id, id, 2, 1 from plans'
),
('plan_exercises_notes_check', 'notes = repeat(''x'', 1001)'),
('plan_exercises_position_check', 'position = 0'),
('plan_exercises_position_check', 'position = 31'),
('plan_exercises_progression_check', 'progression = ''{"scheme": "magic"}'''),
('plan_exercises_superset_check', 'superset = 0'),
('plan_exercises_superset_check', 'superset = 21'),
('plan_exercises_exercise_id_fkey', 'exercise_id = gen_random_uuid()'),
(
    'plan_exercises_user_id_plan_id_version_day_fkey',
    'insert into plan_exercises (user_id, plan_id, version, day, position, exercise_id) select user_id, plan_id,
    1, 2, 1, exercise_id from plan_exercises'
),
('plan_sets_percent_1rm_check', 'percent_1rm = 0.9'),
('plan_sets_percent_1rm_check', 'percent_1rm = 150.1'),
('plan_sets_percent_1rm_check', 'percent_1rm = 80.25'),
('plan_sets_position_check', 'position = 0'),
('plan_sets_position_check', 'position = 21'),
('plan_sets_reps_max_check', 'reps_min = 5, reps_max = 1001'),
('plan_sets_reps_min_check', 'reps_min = 0, reps_max = 5'),
('plan_sets_reps_min_reps_max_check', 'reps_min = 5'),
('plan_sets_reps_min_reps_max_check', 'reps_max = 5'),
('plan_sets_reps_min_reps_max_check', 'reps_min = 6, reps_max = 5'),
('plan_sets_rest_seconds_check', 'rest_seconds = -1'),
('plan_sets_rest_seconds_check', 'rest_seconds = 3601'),
('plan_sets_rir_check', 'rir = -1'),
('plan_sets_rir_check', 'rir = 11'),
('plan_sets_rpe_check', 'rpe = 0.5'),
('plan_sets_rpe_check', 'rpe = 10.5'),
('plan_sets_rpe_check', 'rpe = 8.25'),
('plan_sets_rpe_rir_check', 'rpe = 8, rir = 3'),
('plan_sets_set_type_check', 'set_type = ''giant'''),
('plan_sets_weight_check', 'weight = -1, weight_unit = ''kg'''),
('plan_sets_weight_check', 'weight = 2000.001, weight_unit = ''kg'''),
('plan_sets_weight_check', 'weight = 100.0001, weight_unit = ''kg'''),
('plan_sets_weight_percent_1rm_check', 'weight = 100, weight_unit = ''kg'', percent_1rm = 80'),
('plan_sets_weight_unit_check', 'weight = 100, weight_unit = ''stone'''),
('plan_sets_weight_weight_unit_check', 'weight = 100'),
('plan_sets_weight_weight_unit_check', 'weight_unit = ''kg'''),
('plan_sets_user_id_plan_id_version_day_exercise_position_fkey', 'exercise_position = 2'),
('workouts_completed_at_check', 'completed_at = ''1969-12-31 23:59:59Z'''),
('workouts_completed_at_check', 'completed_at = now() + interval ''61 seconds'''),
('workouts_energy_after_check', 'energy_after = 0'),
('workouts_energy_after_check', 'energy_after = 11'),
('workouts_energy_before_check', 'energy_before = 0'),
('workouts_energy_before_check', 'energy_before = 11'),
('workouts_import_key_check', 'import_key = repeat(''x'', 301)'),
('workouts_mood_check', 'mood = ''angry'''),
('workouts_notes_check', 'notes = repeat(''x'', 5001)'),
('workouts_overall_rpe_check', 'overall_rpe = 0.5'),
('workouts_overall_rpe_check', 'overall_rpe = 10.5'),
('workouts_overall_rpe_check', 'overall_rpe = 8.25'),
('workouts_plan_day_check', 'plan_day = 0'),
('workouts_plan_day_check', 'plan_day = 8'),
('workouts_plan_day_plan_name_check', 'plan_day = 1, plan_name = null, plan_id = null'),
('workouts_plan_id_plan_version_check', 'plan_version = null'),
('workouts_plan_id_plan_version_check', 'plan_name = null, plan_day = null'),
('workouts_started_at_check', 'started_at = ''1969-12-31 23:59:59Z'''),
('workouts_started_at_completed_at_check', 'started_at = completed_at + interval ''1 second'''),
('workouts_title_check', 'title = '' '''),
('workouts_title_check', 'title = repeat(''x'', 201)'),
('workouts_plan_id_fkey', 'plan_id = gen_random_uuid()'),
(
    'workouts_user_id_import_key_key',
    'insert into workouts (user_id, import_key) select user_id, import_key from workouts'
),
('workout_sets_distance_meters_check', 'distance_meters = -1'),
('workout_sets_distance_meters_check', 'distance_meters = 1000000.1'),
('workout_sets_distance_meters_check', 'distance_meters = 1.0001'),
('workout_sets_duration_seconds_check', 'duration_seconds = -1'),
('workout_sets_duration_seconds_check', 'duration_seconds = 86401'),
('workout_sets_form_quality_check', 'form_quality = 0'),
('workout_sets_form_quality_check', 'form_quality = 6'),
('workout_sets_measure_check', 'reps = null'),
('workout_sets_notes_check', 'notes = repeat(''x'', 1001)'),
('workout_sets_position_check', 'position = 0'),
('workout_sets_position_check', 'position = 201'),
('workout_sets_reps_check', 'reps = -1'),
('workout_sets_reps_check', 'reps = 1001'),
('workout_sets_rest_seconds_check', 'rest_seconds = -1'),
('workout_sets_rest_seconds_check', 'rest_seconds = 3601'),
('workout_sets_rir_check', 'rir = -1'),
('workout_sets_rir_check', 'rir = 11'),
('workout_sets_rpe_check', 'rpe = 0.5'),
('workout_sets_rpe_check', 'rpe = 10.5'),
('workout_sets_rpe_check', 'rpe = 8.25'),
('workout_sets_rpe_rir_check', 'rpe = 8, rir = 1'),
('workout_sets_rpe_rir_check', 'rpe = 8.5, rir = 0'),
('workout_sets_set_type_check', 'set_type = ''giant'''),
('workout_sets_superset_check', 'superset = 0'),
('workout_sets_superset_check', 'superset = 21'),
('workout_sets_tempo_check', 'tempo = ''3-1'''),
('workout_sets_tempo_check', 'tempo = ''3-1-2-1-1'''),
('workout_sets_tempo_check', 'tempo = ''3-1-Y'''),
('workout_sets_tempo_check', 'tempo = ''300-1-1'''),
('workout_sets_weight_check', 'weight = -1, weight_unit = ''kg'''),
('workout_sets_weight_check', 'weight = 2000.001, weight_unit = ''kg'''),
('workout_sets_weight_check', 'weight = 100.0001, weight_unit = ''kg'''),
('workout_sets_weight_check', 'weight = ''NaN'', weight_unit = ''kg'''),
('workout_sets_weight_unit_check', 'weight = 100, weight_unit = ''stone'''),
('workout_sets_weight_weight_unit_check', 'weight = 100'),
('workout_sets_weight_weight_unit_check', 'weight_unit = ''kg'''),
('workout_sets_user_id_workout_id_exercise_id_fkey', 'exercise_id = gen_random_uuid()'),
(
    'workout_exercises_exercise_id_fkey',
    'insert into workout_exercises (
        user_id, workout_id, exercise_id, performed_at, logged_at, position, has_work, total_sets, working_sets, rpe_count
    )
    select user_id, workout_id, gen_random_uuid(), now(), now(), 1, true, 1, 1, 0 from workout_exercises'
),
('workout_exercises_user_id_workout_id_fkey', 'workout_id = gen_random_uuid()'),
('memory_centres_memories_check', 'memories = 0'),
('memory_centres_user_id_fkey', 'user_id = gen_random_uuid()'),
('public_plan_counts_plans_check', 'insert into public_plan_counts values (0, -1)'),
('public_plan_counts_shard_check', 'insert into public_plan_counts values (16, 1)'),
('catalogue_facets_exercises_check', 'exercises = 0'),
('done_exercises_exercise_id_fkey', 'exercise_id = gen_random_uuid()'),
('done_exercises_times_done_check', 'times_done = 0'),
('done_exercises_user_id_fkey', 'user_id = gen_random_uuid()'),
('training_weeks_user_id_fkey', 'user_id = gen_random_uuid()'),
('training_weeks_workouts_check', 'workouts = 0, workouts_with_work = 0'),
('training_weeks_workouts_with_work_check', 'workouts_with_work = 2'),
('affinity_levels_level_check', 'level = 0 where level = 1'),
('affinity_levels_threshold_check', 'threshold = -1 where level = 1'),
('affinity_levels_threshold_key', 'threshold = 30 where level = 1'),
('affinity_levels_title_key', 'title = ''Warming Up'' where level = 1'),
('affinity_rules_daily_cap_check', 'daily_cap = points - 1'),
('affinity_rules_points_check', 'points = 0'),
('affinity_rules_label_key', 'label = ''Workouts'' where kind = ''conversation'''),
('affinity_rules_position_key', 'position = 1 where kind = ''conversation'''),
('affinity_events_points_check', 'points = -1'),
('affinity_events_kind_fkey', 'kind = ''bribe'''),
('affinity_events_user_id_workout_id_fkey', 'workout_id = gen_random_uuid()'),
(
    'affinity_events_user_id_kind_source_key',
    'insert into affinity_events (user_id, kind, source, points, reason, earned_on) select user_id, kind, source,
    0, ''X'', earned_on from affinity_events'
),
('measurement_kinds_quantity_check', 'quantity = ''temperature'''),
('measurements_kind_fkey', 'kind = ''wrist'''),
('measurements_measured_at_check', 'measured_at = ''1969-12-31T23:59:59Z'''),
('measurements_measured_at_check', 'measured_at = ''infinity'''),
('measurements_unit_check', 'unit = ''stone'''),
('measurements_value_check', 'value = -1'),
('measurements_value_check', 'value = 2001'),
('measurements_value_check', 'value = 80.1234'),
('paused_weeks_week_start_check', 'week_start = week_start + 1'),
('conversations_title_check', 'title = repeat(''x'', 81)'),
('messages_content_check', 'content = '' '''),
('messages_content_check', 'content = repeat(''x'', 4001)'),
('messages_role_check', 'role = ''system'' where role = ''user'''),
('messages_reply_check', 'role = ''user'' where role = ''companion'''),
('messages_reply_check', 'details = null where role = ''companion'''),
(
    'messages_reply_check',
    'details = (select m.details from messages as m where m.role = ''companion'') where role = ''user'''
),
('messages_user_id_conversation_id_fkey', 'conversation_id = gen_random_uuid()'),
('messages_user_id_reply_to_fkey', 'reply_to = gen_random_uuid() where role = ''companion'''),
(
    'messages_user_id_reply_to_key',
    'insert into messages (user_id, conversation_id, role, content, reply_to, details) select user_id,
    conversation_id, role, ''X'', reply_to, details from messages where role = ''companion'''
),
('chat_usage_output_tokens_check', 'output_tokens = -1'),
('chat_usage_prompt_tokens_check', 'prompt_tokens = -1'),
('chat_usage_turns_check', 'turns = -1'),
('earlier_targets_weekly_target_check', 'weekly_target = 0'),
('earlier_targets_weekly_target_check', 'weekly_target = 8'),
('memories_content_check', 'content = '' '''),
('memories_content_check', 'content = repeat(''x'', 501)'),
('memories_importance_check', 'importance = -0.1'),
('memories_importance_check', 'importance = 1.1'),
('memories_kind_check', 'kind = ''rumour'''),
('memories_superseded_by_check', 'superseded_by = id'),
('memories_times_told_check', 'times_told = 0'),
('memories_user_id_message_id_fkey', 'message_id = gen_random_uuid()'),
('memories_user_id_superseded_by_fkey', 'superseded_at = now(), superseded_by = gen_random_uuid()'),
(
    'memories_user_id_gist_key',
    'insert into memories (user_id, content, kind) select user_id, content, kind from memories'
),
('idempotency_keys_key_check', 'key = '''''),
('idempotency_keys_key_check', 'key = repeat(''x'', 256)'),
('service_secrets_hash_check', 'hash = ''short'''),
(
    'affinity_events_user_id_fkey',
    'insert into affinity_events (user_id, kind, source, points, reason, earned_on) values (gen_random_uuid(),
    ''conversation'', ''x'', 0, ''X'', now())'
),
('messages_details_check', 'details = details || ''{"expression": "angry"}'' where role = ''companion'''),
('messages_details_check', 'details = details || ''{"cut_off": "no"}'' where role = ''companion'''),
('messages_details_check', 'details = details - ''suggestions'' where role = ''companion'''),
(
    'chat_turns_user_id_fkey',
    'insert into chat_turns (user_id, message_id) values (gen_random_uuid(), gen_random_uuid())'
),
('deletions_kind_check', 'kind = ''profile'''),
(
    'deletions_user_id_fkey',
    'insert into deletions (user_id, id, kind) values (gen_random_uuid(), gen_random_uuid(), ''plan'')'
),
(
    'earlier_targets_user_id_fkey',
    'insert into earlier_targets (user_id, until, weekly_target) values (gen_random_uuid(), now(), 1)'
),
('chat_usage_user_id_fkey', 'insert into chat_usage (user_id, day) values (gen_random_uuid(), now())'),
('conversations_user_id_fkey', 'insert into conversations (user_id, title) values (gen_random_uuid(), ''X'')'),
('exercises_user_id_fkey', 'insert into exercises (user_id, name) values (gen_random_uuid(), ''X'')'),
(
    'idempotency_keys_user_id_fkey',
    'insert into idempotency_keys (user_id, operation, key, request_hash, resource_id) values (gen_random_uuid(),
    ''x'', ''x'', ''x'', gen_random_uuid())'
),
(
    'memories_id_key',
    'insert into memories (user_id, id, content, kind)
    select p.user_id, m.id, ''X'', ''fact'' from memories as m, profiles as p where p.user_id <> m.user_id limit 1'
),
(
    'workouts_id_key',
    'insert into workouts (user_id, id) select p.user_id, w.id from workouts as w, profiles as p
    where p.user_id <> w.user_id limit 1'
),
(
    'measurements_id_key',
    'insert into measurements (user_id, id, kind, value, unit)
    select p.user_id, m.id, ''neck'', 40, ''cm'' from measurements as m, profiles as p where p.user_id <> m.user_id limit 1'
),
(
    'measurements_user_id_fkey',
    'insert into measurements (user_id, kind, value, unit) values (gen_random_uuid(), ''neck'', 40, ''cm'')'
),
('memories_user_id_fkey', 'insert into memories (user_id, content, kind) values (gen_random_uuid(), ''X'', ''fact'')'),
(
    'running_imports_user_id_fkey',
    'insert into running_imports (user_id, import_id) values (gen_random_uuid(), gen_random_uuid())'
),
(
    'paused_weeks_user_id_fkey',
    'insert into paused_weeks (user_id, week_start) values (gen_random_uuid(), ''2026-03-02'')'
),
('plans_user_id_fkey', 'insert into plans (user_id, name) values (gen_random_uuid(), ''X'')'),
('workouts_user_id_fkey', 'insert into workouts (user_id) values (gen_random_uuid())'),
('profiles_user_id_fkey', 'insert into profiles (user_id, display_name) values (gen_random_uuid(), ''X'')'),
('exercise_relations_exercise_id_fkey', 'exercise_id = gen_random_uuid()'),
('exercise_relations_related_id_fkey', 'related_id = gen_random_uuid()');

select plan((select count(*)::integer from violations) + 1);

select
    is(
        pg_temp.violated(
            case when v.change like 'insert %' then v.change else format('update %I set %s', c.table_name, v.change) end
        ),
        v.name,
        format('%s: %s', v.name, v.change)
    )
from violations as v
left join constraints as c on v.name = c.name;

select is_empty($$
    select c.name from constraints as c
    where not exists (select from violations as v where v.name = c.name)
    -- The sets refer to this key. It is implied by the primary key, and cannot be violated without it.
    and c.name <> 'workouts_user_id_id_completed_at_key'
$$, 'every constraint is violated once');

select line from finish() as line;
rollback;
