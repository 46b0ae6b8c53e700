-- Turns with the companion: stored before anything can fail, answered once, and private to each user.
begin;
\ir helpers.psql
select plan(79);

create function pg_temp.begin(p_who text, p_message text, p_more text default '')
returns text
language sql
as $$select pg_temp.serve(p_who, format('select begin_chat_turn(%L%s) ->> ''message_id''', p_message, p_more))$$;

create function pg_temp.complete(p_who text, p_message_id text, p_more jsonb default '{}')
returns text
language sql
as $$
    select pg_temp.serve(p_who, format(
        'select complete_chat_turn(%L, %L)', p_message_id,
        '{"reply": "Hello!", "expression": "happy", "usage": {"prompt_tokens": 7, "output_tokens": 3}}'::jsonb || p_more
    ))
$$;

create function pg_temp.context(p_who text, p_message_id text, p_path text)
returns text
language sql
as $$
    select pg_temp.serve(p_who, format('select get_chat_context(%L) #> %L', p_message_id, p_path))
$$;

-- Beginning a turn.
select is(pg_temp.begin('anon', 'Hello'), '42501', 'anon cannot begin a turn');
create temporary table said as
select pg_temp.begin('owner', 'I love squats', ', null, ''key''') as id;
create function pg_temp.said()
returns text
language sql
as $$select id from said$$;
select is((select count(*) from messages), 1::bigint, 'a message is stored before it is answered');
select is((select title from conversations), 'I love squats', 'a new conversation is named after its first message');
select is(
    pg_temp.begin('owner', 'I love squats', ', null, ''key'''), 'PT409 turn_running',
    'a message has one running turn'
);
select pg_temp.serve('owner', format('select end_chat_turn(%L, ''{"output_tokens": 2}'')', pg_temp.said()));
select is(
    pg_temp.said(), pg_temp.begin('owner', 'I love squats', ', null, ''key'''),
    'after its turn failed, the same idempotency key returns the same message'
);
update chat_turns set started_at = now() - interval '89 seconds';
select is(
    pg_temp.begin('owner', 'I love squats', ', null, ''key'''), 'PT409 turn_running',
    'a turn may run for 90 seconds'
);
update chat_turns set started_at = now() - interval '91 seconds';
select is(
    pg_temp.said(), pg_temp.begin('owner', 'I love squats', ', null, ''key'''),
    'a turn that has been open for longer does not run any more'
);
select results_eq(
    'select turns, output_tokens from chat_usage',
    'values (3, 2::bigint)',
    'turns and tokens count also without a reply'
);
select pg_temp.serve('stranger', format('select end_chat_turn(%L, ''{"output_tokens": 2}'')', pg_temp.said()));
select results_eq(
    'select turns, output_tokens from chat_usage', 'values (3, 2::bigint)',
    'ending a turn of another user changes nothing'
);
select is(
    pg_temp.run('owner', format('select end_chat_turn(%L, ''{}'')', pg_temp.said())), 'PT403 service_only',
    'a user cannot end a turn without the service'
);
select is(pg_temp.run('anon', 'select end_chat_turn(null, null)'), '42501', 'anon cannot end a turn');
delete from chat_turns;
delete from chat_usage;
insert into chat_turns (user_id, message_id)
select
    user_id,
    id
from messages;
insert into chat_usage (user_id, day, turns)
select
    user_id,
    now() at time zone 'UTC' as day,
    1 as turns
from messages;
select is(
    pg_temp.begin('owner', 'I hate squats', ', null, ''key'''),
    'PT422 idempotency_key_reused',
    'an idempotency key cannot be used for another message'
);
select isnt(
    pg_temp.begin('stranger', 'I hate squats', ', null, ''key'''), 'PT422 idempotency_key_reused',
    'another user can use the same idempotency key'
);
delete from conversations
where title = 'I hate squats';
select is(
    pg_temp.begin('owner', 'Hello', ', null, '''''), 'PT422 invalid_idempotency_key', 'an idempotency key is not empty'
);
select is(
    pg_temp.begin('owner', 'Hello', ', null, repeat(''x'', 256)'), 'PT422 invalid_idempotency_key',
    'an idempotency key has at most 255 characters'
);
select is(
    pg_temp.begin('owner', 'Hello', ', ''00000000-0000-4000-8000-000000000000'''),
    'PT404 conversation_not_found', 'a turn cannot continue an unknown conversation'
);
select is(
    pg_temp.begin('stranger', 'Hello', (select format(', %L', id) from conversations)),
    'PT404 conversation_not_found', 'a user cannot continue another user''s conversation'
);
select is(pg_temp.begin('owner', ' '), '23514', 'a message is not blank');
select is(pg_temp.begin('owner', repeat('x', 4001)), '23514', 'a message has at most 4,000 characters');

