-- Every command on every table, as its owner, as a stranger and as anon: how many rows it touches, or its refusal.
-- Clients reach no table through the Data API; these are the rules that hold for the functions which run as the user.
begin;
\ir helpers.psql

select pg_temp.run('owner', $$
    select log_workout(
        '{"sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5, "weight": 100}]}', 'key'
    )
$$);
insert into private.exercises (user_id, name) values ('00000000-0000-4000-8000-00000000000a', 'Owned Lift');
select pg_temp.run('owner', $$
    select create_plan('{"name": "Owned Plan", "days": [{"day": 1, "exercises": [
        {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{}]}
    ]}]}')
$$);
select pg_temp.run('owner', 'select pause_streak()');
select pg_temp.run('owner', $$select create_measurement('{"kind": "waist", "value": 80}')$$);
insert into earlier_targets (user_id, until, weekly_target)
values ('00000000-0000-4000-8000-00000000000a', '2026-03-02', 2);
select pg_temp.run('owner', 'select begin_import(gen_random_uuid())');
select pg_temp.serve('owner', 'select begin_chat_turn(''Hello'')');
select pg_temp.serve('owner', $$
    select complete_chat_turn(m.id, '{"reply": "Hi", "expression": "happy"}') from private.messages as m
$$);
select pg_temp.run('owner', $$select create_memory('{"content": "Likes tea", "kind": "preference"}')$$);
select pg_temp.run('owner', $$
    select delete_memory((create_memory('{"content": "Likes cake", "kind": "preference"}') ->> 'id')::uuid)
$$);
update memories set embedding = (select array_agg(1) from generate_series(1, 768))::extensions.vector;

-- What a stranger may have guessed or been told.
create temporary table known as
select
    (select p.id from private.plans as p) as plan_id,
    (
        select e.id from private.exercises as e
        where e.name = 'Owned Lift'
    ) as exercise_id,
    (select w.id from private.workouts as w) as workout_id,
    (select w.completed_at from private.workouts as w) as completed_at,
    (select c.id from private.conversations as c) as conversation_id;
grant select on known to anon, authenticated;

