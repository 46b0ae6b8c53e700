-- Following changes: revisions, deletions, ids that clients choose, and changes that name the revision they are for.
begin;
\ir helpers.psql
select plan(49);

create function pg_temp.a_workout(p_more jsonb default '{}')
returns text
language sql
as $$
    select quote_literal(
        '{"sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5}]}'::jsonb || p_more
    )
$$;
create function pg_temp.a_plan(p_more jsonb default '{}')
returns text
language sql
as $$
    select quote_literal(
        '{"name": "Plan", "days": [{"day": 1, "exercises": [
            {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "sets": [{}]}
        ]}]}'::jsonb || p_more
    )
$$;

-- What somebody learns after a cursor: kinds in order, with a minus before what was deleted.
create function pg_temp.changes(p_who text, p_since text default null, p_limit integer default 100)
returns text
language sql
as $$
    select pg_temp.run(p_who, format($q$
        select string_agg(
            case when c.value ->> 'value' is null then '-' else '' end || (c.value ->> 'kind'), ' ' order by c.ordinality
        )
        from json_array_elements(list_changes(%L, %s) -> 'items') with ordinality as c
    $q$, p_since, p_limit))
$$;
create function pg_temp.cursor_of(p_who text, p_since text default null, p_limit integer default 100)
returns text
language sql
as $$
    select pg_temp.run(p_who, format('select list_changes(%L, %s) ->> ''cursor''', p_since, p_limit))
$$;

-- Changes in order.
select is(pg_temp.changes('owner'), null, 'in the beginning there is nothing');
select matches(pg_temp.cursor_of('owner'), '^0-\d+$', 'and the cursor says so');
select pg_temp.run('owner', format(
    'select create_plan(%s)', pg_temp.a_plan('{"id": "00000000-0000-4000-8000-000000000001"}')
));
select pg_temp.run('owner', format(
    'select log_workout(%s)', pg_temp.a_workout('{"id": "00000000-0000-4000-8000-000000000002"}')
));
select pg_temp.run('owner', $$select create_memory('{"id": "00000000-0000-4000-8000-000000000003",
    "content": "Likes tea", "kind": "preference"}')$$);
select pg_temp.run('owner', $$select create_exercise('{"id": "00000000-0000-4000-8000-000000000004",
    "name": "Owned Lift"}')$$);
select is(pg_temp.changes('owner'), 'plan workout memory exercise', 'changes come in their order');
select is(pg_temp.changes('stranger'), null, 'nobody sees those of others');
select is(pg_temp.changes('anon'), '42501', 'anon sees none');
select is(pg_temp.changes('owner', null, 2), 'plan workout', 'a page ends where it is full');
select is(
    pg_temp.run('owner', 'select list_changes(null, 2) ->> ''has_more'''), 'true', 'and says that there may be more'
);
select is(
    pg_temp.changes('owner', pg_temp.cursor_of('owner', null, 2)), 'memory exercise', 'its cursor leads to the rest'
);
create temporary table mark as select pg_temp.cursor_of('owner') as cursor;
grant select on mark to authenticated;
select is(pg_temp.changes('owner', mark.cursor), null, 'after the last page nothing is new') from mark;
select is(
    pg_temp.cursor_of('owner', mark.cursor), mark.cursor, 'and the cursor stays where it is'
) from mark;
select pg_temp.run('owner', format(
    'select update_workout(''00000000-0000-4000-8000-000000000002'', %s)', pg_temp.a_workout('{"title": "Legs"}')
));
select pg_temp.run('owner', $$select update_memory('00000000-0000-4000-8000-000000000003', '{"pinned": true}')$$);
select pg_temp.run('owner', $$select update_memory('00000000-0000-4000-8000-000000000003', '{"pinned": true}')$$);
select pg_temp.run('owner', format(
    'select replace_plan(''00000000-0000-4000-8000-000000000001'', %s)', pg_temp.a_plan('{"goal": "Strength"}')
));
select is(pg_temp.changes('owner', mark.cursor), 'workout memory plan', 'what is changed comes again, once') from mark;
select is(
    pg_temp.run('owner', 'select list_changes() #>> ''{items,1,value,title}'''), 'Legs', 'as it is now'
);
select pg_temp.run('owner', $$select update_exercise('00000000-0000-4000-8000-000000000004', '{"name": "New Name"}')$$);
select is(
    pg_temp.changes('owner', mark.cursor), 'workout memory plan exercise', 'a plan without the exercise does not change'
) from mark;
select pg_temp.run('owner', format(
    'select replace_plan(''00000000-0000-4000-8000-000000000001'', %s)', pg_temp.a_plan('{"days": [{"day": 1,
        "exercises": [{"exercise_id": "00000000-0000-4000-8000-000000000004", "sets": [{}]}]}]}')
));
select pg_temp.run('owner', format(
    'select update_workout(''00000000-0000-4000-8000-000000000002'', %s)', pg_temp.a_workout(
        '{"sets": [{"exercise_id": "00000000-0000-4000-8000-000000000004", "reps": 5}]}'
    )
));
truncate mark;
insert into mark select pg_temp.cursor_of('owner');
select pg_temp.run('owner', $$select update_exercise('00000000-0000-4000-8000-000000000004', '{"name": "Newer"}')$$);
select is(
    array(
        select kind from unnest(string_to_array(pg_temp.changes('owner', mark.cursor), ' ')) as kind
        order by kind
    ),
    array['exercise', 'plan', 'workout'], 'a plan and a workout change with the name of an exercise in them'
) from mark;

