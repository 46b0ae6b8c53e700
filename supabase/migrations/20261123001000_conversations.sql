-- Conversations: what user and companion said to each other. Users add what they say; what the companion says is
-- written by the functions that complete a turn.

create table public.conversations (
    user_id uuid not null references public.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    -- How it began.
    title text not null constraint conversations_title_check check (char_length(title) <= 80),
    created_at timestamptz not null default now(),
    last_message_at timestamptz not null default now(),
    primary key (user_id, id)
);
comment on table public.conversations is 'Talks between a user and the companion.';
create index conversations_user_id_last_message_at_id_idx on public.conversations (user_id, last_message_at desc, id);
revoke all on public.conversations from anon, authenticated;
grant select, delete on public.conversations to authenticated;
grant insert (user_id, id, title) on public.conversations to authenticated;
grant update (last_message_at) on public.conversations to authenticated;
alter table public.conversations enable row level security;
create policy "owner can select own conversations" on public.conversations
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own conversations" on public.conversations
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can update own conversations" on public.conversations
for update to authenticated
using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "owner can delete own conversations" on public.conversations
for delete to authenticated using ((select auth.uid()) = user_id);


create table public.messages (
    user_id uuid not null,
    id uuid not null default gen_random_uuid(),
    conversation_id uuid not null,
    role text not null constraint messages_role_check check (role in ('user', 'companion')),
    content text not null
    constraint messages_content_check check (char_length(content) <= 4000 and btrim(content) <> ''),
    -- Of a message of the user: under which key it was sent, and as what.
    idempotency_key text
    constraint messages_idempotency_key_check check (char_length(idempotency_key) between 1 and 255),
    request_hash text,
    -- Of a reply: to which message, and all that an answer tells beside the text.
    reply_to uuid,
    details jsonb,
    -- Of the moment, not of the transaction: they are shown in the order they were said.
    created_at timestamptz not null default clock_timestamp(),
    primary key (user_id, id),
    constraint messages_user_id_conversation_id_fkey foreign key (user_id, conversation_id)
    references public.conversations (user_id, id) on delete cascade,
    constraint messages_user_id_reply_to_fkey foreign key (user_id, reply_to)
    references public.messages (user_id, id) on delete cascade,
    -- A message is answered once.
    constraint messages_user_id_reply_to_key unique (user_id, reply_to),
    constraint messages_user_id_idempotency_key_key unique (user_id, idempotency_key),
    constraint messages_reply_check check (
        (role = 'companion') = (reply_to is not null)
        and (role = 'companion') = (details is not null)
        and (role = 'user' or num_nonnulls(idempotency_key, request_hash) = 0)
    )
);
comment on table public.messages is 'What was said, by whom, in order.';
comment on column public.messages.details is
'Of a reply: expression, suggestions, the ids of memories used and saved, affinity, usage, what was degraded, and '
'whether it was cut off or refused. Of memories no text: deleted ones are gone from here, too.';
create index messages_user_id_conversation_id_created_at_idx
on public.messages (user_id, conversation_id, created_at desc);
-- How much somebody has said lately.
create index messages_user_id_created_at_idx on public.messages (user_id, created_at) where role = 'user';
revoke all on public.messages from anon, authenticated;
grant select on public.messages to authenticated;
grant insert (user_id, id, conversation_id, role, content, idempotency_key, request_hash)
on public.messages to authenticated;
alter table public.messages enable row level security;
create policy "owner can select own messages" on public.messages
for select to authenticated using ((select auth.uid()) = user_id);
-- Nobody puts words into the companion's mouth: the next prompt would believe them.
create policy "owner can insert own messages" on public.messages
for insert to authenticated with check ((select auth.uid()) = user_id and role = 'user');


create function private.conversation_not_found()
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    raise sqlstate 'PT404' using message = 'There is no such conversation.', detail = 'conversation_not_found';
end
$$;
comment on function private.conversation_not_found() is 'Raises PT404 conversation_not_found.';
grant execute on function private.conversation_not_found() to authenticated;


create function public.list_conversations(p_page integer default 1, p_per_page integer default 20)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    with
    page as (
        select c.* from public.conversations as c
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
                        select count(*) from public.messages as m
                        where m.user_id = page.user_id and m.conversation_id = page.id
                    )
                )
                order by page.last_message_at desc, page.id
            )
            from page
        ),
        (select count(*) from public.conversations as c where c.user_id = (select private.current_user_id())),
        p_page,
        p_per_page
    )
$$;
comment on function public.list_conversations(integer, integer) is
'A page of the caller''s conversations with the number of their messages, the latest first. Raises PT422 invalid_page.';
revoke all on function public.list_conversations(integer, integer) from anon, authenticated;
grant execute on function public.list_conversations(integer, integer) to authenticated;