-- Limits.
delete from chat_turns
where message_id not in (select id from messages);
select is(
    pg_temp.begin('owner', 'Again', ', null, null, 1, 100'), 'PT429 chat_limit_reached',
    'a message beyond the limit of a minute is refused'
);
select is(
    pg_temp.begin('owner', 'Again', ', null, null, 9, 1'), 'PT429 chat_limit_reached',
    'a message beyond the limit of a day is refused'
);
select is(
    pg_temp.begin('owner', 'I love squats', ', null, ''key'', 1, 1'), 'PT409 turn_running',
    'a running turn is reported before the limit'
);
update chat_turns set ended_at = now();
select is(
    pg_temp.begin('owner', 'I love squats', ', null, ''key'', 1, 1'), 'PT429 chat_limit_reached',
    'sending a message without an answer again is limited'
);
select is(
    pg_temp.begin('owner', 'Again', ', null, null, 0, 0'), 'PT429 chat_limit_reached',
    'a limit of 0 lets no second message through'
);
select isnt(
    pg_temp.begin('stranger', 'Again', ', null, null, 1, 1'), 'PT429 chat_limit_reached',
    'the messages of another user do not count'
);
select isnt(
    pg_temp.begin('owner', 'Again', ', null, null, 2, 2'), 'PT429 chat_limit_reached',
    'messages up to the limit are stored'
);
update chat_turns set started_at = now() - interval '61 seconds';
select isnt(
    pg_temp.begin('owner', 'A minute later', ', null, null, 1, 100'), 'PT429 chat_limit_reached',
    'a message older than a minute does not count for the minute'
);
select is(
    pg_temp.begin('owner', 'A minute later', ', null, null, 9, 3'), 'PT429 chat_limit_reached',
    'a message older than a minute counts for the day'
);
update chat_turns set started_at = now() - interval '24 hours 1 second';
select isnt(
    pg_temp.begin('owner', 'A day later', ', null, null, 9, 1'), 'PT429 chat_limit_reached',
    'a message older than a day does not count'
);
select is(
    (
        select count(*) from chat_turns
        where started_at < now() - interval '1 day' and user_id = '00000000-0000-4000-8000-00000000000a'
    ),
    0::bigint, 'older turns are deleted'
);
delete from conversations
where title <> 'I love squats';
select is(
    pg_temp.begin('owner', 'Again', ', null, null, 1, 100'), 'PT429 chat_limit_reached',
    'deleting a conversation leaves its turns counted'
);
delete from chat_turns;
delete from chat_usage;
insert into chat_turns (user_id, message_id)
select
    user_id,
    id
from messages;
insert into chat_usage (user_id, day, turns)
select
    user_id,
    now() at time zone 'UTC' as day,
    1 as turns
from messages;

-- The context of a prompt.
select is(
    pg_temp.context('owner', pg_temp.said(), '{messages}'), '[]', 'a first message has no messages before it'
);
select is(
    pg_temp.context('owner', pg_temp.said(), '{affinity,level}'), '1', 'the context tells the affinity'
);
select is(
    pg_temp.context('owner', pg_temp.said(), '{training,next_session}'), 'null',
    'without a plan there is no next session'
);
select is(
    pg_temp.context('stranger', pg_temp.said(), '{}'),
    'PT404 conversation_not_found', 'a user cannot get the context of another user''s message'
);
select is(pg_temp.context('anon', null, '{}'), '42501', 'anon cannot get a context');

-- Completing a turn.
select is(
    pg_temp.complete('stranger', pg_temp.said()), 'PT404 conversation_not_found',
    'a user cannot answer another user''s message'
);
select is(pg_temp.complete('anon', pg_temp.said()), '42501', 'anon cannot answer a message');
create temporary table answered as
select pg_temp.complete('owner', pg_temp.said(), '{"memories": [
        {"content": "Loves squats.", "kind": "preference", "importance": 0.6},
        {"content": "Has a brother in Norway.", "kind": "person", "importance": 0.6},
        {"content": " ", "kind": "fact"}
    ]}')::jsonb as answer;
select is(answer ->> 'reply', 'Hello!', 'the answer has the reply') from answered;
select
    is(
        jsonb_array_length(answer -> 'memories_saved'), 1, 'a memory that shares no word with the message is not saved'
    )