-- Deletions.
truncate mark;
insert into mark select pg_temp.cursor_of('owner');
select pg_temp.run('owner', 'select delete_workout(''00000000-0000-4000-8000-000000000002'')');
select pg_temp.run('owner', 'select delete_plan(''00000000-0000-4000-8000-000000000001'')');
select pg_temp.run('owner', 'select delete_exercise(''00000000-0000-4000-8000-000000000004'')');
select pg_temp.run('owner', 'select delete_memories()');
select is(
    pg_temp.changes('owner', mark.cursor), '-workout -plan -exercise -memory', 'deletions come in their order'
) from mark;
select is(pg_temp.changes('owner'), null, 'a client that has nothing need not delete anything');
update deletions set deleted_at = now() - interval '366 days'
where kind <> 'plan';
select pg_temp.run('owner', $$
    select delete_memory((create_memory('{"content": "Likes cake", "kind": "preference"}') ->> 'id')::uuid)
$$);
select is(pg_temp.changes('owner', mark.cursor), '-plan -memory', 'they are kept for a year') from mark;
select is(
    pg_temp.run(
        'owner', format('select list_changes(''1-%s'')', floor(extract(epoch from now() - interval '366 days')))
    ),
    'PT410 cursor_expired', 'an older cursor could miss some'
);
select is(pg_temp.run('owner', 'select list_changes('''')'), 'PT422 invalid_cursor', 'a cursor is not empty');
select is(pg_temp.run('owner', 'select list_changes(''1'')'), 'PT422 invalid_cursor', 'a cursor has two parts');
select is(
    pg_temp.run('owner', 'select list_changes(''99999999999999999999-1'')'), 'PT422 invalid_cursor',
    'a cursor is not too long'
);
select is(pg_temp.run('owner', 'select list_changes(null, 0)'), 'PT422 invalid_limit', 'a page has a change or more');
select is(pg_temp.run('owner', 'select list_changes(null, 101)'), 'PT422 invalid_limit', 'and 100 at most');

-- The end of another user's plan changes the workouts that followed it.
select pg_temp.run('owner', format(
    'select create_plan(%s)', pg_temp.a_plan('{"id": "00000000-0000-4000-8000-000000000005", "is_public": true}')
));
select pg_temp.run('stranger', format(
    'select log_workout(%s)', pg_temp.a_workout('{"plan_id": "00000000-0000-4000-8000-000000000005"}')
));
truncate mark;
insert into mark select pg_temp.cursor_of('stranger');
select pg_temp.run('owner', 'select delete_plan(''00000000-0000-4000-8000-000000000005'')');
select is(pg_temp.changes('stranger', mark.cursor), 'workout', 'a follower learns that a plan is gone') from mark;

-- Ids that clients choose.
create function pg_temp.creates(p_what text, p_id text, p_name text default 'X')
returns text
language sql
as $$
    select format(case p_what
        when 'plan' then 'create_plan(' || pg_temp.a_plan('{"id": "%s", "name": "%s"}') || ')::json'
        when 'workout' then 'log_workout(' || pg_temp.a_workout('{"id": "%s", "title": "%s"}') || ')'
        when 'memory' then 'create_memory(''{"id": "%s", "content": "%s", "kind": "fact"}'')::json'
        when 'exercise' then 'create_exercise(''{"id": "%s", "name": "%s"}'')::json'
    end, p_id, p_name)
$$;
create temporary table kinds (kind text, id text);
insert into kinds values
('plan', '00000000-0000-4000-8000-000000000011'), ('workout', '00000000-0000-4000-8000-000000000012'),
('memory', '00000000-0000-4000-8000-000000000013'), ('exercise', '00000000-0000-4000-8000-000000000014');
select is(
    pg_temp.run('owner', 'select ' || pg_temp.creates(k.kind, k.id) || ' ->> ''replayed'''),
    'false', 'a client can choose the id of a ' || k.kind
) from kinds as k;
select is(
    pg_temp.run('owner', 'select ' || pg_temp.creates(k.kind, k.id) || ' ->> ''replayed'''),
    'true', 'a repeat is the same ' || k.kind
) from kinds as k;
select is(
    pg_temp.run('owner', 'select ' || pg_temp.creates(k.kind, k.id, 'Y')),
    'PT409 id_taken', 'another ' || k.kind || ' needs another id'
) from kinds as k;
delete from idempotency_keys;
select is(
    pg_temp.run('owner', 'select ' || pg_temp.creates(k.kind, k.id) || ' ->> ''replayed'''),
    'true', 'a repeat is the same ' || k.kind || ', also when the key is forgotten'
) from kinds as k;
select is(
    pg_temp.run('stranger', 'select ' || pg_temp.creates(k.kind, k.id)),
    '23505', 'the id of another user''s ' || k.kind || ' is taken'
) from kinds as k;
select pg_temp.run('owner', 'select delete_memories()');
select is(
    pg_temp.run('owner', 'select ' || pg_temp.creates(k.kind, k.id)), 'PT409 id_taken',
    'what was deleted does not come back under its id'
) from kinds as k
where k.kind = 'memory';

