-- Turns with the companion: stored before anything can fail, answered once, and each user's own.
begin;
\ir helpers.psql
select plan(35);

create function pg_temp.begin(p_who text, p_message text, p_more text default '')
returns text
language sql
as $$select pg_temp.run(p_who, format('select begin_chat_turn(%L%s) ->> ''message_id''', p_message, p_more))$$;

create function pg_temp.complete(p_who text, p_message_id text, p_more jsonb default '{}')
returns text
language sql
as $$
    select pg_temp.run(p_who, format(
        'select complete_chat_turn(%L, %L)', p_message_id,
        '{"reply": "Hello!", "expression": "happy", "usage": {"prompt_tokens": 7, "output_tokens": 3}}'::jsonb || p_more
    ))
$$;

select is(pg_temp.begin('anon', 'Hello'), '42501', 'nobody says nothing');
create temporary table said as
select pg_temp.begin('owner', 'I love squats', ', null, ''key''') as id;
select is((select count(*) from messages), 1::bigint, 'what is said is there before it is answered');
select is((select title from conversations), 'I love squats', 'in a new conversation');
select is((select id from said), pg_temp.begin('owner', 'I love squats', ', null, ''key'''), 'once for each key');
select is(
    pg_temp.begin('owner', 'I hate squats', ', null, ''key'''),
    'PT422 idempotency_key_reused',
    'which is of one message'
);
select is(pg_temp.begin('owner', 'Hello', ', null, '''''), 'PT422 invalid_idempotency_key', 'and not empty');
select is(
    pg_temp.begin('owner', 'Hello', ', ''00000000-0000-4000-8000-000000000000'''),
    'PT404 conversation_not_found', 'no such conversation'
);
select is(
    pg_temp.begin('stranger', 'Hello', (select format(', %L', id) from conversations)),
    'PT404 conversation_not_found', 'nor another''s'
);
select is(pg_temp.begin('owner', ' '), '23514', 'nothing is no message');
select is(pg_temp.begin('owner', repeat('x', 4001)), '23514', 'nor is too much');
select is(
    pg_temp.begin('owner', 'Again', ', null, null, 1, 100'), 'PT429 chat_limit_reached', 'not too often in a minute'
);
select is(pg_temp.begin('owner', 'Again', ', null, null, 9, 1'), 'PT429 chat_limit_reached', 'nor in a day');
select isnt(pg_temp.begin('owner', 'Again', ', null, null, 2, 2'), 'PT429 chat_limit_reached', 'up to the limit');

select is(
    pg_temp.run('owner', (select format('select get_chat_context(%L) -> ''messages''', id) from said)), '[]',
    'nothing was said before'
);
select is(
    pg_temp.run('owner', (select format('select get_chat_context(%L) #>> ''{affinity,level}''', id) from said)), '1',
    'how close they are'
);
select is(
    pg_temp.run('owner', (select format('select get_chat_context(%L) #>> ''{training,next_session}''', id) from said)),
    null, 'no plan is followed'
);
select is(
    pg_temp.run('stranger', (select format('select get_chat_context(%L)', id) from said)),
    'PT404 conversation_not_found', 'for a stranger it is not there'
);
select is(pg_temp.run('anon', 'select get_chat_context(null)'), '42501', 'nor for nobody');

select is(
    pg_temp.complete('stranger', (select id from said)), 'PT404 conversation_not_found', 'a stranger answers nothing'
);
create temporary table answered as
select pg_temp.complete('owner', (select id from said), '{"memories": [
        {"content": "Loves squats.", "kind": "preference", "importance": 0.6},
        {"content": "Has a brother in Norway.", "kind": "person", "importance": 0.6},
        {"content": " ", "kind": "fact"}
    ]}')::jsonb as answer;
select is(answer ->> 'reply', 'Hello!', 'the reply') from answered;
select is(jsonb_array_length(answer -> 'memories_saved'), 1, 'only what was said is learnt') from answered;
select is(answer #>> '{memories_saved,0,content}', 'Loves squats.', 'in its words') from answered;
select is(answer #>> '{affinity,gained}', '11', 'talking brings them closer, and the first time more') from answered;
select is(
    pg_temp.complete('owner', (select id from said), '{"reply": "Something else"}')::jsonb,
    (select answer from answered),
    'a message is answered once'
);
select is((select turns from chat_usage), 1, 'a turn is counted');
select is((select prompt_tokens + output_tokens from chat_usage), 10::bigint, 'with what it cost');
select is(
    pg_temp.run('owner', (select format('select get_chat_context(%L) #>> ''{memories,0,content}''', id) from said)),
    'Loves squats.', 'and is recalled'
);

select is(pg_temp.run('owner', 'select list_conversations() ->> ''total'''), '2', 'conversations are listed');
select is(pg_temp.run('stranger', 'select list_conversations() ->> ''total'''), '0', 'by their owner');
select is(
    pg_temp.run('owner', (
        select format('select list_messages(%L) ->> ''total''', conversation_id) from messages
        where role = 'companion'
    )),
    '2', 'with what was said'
);
select is(pg_temp.run('owner', 'select list_messages(null)'), 'PT404 conversation_not_found', 'where there is one');
select is(
    pg_temp.run(
        'stranger', (
            select format('select delete_conversation(%L)', id) from conversations
            order by id limit 1
        )
    ),
    'PT404 conversation_not_found', 'a stranger deletes nothing'
);
select is(
    pg_temp.run('owner', (
        select format('select delete_conversation(%L, false)', conversation_id) from messages
        where role = 'companion'
    )),
    '', 'its owner does'
);
select is((select count(*) from memories), 0::bigint, 'with what was learnt, if they wish');
select is((select count(*) from messages), 1::bigint, 'and with all that was said');

select line from finish() as line;
rollback;
