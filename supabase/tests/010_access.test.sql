-- Every table, every command, by its owner, by a stranger and by nobody: how many rows it touches, or its refusal.
begin;
\ir helpers.psql

select pg_temp.run('owner', $$
    select log_workout(
        '{"sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5, "weight": 100}]}', 'key'
    )
$$);
insert into exercises (user_id, name) values ('00000000-0000-4000-8000-00000000000a', 'Owned Lift');
select pg_temp.run('owner', $$
    select create_plan('{"name": "Owned Plan", "days": [{"day": 1, "exercises": [
        {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{}]}
    ]}]}')
$$);
select pg_temp.run('owner', 'select pause_streak()');
select pg_temp.run('owner', 'select begin_chat_turn(''Hello'')');
select pg_temp.run('owner', $$
    select complete_chat_turn(m.id, '{"reply": "Hi", "expression": "happy"}') from messages as m
$$);
select pg_temp.run('owner', $$select create_memory('{"content": "Likes tea", "kind": "preference"}')$$);

create temporary table expected (table_name text, statement text, owner text, stranger text, anon text);
insert into expected values
('profiles', 'select from profiles', '1', '1', '42501'),
('profiles', 'select from profiles where display_name = ''owner''', '1', '0', '42501'),
('profiles', 'insert into profiles (user_id, display_name) values (auth.uid(), ''x'')', '42501', '42501', '42501'),
('profiles', 'update profiles set display_name = ''x''', '1', '1', '42501'),
('profiles', 'update profiles set display_name = ''x'' where display_name = ''owner''', '1', '0', '42501'),
('profiles', 'update profiles set affinity_score = 1', '42501', '42501', '42501'),
('profiles', 'delete from profiles', '42501', '42501', '42501'),
('affinity_levels', 'select from affinity_levels where level = 1', '1', '1', '42501'),
('affinity_levels', 'insert into affinity_levels values (99, ''x'', 1)', '42501', '42501', '42501'),
('affinity_levels', 'update affinity_levels set threshold = 0', '42501', '42501', '42501'),
('affinity_levels', 'delete from affinity_levels', '42501', '42501', '42501'),
('affinity_rules', 'select from affinity_rules where kind = ''workout_completed''', '1', '1', '42501'),
('affinity_rules', 'insert into affinity_rules values (''x'', 9, ''X'', 1, 1)', '42501', '42501', '42501'),
('affinity_rules', 'update affinity_rules set points = 9', '42501', '42501', '42501'),
('affinity_rules', 'delete from affinity_rules', '42501', '42501', '42501'),
('affinity_events', 'select from affinity_events', '4', '0', '42501'),
(
    'affinity_events',
    'insert into affinity_events (user_id, kind, source, points, reason, earned_on)
    values (auth.uid(), ''workout_completed'', ''x'', 10, ''x'', now())',
    '42501', '42501', '42501'
),
('affinity_events', 'update affinity_events set points = 9', '42501', '42501', '42501'),
('affinity_events', 'delete from affinity_events', '42501', '42501', '42501'),
('muscles', 'select from muscles where slug = ''chest''', '1', '1', '42501'),
('muscles', 'insert into muscles values (''x'', ''X'', ''core'')', '42501', '42501', '42501'),
('muscles', 'update muscles set name = ''x''', '42501', '42501', '42501'),
('muscles', 'delete from muscles', '42501', '42501', '42501'),
('equipment', 'select from equipment where slug = ''barbell''', '1', '1', '42501'),
('equipment', 'insert into equipment values (''x'', ''X'')', '42501', '42501', '42501'),
('equipment', 'update equipment set name = ''x''', '42501', '42501', '42501'),
('equipment', 'delete from equipment', '42501', '42501', '42501'),
('exercises', 'select from exercises where slug = ''back-squat''', '1', '1', '42501'),
('exercises', 'select from exercises where name = ''Owned Lift''', '1', '0', '42501'),
('exercises', 'insert into exercises (user_id, name) values (auth.uid(), ''X'')', '1', '1', '42501'),
(
    'exercises',
    'insert into exercises (user_id, name) values (''00000000-0000-4000-8000-00000000000a'', ''X'')',
    '1', '42501', '42501'
),
('exercises', 'insert into exercises (user_id, name) values (null, ''X'')', '42501', '42501', '42501'),
(
    'exercises',
    'insert into exercises (user_id, name, slug) values (auth.uid(), ''X'', ''x'')',
    '42501', '42501', '42501'
),
('exercises', 'update exercises set name = ''x''', '1', '0', '42501'),
('exercises', 'update exercises set user_id = auth.uid()', '42501', '42501', '42501'),
('exercises', 'update exercises set slug = ''x''', '42501', '42501', '42501'),
('exercises', 'update exercises set source = ''x''', '42501', '42501', '42501'),
('exercises', 'delete from exercises', '1', '0', '42501'),
('exercise_relations', 'select from exercise_relations where kind = ''variation'' limit 1', '1', '1', '42501'),
(
    'exercise_relations',
    'insert into exercise_relations values (gen_random_uuid(), gen_random_uuid(), ''variation'')',
    '42501', '42501', '42501'
),
('exercise_relations', 'update exercise_relations set kind = ''variation''', '42501', '42501', '42501'),
('exercise_relations', 'delete from exercise_relations', '42501', '42501', '42501'),
('plans', 'select from plans', '1', '0', '42501'),
('plans', 'insert into plans (user_id, name) values (auth.uid(), ''X'')', '1', '1', '42501'),
(
    'plans',
    'insert into plans (user_id, name) values (''00000000-0000-4000-8000-00000000000a'', ''X'')',
    '1', '42501', '42501'
),
('plans', 'update plans set name = ''X''', '1', '0', '42501'),
('plans', 'update plans set user_id = auth.uid()', '42501', '42501', '42501'),
('plans', 'delete from plans', '1', '0', '42501'),
('plan_versions', 'select from plan_versions', '1', '0', '42501'),
(
    'plan_versions',
    'insert into plan_versions (user_id, plan_id, version, name)
    select ''00000000-0000-4000-8000-00000000000a'', p.id, 2, ''X'' from plans as p',
    '1', '0', '42501'
),
('plan_versions', 'update plan_versions set name = ''X''', '42501', '42501', '42501'),
('plan_versions', 'delete from plan_versions', '42501', '42501', '42501'),
('plan_days', 'select from plan_days', '1', '0', '42501'),
(
    'plan_days',
    'insert into plan_days (user_id, plan_id, version, day)
    select ''00000000-0000-4000-8000-00000000000a'', p.id, 1, 2 from plans as p',
    '1', '0', '42501'
),
('plan_days', 'update plan_days set name = ''X''', '42501', '42501', '42501'),
('plan_days', 'delete from plan_days', '42501', '42501', '42501'),
('plan_exercises', 'select from plan_exercises', '1', '0', '42501'),
(
    'plan_exercises',
    'insert into plan_exercises (user_id, plan_id, version, day, position, exercise_id)
    select ''00000000-0000-4000-8000-00000000000a'', p.id, 1, 1, 2,
    ''bb6924d2-d3b5-68ea-1667-8a551e3569ff'' from plans as p',
    '1', '0', '42501'
),
('plan_exercises', 'update plan_exercises set notes = ''X''', '42501', '42501', '42501'),
('plan_exercises', 'delete from plan_exercises', '42501', '42501', '42501'),
('plan_sets', 'select from plan_sets', '1', '0', '42501'),
(
    'plan_sets',
    'insert into plan_sets (user_id, plan_id, version, day, exercise_position, position)
    select ''00000000-0000-4000-8000-00000000000a'', p.id, 1, 1, 1, 2 from plans as p',
    '1', '0', '42501'
),
('plan_sets', 'update plan_sets set rir = 1', '42501', '42501', '42501'),
('plan_sets', 'delete from plan_sets', '42501', '42501', '42501'),
('workouts', 'select from workouts', '1', '0', '42501'),
('workouts', 'insert into workouts (user_id) values (auth.uid())', '1', '1', '42501'),
(
    'workouts',
    'insert into workouts (user_id) values (''00000000-0000-4000-8000-00000000000a'')',
    '1', '42501', '42501'
),
('workouts', 'update workouts set title = ''x''', '42501', '42501', '42501'),
('workouts', 'delete from workouts', '1', '0', '42501'),
('workout_sets', 'select from workout_sets', '1', '0', '42501'),
(
    'workout_sets',
    'insert into workout_sets (user_id, workout_id, performed_at, position, exercise_id, reps)
    select ''00000000-0000-4000-8000-00000000000a'', w.id, w.completed_at, 2,
    ''bb6924d2-d3b5-68ea-1667-8a551e3569ff'', 5 from workouts as w',
    '1', '0', '42501'
),
('workout_sets', 'update workout_sets set reps = 9', '42501', '42501', '42501'),
('workout_sets', 'delete from workout_sets', '42501', '42501', '42501'),
('conversations', 'select from conversations', '1', '0', '42501'),
('conversations', 'insert into conversations (user_id, title) values (auth.uid(), ''X'')', '1', '1', '42501'),
(
    'conversations',
    'insert into conversations (user_id, title) values (''00000000-0000-4000-8000-00000000000a'', ''X'')',
    '1', '42501', '42501'
),
('conversations', 'update conversations set last_message_at = now()', '1', '0', '42501'),
('conversations', 'update conversations set title = ''X''', '42501', '42501', '42501'),
('conversations', 'delete from conversations', '1', '0', '42501'),
('messages', 'select from messages', '2', '0', '42501'),
(
    'messages',
    'insert into messages (user_id, conversation_id, role, content)
    select ''00000000-0000-4000-8000-00000000000a'', c.id, ''user'', ''X'' from conversations as c',
    '1', '0', '42501'
),
(
    'messages',
    'insert into messages (user_id, conversation_id, role, content)
    select c.user_id, c.id, ''companion'', ''X'' from conversations as c',
    '42501', '0', '42501'
),
('messages', 'update messages set content = ''X''', '42501', '42501', '42501'),
('messages', 'delete from messages', '42501', '42501', '42501'),
('memories', 'select from memories', '1', '0', '42501'),
('memories', 'insert into memories (user_id, content, kind) values (auth.uid(), ''X'', ''fact'')', '1', '1', '42501'),
(
    'memories',
    'insert into memories (user_id, content, kind)
    values (''00000000-0000-4000-8000-00000000000a'', ''X'', ''fact'')',
    '1', '42501', '42501'
),
('memories', 'update memories set content = ''X''', '1', '0', '42501'),
('memories', 'update memories set user_id = auth.uid()', '42501', '42501', '42501'),
('memories', 'delete from memories', '1', '0', '42501'),
('chat_usage', 'select from chat_usage', '1', '0', '42501'),
('chat_usage', 'insert into chat_usage (user_id, day) values (auth.uid(), now())', '42501', '42501', '42501'),
('chat_usage', 'update chat_usage set turns = 0', '42501', '42501', '42501'),
('chat_usage', 'delete from chat_usage', '42501', '42501', '42501'),
('paused_weeks', 'select from paused_weeks', '1', '0', '42501'),
('paused_weeks', 'insert into paused_weeks values (auth.uid(), ''2020-01-06'')', '1', '1', '42501'),
(
    'paused_weeks',
    'insert into paused_weeks values (''00000000-0000-4000-8000-00000000000a'', ''2020-01-06'')',
    '1', '42501', '42501'
),
('paused_weeks', 'update paused_weeks set week_start = ''2020-01-13''', '42501', '42501', '42501'),
('paused_weeks', 'delete from paused_weeks', '1', '0', '42501'),
('private.idempotency_keys', 'select from private.idempotency_keys', '42501', '42501', '42501'),
('private.idempotency_keys', 'update private.idempotency_keys set answer = null', '42501', '42501', '42501'),
('private.idempotency_keys', 'delete from private.idempotency_keys', '42501', '42501', '42501');

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
    select c.relname from pg_class as c
    where c.relkind in ('r', 'p') and c.relnamespace = 'public'::regnamespace
    and (
        select count(distinct split_part(btrim(e.statement), ' ', 1)) from expected as e
        where e.table_name = c.relname
    ) < 4
$$, 'every table is tried with every command');

select line from finish() as line;
rollback;
