-- Memories: what the companion knows of a user.

-- The laptop stack creates the extension itself, and a Supabase project offers it.
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
                    -- All negations are one word, so that likes and dislikes stay different.
                    when word in (
                        'not', 'no', 'never', 'nor', 'neither', 'without', 'cannot', 'cant', 'dont', 'doesnt', 'didnt',
                        'wont', 'isnt', 'arent', 'wasnt', 'werent', 'havent', 'hasnt', 'hadnt', 'shouldnt', 'wouldnt',
                        'couldnt'
                    ) then 'not'
                    else (pg_catalog.ts_lexize('pg_catalog.english_stem', word))[1]
                end as stem
                from pg_catalog.string_to_table(private.search_text(pg_catalog.left(p_text, 4000)), ' ') as word
                where word <> ''
            ) as said
            where said.stem is not null
        ),
        array[pg_catalog.lower(pg_catalog.btrim(pg_catalog.left(p_text, 4000)))]
    )
$$;
comment on function private.gist(text) is
'The meaningful words of a text, without endings and in alphabetical order: two texts with the same gist say the same. '
'The gist of a text that has only stop words and signs is the text itself.';
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
    -- Null when the user wrote the memory in the memory centre, and after the conversation is deleted.
    message_id uuid,
    times_told integer not null default 1 constraint memories_times_told_check check (times_told > 0),
    last_told_at timestamptz not null default now(),
    expires_at timestamptz,
    superseded_at timestamptz,
    superseded_by uuid,
    -- A vector of length 1. Null until the service has embedded the memory, and after the text changed.
    embedding extensions.halfvec(768),
    embedding_claimed_at timestamptz,
    gist text[] not null generated always as (private.gist(content)) stored,
    search_document tsvector not null generated always as (to_tsvector('pg_catalog.english', content)) stored,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default clock_timestamp(),
    revision bigint not null default nextval('private.revisions'),
    primary key (user_id, id),
    -- Clients may choose the id.
    constraint memories_id_key unique (id),
    constraint memories_user_id_superseded_by_fkey foreign key (user_id, superseded_by)
    references private.memories (user_id, id) on delete set null (superseded_by),
    constraint memories_user_id_message_id_fkey foreign key (user_id, message_id)
    references private.messages (user_id, id) on delete set null (message_id),
    constraint memories_superseded_by_check check (superseded_by is null or superseded_at is not null)
);
-- Recalling compares all memories of a user. Rows of up to a page stay whole, so that it reads no vector or text from
-- another place.
alter table private.memories set (toast_tuple_target = 8160);
comment on table private.memories is
'What the companion knows about a user, one sentence each. Superseded memories stay as history and are never recalled.';
comment on column private.memories.superseded_at is 'When a newer memory replaced it, or when it made room for others.';
comment on column private.memories.embedding_claimed_at is
'When an instance of the service claimed it for embedding. After two minutes another instance may.';
comment on column private.memories.gist is 'Identifies duplicates.';
-- The companion knows each fact once.
create unique index memories_user_id_gist_key on private.memories (user_id, gist) where superseded_at is null;
create index memories_user_id_revision_idx on private.memories (user_id, revision);
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
-- An embedding is no change that clients see.
create trigger revise
before update on private.memories
for each row
when (
    (
        old.content, old.kind, old.importance, old.pinned, old.message_id, old.times_told, old.last_told_at,
        old.expires_at, old.superseded_at, old.superseded_by
    ) is distinct from (
        new.content, new.kind, new.importance, new.pinned, new.message_id, new.times_told, new.last_told_at,
        new.expires_at, new.superseded_at, new.superseded_by
    )
)
execute function private.revise();
create trigger record_deletion
after delete on private.memories
for each row execute function private.record_deletion('memory');
create trigger forget_answers
after delete on private.memories
for each row execute function private.forget_answers();


create table private.memory_centres (
    user_id uuid primary key references private.profiles (user_id) on delete cascade,
    embedding extensions.halfvec(768) not null,
    memories integer not null constraint memory_centres_memories_check check (memories > 0)
);
comment on table private.memory_centres is
'The average embedding of the memories of a user that nothing has replaced, and how many have one. A trigger keeps it.';
grant select on private.memory_centres to authenticated;
alter table private.memory_centres enable row level security;
create policy "owner can select own memory_centres" on private.memory_centres
for select to authenticated using ((select auth.uid()) = user_id);


