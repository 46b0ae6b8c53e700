-- The account as a whole: exported completely, deleted completely, and only by its owner.
begin;
\ir helpers.psql
select plan(25);

create function pg_temp.page(p_who text, p_after jsonb)
returns text
language sql
as $$
    select pg_temp.run(p_who, format('select export_account(%L)', p_after))
$$;

-- Reads an export to its end.
create function pg_temp.exported(p_who text)
returns table (table_name text, row_of_table jsonb)
language plpgsql
as $$
declare
    v_page jsonb;
    v_after jsonb;
begin
    loop
        v_page := pg_temp.page(p_who, v_after);
        return query
        select v_page ->> 'table' as table_name, r.value as row_of_table
        from jsonb_array_elements(v_page -> 'rows') as r
        union all
        select v_page ->> 'table' as table_name, null as row_of_table;
        v_after := v_page -> 'next';
        exit when v_after = 'null';
    end loop;
end
$$;

insert into exercises (id, user_id, name)
values ('00000000-0000-4000-8000-00000000000e', '00000000-0000-4000-8000-00000000000a', 'Owned Lift');
select pg_temp.run(who.name, $$
    select log_workout('{"title": "Mine", "sets": [
        {"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5, "weight": 100}
    ]}', 'key')
$$)
from (values ('owner'), ('stranger')) as who (name);
insert into memories (user_id, content, kind)
select
    '00000000-0000-4000-8000-00000000000a' as user_id,
    'Number ' || n as content,
    'fact' as kind
from generate_series(1, 1000) as n;

-- Exporting.
create temporary table exported as
select
    e.table_name,
    e.row_of_table
from pg_temp.exported('owner') as e;
select set_eq(
    'select distinct table_name from exported',
    $$
        select c.relname::text from pg_class as c
        inner join pg_attribute as a on c.oid = a.attrelid and a.attname = 'user_id'
        where c.relkind = 'r' and c.relnamespace = 'private'::regnamespace
        union
        select 'used_exercises'
    $$,
    'an export has every table of users'
);
select is(
    (
        select count(distinct row_of_table ->> 'content') from exported
        where table_name = 'memories'
    ), 1000::bigint,
    'an export goes on beyond a page'
);
select is(
    (
        select count(row_of_table) from exported
        where table_name = 'memories'
    ), 1000::bigint,
    'an export has each row once'
);
select is_empty(
    $$
        select table_name from exported
        where row_of_table ->> 'user_id' <> '00000000-0000-4000-8000-00000000000a'
    $$,
    'an export has no row of another user'
);
select is(
    (
        select row_of_table ->> 'title' from exported
        where table_name = 'workouts' and row_of_table is not null
    ), 'Mine', 'an export has workouts'
);
select is(
    (
        select count(row_of_table) from exported
        where table_name = 'idempotency_keys'
    ), 1::bigint,
    'an export also has what the user cannot read otherwise'
);
select is(
    (
        select row_of_table ->> 'name' from exported
        where table_name = 'exercises' and row_of_table is not null
    ), 'Owned Lift',
    'an export has the user''s own exercises and not the catalogue'
);
select isnt(
    (
        select row_of_table ->> 'name' from exported
        where table_name = 'used_exercises' and row_of_table is not null
    ), null,
    'an export names the exercises of the catalogue that workouts use'
);
select ok(
    not exists (
        select from exported
        where row_of_table ? 'embedding' or row_of_table ? 'search_document'
    ),
    'an export leaves out embeddings and search documents'
);
select is(
    pg_temp.page('owner', '{"table": "service_secrets"}'), 'PT422 invalid_cursor', 'only tables of users are exported'
);
select is(
    pg_temp.page('owner', '{"table": "profiles; drop table profiles"}'), 'PT422 invalid_cursor',
    'the name of a table is not code'
);
select is(
    pg_temp.page('owner', '{"table": "workouts", "row": {"user_id": "x"}}'), '22P02', 'a key has to fit its table'
);
select is(
    (
        pg_temp.page('stranger', '{"table": "workouts", "row": {
            "user_id": "00000000-0000-4000-8000-000000000000", "id": "00000000-0000-4000-8000-000000000000"
        }}')::jsonb
    ) #>> '{rows,0,user_id}',
    '00000000-0000-4000-8000-00000000000b', 'a key cannot lead to the rows of another user'
);
select is(pg_temp.page('anon', null), '42501', 'anon exports nothing');
select is(
    pg_temp.run('owner', 'select export_workouts() #>> ''{lines,0,title}'''), 'Mine', 'a user can export workouts'
);
select is(
    pg_temp.run('owner', 'select export_workouts(export_workouts() -> ''next'') ->> ''next'''), null,
    'after the last workout there is no more'
);
select is(pg_temp.run('anon', 'select export_workouts()'), '42501', 'anon exports no workouts');

-- The longest workouts that a user may log, and the answers to their keys.
create temporary table longest as
select
    jsonb_build_object(
        'notes', repeat('n', 5000),
        'sets', jsonb_agg(
            '{"exercise_id": "00000000-0000-4000-8000-00000000000e", "reps": 5}'::jsonb
            || jsonb_build_object('notes', repeat('n', 1000))
        )
    ) as workout
from generate_series(1, 200);
select pg_temp.run('owner', format('select log_workout(%L, %L)', l.workout, 'long ' || n))
from longest as l cross join generate_series(1, 8) as n;
create temporary table pages as
with recursive pages as (
    select pg_temp.page('owner', '{"table": "idempotency_keys"}')::jsonb as page
    union all
    select pg_temp.page('owner', pages.page -> 'next')::jsonb
    from pages
    where pages.page #>> '{next,table}' = 'idempotency_keys'
)

select p.page from pages as p;
select ok(
    max(octet_length(page::text)) < 2000000, 'a page of an export is short, also if its rows are long'
) from pages;
select is(
    (
        select count(distinct r.value ->> 'key') from pages as p
        cross join jsonb_array_elements(p.page -> 'rows') as r
    ), 9::bigint,
    'an export of long rows has each of them'
);
select ok(
    octet_length(pg_temp.run('owner', 'select export_workouts()')) < 5000000,
    'a page of exported workouts is short, also if they are long'
);

-- Deleting.
select is(
    pg_temp.run('owner', 'select delete_account(null)'), 'PT422 not_confirmed', 'a deletion has to be confirmed'
);
select is(
    pg_temp.run('anon', 'select delete_account(''delete my account'')'), '42501', 'anon deletes no account'
);
select pg_temp.run('owner', 'select delete_account(''delete my account'')');
set constraints all immediate;
select results_eq(
    'select distinct user_id from workouts', $$values ('00000000-0000-4000-8000-00000000000b'::uuid)$$,
    'a deletion leaves only the rows of others'
);
select is(
    pg_temp.run('owner', 'select delete_account(''delete my account'')'), '', 'a deletion can be repeated'
);
select is(pg_temp.page('owner', null), 'PT404 profile_not_found', 'a deleted account has no export');

select line from finish() as line;
rollback;
