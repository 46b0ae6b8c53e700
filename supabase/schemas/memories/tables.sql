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
    primary key (user_id, id),
    constraint memories_user_id_superseded_by_fkey foreign key (user_id, superseded_by)
    references private.memories (user_id, id) on delete set null (superseded_by),
    constraint memories_user_id_message_id_fkey foreign key (user_id, message_id)
    references private.messages (user_id, id) on delete set null (message_id),
    constraint memories_superseded_by_check check (superseded_by is null or superseded_at is not null)
);
comment on table private.memories is
'What the companion knows about a user, one sentence each. Superseded memories stay as history and are never recalled.';
comment on column private.memories.superseded_at is 'When a newer memory replaced it, or when it made room for others.';
comment on column private.memories.embedding_claimed_at is
'When an instance of the service claimed it for embedding. After two minutes another instance may.';
comment on column private.memories.gist is 'Identifies duplicates.';
-- The companion knows each fact once.
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
