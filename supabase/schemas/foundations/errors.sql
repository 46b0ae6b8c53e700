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
        message = p_message,
        detail = p_code,
        hint = coalesce(p_where, '');
end
$$;
comment on function private.fail(integer, text, text, text) is
'Raises an error that both gateways turn into an HTTP answer: the status, a stable code for programs, a sentence for '
'people, and the paths of the wrong fields with commas between them. The path of a query parameter begins with a '
'question mark. With status 429, and with others that pass by themselves, p_where is the number of seconds to wait.';
grant execute on function private.fail(integer, text, text, text) to authenticated;
