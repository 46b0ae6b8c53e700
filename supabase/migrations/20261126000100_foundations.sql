-- The ground rules: nobody may do anything until a grant says so.

-- Postgres lets everybody execute every new function. This statement ends that, and works only without "in schema":
-- the form for one schema does not reach what Postgres grants to PUBLIC.
alter default privileges revoke execute on functions from public;

-- Supabase grants everything in the schema public to its three API roles. Our functions are granted one by one.
alter default privileges in schema public revoke all on functions from anon, authenticated, service_role;
alter default privileges in schema public revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public revoke all on sequences from anon, authenticated, service_role;


-- The schema public is the API: it holds functions and nothing else, and the Data API exposes no other schema. Tables,
-- types and internal functions live in private, where only those functions reach them.
create schema private;
comment on schema private is
'Tables, types and internal functions. The Data API does not expose it; clients call the functions in public.';
revoke all on schema private from public;
grant usage on schema private to authenticated;


-- Roles belong to the cluster, so another database may have created this one already. The operator gives it a password:
-- alter role slow_burn_api password '…'.
do $$
begin
    if not exists (select from pg_catalog.pg_roles where rolname = 'slow_burn_api') then
        create role slow_burn_api login noinherit;
    end if;
end
$$;
comment on role slow_burn_api is 'The API service. It owns nothing and can only become authenticated or anon.';
grant anon to slow_burn_api;
grant authenticated to slow_burn_api;


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


-- Who is calling.

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
        perform private.fail(401, 'not_authenticated', 'Sign in to call this function.');
    end if;
    return v_user_id;
end
$$;
comment on function private.current_user_id() is
'The id of the user who calls. Raises PT401 not_authenticated when the request carries no user.';
grant execute on function private.current_user_id() to authenticated;


-- Functions that only the service may call, because what they store is not the user's to write.

create table private.service_secrets (
    hash bytea primary key constraint service_secrets_hash_check check (octet_length(hash) = 32),
    created_at timestamptz not null default now()
);
comment on table private.service_secrets is
'The SHA-256 of each secret that the service may present through the Data API. Two can be valid during a rotation.';
-- No grants and no policies: only the functions below reach this table.
alter table private.service_secrets enable row level security;


-- Not granted to anybody: the operator calls it as the owner of the database.
create function private.add_service_secret(p_secret text)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    if p_secret is null or pg_catalog.char_length(p_secret) < 32 then
        perform private.fail(422, 'weak_service_secret', 'A service secret must have at least 32 characters.');
    end if;
    insert into private.service_secrets (hash) values (pg_catalog.sha256(pg_catalog.convert_to(p_secret, 'UTF8')))
    on conflict (hash) do nothing;
end
$$;
comment on function private.add_service_secret(text) is
'Accepts a secret of at least 32 characters from the service from now on. Raises PT422 weak_service_secret.';


-- Security definer, because no client may read the hashes.
create function private.check_service()
returns void
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_headers jsonb := nullif(pg_catalog.current_setting('request.headers', true), '')::jsonb;
begin
    -- The direct gateway logs in as the service. Through the Data API, PostgREST logs in for everybody.
    if session_user = 'slow_burn_api' or exists (
        select from private.service_secrets as s
        where s.hash = pg_catalog.sha256(pg_catalog.convert_to(v_headers ->> 'x-service-secret', 'UTF8'))
    ) then
        return;
    end if;
    perform private.fail(403, 'service_only', 'Only the Slow Burn service may call this function.');
end
$$;
comment on function private.check_service() is
'Raises PT403 service_only unless the service calls: over a connection of its own role, or with its secret in the '
'header X-Service-Secret.';
grant execute on function private.check_service() to authenticated;


-- Which migrations this database has.

-- Security definer, because no client may read the list of migrations. Not even a user is needed: the service asks
-- before it takes any request.
create function public.get_schema_version()
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_version text;
begin
    if pg_catalog.to_regclass('supabase_migrations.schema_migrations') is not null then
        select pg_catalog.max(m.version) into v_version from supabase_migrations.schema_migrations as m;
    end if;
    return pg_catalog.jsonb_build_object('version', v_version);
end
$$;
comment on function public.get_schema_version() is
'The version of the newest migration that was applied: {version}, which is null if none was recorded.';
grant execute on function public.get_schema_version() to anon, authenticated;


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


-- The changes that a client sends to update something.

create function private.check_changes(p_changes jsonb)
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if pg_catalog.jsonb_typeof(p_changes) is distinct from 'object' then
        perform private.fail(422, 'invalid_changes', 'The changes must be a JSON object.');
    end if;
