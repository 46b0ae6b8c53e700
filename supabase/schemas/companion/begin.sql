-- A turn begins. It takes three calls: the first stores what the user says, so that no failure loses it; the second
-- returns what the prompt needs; the third stores the reply. No connection is held while the model generates.

create function private.chat_answer_json(p_reply private.messages)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select
        p_reply.details - array['memories_used', 'memories_saved']
        || pg_catalog.jsonb_build_object(
            'conversation_id', p_reply.conversation_id,
            'message_id', p_reply.id,
            'reply', p_reply.content,
            -- The joins leave out memories that the user has deleted since.
            'memories_used', (
                select coalesce(
                    pg_catalog.jsonb_agg(
                        pg_catalog.jsonb_build_object(
                            'id', m.id, 'content', m.content, 'kind', m.kind, 'score', used.value -> 'score'
                        )
                        order by used.ordinality
                    ),
                    '[]'
                )
                from pg_catalog.jsonb_array_elements(p_reply.details -> 'memories_used') with ordinality as used
                inner join private.memories as m
                    on m.user_id = p_reply.user_id and (used.value ->> 'id')::uuid = m.id
            ),
            'memories_saved', (
                select coalesce(
                    pg_catalog.jsonb_agg(
                        pg_catalog.jsonb_build_object('id', m.id, 'content', m.content, 'kind', m.kind)
                        order by saved.ordinality
                    ),
                    '[]'
                )
                from pg_catalog.jsonb_array_elements_text(p_reply.details -> 'memories_saved') with ordinality as saved
                inner join private.memories as m on m.user_id = p_reply.user_id and saved.value::uuid = m.id
            )
        )
$$;
comment on function private.chat_answer_json(private.messages) is 'A reply as the API returns it.';
grant execute on function private.chat_answer_json(private.messages) to authenticated;


create function private.find_reply(p_user_id uuid, p_message_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select private.chat_answer_json(m)
    from private.messages as m
    where m.user_id = p_user_id and m.reply_to = p_message_id
$$;
comment on function private.find_reply(uuid, uuid) is
'The reply to a message as the API returns it; null before there is one.';
grant execute on function private.find_reply(uuid, uuid) to authenticated;


create function private.check_conversation(p_user_id uuid, p_id uuid)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if not exists (
        select from private.conversations as c
        where c.user_id = p_user_id and c.id = p_id
    ) then
        perform private.fail(404, 'conversation_not_found', 'No conversation has this id.');
    end if;
end
$$;
comment on function private.check_conversation(uuid, uuid) is
'Raises PT404 conversation_not_found, also for a conversation of another user.';
grant execute on function private.check_conversation(uuid, uuid) to authenticated;


create function private.find_message(p_user_id uuid, p_id uuid)
returns private.messages
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_message private.messages;
begin
    select m.* into v_message from private.messages as m
    where m.user_id = p_user_id and m.id = p_id and m.role = 'user';
    if not found then
        perform private.fail(404, 'conversation_not_found', 'The conversation of this message no longer exists.');
    end if;
    return v_message;
end
$$;
comment on function private.find_message(uuid, uuid) is
'A message that the user sent. Raises PT404 conversation_not_found.';
grant execute on function private.find_message(uuid, uuid) to authenticated;


create function private.check_conversation_count(p_user_id uuid)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if exists (
        select from private.conversations as c
        where c.user_id = p_user_id
        offset 4999
    ) then
        perform private.fail(
            409, 'too_many_conversations',
            'You have 5,000 conversations, which is the most. Go on in one of them, or delete some.'
        );
    end if;
end
$$;
comment on function private.check_conversation_count(uuid) is
'Raises PT409 too_many_conversations when the user has 5,000.';
grant execute on function private.check_conversation_count(uuid) to authenticated;


create function private.insert_message(p_user_id uuid, p_conversation_id uuid, p_message text)
returns private.messages
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_conversation_id uuid := coalesce(p_conversation_id, pg_catalog.gen_random_uuid());
    v_message private.messages;
begin
    if p_conversation_id is null then
        perform private.check_conversation_count(p_user_id);
        insert into private.conversations (user_id, id, title)
        values (p_user_id, v_conversation_id, pg_catalog.left(pg_catalog.btrim(p_message), 80));
    end if;
    insert into private.messages (user_id, conversation_id, role, content)
    values (p_user_id, v_conversation_id, 'user', p_message)
    returning * into v_message;
    return v_message;
end
$$;
comment on function private.insert_message(uuid, uuid, text) is
'Stores a message of the user in a conversation, or in a new one, whose title is its beginning. Raises PT409 '
'too_many_conversations.';
grant execute on function private.insert_message(uuid, uuid, text) to authenticated;


create function public.begin_chat_turn(
    p_message text,
    p_conversation_id uuid default null,
    p_idempotency_key text default null,
    p_per_minute integer default 10,
    p_per_day integer default 200
)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles;
    v_request jsonb := pg_catalog.jsonb_build_array(p_message, p_conversation_id);
    v_message private.messages;
    v_turn jsonb;
    v_answer jsonb;
begin
    perform private.check_service();
    v_profile := private.lock_profile();
    v_turn := private.replay_answer('chat', p_idempotency_key, v_request);
    if v_turn is null then
        if p_conversation_id is not null then
            perform private.check_conversation(v_profile.user_id, p_conversation_id);
        end if;
        v_message := private.insert_message(v_profile.user_id, p_conversation_id, p_message);
        v_turn := pg_catalog.jsonb_build_object(
            'conversation_id', v_message.conversation_id, 'message_id', v_message.id
        );
        perform private.remember_answer('chat', p_idempotency_key, v_request, v_turn, v_message.conversation_id);
    end if;
    v_answer := private.find_reply(v_profile.user_id, (v_turn ->> 'message_id')::uuid);
    if v_answer is null then
        perform private.start_turn((v_turn ->> 'message_id')::uuid, p_per_minute, p_per_day);
    end if;
    return v_turn || pg_catalog.jsonb_build_object('answer', v_answer);
end
$$;
comment on function public.begin_chat_turn(text, uuid, text, integer, integer) is
'Stores a message of the caller, in one of their conversations or in a new one, and counts a turn: {conversation_id, '
'message_id, answer}. A key that was used before returns that message, with its answer if there is one; without one, '
'another turn begins. For the service alone. Raises PT403 service_only, PT404 profile_not_found, '
'conversation_not_found, PT409 idempotency_key_spent, turn_running, too_many_conversations, PT422 '
'invalid_idempotency_key, idempotency_key_reused, PT429 chat_limit_reached.';
grant execute on function public.begin_chat_turn(text, uuid, text, integer, integer) to authenticated;
