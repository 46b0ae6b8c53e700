-- How many messages a user may send.

create function private.check_chat_limit(p_user_id uuid, p_window interval, p_most integer, p_name text)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_blocking timestamptz;
begin
    -- Of the latest p_most messages the oldest: once it leaves the window, there is room for another.
    select m.created_at into v_blocking
    from private.messages as m
    where m.user_id = p_user_id and m.role = 'user' and m.created_at > pg_catalog.now() - p_window
    order by m.created_at desc
    offset greatest(p_most, 1) - 1
    limit 1;
    if found then
        perform private.fail(
            429, 'chat_limit_reached',
            pg_catalog.format(
                'You have sent %s in the last %s, which is the limit. Try again a little later.',
                case p_most when 1 then '1 message' else p_most || ' messages' end, p_name
            ),
            pg_catalog.ceil(extract(epoch from v_blocking + p_window - pg_catalog.now()))::text
        );
    end if;
end
$$;
comment on function private.check_chat_limit(uuid, interval, integer, text) is
'Raises PT429 chat_limit_reached when the user has sent p_most messages within the window, with the seconds to wait.';
grant execute on function private.check_chat_limit(uuid, interval, integer, text) to authenticated;