end
$$;
comment on function private.check_changes(jsonb) is 'Raises PT422 invalid_changes unless p_changes is a JSON object.';
grant execute on function private.check_changes(jsonb) to authenticated;


create function private.check_unchanged(p_kind text, p_revision bigint, p_if_revisions bigint[])
returns void
language plpgsql
stable
security invoker
set search_path = ''
as $$
begin
    if p_revision <> all(p_if_revisions) then
        perform private.fail(
            412, p_kind || '_changed',
            pg_catalog.format(
                'The %s has changed meanwhile. Its ETag is now "%s": read it again, and repeat your change.',
                p_kind, p_revision
            )
        );
    end if;
end
$$;
comment on function private.check_unchanged(text, bigint, bigint[]) is
'Raises PT412 profile_changed, exercise_changed, plan_changed, workout_changed, measurement_changed or memory_changed '
'unless p_if_revisions is null or has the current revision.';
grant execute on function private.check_unchanged(text, bigint, bigint[]) to authenticated;


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


-- How texts are compared with what a user searches for.

create function private.search_text(p_text text)
returns text
language sql
immutable
security invoker
return pg_catalog.btrim(pg_catalog.regexp_replace(
    -- Decomposition turns accents into characters of their own, which go, as apostrophes do: farmer's becomes farmers.
    pg_catalog.regexp_replace(
        pg_catalog.translate(pg_catalog.lower(normalize(p_text, nfkd)), 'łøđħı', 'lodhi'),
        '[\u0300-\u036f''’]', '', 'g'
    ),
    '[^[:alnum:]]+', ' ', 'g'
));
comment on function private.search_text(text) is
'A text for comparison: lower case, without accents and apostrophes, its words separated by single spaces.';
grant execute on function private.search_text(text) to authenticated;


create function private.word_patterns(p_query text)
returns text[]
language sql
immutable
security invoker
return case private.search_text(pg_catalog.left(p_query, 100))
    -- An empty pattern matches no text that has_words compares.
    when '' then array['']
    else pg_catalog.string_to_array(
        '% ' || pg_catalog.replace(private.search_text(pg_catalog.left(p_query, 100)), ' ', '%,% ') || '%', ','
    )
end;
comment on function private.word_patterns(text) is
'The words in the first 100 characters of a query as patterns for has_words. A query without letters or digits '
'matches no text.';
grant execute on function private.word_patterns(text) to authenticated;


create function private.has_words(p_text text, p_patterns text[])
returns boolean
language sql
immutable
security invoker
return (' ' || private.search_text(p_text)) like all(p_patterns);
comment on function private.has_words(text, text[]) is
'True when every word of a query, given as word_patterns, begins a word of the text.';
grant execute on function private.has_words(text, text[]) to authenticated;


-- Weights in kilograms (kg) and pounds (lb).

create function private.kilograms_per_pound()
returns numeric
language sql
immutable
security invoker
return 0.45359237;
comment on function private.kilograms_per_pound() is 'The kilograms in a pound, exactly.';
grant execute on function private.kilograms_per_pound() to authenticated;


create function private.weight_in(p_weight numeric, p_from text, p_to text)
returns numeric
language sql
immutable
security invoker
return case
    when p_from = p_to then p_weight
    when p_to = 'lb' then p_weight / private.kilograms_per_pound()
    else p_weight * private.kilograms_per_pound()
end;
comment on function private.weight_in(numeric, text, text) is
'A weight converted from one unit (kg or lb) to another, not rounded.';
grant execute on function private.weight_in(numeric, text, text) to authenticated;


create function private.shown_weight(p_weight numeric, p_unit text)
returns text
language sql
immutable
security invoker
return case
    when p_weight = 0 then 'no weight'
    else pg_catalog.trim_scale(pg_catalog.round(p_weight, 2))::text || ' ' || p_unit
end;
comment on function private.shown_weight(numeric, text) is
'A weight as a sentence names it: to two decimals, with its unit.';
grant execute on function private.shown_weight(numeric, text) to authenticated;


-- Weeks, in the time zone of the user.

create function private.start_of_week(p_moment timestamptz, p_timezone text)
returns date
language sql
stable
security invoker
return pg_catalog.date_trunc('week', p_moment at time zone p_timezone)::date;
comment on function private.start_of_week(timestamptz, text) is
'The Monday of the week that a moment falls into in a time zone. Streaks, plans and awards share it.';
grant execute on function private.start_of_week(timestamptz, text) to authenticated;
