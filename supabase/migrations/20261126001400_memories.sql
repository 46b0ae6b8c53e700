-- Memories: what the companion knows of a user.

-- There already on a laptop; a Supabase project has it to offer.
create extension if not exists vector with schema extensions;


create function private.gist(p_text text)
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(
        (
            select pg_catalog.array_agg(distinct said.stem order by said.stem)
            from (
                select case
                    -- To like and not to like are two things.
                    when word in (
                        'not', 'no', 'never', 'nor', 'neither', 'without', 'cannot', 'cant', 'dont', 'doesnt', 'didnt',
                        'wont', 'isnt', 'arent', 'wasnt', 'werent', 'havent', 'hasnt', 'hadnt', 'shouldnt', 'wouldnt',
                        'couldnt'
                    ) then 'not'
                    else (pg_catalog.ts_lexize('pg_catalog.english_stem', word))[1]
                end as stem
                from pg_catalog.string_to_table(private.search_text(p_text), ' ') as word
                where word <> ''
            ) as said
            where said.stem is not null
        ),
        array[pg_catalog.lower(pg_catalog.btrim(p_text))]
    )
$$;
comment on function private.gist(text) is
'The words that carry what a text says, without endings and order: two texts with the same ones say the same. A text '
'of stop words and signs says itself.';
grant execute on function private.gist(text) to authenticated;


create table private.memories (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    content text not null
    constraint memories_content_check check (char_length(content) <= 500 and btrim(content) <> ''),
    kind text not null
    constraint memories_kind_check
    check (kind in ('preference', 'goal', 'injury', 'equipment', 'event', 'person', 'feeling', 'fact')),
    importance numeric not null default 0.5 constraint memories_importance_check check (importance between 0 and 1),
    pinned boolean not null default false,
    -- Null for what the user wrote into the memory centre, and once the conversation is deleted.
    message_id uuid,
    times_told integer not null default 1 constraint memories_times_told_check check (times_told > 0),
    last_told_at timestamptz not null default now(),
    expires_at timestamptz,
    superseded_at timestamptz,
    superseded_by uuid,
    -- Of length 1. Null until it was computed, and again after a correction.
    embedding extensions.halfvec(768),
    embedding_claimed_at timestamptz,
    gist text[] not null generated always as (private.gist(content)) stored,
    search_document tsvector not null generated always as (to_tsvector('pg_catalog.english', content)) stored,
    created_at timestamptz not null default now(),
    primary key (user_id, id),
    constraint memories_user_id_superseded_by_fkey foreign key (user_id, superseded_by)
    references private.memories (user_id, id) on delete set null (superseded_by),
    constraint memories_user_id_message_id_fkey foreign key (user_id, message_id)
    references private.messages (user_id, id) on delete set null (message_id),
    constraint memories_superseded_by_check check (superseded_by is null or superseded_at is not null)
);
comment on table private.memories is
'What the companion knows of a user, each in one sentence. What was replaced is kept as history and never recalled.';
comment on column private.memories.superseded_at is 'When something newer replaced it, or it made room for others.';
comment on column private.memories.embedding_claimed_at is
'When an instance of the service took it to embed; after two minutes another may.';
comment on column private.memories.gist is 'What duplicates are known by.';
-- Nothing is known twice.
create unique index memories_user_id_gist_key on private.memories (user_id, gist) where superseded_at is null;
create index memories_user_id_created_at_id_idx on private.memories (user_id, created_at desc, id);
create index memories_user_id_superseded_by_idx on private.memories (user_id, superseded_by);
create index memories_user_id_message_id_idx on private.memories (user_id, message_id);
grant select, delete on private.memories to authenticated;
grant insert (user_id, id, content, kind, importance, pinned, message_id, expires_at)
on private.memories to authenticated;
grant update (
    content, kind, importance, pinned, times_told, last_told_at, expires_at, superseded_at, superseded_by, embedding,
    embedding_claimed_at
) on private.memories to authenticated;
alter table private.memories enable row level security;
create policy "owner can select own memories" on private.memories
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own memories" on private.memories
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can update own memories" on private.memories
for update to authenticated
using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "owner can delete own memories" on private.memories
for delete to authenticated using ((select auth.uid()) = user_id);


-- Which memories a message calls to mind.

