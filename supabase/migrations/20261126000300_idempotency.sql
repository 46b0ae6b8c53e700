-- Idempotency: a request that a client sends again gets the first answer, and nothing happens twice.

create table private.idempotency_keys (
    user_id uuid not null references private.profiles (user_id) on delete cascade,
    operation text not null,
    key text not null constraint idempotency_keys_key_check check (char_length(key) between 1 and 255),
    request_hash text not null,
    answer jsonb,
    resource_id uuid not null,
    created_at timestamptz not null default now(),
    primary key (user_id, operation, key)
);
comment on table private.idempotency_keys is
'The first answer to each Idempotency-Key, for 30 days. Deleting what a request created empties its answer, so no '
'deleted text stays here, and keeps the key, so a late retry does not create the thing again.';
create index idempotency_keys_user_id_resource_id_idx on private.idempotency_keys (user_id, resource_id);
create index idempotency_keys_created_at_idx on private.idempotency_keys (created_at);
-- No grants and no policies: only the functions below reach this table.
alter table private.idempotency_keys enable row level security;


-- Not granted to anybody. Every request with a key calls it, so the keys of users who never return go, too. pg_cron or
-- an operator may call it when there are no requests.
create function private.purge_idempotency_keys(p_limit integer default 100000)
returns integer
language plpgsql
security invoker
set search_path = ''
as $$
declare
    v_count integer;
begin
    delete from private.idempotency_keys as k
    where (k.user_id, k.operation, k.key) in (
        select
            expired.user_id,
            expired.operation,
            expired.key
        from private.idempotency_keys as expired
        where expired.created_at < pg_catalog.now() - interval '30 days'
        order by expired.created_at
        limit p_limit
        -- Another request purges these.
        for update skip locked
    );
    get diagnostics v_count = row_count;
    return v_count;
end
$$;
comment on function private.purge_idempotency_keys(integer) is
'Deletes up to p_limit keys of all users that are older than 30 days, with their stored answers. Returns how many.';


-- Security definer, because clients must not read or write this table. It sees only the caller's rows. Its caller holds
-- the lock of private.lock_profile(), so two requests with one key come here one after the other.
create function private.replay_answer(p_operation text, p_key text, p_request jsonb)
returns jsonb
language plpgsql
security definer
set search_path = ''
as $$
declare
    v_user_id uuid := private.current_user_id();
    v_seen private.idempotency_keys;
begin
    if p_key is null then
        return null;
    end if;
    if pg_catalog.char_length(p_key) not between 1 and 255 then
        perform private.fail(422, 'invalid_idempotency_key', 'An idempotency key must have 1 to 255 characters.');
    end if;
    perform private.purge_idempotency_keys(20);
    delete from private.idempotency_keys as k
    where
        k.user_id = v_user_id
        and k.operation = p_operation
        and k.key = p_key
        and k.created_at < pg_catalog.now() - interval '30 days';

    select k.* into v_seen from private.idempotency_keys as k
    where k.user_id = v_user_id and k.operation = p_operation and k.key = p_key;
    if not found then
        return null;
    end if;
    if v_seen.request_hash is distinct from pg_catalog.md5(p_request::text) then
        if p_key = p_request ->> 'id' then
            perform private.fail(
                409, 'id_taken', 'You have stored something else under this id. Change that, or use a new id.', 'id'
            );
        end if;
        perform private.fail(
            422, 'idempotency_key_reused', 'This idempotency key was already used with a different request.'
        );
    end if;
    if v_seen.answer is null then
        perform private.fail(
            409, 'idempotency_key_spent',
            'What this idempotency key created was deleted since. Use a new key to create it again.'
        );
    end if;
    return v_seen.answer;
end
$$;
comment on function private.replay_answer(text, text, jsonb) is
'The answer that this key got before; null for a new key or none. The id in a request is a key, too. For a different '
'request, raises PT422 idempotency_key_reused, or PT409 id_taken when the key is the id. Raises PT422 '
'invalid_idempotency_key, PT409 idempotency_key_spent.';
grant execute on function private.replay_answer(text, text, jsonb) to authenticated;


-- Security definer for the same reason. It writes only the caller's row.
create function private.remember_answer(
    p_operation text, p_key text, p_request jsonb, p_answer jsonb, p_resource_id uuid
)
returns void
language plpgsql
security definer
set search_path = ''
as $$
begin
    if p_key is not null then
        insert into private.idempotency_keys (user_id, operation, key, request_hash, answer, resource_id)
        values (
            private.current_user_id(), p_operation, p_key, pg_catalog.md5(p_request::text), p_answer, p_resource_id
        );
    end if;
end
$$;
comment on function private.remember_answer(text, text, jsonb, jsonb, uuid) is
'Keeps the answer to a key for replays, together with the id of what the request created. Does nothing without a key.';
grant execute on function private.remember_answer(text, text, jsonb, jsonb, uuid) to authenticated;


create function private.replayed_id(p_operation text, p_key text, p_request jsonb)
returns uuid
language sql
security invoker
set search_path = ''
as $$
    select coalesce(
        private.replay_answer(p_operation, coalesce(p_key, p_request ->> 'id'), p_request) ->> 'id',
        -- After the key is forgotten, the id still leads to what the request created.
        p_request ->> 'id'
    )::uuid
$$;
comment on function private.replayed_id(text, text, jsonb) is
'The id of what a request with a key, or with an id, may have created before: the caller looks whether it is there. '
'Null for a new key and no id. Raises what private.replay_answer raises.';
grant execute on function private.replayed_id(text, text, jsonb) to authenticated;


create function private.remember_id(p_operation text, p_key text, p_request jsonb, p_id uuid)
returns void
language sql
security invoker
set search_path = ''
as $$
    select private.remember_answer(
        p_operation, coalesce(p_key, p_request ->> 'id'), p_request, pg_catalog.jsonb_build_object('id', p_id), p_id
    )
$$;
comment on function private.remember_id(text, text, jsonb, uuid) is
'Keeps the id of what a request with a key, or with an id, created. A replay answers with what it has become.';
grant execute on function private.remember_id(text, text, jsonb, uuid) to authenticated;


-- Security definer for the same reason. It changes only the caller's rows.
create function private.revise_answers(p_resource_id uuid, p_changes jsonb)
returns void
language sql
security definer
set search_path = ''
as $$
    update private.idempotency_keys as k
    set answer = k.answer || p_changes
    where k.user_id = private.current_user_id() and k.resource_id = p_resource_id
$$;
comment on function private.revise_answers(uuid, jsonb) is
'Updates the stored answers about a thing that the user has edited, so that no text they removed stays here.';
grant execute on function private.revise_answers(uuid, jsonb) to authenticated;


-- Security definer, because the user who deletes may not write the keys. It acts only on the row that fired it.
create function private.forget_answers()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
begin
    update private.idempotency_keys as k
    set answer = null
    where k.user_id = old.user_id and k.resource_id = old.id;
    return old;
end
$$;
comment on function private.forget_answers() is
'For delete triggers: empties the stored answers about the deleted row.';
