-- The conventions, read from the catalogue, so that tomorrow's table or function cannot forget one.
begin;
\ir helpers.psql
select plan(15);

select is_empty($$
    select oid::regclass::text from pg_class
    where relkind in ('r', 'p') and relnamespace in ('public'::regnamespace, 'private'::regnamespace) and not relrowsecurity
$$, 'every table has row-level security');

select is_empty($$
    select oid::regclass::text from pg_class
    where relkind in ('r', 'p') and relnamespace in ('public'::regnamespace, 'private'::regnamespace) and obj_description(oid, 'pg_class') is null
$$, 'every table has a comment');

select is_empty($$
    select oid::regprocedure::text from pg_proc
    where pronamespace in ('public'::regnamespace, 'private'::regnamespace) and obj_description(oid, 'pg_proc') is null
$$, 'every function has a comment');

select is_empty($$
    select oid::regprocedure::text from pg_proc
    where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
    and prosqlbody is null and not coalesce(proconfig, '{}') @> array['search_path=""']
$$, 'every function whose names are resolved when it runs sets an empty search_path');

select is_empty($$
    select oid::regprocedure::text from pg_proc
    where pronamespace = 'public'::regnamespace and prosecdef
$$, 'no function of the exposed schema runs with its owner''s rights');

select is_empty($$
    select oid::regprocedure::text from pg_proc
    where pronamespace in ('public'::regnamespace, 'private'::regnamespace)
    and exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)
$$, 'nobody may call a function just by being there');

select is_empty($$
    select oid::regprocedure::text from pg_proc
    where pronamespace in ('public'::regnamespace, 'private'::regnamespace) and has_function_privilege('anon', oid, 'execute')
$$, 'anon may call nothing');

select is_empty($$
    select oid::regclass::text from pg_class
    where relkind in ('r', 'p', 'v') and relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    and (has_any_column_privilege('anon', oid, 'select, insert, update, references')
        or has_table_privilege('anon', oid, 'delete, truncate, trigger'))
$$, 'anon may touch no table');

select is_empty($$
    select oid::regclass::text from pg_class
    where relkind in ('r', 'p') and relnamespace in ('public'::regnamespace, 'private'::regnamespace)
    and has_table_privilege('authenticated', oid, 'truncate, references, trigger')
$$, 'authenticated may not empty, reference or add triggers to a table');

select is_empty($$
    select tablename || ': ' || policyname from pg_policies
    where schemaname = 'public' and roles <> '{authenticated}'
$$, 'policies are for authenticated alone');

select is_empty($$
    select tablename || ': ' || policyname from pg_policies where schemaname = 'public' and cmd = 'ALL'
$$, 'policies are for one command each');

select is_empty($$
    select tablename || ': ' || policyname from pg_policies
    where schemaname = 'public'
    and regexp_replace(coalesce(qual, '') || coalesce(with_check, ''), 'SELECT auth\.uid\(\)', '', 'g')
    like '%auth.uid()%'
$$, 'policies ask for the user once a query, not once a row');

select is_empty($$
    select conname from pg_constraint
    where contype = 'f' and connamespace in ('public'::regnamespace, 'private'::regnamespace)
    and not exists (
        select from pg_index
        where indrelid = conrelid
        and (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
    )
$$, 'every foreign key leads an index');

select is_empty($$
    select attrelid::regclass || '.' || attname from pg_attribute join pg_class on attrelid = pg_class.oid
    where relnamespace in ('public'::regnamespace, 'private'::regnamespace) and atttypid = 'timestamp'::regtype
$$, 'times know their zone');

select is(
    (
        select string_agg(distinct a.attname, ', ')
        from pg_class as c
        inner join pg_index as i on c.oid = i.indrelid and i.indisprimary
        inner join pg_attribute as a on c.oid = a.attrelid and i.indkey[0] = a.attnum
        where
            c.relkind in ('r', 'p')
            and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace)
            and exists (
                select from pg_attribute as u
                where u.attrelid = c.oid and u.attname = 'user_id' and u.attnotnull
            )
    ),
    'user_id',
    'the key of every table that belongs to users begins with the user'
);

select line from finish() as line;
rollback;
