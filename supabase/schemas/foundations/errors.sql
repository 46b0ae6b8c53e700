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


create function private.fail_until(p_code text, p_message text, p_moment timestamptz)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    perform private.fail(
        429, p_code, p_message, pg_catalog.ceil(extract(epoch from p_moment - pg_catalog.now()))::text
    );
end
$$;
comment on function private.fail_until(text, text, timestamptz) is
'Raises PT429 with the seconds to wait until p_moment, when there is room again.';
grant execute on function private.fail_until(text, text, timestamptz) to authenticated;


create function private.fault(p_code text, p_message text, p_where text)
returns jsonb
language sql
immutable
security invoker
return pg_catalog.jsonb_build_array(
    pg_catalog.jsonb_build_object('code', p_code, 'message', p_message, 'where', p_where)
);
comment on function private.fault(text, text, text) is
'A list with one fault of a request, for private.refuse: its code, a sentence for people, and the paths of the wrong '
'fields as private.fail takes them.';
grant execute on function private.fault(text, text, text) to authenticated;


create function private.refuse(p_faults jsonb, p_status integer default 422)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    if pg_catalog.jsonb_array_length(p_faults) = 1 then
        perform private.fail(
            p_status, p_faults #>> '{0,code}', p_faults #>> '{0,message}', p_faults #>> '{0,where}'
        );
    elsif p_faults <> '[]' then
        perform private.fail(422, 'invalid_request', 'Several fields are wrong.', p_faults::text);
    end if;
end
$$;
comment on function private.refuse(jsonb, integer) is
'Reports all faults of a request together, if there are any. Raises the code of the only fault with p_status, or PT422 '
'invalid_request with all of them as its hint.';
grant execute on function private.refuse(jsonb, integer) to authenticated;
