-- A turn ends: the companion's reply is stored, with what follows from it.

-- The prompt asks the model to remember only what the user said. This holds it to that: a draft that shares no word
-- with the message was not said in it, and what was recalled must not be remembered again and again.
create function private.learn(p_message private.messages, p_drafts jsonb)
returns uuid[]
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_draft jsonb;
    v_memory private.memories;
    v_learnt uuid[] := '{}';
begin
    for v_draft in select d.value from pg_catalog.jsonb_array_elements(p_drafts) as d limit 5 loop
        if pg_catalog.btrim(v_draft ->> 'content') <> ''
            and private.gist(v_draft ->> 'content') && private.gist(p_message.content) then
            v_memory := private.remember(p_message.user_id, v_draft - 'id', p_message.id);
            v_learnt := v_learnt || v_memory.id;
        end if;
    end loop;
    return v_learnt;
end
$$;
comment on function private.learn(private.messages, jsonb) is
'Stores what a message says as memories, from up to five drafts, and returns their ids.';
grant execute on function private.learn(private.messages, jsonb) to authenticated;


-- Security definer, because users may not write the companion's words. It replies only to a message of the caller, and
-- its caller holds the lock on the profile.
create function private.store_reply(p_message private.messages, p_reply text, p_details jsonb)
returns private.messages
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_reply private.messages;
begin
    perform private.check_service();
    insert into private.messages (user_id, conversation_id, role, content, reply_to, details)
    select m.user_id, m.conversation_id, 'companion', p_reply, m.id, p_details
    from private.messages as m
    where m.user_id = v_user_id and m.id = p_message.id and m.role = 'user'
    returning * into v_reply;
    return v_reply;
end
$$;
comment on function private.store_reply(private.messages, text, jsonb) is
'Stores the reply to a message of the caller. Raises PT403 service_only.';
grant execute on function private.store_reply(private.messages, text, jsonb) to authenticated;


create function public.complete_chat_turn(p_message_id uuid, p_turn jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles;
    v_message private.messages;
    v_reply private.messages;
    v_answer jsonb;
begin
    perform private.check_size(p_turn, 1024);
    perform private.check_service();
    v_profile := private.lock_profile();
    -- Of two calls for one message, the second returns the reply of the first.
    v_answer := private.find_reply(v_profile.user_id, p_message_id);
    if v_answer is not null then
        return v_answer;
    end if;
    v_message := private.find_message(v_profile.user_id, p_message_id);
    perform private.end_turn(p_message_id, p_turn -> 'usage');
    v_reply := private.store_reply(
        v_message,
        p_turn ->> 'reply',
        pg_catalog.jsonb_build_object(
            'expression', p_turn -> 'expression',
            'suggestions', coalesce(p_turn -> 'suggestions', '[]'),
            'memories_used', coalesce(p_turn -> 'memories_used', '[]'),
            'memories_saved', pg_catalog.to_jsonb(private.learn(v_message, coalesce(p_turn -> 'memories', '[]'))),
            'affinity', private.award_conversation(p_message_id) - 'events',
            'usage', p_turn -> 'usage',
            'degraded', coalesce(p_turn -> 'degraded', '[]'),
            'cut_off', coalesce(p_turn -> 'cut_off', 'false'),
            'refused', coalesce(p_turn -> 'refused', 'false')
        )
    );
    return private.chat_answer_json(v_reply);
end
$$;
comment on function public.complete_chat_turn(uuid, jsonb) is
'Stores the reply to a message of the caller: from {reply, expression, suggestions, memories, memories_used: [{id, '
'score}], usage, degraded, cut_off, refused} it makes the answer of the API. A message gets one reply. For the '
'service alone. Raises PT403 service_only, PT404 conversation_not_found, profile_not_found, PT413 body_too_large.';
grant execute on function public.complete_chat_turn(uuid, jsonb) to authenticated;


create function public.end_chat_turn(p_message_id uuid, p_usage jsonb)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    perform private.check_service();
    perform private.lock_profile();
    perform private.end_turn(p_message_id, p_usage);
end
$$;
comment on function public.end_chat_turn(uuid, jsonb) is
'Ends the turn of a message of the caller without a reply, and counts its tokens from {prompt_tokens, output_tokens}: '
'the same message can then be sent again. For the service alone. Raises PT403 service_only, PT404 profile_not_found.';
grant execute on function public.end_chat_turn(uuid, jsonb) to authenticated;
