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
