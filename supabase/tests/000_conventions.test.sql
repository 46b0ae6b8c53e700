-- Conventions that every table and function keeps, read from the catalogue, so that a new one cannot forget them.
begin;
\ir helpers.psql
select plan(29);

-- What the migrations made: tables and functions of the two schemas.
create temporary view our_tables as
select
    c.oid,
    c.relowner,
    c.relrowsecurity
from pg_class as c
where c.relkind in ('r', 'p') and c.relnamespace in ('public'::regnamespace, 'private'::regnamespace);
create temporary view our_functions as
select
    p.oid,
    p.pronamespace,
    p.proowner,
    p.prolang,
    p.prosecdef,
    p.proacl,
    p.proconfig,
    p.prosqlbody
from pg_proc as p
where p.pronamespace in ('public'::regnamespace, 'private'::regnamespace);

-- The schemas.
select is_empty($$
    select oid::regclass::text from pg_class where relnamespace = 'public'::regnamespace
$$, 'public holds no table, view, sequence or index');
select is_empty($$
    select oid::regtype::text from pg_type where typnamespace = 'public'::regnamespace
$$, 'public holds no type');
select isnt_empty($$
    select from our_functions where pronamespace = 'public'::regnamespace
$$, 'public holds the functions of the API');
select is_empty($$
    select role.name from (values ('anon'), ('service_role')) as role (name)
    where has_schema_privilege(role.name, 'private', 'usage') or has_schema_privilege(role.name, 'private', 'create')
$$, 'anon and service_role cannot enter private');
select is_empty($$
    select role.name || ' in ' || schema.name
    from (values ('anon'), ('authenticated'), ('service_role')) as role (name)
    cross join (values ('public'), ('private')) as schema (name)
    where has_schema_privilege(role.name, schema.name, 'create')
$$, 'no role of the API can create anything');

