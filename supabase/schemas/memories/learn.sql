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