from answered;
select
    is(
        answer #>> '{memories_saved,0,content}', 'Loves squats.', 'a memory is saved in the words of its draft'
    )
from answered;
select
    is(
        answer #>> '{affinity,gained}', '11', 'a first turn earns a point for the turn and ten for the first time'
    )
from answered;
select is(
    pg_temp.complete('owner', pg_temp.said(), '{"reply": "Something else"}')::jsonb,
    (select answer from answered),
    'a message is answered once'
);
select is(
    pg_temp.complete('owner', (
        select id::text from messages
        where role = 'companion'
    )),
    'PT404 conversation_not_found', 'a reply cannot be answered'
);
select is((select turns from chat_usage), 1, 'a turn is counted once');
select isnt(
    pg_temp.begin('owner', 'One more', ', null, null, 2, 2'), 'PT429 chat_limit_reached',
    'replies do not count for the limits'
);
delete from conversations
where title = 'One more';
select is((select prompt_tokens + output_tokens from chat_usage), 10::bigint, 'the tokens of a turn are counted');
select is(
    pg_temp.context('owner', pg_temp.said(), '{memories,0,content}'),
    '"Loves squats."', 'what was learnt is in the next context'
);
select is(
    jsonb_array_length((
        pg_temp.complete(
            'owner', pg_temp.begin('owner', 'alpha beta gamma delta epsilon zeta'),
            '{"memories": [
                {"content": "alpha", "kind": "fact"}, {"content": "beta", "kind": "fact"},
                {"content": "gamma", "kind": "fact"}, {"content": "delta", "kind": "fact"},
                {"content": "epsilon", "kind": "fact"}, {"content": "zeta", "kind": "fact"}
            ]}'
        )
    )::jsonb -> 'memories_saved'), 5,
    'a turn saves at most five memories'
);

-- Reading and deleting.
select is(
    pg_temp.run('owner', 'select list_conversations() ->> ''total'''), '2', 'a user can list their conversations'
);
select is(
    pg_temp.run('stranger', 'select list_conversations() ->> ''total'''), '0',
    'a user cannot list another user''s conversations'
);
select is(pg_temp.run('anon', 'select list_conversations()'), '42501', 'anon cannot list conversations');
select is(
    pg_temp.run('owner', (
        select format('select list_messages(%L) ->> ''total''', conversation_id) from messages
        where reply_to::text = pg_temp.said()
    )),
    '2', 'a user can list the messages of their conversation'
);
select is(
    pg_temp.run('owner', (
        select format('select list_messages(%L) #>> ''{items,0,role}''', conversation_id) from messages
        where reply_to::text = pg_temp.said()
    )),
    'companion', 'the latest message is listed first'
);
select is(
    pg_temp.run('stranger', (
        select format('select list_messages(%L)', conversation_id) from messages
        where reply_to::text = pg_temp.said()
    )),
    'PT404 conversation_not_found', 'a user cannot list the messages of another user''s conversation'
);
select is(
    pg_temp.run('owner', 'select list_messages(null)'), 'PT404 conversation_not_found', 'null is no conversation'
);
select is(pg_temp.run('anon', 'select list_messages(null)'), '42501', 'anon cannot list messages');
select is(
    pg_temp.run(
        'stranger', (
            select format('select delete_conversation(%L)', id) from conversations
            order by id limit 1
        )
    ),
    'PT404 conversation_not_found', 'a user cannot delete another user''s conversation'
);
select is(pg_temp.run('anon', 'select delete_conversation(null)'), '42501', 'anon cannot delete a conversation');
select pg_temp.begin('owner', 'Keep this', ', null, ''kept key''');
select pg_temp.begin('owner', 'Forget this', ', null, ''spent key''');
select is(
    pg_temp.run('owner', (
        select format('select delete_conversation(%L)', m.conversation_id) from messages as m
        where m.content = 'Forget this'
    )),
    '', 'a user can delete a conversation without an answer'
);
select is(
    pg_temp.begin('owner', 'Forget this', ', null, ''spent key'''), 'PT409 idempotency_key_spent',
    'the idempotency key of a message in a deleted conversation is spent'
);
update chat_turns set ended_at = now();
select is(
    pg_temp.begin('owner', 'Keep this', ', null, ''kept key'''),
    (
        select m.id::text from messages as m
        where m.content = 'Keep this'
    ),
    'the keys of other conversations are not'
);
select is_empty(
    $$select from idempotency_keys as k where k.answer is null and k.key = 'kept key'$$,
    'the answers to the keys of other conversations are kept'
);
delete from conversations
where title = 'Keep this';
select is(
    pg_temp.run('owner', (
        select format('select delete_conversation(%L)', conversation_id) from messages
        where content = 'alpha beta gamma delta epsilon zeta'
    )),
    '', 'a user can delete their conversation'
);
select is((
    select count(*) from memories
    where message_id is null
), 5::bigint, 'memories of a deleted conversation are kept');
select
    pg_temp.complete(
        'owner', pg_temp.begin('owner', 'I love tea'), '{"memories": [{"content": "Loves tea.", "kind": "fact"}]}'
    );
