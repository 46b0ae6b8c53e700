-- Checks of the lists, JSON objects and numbers that users write.

create function private.is_text_list(p_values text[], p_max_items integer, p_max_length integer)
returns boolean
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    return (
        select
            pg_catalog.cardinality(p_values) <= p_max_items
            -- A text[] may also hold a list of lists.
            and coalesce(pg_catalog.array_ndims(p_values), 1) = 1
            and not exists (
                select from pg_catalog.unnest(p_values) as item
                where item is null or pg_catalog.btrim(item) = '' or pg_catalog.char_length(item) > p_max_length
            )
    );
end
$$;
comment on function private.is_text_list(text[], integer, integer) is
'True for a flat list of at most p_max_items texts, none of them null, blank or longer than p_max_length. For check '
'constraints.';
grant execute on function private.is_text_list(text[], integer, integer) to authenticated;


create function private.are_body_parts(p_values text[])
returns boolean
language sql
immutable
security invoker
return p_values <@ array['neck', 'shoulder', 'elbow', 'wrist', 'upper_back', 'lower_back', 'hip', 'knee', 'ankle']
and private.is_text_list(p_values, 100, 100);
comment on function private.are_body_parts(text[]) is
'True for a flat list of the body parts that can be injured and that exercises load; null for null. For check '
'constraints.';
grant execute on function private.are_body_parts(text[]) to authenticated;


create function private.is_small_object(p_value jsonb)
returns boolean
language sql
immutable
security invoker
return pg_catalog.jsonb_typeof(p_value) = 'object'
and pg_catalog.octet_length(p_value::text) <= 8192
and not pg_catalog.jsonb_path_exists(p_value, '$.**{33 to last}')
-- Postgres stores numbers of any size, and JavaScript and Python read these as infinite.
and not pg_catalog.jsonb_path_exists(
    p_value, '$.** ? (@.type() == "number" && (@ > 1.7976931348623157e308 || @ < -1.7976931348623157e308))'
);
comment on function private.is_small_object(jsonb) is
'True for a JSON object of at most 8 KiB and 32 levels, without numbers that only Postgres can read. For check '
'constraints.';
grant execute on function private.is_small_object(jsonb) to authenticated;


create function private.is_number_between(p_value jsonb, p_least numeric, p_most numeric)
returns boolean
language sql
immutable
security invoker
return case
    when pg_catalog.jsonb_typeof(p_value) = 'number' then (p_value #>> '{}')::numeric between p_least and p_most
    else false
end;
comment on function private.is_number_between(jsonb, numeric, numeric) is
'True for a JSON number within the limits, false for everything else, null included. For check constraints.';
grant execute on function private.is_number_between(jsonb, numeric, numeric) to authenticated;


create function private.without_repeats(p_values text[])
returns text[]
language sql
immutable
security invoker
set search_path = ''
as $$
    select coalesce(pg_catalog.array_agg(first.value order by first.place), '{}')
    from (
        select
            listed.value,
            min(listed.ordinality) as place
        from pg_catalog.unnest(p_values) with ordinality as listed (value, ordinality)
        group by listed.value
    ) as first
$$;
comment on function private.without_repeats(text[]) is
'The list with each value once, in the place where it first stood.';
grant execute on function private.without_repeats(text[]) to authenticated;


create function private.check_size(p_document jsonb, p_kilobytes integer)
returns void
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    if pg_catalog.pg_column_size(p_document) > p_kilobytes * 1024 then
        perform private.fail(413, 'body_too_large', pg_catalog.format('At most %s KiB.', p_kilobytes));
    end if;
end
$$;
comment on function private.check_size(jsonb, integer) is
'Raises PT413 body_too_large for a document that takes more than p_kilobytes. The API refuses large bodies by itself; '
'this keeps clients of the Data API from making functions work on them.';
grant execute on function private.check_size(jsonb, integer) to authenticated;
