-- The memory centre, where users see and correct what the companion knows.

create function private.memory_json(p_memory private.memories)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.to_jsonb(p_memory)
        - array['user_id', 'message_id', 'embedding', 'embedding_claimed_at', 'gist', 'search_document']
        || pg_catalog.jsonb_build_object(
            'learnt_from', (
                select pg_catalog.jsonb_build_object(
                    'conversation_id', m.conversation_id, 'message_id', m.id, 'said', m.content
                )
                from private.messages as m
                where m.user_id = p_memory.user_id and m.id = p_memory.message_id
            )
        )
$$;
comment on function private.memory_json(private.memories) is
'A memory as the API returns it; learnt_from is {conversation_id, message_id, said}, or null when no message is left.';
grant execute on function private.memory_json(private.memories) to authenticated;


create function public.list_memories(
    p_q text default null,
    p_kinds text[] default null,
    p_superseded boolean default false,
    p_page integer default 1,
    p_per_page integer default 20
)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    with
    found as materialized (
        select
            m.id,
            pg_catalog.row_number() over (order by m.pinned desc, m.created_at desc, m.id) as place
        from private.memories as m
        where m.user_id = (select private.current_user_id())
            and (coalesce(p_superseded, false) or m.superseded_at is null)
            and (p_kinds is null or m.kind = any(p_kinds))
            and (
                coalesce(pg_catalog.btrim(p_q), '') = ''
                or private.has_words(m.content, (select private.word_patterns(p_q)))
            )
    ),
    page as (
        select found.* from found
        order by found.place
        offset private.page_offset(p_page, p_per_page)
        limit p_per_page
    )
    select private.page_json(
        (
            select pg_catalog.jsonb_agg(private.memory_json(m) order by page.place)
            from page
            inner join private.memories as m on m.user_id = (select private.current_user_id()) and page.id = m.id
        ),
        (select count(*) from found),
        p_page,
        p_per_page
    )
$$;
comment on function public.list_memories(text, text[], boolean, integer, integer) is
'A page of the memories of the caller, pinned first, then the latest. Each filter that is given must match: every word '
'of p_q as the beginning of a word, and one of the kinds; superseded memories only if asked. Raises PT422 '
'invalid_page.';
grant execute on function public.list_memories(text, text[], boolean, integer, integer) to authenticated;


create function private.find_memory(p_user_id uuid, p_id uuid)
returns private.memories
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_memory private.memories;
begin
    select m.* into v_memory from private.memories as m
    where m.user_id = p_user_id and m.id = p_id;
    if not found then
        perform private.fail(404, 'memory_not_found', 'No memory has this id.');
    end if;
    return v_memory;
end
$$;
comment on function private.find_memory(uuid, uuid) is
'A memory of the user. Raises PT404 memory_not_found, also for a memory of another user.';
grant execute on function private.find_memory(uuid, uuid) to authenticated;


create function public.get_memory(p_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select private.memory_json(m) from private.find_memory(private.current_user_id(), p_id) as m
$$;
comment on function public.get_memory(uuid) is
'A memory of the caller. Raises PT404 memory_not_found, also for a memory of another user.';
grant execute on function public.get_memory(uuid) to authenticated;


create function public.create_memory(p_memory jsonb, p_idempotency_key text default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_id uuid := private.replayed_id('create_memory', p_idempotency_key, p_memory);
    v_memory private.memories;
begin
    perform private.check_size(p_memory, 64);
    select m.* into v_memory from private.memories as m
    where m.user_id = v_profile.user_id and m.id = v_id;
    if found then
        return private.memory_json(v_memory) || '{"replayed": true}';
    end if;
    v_memory := private.remember(v_profile.user_id, p_memory - 'replaces', null);
    perform private.remember_id('create_memory', p_idempotency_key, p_memory, v_memory.id);
    return private.memory_json(v_memory) || '{"replayed": false}';
end
$$;
comment on function public.create_memory(jsonb, text) is
'Stores a memory of the caller from {id?, content, kind, importance?, pinned?, expires_in_days?} and returns it, with '
'replayed. If the companion knows it already, it returns that memory, under its own id. A key or an id that was used '
'before returns the memory of then. Raises PT404 profile_not_found, PT409 id_taken, idempotency_key_spent, PT413 '
'body_too_large, PT422 invalid_expiry, invalid_idempotency_key, idempotency_key_reused.';
grant execute on function public.create_memory(jsonb, text) to authenticated;


create function public.update_memory(p_id uuid, p_changes jsonb, p_if_revisions bigint[] default null)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_memory private.memories := private.find_memory(v_profile.user_id, p_id);
begin
    perform private.check_size(p_changes, 64);
    perform private.check_changes(p_changes);
    perform private.check_unchanged('memory', v_memory.revision, p_if_revisions);
    if p_changes ? 'content' and exists (
        select from private.memories as m
        where m.user_id = v_profile.user_id and m.id <> p_id and m.superseded_at is null
            and m.gist = private.gist(p_changes ->> 'content')
    ) then
        perform private.fail(409, 'memory_exists', 'The companion already knows this.', 'content');
    end if;
    update private.memories as m
    set
        (content, kind, importance, pinned, expires_at) = (
            select pg_catalog.btrim(c.content), c.kind, c.importance, c.pinned, c.expires_at
            from pg_catalog.jsonb_populate_record(m, p_changes) as c
        ),
        -- A new text needs a new embedding.
        embedding = case when pg_catalog.btrim(p_changes ->> 'content') <> m.content then null else m.embedding end,
        embedding_claimed_at = null
    where m.user_id = v_profile.user_id and m.id = p_id
    returning m.* into v_memory;
    return private.memory_json(v_memory);
end
$$;
comment on function public.update_memory(uuid, jsonb, bigint[]) is
'Changes the fields of a memory of the caller that p_changes names; an absent field stays. Raises PT404 '
'memory_not_found, profile_not_found, PT409 memory_exists, PT412 memory_changed if p_if_revisions is given without the '
'current revision, PT413 body_too_large, PT422 invalid_changes.';
grant execute on function public.update_memory(uuid, jsonb, bigint[]) to authenticated;


create function public.delete_memory(p_id uuid, p_if_revisions bigint[] default null)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_memory private.memories := private.find_memory(v_profile.user_id, p_id);
begin
    perform private.check_unchanged('memory', v_memory.revision, p_if_revisions);
    delete from private.memories as m
    where m.user_id = v_profile.user_id and m.id = p_id;
end
$$;
comment on function public.delete_memory(uuid, bigint[]) is
'Deletes a memory of the caller for good. Raises PT404 memory_not_found, profile_not_found, PT412 memory_changed if '
'p_if_revisions is given without the current revision.';
grant execute on function public.delete_memory(uuid, bigint[]) to authenticated;


create function public.delete_memories()
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_count integer;
begin
    delete from private.memories as m
    where m.user_id = v_profile.user_id;
    get diagnostics v_count = row_count;
    return pg_catalog.jsonb_build_object('forgotten', v_count);
end
$$;
comment on function public.delete_memories() is
'Deletes all memories of the caller, superseded ones included: {forgotten}. Raises PT404 profile_not_found.';
grant execute on function public.delete_memories() to authenticated;
