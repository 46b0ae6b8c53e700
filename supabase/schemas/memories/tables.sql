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
