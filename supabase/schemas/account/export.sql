-- Everything that the database holds about a user.

create function private.tables_of_users()
returns table (name text)
language sql
stable
security invoker
rows 30
set search_path = ''
as $$
    select c.relname::text as name
    from pg_catalog.pg_class as c
    inner join pg_catalog.pg_attribute as a on c.oid = a.attrelid
    where
        c.relnamespace = 'private'::pg_catalog.regnamespace
        and c.relkind in ('r', 'p')
        and not c.relispartition
        and a.attname = 'user_id'
    order by c.relname
$$;
comment on function private.tables_of_users() is
'The tables with rows of users. They are read from the catalogue, so an export cannot miss a new one.';
grant execute on function private.tables_of_users() to authenticated;


create function private.exported_columns(p_table regclass)
returns text
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.string_agg(pg_catalog.format('t.%I', a.attname), ', ' order by a.attnum)
    from pg_catalog.pg_attribute as a
    where
        a.attrelid = p_table
        and a.attnum > 0
        and not a.attisdropped
        -- Search documents say nothing that the text does not, and embeddings mean nothing outside their model.
        and a.atttypid not in ('tsvector'::regtype, 'bit'::regtype, 'bit[]'::regtype, 'extensions.halfvec'::regtype)
$$;
comment on function private.exported_columns(regclass) is
'The columns of a table that an export contains, as SQL for a table called t.';
grant execute on function private.exported_columns(regclass) to authenticated;


-- Security definer, because users may not read some of the tables, such as the answers to their idempotency keys. The
-- name is one of the catalogue's, and the condition on user_id leaves only the caller's rows.
create function private.export_rows(p_table text, p_after jsonb)
returns jsonb
language plpgsql
stable
security definer
set search_path = ''
as $$
declare
    v_table regclass;
    v_keys text;
    v_given text;
    v_names text[];
    v_row jsonb;
    v_rows jsonb[] := '{}';
    v_bytes integer := 0;
begin
    select c.oid::regclass into v_table
    from private.tables_of_users() as t
    inner join pg_catalog.pg_class as c
        on t.name = c.relname and c.relnamespace = 'private'::pg_catalog.regnamespace
    where t.name = p_table;
    if not found then
        perform private.fail(422, 'invalid_cursor', 'Continue the export with what the page before returned.');
    end if;
    select
        pg_catalog.string_agg(pg_catalog.format('t.%I', a.attname), ', ' order by a.attnum),
        pg_catalog.string_agg(
            pg_catalog.format('($2 ->> %L)::%s', a.attname, pg_catalog.format_type(a.atttypid, a.atttypmod)), ', '
            order by a.attnum
        ),
        pg_catalog.array_agg(a.attname::text)
    into v_keys, v_given, v_names
    from pg_catalog.pg_index as i
    inner join pg_catalog.pg_attribute as a on i.indrelid = a.attrelid and a.attnum = any(i.indkey)
    where i.indrelid = v_table and i.indisprimary;
    for v_row in execute pg_catalog.format(
        'select pg_catalog.to_jsonb(page) from ('
        'select %s from %s as t where t.user_id = $1 and ($2 is null or (%s) > (%s)) order by %s limit 500'
        ') as page',
        private.exported_columns(v_table), v_table, v_keys, v_given, v_keys
    )
    using private.current_user_id(), p_after
    loop
        v_rows := v_rows || v_row;
        v_bytes := v_bytes + pg_catalog.octet_length(v_row::text);
        -- The service holds a page in memory, and an answer to a key can have 300 kB.
        exit when v_bytes > 1000000;
    end loop;
    return pg_catalog.jsonb_build_object(
        'rows', pg_catalog.to_jsonb(v_rows),
        'last', (
            select pg_catalog.jsonb_object_agg(k, v_row -> k) from pg_catalog.unnest(v_names) as k
            where pg_catalog.cardinality(v_rows) = 500 or v_bytes > 1000000
        )
    );
end
$$;
comment on function private.export_rows(text, jsonb) is
'Up to 500 rows or 1 MB of the caller in a table, in the order of its primary key, after the row with the key p_after: '
'{rows, last}, where last is the key of the last row, or null if there are no more. Raises PT422 invalid_cursor.';
grant execute on function private.export_rows(text, jsonb) to authenticated;


create function private.used_exercises(p_user_id uuid)
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select coalesce(
        pg_catalog.jsonb_agg(pg_catalog.jsonb_build_object('id', e.id, 'name', e.name) order by e.name, e.id), '[]'
    )
    from private.exercises as e
    where e.id in (
        select d.exercise_id from private.done_exercises as d
        where d.user_id = p_user_id
        union
        select x.exercise_id from private.plan_exercises as x
        where x.user_id = p_user_id
    )
$$;
comment on function private.used_exercises(uuid) is
'The names of the exercises in the workouts and plans of a user, also of those in the catalogue: [{id, name}].';
grant execute on function private.used_exercises(uuid) to authenticated;


create function public.export_account(p_after jsonb default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_table text := coalesce(p_after ->> 'table', (select t.name from private.tables_of_users() as t limit 1));
    v_page jsonb;
    v_next jsonb;
begin
    if v_table = 'used_exercises' then
        return pg_catalog.jsonb_build_object(
            'table', v_table, 'rows', private.used_exercises(v_profile.user_id), 'next', null
        );
    end if;
    v_page := private.export_rows(v_table, p_after -> 'row');
    if v_page ->> 'last' is not null then
        v_next := pg_catalog.jsonb_build_object('table', v_table, 'row', v_page -> 'last');
    else
        select pg_catalog.jsonb_build_object('table', coalesce(min(t.name), 'used_exercises')) into v_next
        from private.tables_of_users() as t
        where t.name > v_table;
    end if;
    return pg_catalog.jsonb_build_object('table', v_table, 'rows', v_page -> 'rows', 'next', v_next);
end
$$;
comment on function public.export_account(jsonb) is
'A page of everything about the caller: {table, rows, next}. The first call has no p_after, each further one the next '
'of the one before, until it is null. Each table of users has at least one page, and used_exercises comes last. Raises '
'PT404 profile_not_found, PT422 invalid_cursor.';
grant execute on function public.export_account(jsonb) to authenticated;
