-- Embedding the memories that wait for it.

-- Whichever instance asks takes what no other has taken, so each memory is embedded once; a claim is good for two
-- minutes, and then the instance has gone.
create function public.claim_unembedded_memories(p_limit integer default 20)
returns jsonb
language sql
security invoker
set search_path = ''
as $$
    with
    claimed as (
        update private.memories as m
        set embedding_claimed_at = pg_catalog.now()
        where m.user_id = (select private.current_user_id()) and m.id in (
            select waiting.id from private.memories as waiting
            where
                waiting.user_id = (select private.current_user_id())
                and waiting.embedding is null
                and waiting.superseded_at is null
                and coalesce(waiting.embedding_claimed_at, '-infinity') < pg_catalog.now() - interval '2 minutes'
            order by waiting.created_at
            limit greatest(0, least(coalesce(p_limit, 20), 100))
            for update skip locked
        )
        returning m.id, m.content
    )
    select pg_catalog.jsonb_build_object('memories', coalesce(
        pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', claimed.id, 'content', claimed.content)), '[]'
    ))
    from claimed
$$;
comment on function public.claim_unembedded_memories(integer) is
'Memories of the caller''s that wait for an embedding, as {memories: [{id, content}]}; for two minutes no other call '
'gets them.';
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
    update private.memories as m
    set embedding = extensions.l2_normalize((given.value ->> 'embedding')::extensions.halfvec(768))
    from pg_catalog.jsonb_array_elements(p_embeddings -> 'memories') as given
    where
        m.user_id = v_user_id
        and m.id = (given.value ->> 'id')::uuid
        -- Corrected meanwhile, it waits for another.
        and m.content = given.value ->> 'content';
    get diagnostics v_count = row_count;
    return pg_catalog.jsonb_build_object('stored', v_count);
end
$$;
comment on function public.store_embeddings(jsonb) is
'Keeps {memories: [{id, content, embedding}]}, the vectors of 768 numbers of memories of the caller''s that still say '
'that: {stored}.';
grant execute on function public.store_embeddings(jsonb) to authenticated;
