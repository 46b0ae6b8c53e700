-- One shape for every list that the API returns.

-- Functions check the page themselves, so no client can ask for everything at once.
create function private.page_offset(p_page integer, p_per_page integer)
returns bigint
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    if p_page is null or p_page < 1 then
        perform private.fail(422, 'invalid_page', '`page` must be 1 or more.', '?page');
    end if;
    if p_per_page is null or p_per_page not between 1 and 100 then
        perform private.fail(422, 'invalid_page', '`per_page` must be between 1 and 100.', '?per_page');
    end if;
    return (p_page - 1)::bigint * p_per_page;
end
$$;
comment on function private.page_offset(integer, integer) is
'How many rows precede a page. Raises PT422 invalid_page for a page below 1 or a size outside 1 to 100.';
grant execute on function private.page_offset(integer, integer) to authenticated;


create function private.page_json(p_items jsonb, p_total bigint, p_page integer, p_per_page integer)
returns jsonb
language sql
stable
security invoker
return pg_catalog.jsonb_build_object(
    'items', coalesce(p_items, '[]'), 'total', p_total, 'page', p_page, 'per_page', p_per_page
);
comment on function private.page_json(jsonb, bigint, integer, integer) is
'A page of a list: {items, total, page, per_page}. Null items become an empty list.';
grant execute on function private.page_json(jsonb, bigint, integer, integer) to authenticated;


-- Answers that many requests get are built as json: it is text that is written once, while jsonb would be taken apart
-- and put together again at each step.
create function private.page_json(p_items json, p_total bigint, p_page integer, p_per_page integer)
returns json
language sql
stable
security invoker
return pg_catalog.json_build_object(
    'items', coalesce(p_items, '[]'), 'total', p_total, 'page', p_page, 'per_page', p_per_page
);
comment on function private.page_json(json, bigint, integer, integer) is
'A page of a list, as private.page_json(jsonb, bigint, integer, integer) describes it.';
grant execute on function private.page_json(json, bigint, integer, integer) to authenticated;


create function private.json_with(p_object json, p_key text, p_value json)
returns json
language sql
immutable
security invoker
return (
    pg_catalog.left(p_object::text, -1) || ', ' || pg_catalog.to_json(p_key)::text || ' : ' || p_value::text || '}'
)::json;
comment on function private.json_with(json, text, json) is
'An object that has at least one key, with one more, which it must not have yet.';
grant execute on function private.json_with(json, text, json) to authenticated;