-- Granted to nobody: the triggers call it.
create function private.refresh_centre(p_user_id uuid)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    delete from private.memory_centres as c
    where c.user_id = p_user_id;
    insert into private.memory_centres (user_id, embedding, memories)
    select
        p_user_id,
        extensions.avg(m.embedding),
        count(*)
    from private.memories as m
    where
        m.user_id = p_user_id
        and m.superseded_at is null
        and m.embedding is not null
        -- When an account is deleted, all of this goes with it.
        and exists (select from private.profiles as p where p.user_id = p_user_id)
    having count(*) > 0;
end
$$;
comment on function private.refresh_centre(uuid) is 'Computes the centre of the memories of a user again.';


-- Security definer, because users may not write the centre. It acts only on the users of the rows that fired it.
create function private.include_in_centre()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform private.refresh_centre(owner.user_id)
    from (select distinct i.user_id from inserted as i where i.embedding is not null) as owner;
    return null;
end
$$;
comment on function private.include_in_centre() is 'Keeps the centre when memories with embeddings are inserted.';

create trigger include_in_centre
after insert on private.memories
referencing new table as inserted
for each statement execute function private.include_in_centre();


-- Security definer for the same reason.
create function private.keep_centre()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    perform private.refresh_centre(old.user_id);
    return null;
end
$$;
comment on function private.keep_centre() is 'Keeps the centre when a memory with an embedding changes or goes.';

create trigger keep_centre_after_update
after update of embedding, superseded_at on private.memories
for each row
when (
    (old.embedding is null) <> (new.embedding is null)
    or not (old.embedding operator (extensions.=) new.embedding)
    or (old.superseded_at is null) <> (new.superseded_at is null)
)
execute function private.keep_centre();
create trigger keep_centre_after_delete
after delete on private.memories
for each row when (old.embedding is not null)
execute function private.keep_centre();


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


-- Storing what the companion learns.

-- The memories that are worth least make room: they stay as history, but the companion no longer recalls them. History
-- is limited, too.
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
        where
            least_worth.user_id = p_user_id
            and private.is_recallable(least_worth.superseded_at, least_worth.expires_at)
        order by
            least_worth.pinned desc, least_worth.importance desc, least_worth.times_told desc,
            least_worth.last_told_at desc, least_worth.id
        offset 1000
    );
    delete from private.memories as m
    where m.user_id = p_user_id and m.id in (
        select oldest.id
        from private.memories as oldest
        where
            oldest.user_id = p_user_id
            and not private.is_recallable(oldest.superseded_at, oldest.expires_at)
        order by least(oldest.superseded_at, oldest.expires_at) desc, oldest.id
        offset 1000
    );
$$;
comment on function private.make_room_for_memories(uuid) is
'Supersedes memories of a user beyond the first 1,000, in the order of pinned, importance, and how often and how '
'recently the user told them. Of those that are superseded or expired, it keeps the latest 1,000.';
grant execute on function private.make_room_for_memories(uuid) to authenticated;


create function private.remember(p_user_id uuid, p_memory jsonb, p_message_id uuid)
returns private.memories
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_given private.memories := pg_catalog.jsonb_populate_record(null::private.memories, p_memory);
    v_content text := pg_catalog.btrim(v_given.content);
    v_days integer := (p_memory ->> 'expires_in_days')::integer;
    v_expires_at timestamptz;
    v_memory private.memories;
begin
    if v_days not between 1 and 3650 then
        perform private.fail(422, 'invalid_expiry', 'A memory expires in 1 to 3,650 days.', 'expires_in_days');
    end if;
    v_expires_at := pg_catalog.now() + pg_catalog.make_interval(days => v_days);
    update private.memories as m
    set
        times_told = m.times_told + 1,
        last_told_at = pg_catalog.now(),
        importance = greatest(m.importance, v_given.importance),
        pinned = coalesce(v_given.pinned, m.pinned),
        -- One that had expired is told anew; another keeps its expiry unless it is given a new one.
        expires_at = case
            when m.expires_at <= pg_catalog.now() then v_expires_at else coalesce(v_expires_at, m.expires_at)
        end
    where m.user_id = p_user_id and m.gist = private.gist(v_content) and m.superseded_at is null
    returning m.* into v_memory;
    if not found then
        insert into private.memories (user_id, id, content, kind, importance, pinned, message_id, expires_at)
        values (
            p_user_id, private.new_id(p_user_id, p_memory), v_content, v_given.kind,
            coalesce(v_given.importance, 0.5), coalesce(v_given.pinned, false), p_message_id, v_expires_at
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
'Stores a memory from {id?, content, kind, importance?, pinned?, replaces?, expires_in_days?} and returns it. If the '
'companion knows it already, the memory counts as told once more, and a pin or an expiry that is given counts. The '
'memory that it replaces becomes superseded. Its caller holds the lock on the profile. Raises PT422 invalid_expiry.';
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