select is(
    pg_temp.run('owner', (
        select format('select delete_conversation(%L, false)', m.conversation_id) from messages as m
        where m.reply_to::text = pg_temp.said()
    )),
    '', 'a user can delete a conversation with its memories'
);
select is((
    select count(*) from memories
    where content = 'Loves squats.'
), 0::bigint, 'the memories of that conversation are gone');
select is((
    select count(*) from memories
    where content = 'Loves tea.'
), 1::bigint, 'the memories of another conversation stay');
select is((select count(*) from messages), 2::bigint, 'the messages of deleted conversations are gone');
select is((select turns from chat_usage), 7, 'the usage is kept');

-- The context has the last 20 messages before the one it is for, oldest first.
insert into conversations (user_id, id, title)
select
    '00000000-0000-4000-8000-00000000000a'::uuid as user_id,
    id,
    'Long talk' as title
from (values ('00000000-0000-4000-8000-0000000000c1'::uuid), ('00000000-0000-4000-8000-0000000000c2')) as talk (id);
insert into messages (user_id, id, conversation_id, role, content, created_at)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    ('00000000-0000-4000-8000-' || lpad(n::text, 12, '0'))::uuid as id,
    case when n <= 30 then '00000000-0000-4000-8000-0000000000c1' else '00000000-0000-4000-8000-0000000000c2' end::uuid
        as conversation_id,
    'user' as role,
    'Number ' || n as content,
    now() - interval '1 hour' + n * interval '1 minute' as created_at
from generate_series(1, 35) as n;
select is(
    (
        select array_agg(m.value ->> 'content' order by m.ordinality)
        from jsonb_array_elements(
            pg_temp.context('owner', '00000000-0000-4000-8000-000000000028', '{messages}')::jsonb
        ) with ordinality as m
    ),
    (select array_agg('Number ' || n order by n) from generate_series(8, 27) as n),
    'the context has the last 20 messages before, oldest first'
);
select is(
    pg_temp.context('owner', '00000000-0000-4000-8000-000000000031', '{messages}'), '[]',
    'the context has no message of another conversation'
);
select is(
    jsonb_array_length(pg_temp.context('owner', '00000000-0000-4000-8000-000000000011', '{messages}')::jsonb), 10,
    'the context has no message that came later'
);

-- Lists, latest first.
select is(
    pg_temp.run(
        'owner', 'select list_messages(''00000000-0000-4000-8000-0000000000c1'', 1, 2) #>> ''{items,1,content}'''
    ),
    'Number 29',
    'the first page of messages has the latest'
);
select is(
    pg_temp.run(
        'owner', 'select list_messages(''00000000-0000-4000-8000-0000000000c1'', 15, 2) #>> ''{items,1,content}'''
    ),
    'Number 1',
    'the last page of messages has the first'
);
update conversations set last_message_at = now() + interval '1 second'
where id = '00000000-0000-4000-8000-0000000000c2';
select is(
    pg_temp.run('owner', 'select list_conversations(1, 1) #>> ''{items,0,id}'''),
    '00000000-0000-4000-8000-0000000000c2',
    'the first page of conversations has the one with the latest message'
);
select is(
    pg_temp.run('owner', 'select list_conversations(1, 1) #>> ''{items,0,messages}'''), '5',
    'a conversation has the number of its messages'
);

-- The number of conversations.
delete from conversations;
delete from chat_turns;
insert into conversations (user_id, title)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    'Conversation ' || n as title
from generate_series(1, 4999) as n;
select isnt(
    pg_temp.begin('owner', 'The last one'), 'PT409 too_many_conversations', 'a user can have 5,000 conversations'
);
select is(
    pg_temp.begin('owner', 'One too many'), 'PT409 too_many_conversations', 'a user cannot have more conversations'
);

select line from finish() as line;
rollback;