-- Tables.
select is_empty($$
    select oid::regclass::text from our_tables where not relrowsecurity
$$, 'every table has row-level security');
select is_empty($$
    select oid::regclass::text from our_tables where obj_description(oid, 'pg_class') is null
$$, 'every table has a comment');
select is_empty($$
    select conname from pg_constraint
    where contype = 'f' and connamespace in ('public'::regnamespace, 'private'::regnamespace)
    -- A workout has at most 200 sets, and the primary key finds them.
    and conname <> 'workout_sets_user_id_workout_id_exercise_id_fkey'
    and not exists (
        select from pg_index
        where indrelid = conrelid
        and (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
    )
$$, 'every foreign key leads an index');
select is_empty($$
    select attrelid::regclass || '.' || attname from pg_attribute join our_tables on attrelid = our_tables.oid
    where atttypid = 'timestamp'::regtype
$$, 'every time is stored with its time zone');
select is(
    (
        select string_agg(distinct a.attname, ', ')
        from our_tables as c
        inner join pg_index as i on c.oid = i.indrelid and i.indisprimary
        inner join pg_attribute as a on c.oid = a.attrelid and i.indkey[0] = a.attnum
        where
            exists (
                select from pg_attribute as u
                where u.attrelid = c.oid and u.attname = 'user_id' and u.attnotnull
            )
    ),
    'user_id',
    'the key of every table that belongs to users begins with the user'
);

-- Policies.
select isnt_empty($$select from pg_policies where schemaname = 'private'$$, 'there are policies');
select is_empty($$
    select tablename || ': ' || policyname from pg_policies
    where schemaname in ('public', 'private') and roles <> '{authenticated}'
$$, 'policies are for authenticated alone');
select is_empty($$
    select tablename || ': ' || policyname from pg_policies
    where schemaname in ('public', 'private') and cmd = 'ALL'
$$, 'policies are for one command each');
select is_empty($$
    select tablename || ', ' || cmd from pg_policies
    where schemaname in ('public', 'private')
    group by tablename, cmd
    having count(*) > 1
$$, 'a command has one policy on a table');
select is_empty($$
    select tablename || ': ' || policyname from pg_policies
    where schemaname in ('public', 'private') and permissive <> 'PERMISSIVE'
$$, 'policies allow, and leave refusing to the lack of one');
select is_empty($$
    select tablename || ': ' || policyname from pg_policies
    where schemaname in ('public', 'private')
    and replace(coalesce(qual, '') || coalesce(with_check, ''), 'SELECT auth.uid()', '') like '%auth.uid()%'
$$, 'policies ask for the user once for each query, not once for each row');
select is_empty($$
    select tablename || ': ' || policyname from pg_policies
    where schemaname in ('public', 'private') and cmd = 'UPDATE' and (qual is null or with_check is null)
$$, 'policies for updates check the row before and after');

-- Functions.
select is_empty($$
    select oid::regprocedure::text from our_functions where obj_description(oid, 'pg_proc') is null
$$, 'every function has a comment');
select is_empty($$
    select oid::regprocedure::text from our_functions
    where not coalesce(proconfig, '{}') @> array['search_path=""']
    and not (
        -- Postgres resolves the names of a body in the SQL-standard form when the function is defined, and can inline
        -- the function only without settings of its own.
        prolang = (select oid from pg_language where lanname = 'sql')
        and prosqlbody is not null
        and not prosecdef
    )
$$, 'every function sets an empty search_path, unless its body is in the SQL-standard form');
select is_empty($$
    select oid::regprocedure::text from our_functions
    where prosecdef and pronamespace <> 'private'::regnamespace
        -- It takes no argument, and its caller may not even enter private.
        and oid <> 'public.get_schema_version()'::regprocedure
$$, 'functions that run with their owner''s rights are in private');
select is_empty($$
    select oid::regprocedure::text from our_functions
    where prosecdef and not coalesce(proconfig, '{}') @> array['search_path=""']
$$, 'functions that run with their owner''s rights set an empty search_path');
select is_empty($$
    select oid::regprocedure::text from our_functions
    where proowner <> (select nspowner from pg_namespace where nspname = 'private')
    union all
    select oid::regclass::text from our_tables
    where relowner <> (select nspowner from pg_namespace where nspname = 'private')
$$, 'every function and every table belongs to the owner of the migrations');
-- Who can do what.
select is_empty($$
    select oid::regprocedure::text from our_functions
    where exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)
$$, 'PUBLIC can call no function');
select is_empty($$
    select role.name || ': ' || f.oid::regprocedure from our_functions as f
    cross join (values ('anon'), ('service_role'), ('slow_burn_api')) as role (name)
    where has_function_privilege(role.name, f.oid, 'execute')
        and (role.name, f.oid) <> ('anon', 'public.get_schema_version()'::regprocedure)
$$, 'anon, service_role and the role of the service can call no function; anon may ask for the schema''s version');
select is_empty($$
    select role.name || ': ' || c.oid::regclass from our_tables as c
    cross join (values ('anon'), ('service_role'), ('slow_burn_api')) as role (name)
    where has_any_column_privilege(role.name, c.oid, 'select, insert, update, references')
    or has_table_privilege(role.name, c.oid, 'delete, truncate, trigger')
$$, 'anon, service_role and the role of the service can read and write no table');
select is_empty($$
    select oid::regclass::text from our_tables
    where has_table_privilege('authenticated', oid, 'truncate, trigger')
    or has_any_column_privilege('authenticated', oid, 'references')
$$, 'authenticated cannot truncate or reference a table, nor add triggers to it');
select is_empty($$
    select oid::regprocedure::text from our_functions
    where pronamespace = 'public'::regnamespace and not has_function_privilege('authenticated', oid, 'execute')
$$, 'authenticated can call every function of the API');

-- Default privileges: what a migration makes later is closed until a grant opens it.
create table public.made_later (id integer generated always as identity);
create table private.made_later (id integer generated always as identity);
create function public.made_later()
returns integer
language sql
return 1;
create function private.made_later()
returns integer
language sql
return 1;
create temporary view api_roles as
select role.name from (values ('anon'), ('authenticated'), ('service_role'), ('slow_burn_api')) as role (name);
select is_empty($$
    select r.name || ': ' || f.oid::regprocedure from pg_proc as f
    cross join api_roles as r
    where f.proname = 'made_later' and has_function_privilege(r.name, f.oid, 'execute')
$$, 'a new function can be called by nobody until it is granted');
select is_empty($$
    select r.name || ': ' || c.oid::regclass from pg_class as c
    cross join api_roles as r
    where
        (
            c.relkind = 'r' and c.relname = 'made_later' and (
                has_any_column_privilege(r.name, c.oid, 'select, insert, update, references')
                or has_table_privilege(r.name, c.oid, 'delete, truncate, trigger')
            )
        )
        or (
            c.relkind = 'S' and c.relname like 'made_later%'
            and has_sequence_privilege(r.name, c.oid, 'usage, select, update')
        )
$$, 'a new table and its sequence can be used by nobody until they are granted');

select line from finish() as line;
rollback;