-- Changes that name the revision they are for.
create function pg_temp.change(p_call text, p_kind text)
returns text
language sql
as $$
    select pg_temp.run('owner', format('select %s', format(p_call, k.id))) from kinds as k
    where k.kind = p_kind
$$;
select is(
    array[
        pg_temp.change('update_workout(''%s'', ' || pg_temp.a_workout() || ', ''{0}'')', 'workout'),
        pg_temp.change('delete_workout(''%s'', ''{0}'')', 'workout')
    ],
    array['PT412 workout_changed', 'PT412 workout_changed'], 'a workout of another revision stays as it is'
);
select is(
    array[
        pg_temp.change('update_exercise(''%s'', ''{"name": "Z"}'', ''{0}'')', 'exercise'),
        pg_temp.change('delete_exercise(''%s'', ''{0}'')', 'exercise')
    ],
    array['PT412 exercise_changed', 'PT412 exercise_changed'], 'an exercise of another revision stays as it is'
);
select is(
    pg_temp.change('delete_plan(''%s'', ''{2}'')', 'plan'), 'PT412 plan_changed', 'a plan of another version stays'
);
select pg_temp.run('owner', 'select ' || pg_temp.creates('memory', '00000000-0000-4000-8000-000000000015'));
update kinds set id = '00000000-0000-4000-8000-000000000015'
where kind = 'memory';
select is(
    array[
        pg_temp.change('update_memory(''%s'', ''{"pinned": true}'', ''{0}'')', 'memory'),
        pg_temp.change('delete_memory(''%s'', ''{0}'')', 'memory')
    ],
    array['PT412 memory_changed', 'PT412 memory_changed'], 'a memory of another revision stays as it is'
);

select line from finish() as line;
rollback;
