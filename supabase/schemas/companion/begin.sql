-- A turn begins: what the user says is stored first, so that no failure loses it.

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
            -- Of what was deleted since, nothing is told.
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
comment on function private.chat_answer_json(private.messages) is 'A reply as the API answers it.';
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
comment on function private.find_reply(uuid, uuid) is 'The answer to a message; null as long as there is none.';
grant execute on function private.find_reply(uuid, uuid) to authenticated;


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
    v_profile private.profiles := private.lock_profile();
    v_hash text := pg_catalog.md5(pg_catalog.jsonb_build_array(p_message, p_conversation_id)::text);
    v_message private.messages;
    v_conversation_id uuid := coalesce(p_conversation_id, pg_catalog.gen_random_uuid());
begin
    if pg_catalog.char_length(p_idempotency_key) not between 1 and 255 then
        perform private.fail(422, 'invalid_idempotency_key', 'An idempotency key has 1 to 255 characters.');
    end if;
    select m.* into v_message from private.messages as m
    where m.user_id = v_profile.user_id and m.idempotency_key = p_idempotency_key;
    if found and v_message.request_hash <> v_hash then
        perform private.fail(
            422, 'idempotency_key_reused', 'This idempotency key was used before, with another request.'
        );
    elsif not found then
        if p_conversation_id is not null and not exists (
            select from private.conversations as c
            where c.user_id = v_profile.user_id and c.id = p_conversation_id
        ) then
            perform private.fail(404, 'conversation_not_found', 'There is no such conversation.');
        end if;
        perform private.check_chat_limit(v_profile.user_id, interval '1 minute', p_per_minute, 'minute');
        perform private.check_chat_limit(v_profile.user_id, interval '1 day', p_per_day, 'day');
        if p_conversation_id is null then
            insert into private.conversations (user_id, id, title)
            values (v_profile.user_id, v_conversation_id, pg_catalog.left(pg_catalog.btrim(p_message), 80));
        else
            update private.conversations as c
            set last_message_at = pg_catalog.now()
            where c.user_id = v_profile.user_id and c.id = v_conversation_id;
        end if;
        insert into private.messages (user_id, conversation_id, role, content, idempotency_key, request_hash)
        values (
            v_profile.user_id, v_conversation_id, 'user', p_message, p_idempotency_key,
            case when p_idempotency_key is not null then v_hash end
        )
        returning * into v_message;
    end if;
    return pg_catalog.jsonb_build_object(
        'conversation_id', v_message.conversation_id,
        'message_id', v_message.id,
        'answer', private.find_reply(v_profile.user_id, v_message.id)
    );
end
$$;
comment on function public.begin_chat_turn(text, uuid, text, integer, integer) is
'Stores what the caller says, in a conversation of theirs or a new one: {conversation_id, message_id, answer}. A key '
'that was used before gives that message, with its answer where there is one already. Raises PT404 profile_not_found, '
'conversation_not_found, PT422 invalid_idempotency_key, idempotency_key_reused, PT429 chat_limit_reached.';
grant execute on function public.begin_chat_turn(text, uuid, text, integer, integer) to authenticated;