-- How much of what a message says is in a memory. Each word weighs by how rare it is among the user's memories, as in
-- BM25: "the knee" says little to who has written of knees all over, and a name decides.
create function private.text_likeness(p_user_id uuid, p_text text)
returns table (id uuid, share real)
language sql
stable
security invoker
set search_path = ''
as $$
    with
    recallable as materialized (
        select
            m.id,
            m.search_document
        from private.memories as m
        where m.user_id = p_user_id
            and m.superseded_at is null
            and (m.expires_at is null or m.expires_at > pg_catalog.now())
    ),
    said as materialized (
        select word from pg_catalog.unnest(
            pg_catalog.tsvector_to_array(pg_catalog.to_tsvector('pg_catalog.english', p_text))
        ) as word
    ),
    hit as materialized (
        select
            r.id,
            said.word
        from said
        inner join recallable as r on r.search_document @@ pg_catalog.quote_literal(said.word)::tsquery
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
    group by hit.id
$$;
comment on function private.text_likeness(uuid, text) is
'For each memory of a user that shares a word with a text, the share of the text''s words in it, from 0 to 1, rare '
'words counting more.';
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
language sql
stable
security invoker
set search_path = ''
as $$
    with
    asked as materialized (
        select
            (select auth.uid()) as user_id,
            extensions.l2_normalize(p_query_embedding)::extensions.halfvec(768) as embedding
    ),
    recallable as materialized (
        select m.*
        from private.memories as m
        where m.user_id = (select asked.user_id from asked)
            and m.superseded_at is null
            and (m.expires_at is null or m.expires_at > pg_catalog.now())
    ),
    centre as materialized (
        select
            extensions.avg(r.embedding) as embedding,
            count(r.embedding) as memories
        from recallable as r
    ),
    measured as (
        select
            r.*,
            (- (r.embedding operator(extensions.<#>) asked.embedding))::real as cosine,
            -- How near it is to the user's other memories on average. Of fewer than twenty that says less.
            (
                (centre.memories * - (r.embedding operator(extensions.<#>) centre.embedding) - 1)
                / greatest(centre.memories - 1, 20)
            )::real as commonness,
            coalesce(t.share, 0) as text_share,
            pg_catalog.power(0.5, extract(epoch from pg_catalog.now() - r.last_told_at) / (90 * 86400))::real as recency
        from recallable as r
        cross join asked
        cross join centre
        left join private.text_likeness((select asked.user_id from asked), p_query_text) as t on r.id = t.id
    ),
    judged as (
        select
            m.*,
            -- What is near to everything says little by being near to this, so half of that does not count. Text is
            -- heard where it matters: a rare word brings most of its share. Without vectors text alone decides.
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
        -- An allergy matters more than a favourite colour, and of two alike the newer one is likelier meant.
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
    limit greatest(0, least(coalesce(p_match_count, 10), 100))
$$;
comment on function public.match_memories(extensions.vector, text, integer, real) is
'The memories of the caller''s that a message calls to mind, best first, up to 100, exactly: all of them are compared. '
'The score is the similarity, plus 0.1 for importance (all of it when pinned), plus 0.01 for recency (half of it after '
'90 days). The similarity is the cosine, less half of what the memory has in common with all others, plus 0.15 of the '
'share of the message''s words in it; without a vector of either side, the text''s share stands in for the cosine. '
'What is less similar than p_min_similarity is left out.';
grant execute on function public.match_memories(extensions.vector, text, integer, real) to authenticated;


-- Remembering something.

-- Room is made by what is worth least; it stays as history, and is recalled no more.
create function private.make_room_for_memories(p_user_id uuid)
returns void
language sql
security invoker
set search_path = ''
as $$
    update private.memories as m
    set superseded_at = pg_catalog.now()
    where m.user_id = p_user_id and m.id in (
        select least_worth.id
        from private.memories as least_worth
        where least_worth.user_id = p_user_id and least_worth.superseded_at is null
        order by
            least_worth.pinned desc, least_worth.importance desc, least_worth.times_told desc,
            least_worth.last_told_at desc, least_worth.id
        offset 1000
    )
$$;
comment on function private.make_room_for_memories(uuid) is
'Keeps a user''s recallable memories to 1,000: pinned ones first, then by importance and by how often and when last '
'they were told.';
grant execute on function private.make_room_for_memories(uuid) to authenticated;


create function private.remember(p_user_id uuid, p_memory jsonb, p_message_id uuid)
returns private.memories
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_content text := pg_catalog.btrim(p_memory ->> 'content');
    v_expires_at timestamptz := pg_catalog.now()
    + pg_catalog.make_interval(days => (p_memory ->> 'expires_in_days')::integer);
    v_memory private.memories;
begin
    update private.memories as m
    set
        times_told = m.times_told + 1,
        last_told_at = pg_catalog.now(),
        importance = greatest(m.importance, (p_memory ->> 'importance')::numeric),
        expires_at = v_expires_at
    where m.user_id = p_user_id and m.gist = private.gist(v_content) and m.superseded_at is null
    returning m.* into v_memory;
    if not found then
        insert into private.memories (user_id, content, kind, importance, pinned, message_id, expires_at)
        values (
            p_user_id, v_content, p_memory ->> 'kind', coalesce((p_memory ->> 'importance')::numeric, 0.5),
            coalesce((p_memory ->> 'pinned')::boolean, false), p_message_id, v_expires_at
        )
        returning * into v_memory;
        perform private.make_room_for_memories(p_user_id);
    end if;
    update private.memories as replaced
    set superseded_at = pg_catalog.now(), superseded_by = v_memory.id
    where
        replaced.user_id = p_user_id
        and replaced.id::text = p_memory ->> 'replaces'
        and replaced.id <> v_memory.id
        and replaced.superseded_at is null;
    return v_memory;
end
$$;
comment on function private.remember(uuid, jsonb, uuid) is
'Keeps {content, kind, importance?, pinned?, replaces?, expires_in_days?}: what is known already is only told once '
'more, and what it replaces is superseded. The caller holds the lock on the profile.';
grant execute on function private.remember(uuid, jsonb, uuid) to authenticated;


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
'A memory with what it was learnt from: {conversation_id, message_id, said}, or null.';
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
            and (p_q is null or not exists (
                select from pg_catalog.string_to_table(nullif(private.search_text(p_q), ''), ' ') as word
                where pg_catalog.strpos(' ' || private.search_text(m.content), ' ' || word) = 0
            ))
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
'A page of what the companion knows of the caller, pinned first, then the latest: with all words of p_q, or beginnings '
'of them, of some kinds, and on wish what was superseded. Raises PT422 invalid_page.';
grant execute on function public.list_memories(text, text[], boolean, integer, integer) to authenticated;


create function public.create_memory(p_memory jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
begin
    return private.memory_json(private.remember(v_profile.user_id, p_memory - 'replaces', null));
end
$$;
comment on function public.create_memory(jsonb) is
'Lets the companion know something: {content, kind, importance?, pinned?, expires_in_days?}. What it knows already is '
'returned as it is. Raises PT404 profile_not_found.';
grant execute on function public.create_memory(jsonb) to authenticated;


create function public.update_memory(p_id uuid, p_changes jsonb)
returns jsonb
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
    v_memory private.memories;
begin
    if p_changes is null or pg_catalog.jsonb_typeof(p_changes) <> 'object' then
        perform private.fail(422, 'invalid_changes', 'The changes are not a JSON object.');
    end if;
    if p_changes ? 'content' and exists (
        select from private.memories as m
        where m.user_id = v_profile.user_id and m.id <> p_id and m.superseded_at is null
            and m.gist = private.gist(p_changes ->> 'content')
    ) then
        perform private.fail(409, 'memory_exists', 'The companion knows this already.', 'content');
    end if;
    update private.memories as m
    set
        (content, kind, importance, pinned, expires_at) = (
            select pg_catalog.btrim(c.content), c.kind, c.importance, c.pinned, c.expires_at
            from pg_catalog.jsonb_populate_record(m, p_changes) as c
        ),
        -- What says something else is embedded anew.
        embedding = case when pg_catalog.btrim(p_changes ->> 'content') <> m.content then null else m.embedding end,
        embedding_claimed_at = null
    where m.user_id = v_profile.user_id and m.id = p_id
    returning m.* into v_memory;
    if not found then
        perform private.fail(404, 'memory_not_found', 'There is no such memory.');
    end if;
    return private.memory_json(v_memory);
end
$$;
comment on function public.update_memory(uuid, jsonb) is
'Corrects or pins a memory of the caller''s; an absent field stays. Raises PT404 memory_not_found, profile_not_found, '
'PT409 memory_exists, PT422 invalid_changes.';
grant execute on function public.update_memory(uuid, jsonb) to authenticated;


create function public.delete_memory(p_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.lock_profile();
begin
    delete from private.memories as m
    where m.user_id = v_profile.user_id and m.id = p_id;
    if not found then
        perform private.fail(404, 'memory_not_found', 'There is no such memory.');
    end if;
end
$$;
comment on function public.delete_memory(uuid) is
'Forgets a memory of the caller''s for good. Raises PT404 memory_not_found, profile_not_found.';
grant execute on function public.delete_memory(uuid) to authenticated;


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
'Forgets all that the companion knows of the caller, history included: {forgotten}. Raises PT404 profile_not_found.';
grant execute on function public.delete_memories() to authenticated;


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
