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


-- The workouts of a user as lines of a file for spreadsheets and other apps.

create function public.export_workouts(p_after jsonb default null)
returns jsonb
language plpgsql
stable
security invoker
set search_path = ''
as $$
declare
    v_profile private.profiles := private.current_profile();
    v_lines jsonb;
    v_next jsonb;
begin
    with
    candidates as materialized (
        select
            w.*,
            w.total_sets * (1000 + coalesce(pg_catalog.octet_length(w.notes), 0)) as bytes
        from private.workouts as w
        where
            w.user_id = v_profile.user_id
            and (
                p_after is null
                or (w.completed_at, w.id) > ((p_after ->> 'completed_at')::timestamptz, (p_after ->> 'id')::uuid)
            )
        order by w.completed_at, w.id
        limit 50
    ),
    sized as (
        select
            c.*,
            sum(c.bytes) over (order by c.completed_at, c.id) - c.bytes as bytes_before
        from candidates as c
    ),
    -- Each line repeats the notes of its workout, and the service holds a page in memory.
    page as materialized (
        select z.* from sized as z
        where z.bytes_before < 2000000
    )
    select
        pg_catalog.jsonb_agg(
            pg_catalog.to_jsonb(s) - array['user_id', 'id', 'workout_id', 'exercise_id']
            || pg_catalog.jsonb_build_object(
                'title', page.title,
                -- Without a start, the end is the only moment that is known.
                'start_time', coalesce(page.started_at, page.completed_at) at time zone v_profile.timezone,
                'end_time', case when page.started_at is not null then page.completed_at end
                at time zone v_profile.timezone,
                'description', page.notes,
                'exercise_title', e.name
            )
            order by page.completed_at, page.id, s.position
        ),
        (
            select pg_catalog.jsonb_build_object('completed_at', latest.completed_at, 'id', latest.id)
            from page as latest
            order by latest.completed_at desc, latest.id desc
            limit 1
        )
    into v_lines, v_next
    from page
    inner join private.workout_sets as s on page.user_id = s.user_id and page.id = s.workout_id
    inner join private.exercises as e on s.exercise_id = e.id;
    return pg_catalog.jsonb_build_object('lines', coalesce(v_lines, '[]'), 'next', v_next);
end
$$;
comment on function public.export_workouts(jsonb) is
'The sets of up to 50 workouts of the caller, oldest first, with local times: {lines, next}. The first call has no '
'p_after, each further one the next of the one before, until it is null. Raises PT404 profile_not_found.';
grant execute on function public.export_workouts(jsonb) to authenticated;


-- The end of an account.

-- Security definer, because no user may delete a profile in any other way. It acts on the caller's alone.
create function private.erase_account()
returns void
language sql
security definer
set search_path = ''
as $$
    delete from private.profiles as p
    where p.user_id = private.current_user_id()
$$;
comment on function private.erase_account() is
'Deletes the profile of the caller and with it, by foreign keys, all their rows.';
grant execute on function private.erase_account() to authenticated;


create function public.delete_account(p_confirmation text)
returns void
language plpgsql
security invoker
set search_path = ''
as $$
begin
    if p_confirmation is distinct from 'delete my account' then
        perform private.fail(
            422, 'not_confirmed', 'Confirm with the words "delete my account": nothing can be restored.', 'confirm'
        );
    end if;
    perform private.erase_account();
end
$$;
comment on function public.delete_account(text) is
'Deletes everything about the caller if p_confirmation is "delete my account". Calling it again changes nothing. '
'Raises PT422 not_confirmed.';
grant execute on function public.delete_account(text) to authenticated;
