-- Conversations: what user and companion said to each other, and what it cost.

create table private.conversations (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    -- How it began.
    title text not null constraint conversations_title_check check (char_length(title) <= 80),
    created_at timestamptz not null default now(),
    last_message_at timestamptz not null default now(),
    primary key (user_id, id)
);
comment on table private.conversations is 'Talks between a user and the companion.';
create index conversations_user_id_last_message_at_id_idx on private.conversations (user_id, last_message_at desc, id);
grant select, delete on private.conversations to authenticated;
grant insert (user_id, id, title) on private.conversations to authenticated;
grant update (last_message_at) on private.conversations to authenticated;
alter table private.conversations enable row level security;
create policy "owner can select own conversations" on private.conversations
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own conversations" on private.conversations
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can update own conversations" on private.conversations
for update to authenticated
using ((select auth.uid()) = user_id) with check ((select auth.uid()) = user_id);
create policy "owner can delete own conversations" on private.conversations
for delete to authenticated using ((select auth.uid()) = user_id);


create table private.messages (
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
    references private.conversations (user_id, id) on delete cascade,
    constraint messages_user_id_reply_to_fkey foreign key (user_id, reply_to)
    references private.messages (user_id, id) on delete cascade,
    -- A message is answered once.
    constraint messages_user_id_reply_to_key unique (user_id, reply_to),
    constraint messages_user_id_idempotency_key_key unique (user_id, idempotency_key),
    constraint messages_reply_check check (
        (role = 'companion') = (reply_to is not null)
        and (role = 'companion') = (details is not null)
        and (role = 'user' or num_nonnulls(idempotency_key, request_hash) = 0)
    )
);
comment on table private.messages is 'What was said, by whom, in order.';
comment on column private.messages.details is
'Of a reply: expression, suggestions, the ids of memories used and saved, affinity, usage, what was degraded, and '
'whether it was cut off or refused. Of memories no text: deleted ones are gone from here, too.';
create index messages_user_id_conversation_id_created_at_idx
on private.messages (user_id, conversation_id, created_at desc);
-- How much somebody has said lately.
create index messages_user_id_created_at_idx on private.messages (user_id, created_at) where role = 'user';
grant select on private.messages to authenticated;
grant insert (user_id, id, conversation_id, role, content, idempotency_key, request_hash)
on private.messages to authenticated;
alter table private.messages enable row level security;
create policy "owner can select own messages" on private.messages
for select to authenticated using ((select auth.uid()) = user_id);
-- Nobody puts words into the companion's mouth: the next prompt would believe them.
create policy "owner can insert own messages" on private.messages
for insert to authenticated with check ((select auth.uid()) = user_id and role = 'user');


create table private.chat_usage (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    day date not null,
    turns integer not null default 0 constraint chat_usage_turns_check check (turns >= 0),
    prompt_tokens bigint not null default 0 constraint chat_usage_prompt_tokens_check check (prompt_tokens >= 0),
    output_tokens bigint not null default 0 constraint chat_usage_output_tokens_check check (output_tokens >= 0),
    primary key (user_id, day)
);
comment on table private.chat_usage is 'What talking cost, by user and UTC day: kept when conversations are deleted.';
grant select on private.chat_usage to authenticated;
alter table private.chat_usage enable row level security;
create policy "owner can select own chat_usage" on private.chat_usage
for select to authenticated using ((select auth.uid()) = user_id);
