-- Reading and deleting conversations.

create function public.list_conversations(p_page integer default 1, p_per_page integer default 20)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    with
    page as (
        select c.* from private.conversations as c
        where c.user_id = (select private.current_user_id())
        order by c.last_message_at desc, c.id
        offset private.page_offset(p_page, p_per_page)
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(
                pg_catalog.to_jsonb(page) - 'user_id'
                || pg_catalog.jsonb_build_object(
                    'messages', (
                        select count(*) from private.messages as m
                        where m.user_id = page.user_id and m.conversation_id = page.id
                    )
                )
                order by page.last_message_at desc, page.id
            )
            from page
        ),
        (select count(*) from private.conversations as c where c.user_id = (select private.current_user_id())),
        p_page,
        p_per_page
    )
$$;
comment on function public.list_conversations(integer, integer) is
'A page of the conversations of the caller with the number of their messages, latest first. Raises PT422 invalid_page.';
grant execute on function public.list_conversations(integer, integer) to authenticated;


create function public.list_messages(p_conversation_id uuid, p_page integer default 1, p_per_page integer default 20)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_offset bigint := private.page_offset(p_page, p_per_page);
begin
    perform private.check_conversation(v_user_id, p_conversation_id);
    return private.page_json(
        (
            select pg_catalog.jsonb_agg(
                pg_catalog.jsonb_build_object(
                    'id', page.id,
                    'role', page.role,
                    'content', page.content,
                    'created_at', page.created_at,
                    'expression', page.details -> 'expression',
                    'cut_off', coalesce((page.details ->> 'cut_off')::boolean, false)
                )
                order by page.created_at desc, page.id
            )
            from (
                select m.* from private.messages as m
                where m.user_id = v_user_id and m.conversation_id = p_conversation_id
                order by m.created_at desc, m.id
                offset v_offset
                limit p_per_page
            ) as page
        ),
        (
            select count(*) from private.messages as m
            where m.user_id = v_user_id and m.conversation_id = p_conversation_id
        ),
        p_page,
        p_per_page
    );
end
$$;
comment on function public.list_messages(uuid, integer, integer) is
'A page of the messages of a conversation of the caller, latest first. Raises PT404 conversation_not_found, PT422 '
'invalid_page.';
grant execute on function public.list_messages(uuid, integer, integer) to authenticated;


create function public.delete_conversation(p_id uuid, p_keep_memories boolean default true)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
begin
    perform private.check_conversation(v_profile.user_id, p_id);
    if not coalesce(p_keep_memories, true) then
        delete from private.memories as learnt
        where learnt.user_id = v_profile.user_id and learnt.message_id in (
            select m.id from private.messages as m
            where m.user_id = v_profile.user_id and m.conversation_id = p_id
        );
    end if;
    delete from private.conversations as c
    where c.user_id = v_profile.user_id and c.id = p_id;
end
$$;
comment on function public.delete_conversation(uuid, boolean) is
'Deletes a conversation of the caller with its messages, and without p_keep_memories also with the memories that the '
'companion learnt from it. Raises PT404 conversation_not_found, profile_not_found.';
grant execute on function public.delete_conversation(uuid, boolean) to authenticated;
