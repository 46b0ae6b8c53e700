-- How much a user may say.

-- Never twenty messages at once: what somebody says to the model costs money. The newest ones inside the window tell
-- when there is room again.
create function private.check_chat_limit(p_user_id uuid, p_window interval, p_most integer, p_name text)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    -- The oldest of as many messages as may be: when it leaves the window, another fits in.
    v_blocking timestamptz;
begin
    select m.created_at into v_blocking
    from private.messages as m
    where m.user_id = p_user_id and m.role = 'user' and m.created_at > pg_catalog.now() - p_window
    order by m.created_at desc
    offset greatest(p_most, 1) - 1
    limit 1;
    if found then
        perform private.fail(
            429, 'chat_limit_reached',
            pg_catalog.format('That were %s messages in a %s. Take a breath.', p_most, p_name),
            pg_catalog.ceil( extract(epoch from v_blocking + p_window - pg_catalog.now()) )::text
        );
    end if;
end
$$;
comment on function private.check_chat_limit(uuid, interval, integer, text) is
'Raises PT429 chat_limit_reached, with the seconds to wait in the hint.';
grant execute on function private.check_chat_limit(uuid, interval, integer, text) to authenticated;
