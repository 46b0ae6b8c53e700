-- Conversations: what the user and the companion said to each other, and what it cost.

create table private.conversations (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    title text not null constraint conversations_title_check check (char_length(title) <= 80),
    created_at timestamptz not null default now(),
    last_message_at timestamptz not null default now(),
    primary key (user_id, id)
);
comment on table private.conversations is 'The conversations of a user with the companion.';
comment on column private.conversations.title is 'The beginning of the first message.';
create index conversations_user_id_last_message_at_id_idx on private.conversations (user_id, last_message_at desc, id);
grant select, delete on private.conversations to authenticated;
grant insert (user_id, id, title) on private.conversations to authenticated;
alter table private.conversations enable row level security;
create policy "owner can select own conversations" on private.conversations
for select to authenticated using ((select auth.uid()) = user_id);
create policy "owner can insert own conversations" on private.conversations
for insert to authenticated with check ((select auth.uid()) = user_id);
create policy "owner can delete own conversations" on private.conversations
for delete to authenticated using ((select auth.uid()) = user_id);

create trigger forget_answers
after delete on private.conversations
for each row execute function private.forget_answers();


create function private.is_reply(p_details jsonb)
returns boolean
language sql
immutable
security invoker
return p_details is null or coalesce(
    p_details ->> 'expression' in (
        'neutral', 'happy', 'excited', 'proud', 'concerned', 'playful', 'shy', 'determined'
    )
    and pg_catalog.jsonb_typeof(p_details -> 'suggestions') = 'array'
    and pg_catalog.jsonb_typeof(p_details -> 'memories_used') = 'array'
    and pg_catalog.jsonb_typeof(p_details -> 'memories_saved') = 'array'
    and pg_catalog.jsonb_typeof(p_details -> 'degraded') = 'array'
    and pg_catalog.jsonb_typeof(p_details -> 'cut_off') = 'boolean'
    and pg_catalog.jsonb_typeof(p_details -> 'refused') = 'boolean',
    false
);
comment on function private.is_reply(jsonb) is
'True for the details of a reply that the API can return, and for null. For check constraints.';
grant execute on function private.is_reply(jsonb) to authenticated;


create table private.messages (
    user_id uuid not null,
    id uuid not null default gen_random_uuid(),
    conversation_id uuid not null,
    role text not null constraint messages_role_check check (role in ('user', 'companion')),
    content text not null
    constraint messages_content_check check (char_length(content) <= 4000 and btrim(content) <> ''),
    reply_to uuid,
    details jsonb constraint messages_details_check check (private.is_reply(details)),
    -- The clock and not the transaction's start: this orders the messages of a conversation.
    created_at timestamptz not null default clock_timestamp(),
    primary key (user_id, id),
    constraint messages_user_id_conversation_id_fkey foreign key (user_id, conversation_id)
    references private.conversations (user_id, id) on delete cascade,
    constraint messages_user_id_reply_to_fkey foreign key (user_id, reply_to)
    references private.messages (user_id, id) on delete cascade,
    -- The companion replies to a message once.
    constraint messages_user_id_reply_to_key unique (user_id, reply_to),
    constraint messages_reply_check check (
        (role = 'companion') = (reply_to is not null) and (role = 'companion') = (details is not null)
    )
);
comment on table private.messages is 'What the user and the companion said, in order.';
comment on column private.messages.reply_to is
'The message of the user that the companion answers; null for the user''s.';
comment on column private.messages.details is
'Of a reply: expression, suggestions, the ids of memories used and saved, affinity, usage, what was degraded, and '
'whether it was cut off or refused. It holds no text of memories, so deleting a memory leaves none here.';
create index messages_user_id_conversation_id_created_at_idx
on private.messages (user_id, conversation_id, created_at desc);
grant select on private.messages to authenticated;
grant insert (user_id, id, conversation_id, role, content) on private.messages to authenticated;
alter table private.messages enable row level security;
create policy "owner can select own messages" on private.messages
for select to authenticated using ((select auth.uid()) = user_id);
-- Users cannot write in the name of the companion: the next prompt would contain it.
create policy "owner can insert own messages" on private.messages
for insert to authenticated with check ((select auth.uid()) = user_id and role = 'user');


-- Security definer, because users may not write the time. It acts only on the row that fired it.
create function private.date_conversation()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    update private.conversations as c
    set last_message_at = new.created_at
    where c.user_id = new.user_id and c.id = new.conversation_id;
    return null;
end
$$;
comment on function private.date_conversation() is 'Dates a conversation by its newest message.';

create trigger date_conversation
after insert on private.messages
for each row execute function private.date_conversation();


create table private.chat_usage (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    day date not null,
    turns integer not null default 0 constraint chat_usage_turns_check check (turns >= 0),
    prompt_tokens bigint not null default 0 constraint chat_usage_prompt_tokens_check check (prompt_tokens >= 0),
    output_tokens bigint not null default 0 constraint chat_usage_output_tokens_check check (output_tokens >= 0),
    primary key (user_id, day)
);
comment on table private.chat_usage is
'What the conversations of a user cost on each UTC day. Deleting a conversation does not change it.';
comment on column private.chat_usage.turns is 'Turns that began, also those that failed.';
grant select on private.chat_usage to authenticated;
alter table private.chat_usage enable row level security;
create policy "owner can select own chat_usage" on private.chat_usage
for select to authenticated using ((select auth.uid()) = user_id);


create table private.chat_turns (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    id uuid not null default gen_random_uuid(),
    -- Not a foreign key: a turn counts for the limits also when its conversation is deleted.
    message_id uuid not null,
    started_at timestamptz not null default clock_timestamp(),
    ended_at timestamptz,
    primary key (user_id, id)
);
comment on table private.chat_turns is
'The turns of a user in the last day. Each began before the model was asked, and counts for the limits of chat.';
comment on column private.chat_turns.ended_at is
'When the reply was stored or the turn failed; null while it runs, and when the service stopped in the middle.';
create index chat_turns_user_id_started_at_idx on private.chat_turns (user_id, started_at);
-- No grants and no policies: only the functions of the next file reach this table.
alter table private.chat_turns enable row level security;