create temporary table expected (table_name text, statement text, owner text, stranger text, anon text);
insert into expected values
('profiles', 'select from private.profiles', '1', '1', '42501'),
('profiles', 'select from private.profiles where display_name = ''owner''', '1', '0', '42501'),
(
    'profiles',
    'insert into private.profiles (user_id, display_name) values (auth.uid(), ''x'')',
    '42501', '42501', '42501'
),
('profiles', 'update private.profiles set display_name = ''x''', '1', '1', '42501'),
('profiles', 'update private.profiles set display_name = ''x'' where display_name = ''owner''', '1', '0', '42501'),
('profiles', 'update private.profiles set affinity_score = 1', '42501', '42501', '42501'),
('profiles', 'delete from private.profiles', '42501', '42501', '42501'),
('affinity_levels', 'select from private.affinity_levels where level = 1', '1', '1', '42501'),
('affinity_levels', 'insert into private.affinity_levels values (99, ''x'', 1)', '42501', '42501', '42501'),
('affinity_levels', 'update private.affinity_levels set threshold = 0', '42501', '42501', '42501'),
('affinity_levels', 'delete from private.affinity_levels', '42501', '42501', '42501'),
('affinity_rules', 'select from private.affinity_rules where kind = ''workout_completed''', '1', '1', '42501'),
('affinity_rules', 'insert into private.affinity_rules values (''x'', 9, ''X'', 1, 1)', '42501', '42501', '42501'),
('affinity_rules', 'update private.affinity_rules set points = 9', '42501', '42501', '42501'),
('affinity_rules', 'delete from private.affinity_rules', '42501', '42501', '42501'),
('affinity_events', 'select from private.affinity_events', '4', '0', '42501'),
(
    'affinity_events',
    'insert into private.affinity_events (user_id, kind, source, points, reason, earned_on)
    values (auth.uid(), ''workout_completed'', ''x'', 10, ''x'', now())',
    '42501', '42501', '42501'
),
('affinity_events', 'update private.affinity_events set points = 9', '42501', '42501', '42501'),
('affinity_events', 'delete from private.affinity_events', '42501', '42501', '42501'),
('muscles', 'select from private.muscles where slug = ''chest''', '1', '1', '42501'),
('muscles', 'insert into private.muscles values (''x'', ''X'', ''core'')', '42501', '42501', '42501'),
('muscles', 'update private.muscles set name = ''x''', '42501', '42501', '42501'),
('muscles', 'delete from private.muscles', '42501', '42501', '42501'),
('catalogue_facets', 'select from private.catalogue_facets where facet_value = ''muscles:chest''', '1', '1', '42501'),
('catalogue_facets', 'insert into private.catalogue_facets values (''x:x'', 1)', '42501', '42501', '42501'),
('catalogue_facets', 'update private.catalogue_facets set exercises = 9', '42501', '42501', '42501'),
('catalogue_facets', 'delete from private.catalogue_facets', '42501', '42501', '42501'),
('catalogue_words', 'select from private.catalogue_words where word = ''squat''', '1', '1', '42501'),
(
    'catalogue_words',
    'insert into private.catalogue_words values (''x'', repeat(''0'', 703)::bit(703))',
    '42501',
    '42501',
    '42501'
),
('catalogue_words', 'update private.catalogue_words set word = ''x''', '42501', '42501', '42501'),
('catalogue_words', 'delete from private.catalogue_words', '42501', '42501', '42501'),
('public_plan_counts', 'select from private.public_plan_counts where shard < 0', '0', '0', '42501'),
('public_plan_counts', 'insert into private.public_plan_counts values (1, 1)', '42501', '42501', '42501'),
('public_plan_counts', 'update private.public_plan_counts set plans = 9', '42501', '42501', '42501'),
('public_plan_counts', 'delete from private.public_plan_counts', '42501', '42501', '42501'),
('memory_centres', 'select from private.memory_centres', '1', '0', '42501'),
(
    'memory_centres',
    'insert into private.memory_centres (user_id, embedding, memories) select auth.uid(), null, 1',
    '42501', '42501', '42501'
),
('memory_centres', 'update private.memory_centres set memories = 9', '42501', '42501', '42501'),
('memory_centres', 'delete from private.memory_centres', '42501', '42501', '42501'),
('equipment', 'select from private.equipment where slug = ''barbell''', '1', '1', '42501'),
('equipment', 'insert into private.equipment values (''x'', ''X'')', '42501', '42501', '42501'),
('equipment', 'update private.equipment set name = ''x''', '42501', '42501', '42501'),
('equipment', 'delete from private.equipment', '42501', '42501', '42501'),
('exercises', 'select from private.exercises where slug = ''back-squat''', '1', '1', '42501'),
('exercises', 'select from private.exercises where name = ''Owned Lift''', '1', '0', '42501'),
('exercises', 'insert into private.exercises (user_id, name) values (auth.uid(), ''X'')', '1', '1', '42501'),
(
    'exercises',
    'insert into private.exercises (user_id, name) values (''00000000-0000-4000-8000-00000000000a'', ''X'')',
    '1', '42501', '42501'
),
('exercises', 'insert into private.exercises (user_id, name) values (null, ''X'')', '42501', '42501', '42501'),
(
    'exercises',
    'insert into private.exercises (user_id, name, slug) values (auth.uid(), ''X'', ''x'')',
    '42501', '42501', '42501'
),
('exercises', 'update private.exercises set name = ''x''', '1', '0', '42501'),
('exercises', 'update private.exercises set user_id = auth.uid()', '42501', '42501', '42501'),
('exercises', 'update private.exercises set slug = ''x''', '42501', '42501', '42501'),
('exercises', 'update private.exercises set source = ''x''', '42501', '42501', '42501'),
('exercises', 'delete from private.exercises', '1', '0', '42501'),
('exercise_relations', 'select from private.exercise_relations where kind = ''variation'' limit 1', '1', '1', '42501'),
(
    'exercise_relations',
    'insert into private.exercise_relations values (gen_random_uuid(), gen_random_uuid(), ''variation'')',
    '42501', '42501', '42501'
),
('exercise_relations', 'update private.exercise_relations set kind = ''variation''', '42501', '42501', '42501'),
('exercise_relations', 'delete from private.exercise_relations', '42501', '42501', '42501'),
('plans', 'select from private.plans', '1', '0', '42501'),
('plans', 'insert into private.plans (user_id, name) values (auth.uid(), ''X'')', '1', '1', '42501'),
(
    'plans',
    'insert into private.plans (user_id, name) values (''00000000-0000-4000-8000-00000000000a'', ''X'')',
    '1', '42501', '42501'
),
('plans', 'update private.plans set name = ''X''', '1', '0', '42501'),
('plans', 'update private.plans set user_id = auth.uid()', '42501', '42501', '42501'),
('plans', 'delete from private.plans', '1', '0', '42501'),
('plan_versions', 'select from private.plan_versions', '1', '0', '42501'),
(
    'plan_versions',
    'insert into private.plan_versions (user_id, plan_id, version, name)
    select ''00000000-0000-4000-8000-00000000000a'', p.id, 2, ''X'' from private.plans as p',
    '1', '0', '42501'
),
(
    'plan_versions',
    'insert into private.plan_versions (user_id, plan_id, version, name)
    select ''00000000-0000-4000-8000-00000000000a'', known.plan_id, 2, ''X'' from known',
    '1', '42501', '42501'
),
('plan_versions', 'update private.plan_versions set name = ''X''', '42501', '42501', '42501'),
('plan_versions', 'delete from private.plan_versions', '42501', '42501', '42501'),
('plan_days', 'select from private.plan_days', '1', '0', '42501'),
(
    'plan_days',
    'insert into private.plan_days (user_id, plan_id, version, day)
    select ''00000000-0000-4000-8000-00000000000a'', p.id, 1, 2 from private.plans as p',
    '1', '0', '42501'
),
(
    'plan_days',
    'insert into private.plan_days (user_id, plan_id, version, day)
    select ''00000000-0000-4000-8000-00000000000a'', known.plan_id, 1, 2 from known',
    '1', '42501', '42501'
),
('plan_days', 'update private.plan_days set name = ''X''', '42501', '42501', '42501'),
('plan_days', 'delete from private.plan_days', '42501', '42501', '42501'),
('plan_exercises', 'select from private.plan_exercises', '1', '0', '42501'),
(
    'plan_exercises',
    'insert into private.plan_exercises (user_id, plan_id, version, day, position, exercise_id)
    select ''00000000-0000-4000-8000-00000000000a'', p.id, 1, 1, 2,
    ''bb6924d2-d3b5-68ea-1667-8a551e3569ff'' from private.plans as p',
    '1', '0', '42501'
),
(
    'plan_exercises',
    'with
    p as (insert into private.plans (user_id, name) values (auth.uid(), ''X'') returning *),
    v as (insert into private.plan_versions select p.user_id, p.id, 1, ''X'' from p returning *),
    d as (insert into private.plan_days select v.user_id, v.plan_id, 1, 1 from v returning *)
    insert into private.plan_exercises (user_id, plan_id, version, day, position, exercise_id)
    select d.user_id, d.plan_id, 1, 1, 1, known.exercise_id from d, known',
    '1', '42501', '42501'
),
(
    'plan_exercises',
    'insert into private.plan_exercises (user_id, plan_id, version, day, position, exercise_id)
    select ''00000000-0000-4000-8000-00000000000a'', known.plan_id, 1, 1, 2,
    ''bb6924d2-d3b5-68ea-1667-8a551e3569ff'' from known',
    '1', '42501', '42501'
),
('plan_exercises', 'update private.plan_exercises set notes = ''X''', '42501', '42501', '42501'),
('plan_exercises', 'delete from private.plan_exercises', '42501', '42501', '42501'),
('plan_sets', 'select from private.plan_sets', '1', '0', '42501'),
(
    'plan_sets',
    'insert into private.plan_sets (user_id, plan_id, version, day, exercise_position, position)
    select ''00000000-0000-4000-8000-00000000000a'', p.id, 1, 1, 1, 2 from private.plans as p',
    '1', '0', '42501'
),
(
    'plan_sets',
    'insert into private.plan_sets (user_id, plan_id, version, day, exercise_position, position)
    select ''00000000-0000-4000-8000-00000000000a'', known.plan_id, 1, 1, 1, 2 from known',
    '1', '42501', '42501'
),
('plan_sets', 'update private.plan_sets set rir = 1', '42501', '42501', '42501'),
('plan_sets', 'delete from private.plan_sets', '42501', '42501', '42501'),
('workouts', 'select from private.workouts', '1', '0', '42501'),
('workouts', 'insert into private.workouts (user_id) values (auth.uid())', '1', '1', '42501'),
(
    'workouts',
    'insert into private.workouts (user_id) values (''00000000-0000-4000-8000-00000000000a'')',
    '1', '42501', '42501'
),
(
    'workouts',
    'insert into private.workouts (user_id, plan_id, plan_version, plan_name)
    select auth.uid(), known.plan_id, 1, ''X'' from known',
    '1', '42501', '42501'
),
('workouts', 'update private.workouts set title = ''x''', '42501', '42501', '42501'),
('workouts', 'delete from private.workouts', '1', '0', '42501'),
('workout_sets', 'select from private.workout_sets', '1', '0', '42501'),
(
    'workout_sets',
    'insert into private.workout_sets (user_id, workout_id, position, exercise_id, reps)
    select ''00000000-0000-4000-8000-00000000000a'', w.id, 2,
    ''bb6924d2-d3b5-68ea-1667-8a551e3569ff'', 5 from private.workouts as w',
    '55000', '0', '42501'
),
(
    'workout_sets',
    'with w as (insert into private.workouts (user_id) values (auth.uid()) returning *)
    insert into private.workout_sets (user_id, workout_id, position, exercise_id, reps)
    select w.user_id, w.id, 1, known.exercise_id, 5 from w, known',
    '1', '42501', '42501'
),
(
    'workout_sets',
    'insert into private.workout_sets (user_id, workout_id, position, exercise_id, reps)
    select ''00000000-0000-4000-8000-00000000000a'', known.workout_id, 2,
    ''bb6924d2-d3b5-68ea-1667-8a551e3569ff'', 5 from known',
    '55000', '42501', '42501'
),
('workout_sets', 'update private.workout_sets set reps = 9', '42501', '42501', '42501'),
('workout_sets', 'delete from private.workout_sets', '42501', '42501', '42501'),
('workout_exercises', 'select from private.workout_exercises', '1', '0', '42501'),
(
    'workout_exercises',
    'insert into private.workout_exercises (user_id, workout_id, exercise_id, performed_at, logged_at, position,
    has_work, total_sets, working_sets, rpe_count)
    select w.user_id, w.id, ''bb6924d2-d3b5-68ea-1667-8a551e3569ff'', now(), now(), 1, true, 1, 1, 0 from private.workouts as w',
    '42501', '42501', '42501'
),
('workout_exercises', 'update private.workout_exercises set working_sets = 9', '42501', '42501', '42501'),
('workout_exercises', 'delete from private.workout_exercises', '42501', '42501', '42501'),
('done_exercises', 'select from private.done_exercises', '1', '0', '42501'),
(
    'done_exercises',
    'insert into private.done_exercises (user_id, exercise_id, times_done, last_done_at)
    values (auth.uid(), ''bb6924d2-d3b5-68ea-1667-8a551e3569ff'', 1, now())',
    '42501', '42501', '42501'
),
('done_exercises', 'update private.done_exercises set times_done = 9', '42501', '42501', '42501'),
('done_exercises', 'delete from private.done_exercises', '42501', '42501', '42501'),
('training_weeks', 'select from private.training_weeks', '1', '0', '42501'),
(
    'training_weeks',
    'insert into private.training_weeks (user_id, week_start, workouts, workouts_with_work)
    values (auth.uid(), ''2026-03-02'', 1, 1)',
    '42501', '42501', '42501'
),
('training_weeks', 'update private.training_weeks set workouts = 9', '42501', '42501', '42501'),
('training_weeks', 'delete from private.training_weeks', '42501', '42501', '42501'),
('deletions', 'select from private.deletions', '1', '0', '42501'),
(
    'deletions',
    'insert into private.deletions (user_id, id, kind) values (auth.uid(), gen_random_uuid(), ''plan'')',
    '42501', '42501', '42501'
),
('deletions', 'update private.deletions set kind = ''plan''', '42501', '42501', '42501'),
('deletions', 'delete from private.deletions', '42501', '42501', '42501'),
('conversations', 'select from private.conversations', '1', '0', '42501'),
('conversations', 'insert into private.conversations (user_id, title) values (auth.uid(), ''X'')', '1', '1', '42501'),
(
    'conversations',
    'insert into private.conversations (user_id, title) values (''00000000-0000-4000-8000-00000000000a'', ''X'')',
    '1', '42501', '42501'
),
('conversations', 'update private.conversations set last_message_at = now()', '42501', '42501', '42501'),
('conversations', 'update private.conversations set title = ''X''', '42501', '42501', '42501'),
('conversations', 'delete from private.conversations', '1', '0', '42501'),
('messages', 'select from private.messages', '2', '0', '42501'),
(
    'messages',
    'insert into private.messages (user_id, conversation_id, role, content)
    select ''00000000-0000-4000-8000-00000000000a'', c.id, ''user'', ''X'' from private.conversations as c',
    '1', '0', '42501'
),
(
    'messages',
    'insert into private.messages (user_id, conversation_id, role, content)
    select c.user_id, c.id, ''companion'', ''X'' from private.conversations as c',
    '42501', '0', '42501'
),
(
    'messages',
    'insert into private.messages (user_id, conversation_id, role, content)
    select ''00000000-0000-4000-8000-00000000000a'', known.conversation_id, ''user'', ''X'' from known',
    '1', '42501', '42501'
),
(
    'messages',
    'insert into private.messages (user_id, conversation_id, role, content)
    select auth.uid(), known.conversation_id, ''user'', ''X'' from known',
    '1', '23503', '42501'
),
('messages', 'update private.messages set content = ''X''', '42501', '42501', '42501'),
('messages', 'delete from private.messages', '42501', '42501', '42501'),
('memories', 'select from private.memories', '1', '0', '42501'),
(
    'memories',
    'insert into private.memories (user_id, content, kind) values (auth.uid(), ''X'', ''fact'')',
    '1', '1', '42501'
),
(
    'memories',
    'insert into private.memories (user_id, content, kind)
    values (''00000000-0000-4000-8000-00000000000a'', ''X'', ''fact'')',
    '1', '42501', '42501'
),
('memories', 'update private.memories set content = ''X''', '1', '0', '42501'),
('memories', 'update private.memories set user_id = auth.uid()', '42501', '42501', '42501'),
('memories', 'delete from private.memories', '1', '0', '42501'),
('earlier_targets', 'select from private.earlier_targets', '1', '0', '42501'),
(
    'earlier_targets',
    'insert into private.earlier_targets (user_id, until, weekly_target) values (auth.uid(), now(), 1)',
    '42501',
    '42501',
    '42501'
),
('earlier_targets', 'update private.earlier_targets set weekly_target = 1', '42501', '42501', '42501'),
('earlier_targets', 'delete from private.earlier_targets', '42501', '42501', '42501'),
('chat_turns', 'select from private.chat_turns', '42501', '42501', '42501'),
(
    'chat_turns',
    'insert into private.chat_turns (user_id, message_id) values (auth.uid(), gen_random_uuid())',
    '42501',
    '42501',
    '42501'
),
('chat_turns', 'update private.chat_turns set ended_at = now()', '42501', '42501', '42501'),
('chat_turns', 'delete from private.chat_turns', '42501', '42501', '42501'),
('chat_usage', 'select from private.chat_usage', '1', '0', '42501'),
('chat_usage', 'insert into private.chat_usage (user_id, day) values (auth.uid(), now())', '42501', '42501', '42501'),
('chat_usage', 'update private.chat_usage set turns = 0', '42501', '42501', '42501'),
('chat_usage', 'delete from private.chat_usage', '42501', '42501', '42501'),
('running_imports', 'select from private.running_imports', '1', '0', '42501'),
(
    'running_imports',
    'insert into private.running_imports (user_id, import_id) values '
    '(''00000000-0000-4000-8000-00000000000a'', gen_random_uuid()) on conflict do nothing',
    '0', '42501', '42501'
),
('running_imports', 'update private.running_imports set expires_at = now()', '1', '0', '42501'),
('running_imports', 'update private.running_imports set user_id = auth.uid()', '42501', '42501', '42501'),
('running_imports', 'delete from private.running_imports', '1', '0', '42501'),
('measurement_kinds', 'select from private.measurement_kinds', '15', '15', '42501'),
(
    'measurement_kinds',
    'insert into private.measurement_kinds values (''wrist'', ''length'', 10, 30)',
    '42501', '42501', '42501'
),
('measurement_kinds', 'update private.measurement_kinds set most = 1000', '42501', '42501', '42501'),
('measurement_kinds', 'delete from private.measurement_kinds', '42501', '42501', '42501'),
('measurements', 'select from private.measurements', '1', '0', '42501'),
(
    'measurements',
    'insert into private.measurements (user_id, kind, value, unit) values (auth.uid(), ''neck'', 40, ''cm'')',
    '1', '1', '42501'
),
(
    'measurements',
    'insert into private.measurements (user_id, kind, value, unit)
    values (''00000000-0000-4000-8000-00000000000a'', ''neck'', 40, ''cm'')',
    '1', '42501', '42501'
),
('measurements', 'update private.measurements set value = 1', '42501', '42501', '42501'),
('measurements', 'delete from private.measurements', '1', '0', '42501'),
('paused_weeks', 'select from private.paused_weeks', '1', '0', '42501'),
('paused_weeks', 'insert into private.paused_weeks values (auth.uid(), ''2020-01-06'')', '1', '1', '42501'),
(
    'paused_weeks',
    'insert into private.paused_weeks values (''00000000-0000-4000-8000-00000000000a'', ''2020-01-06'')',
    '1', '42501', '42501'
),
('paused_weeks', 'update private.paused_weeks set week_start = ''2020-01-13''', '42501', '42501', '42501'),
('paused_weeks', 'delete from private.paused_weeks', '1', '0', '42501'),
('idempotency_keys', 'select from private.idempotency_keys', '42501', '42501', '42501'),
(
    'idempotency_keys',
    'insert into private.idempotency_keys (user_id, operation, key, request_hash, resource_id)
    values (auth.uid(), ''log_workout'', ''x'', ''x'', gen_random_uuid())',
    '42501', '42501', '42501'
),
('idempotency_keys', 'update private.idempotency_keys set answer = null', '42501', '42501', '42501'),
('idempotency_keys', 'delete from private.idempotency_keys', '42501', '42501', '42501'),
('service_secrets', 'select from private.service_secrets', '42501', '42501', '42501'),
(
    'service_secrets',
    'insert into private.service_secrets (hash) values (sha256(''x''))',
    '42501', '42501', '42501'
),
('service_secrets', 'update private.service_secrets set created_at = now()', '42501', '42501', '42501'),
('service_secrets', 'delete from private.service_secrets', '42501', '42501', '42501');

select plan(3 * (select count(*)::integer from expected) + 1);

select
    is(
        pg_temp.try(who.name, e.statement),
        case who.name when 'owner' then e.owner when 'stranger' then e.stranger else e.anon end,
        who.name || ': ' || e.statement
    )
from expected as e
cross join (values ('owner'), ('stranger'), ('anon')) as who (name);

select is_empty($$
    select c.relname || ': ' || command.name
    from pg_class as c
    cross join (values ('select'), ('insert'), ('update'), ('delete')) as command (name)
    where c.relkind in ('r', 'p') and c.relnamespace = 'private'::regnamespace
    and not exists (
        select from expected as e
        where e.table_name = c.relname and e.statement like command.name || ' %private.' || c.relname || '%'
    )
$$, 'every command is tried on every table');

select line from finish() as line;
rollback;
