-- How functions refuse a request.

create function private.fail(p_status integer, p_code text, p_message text, p_where text default '')
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    raise exception using
        errcode = 'PT' || p_status,
        -- PostgREST writes the message into the status line of its answer, which is one short line.
        message = pg_catalog.left(pg_catalog.regexp_replace(p_message, '[[:cntrl:]]', ' ', 'g'), 500),
        detail = p_code,
        hint = coalesce(p_where, '');
end
$$;
comment on function private.fail(integer, text, text, text) is
'Raises an error that both gateways turn into an HTTP answer: the status, a stable code for programs, a sentence for '
'people, and the paths of the wrong fields with commas between them. The path of a query parameter begins with a '
'question mark. A p_where that is a number is the seconds to wait before another attempt.';
grant execute on function private.fail(integer, text, text, text) to authenticated;
