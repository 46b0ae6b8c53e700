-- Embedding the memories that wait for it.

-- Each instance of the service claims memories that no other has claimed, so each memory is embedded once. A claim that
-- is older than two minutes belonged to an instance that failed.
create function public.claim_unembedded_memories(p_limit integer default 20)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_claimed jsonb;
begin
    perform private.check_service();
    with
    claimed as (
        update private.memories as m
        set embedding_claimed_at = pg_catalog.now()
        where m.user_id = v_user_id and m.id in (
            select waiting.id from private.memories as waiting
            where
                waiting.user_id = v_user_id
                and waiting.embedding is null
                and private.is_recallable(waiting.superseded_at, waiting.expires_at)
                and coalesce(waiting.embedding_claimed_at, '-infinity') < pg_catalog.now() - interval '2 minutes'
            order by waiting.created_at
            limit greatest(0, least(coalesce(p_limit, 20), 100))
            for update skip locked
        )
        returning m.id, m.content
    )
    select pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', claimed.id, 'content', claimed.content))
    into v_claimed
    from claimed;
    return pg_catalog.jsonb_build_object('memories', coalesce(v_claimed, '[]'));
end
$$;
comment on function public.claim_unembedded_memories(integer) is
'Claims up to 100 memories of the caller that can be recalled and have no embedding: {memories: [{id, content}]}. For '
'two minutes no other call gets them. For the service alone. Raises PT403 service_only.';
grant execute on function public.claim_unembedded_memories(integer) to authenticated;


create function public.store_embeddings(p_embeddings jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_count integer;
begin
    perform private.check_size(p_embeddings, 4096);
    perform private.check_service();
    update private.memories as m
    set embedding = extensions.l2_normalize((given.value ->> 'embedding')::extensions.halfvec(768))
    from pg_catalog.jsonb_array_elements(p_embeddings -> 'memories') as given
    where
        m.user_id = v_user_id
        and m.id = (given.value ->> 'id')::uuid
        -- A memory whose text changed meanwhile waits for another embedding.
        and m.content = given.value ->> 'content';
    get diagnostics v_count = row_count;
    return pg_catalog.jsonb_build_object('stored', v_count);
end
$$;
comment on function public.store_embeddings(jsonb) is
'Stores the embeddings of memories of the caller from {memories: [{id, content, embedding}]}, each a text of 768 '
'numbers, where the content is still the same: {stored}. For the service alone. Raises PT403 service_only, PT413 '
'body_too_large.';
grant execute on function public.store_embeddings(jsonb) to authenticated;
