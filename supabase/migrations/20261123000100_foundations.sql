-- Foundations: the ground every later chapter stands on.
--
-- Deny by default. Postgres lets PUBLIC execute every new function; this takes that away for good.
-- It must stay without "in schema": the per-schema form does not reach PUBLIC's built-in grant.
alter default privileges revoke execute on functions from public;

-- What clients must not reach lives here: PostgREST exposes only the schema public.
create schema private;
comment on schema private is
'Helpers of the public functions. Not exposed by the Data API, so nothing here can be called by a client.';
revoke all on schema private from public;
grant usage on schema private to authenticated;

-- The API service logs in as this role, which owns nothing and may do nothing by itself: it can only become
-- authenticated or anon. Roles belong to the cluster, so another database may have made it already.
-- The operator gives it a password: alter role slow_burn_api password '…'.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'slow_burn_api') then
        create role slow_burn_api login noinherit;
    end if;
end
$$;
comment on role slow_burn_api is 'The API service. Owns nothing; can only become authenticated or anon.';
grant anon to slow_burn_api;
grant authenticated to slow_burn_api;


-- Every rule about "whose" starts here.
create function private.current_user_id()
returns uuid
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_user_id uuid := auth.uid();
begin
    if v_user_id is null then
        raise sqlstate 'PT401' using
            message = 'This needs a signed-in user.',
            detail = 'not_authenticated';
    end if;
    return v_user_id;
end
$$;
comment on function private.current_user_id() is
'The caller''s user id. Raises PT401 not_authenticated when the request carries no user.';
grant execute on function private.current_user_id() to authenticated;


-- One definition of "a short list of short texts", for every text[] that a user writes.
create function private.is_text_list(p_values text[], p_max_items integer, p_max_length integer)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.cardinality(p_values) <= p_max_items
        -- Postgres would take a list of lists as well.
        and coalesce(pg_catalog.array_ndims(p_values), 1) = 1
        and not exists (
            select from pg_catalog.unnest(p_values) as item
            where item is null or pg_catalog.btrim(item) = '' or pg_catalog.char_length(item) > p_max_length
        )
$$;
comment on function private.is_text_list(text[], integer, integer) is
'True for a plain list within its length whose texts are neither null, blank nor too long. For check constraints.';
grant execute on function private.is_text_list(text[], integer, integer) to authenticated;


-- One definition of "a small object of the frontend's own", for every jsonb that a user writes freely.
create function private.is_small_object(p_value jsonb)
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        pg_catalog.jsonb_typeof(p_value) = 'object'
        and pg_catalog.octet_length(p_value::text) <= 8192
        and not pg_catalog.jsonb_path_exists(p_value, '$.**{33 to last}')
$$;
comment on function private.is_small_object(jsonb) is
'True for a JSON object of at most 8 KiB and 32 levels. For check constraints.';
grant execute on function private.is_small_object(jsonb) to authenticated;


-- One vocabulary for what can be injured and what an exercise loads.
create function private.are_body_parts(p_values text[])
returns boolean
language sql
immutable
security invoker
set search_path = ''
as $$
    select
        p_values
        <@ array['neck', 'shoulder', 'elbow', 'wrist', 'upper_back', 'lower_back', 'hip', 'knee', 'ankle']
        and private.is_text_list(p_values, 100, 100)
$$;
comment on function private.are_body_parts(text[]) is
'True for a plain list of body parts; null for null. For check constraints.';
grant execute on function private.are_body_parts(text[]) to authenticated;


-- One shape for every list the API answers with.
create function private.page_json(p_items jsonb, p_total bigint, p_page integer, p_per_page integer)
returns jsonb
language sql
immutable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_build_object(
        'items', coalesce(p_items, '[]'), 'total', p_total, 'page', p_page, 'per_page', p_per_page
    )
$$;
comment on function private.page_json(jsonb, bigint, integer, integer) is
'A page of a list: {items, total, page, per_page}; no items is an empty list.';
grant execute on function private.page_json(jsonb, bigint, integer, integer) to authenticated;


-- A page is checked where it is used, so that no client can ask for everything at once.
create function private.page_offset(p_page integer, p_per_page integer)
returns bigint
language plpgsql
immutable
security invoker
set search_path = ''
as $$
begin
    if p_page is null or p_page < 1 then
        raise sqlstate 'PT422' using
            message = 'page starts at 1.', detail = 'invalid_page', hint = '?page';
    end if;
    if p_per_page is null or p_per_page not between 1 and 100 then
        raise sqlstate 'PT422' using
            message = 'per_page lies between 1 and 100.', detail = 'invalid_page', hint = '?per_page';
    end if;
    return (p_page - 1)::bigint * p_per_page;
end
$$;
comment on function private.page_offset(integer, integer) is
'The rows to skip for a page. Raises PT422 invalid_page for a page below 1 or a size outside 1 to 100.';
grant execute on function private.page_offset(integer, integer) to authenticated;


-- One definition of a week, for streaks, plans and awards.
create function private.start_of_week(p_moment timestamptz, p_timezone text)
returns date
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.date_trunc('week', p_moment at time zone p_timezone)::date
$$;
comment on function private.start_of_week(timestamptz, text) is 'The Monday of a moment''s week, where the user lives.';
grant execute on function private.start_of_week(timestamptz, text) to authenticated;
