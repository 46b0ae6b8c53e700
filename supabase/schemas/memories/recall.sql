-- Which memories a message calls to mind.

create function private.is_recallable(p_superseded_at timestamptz, p_expires_at timestamptz)
returns boolean
language sql
stable
security invoker
return p_superseded_at is null and (p_expires_at is null or p_expires_at > pg_catalog.now());
comment on function private.is_recallable(timestamptz, timestamptz) is
'Whether the companion still recalls a memory: nothing replaced it, and it has not expired.';
grant execute on function private.is_recallable(timestamptz, timestamptz) to authenticated;


-- Each word weighs by how rare it is among the memories of the user, as in BM25: "knee" says little when many memories
-- mention knees, and a name decides.
create function private.text_likeness(p_user_id uuid, p_text text)
returns table (id uuid, share real)
language plpgsql
stable
security invoker
set search_path = ''
set plan_cache_mode = force_generic_plan
as $$
begin
    return query
    with
    recallable as materialized (
        select
            m.id,
            m.search_document
        from private.memories as m
        where m.user_id = p_user_id and private.is_recallable(m.superseded_at, m.expires_at)
    ),
    said as materialized (
        select
            word,
            pg_catalog.quote_literal(word)::tsquery as query
        from pg_catalog.unnest(
            pg_catalog.tsvector_to_array(
                pg_catalog.to_tsvector('pg_catalog.english', pg_catalog.left(p_text, 4000))
            )
        ) as word
    ),
    hit as materialized (
        select
            r.id,
            said.word
        from said
        inner join recallable as r on r.search_document @@ said.query
    ),
    weighed as (
        select
            said.word,
            pg_catalog.ln(1 + (known.memories - count(hit.id) + 0.5) / (count(hit.id) + 0.5)) as weight
        from said
        cross join (select count(*) as memories from recallable) as known
        left join hit on said.word = hit.word
        group by said.word, known.memories
    )
    select
        hit.id,
        (sum(weighed.weight) / (select sum(w.weight) from weighed as w))::real as share
    from hit
    inner join weighed on hit.word = weighed.word
    group by hit.id;
end
$$;
comment on function private.text_likeness(uuid, text) is
'For each memory of a user that shares a word with a text: the share of the text''s words that the memory contains, '
'from 0 to 1, where rare words count more.';
grant execute on function private.text_likeness(uuid, text) to authenticated;


create function public.match_memories(
    p_query_embedding extensions.vector,
    p_query_text text,
    p_match_count integer default 10,
    p_min_similarity real default 0.06
)
returns table (
    id uuid,
    content text,
    kind text,
    importance numeric,
    pinned boolean,
    created_at timestamptz,
    score real,
    similarity real,
    cosine real,
    text_share real,
    recency real
)
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    return query
    with
    asked as materialized (
        select
            (select auth.uid()) as user_id,
            extensions.l2_normalize(p_query_embedding)::extensions.halfvec(768) as embedding
    ),
    recallable as (
        select
            m.user_id,
            m.id,
            m.content,
            m.kind,
            m.importance,
            m.pinned,
            m.created_at,
            m.last_told_at,
            m.embedding
        from private.memories as m
        where m.user_id = (select asked.user_id from asked)
            and private.is_recallable(m.superseded_at, m.expires_at)
    ),
    measured as (
        select
            r.*,
            (- (r.embedding operator(extensions.<#>) asked.embedding))::real as cosine,
            -- How near the memory is to the user's other memories on average, which says less when there are under
            -- twenty.
            (
                (centre.memories * - (r.embedding operator(extensions.<#>) centre.embedding) - 1)
                / greatest(centre.memories - 1, 20)
            )::real as commonness,
            coalesce(t.share, 0) as text_share,
            pg_catalog.power(0.5, extract(epoch from pg_catalog.now() - r.last_told_at) / (90 * 86400))::real as recency
        from recallable as r
        cross join asked
        left join private.memory_centres as centre on r.user_id = centre.user_id
        left join private.text_likeness((select asked.user_id from asked), p_query_text) as t on r.id = t.id
    ),
    judged as (
        select
            m.*,
            -- A memory that is near to everything is not near to this message in particular, so half of that is taken
            -- off. Text adds where it matters, since rare words make up most of its share. Without vectors it decides
            -- alone.
            (coalesce(m.cosine - 0.5 * m.commonness, m.text_share) + 0.15 * m.text_share)::real as similarity
        from measured as m
    )
    select
        j.id,
        j.content,
        j.kind,
        j.importance,
        j.pinned,
        j.created_at,
        -- An allergy matters more than a favourite colour, and of two similar memories the newer is more likely meant.
        (
            j.similarity + 0.1 * case when j.pinned then 1 else j.importance end + 0.01 * j.recency
        )::real as score,
        j.similarity,
        j.cosine,
        j.text_share,
        j.recency
    from judged as j
    where j.similarity >= coalesce(p_min_similarity, 0.06)
    order by score desc, j.id
    limit greatest(0, least(coalesce(p_match_count, 10), 100));
end
$$;
comment on function public.match_memories(extensions.vector, text, integer, real) is
'The memories of the caller that a message calls to mind, best first, up to 100. The search is exact: it compares all '
'of them. The score is the similarity, plus 0.1 times the importance (1 when pinned), plus 0.01 times the recency '
'(halved every 90 days). The similarity is the cosine, less half of the average cosine with the other memories, plus '
'0.15 times the share of the message''s words in the memory. Without a vector on either side, that share replaces the '
'cosine. Memories below p_min_similarity are left out.';
grant execute on function public.match_memories(extensions.vector, text, integer, real) to authenticated;
