"""The SQL conventions, read from the catalogue, so that tomorrow's table or function cannot forget one."""

import psycopg
import pytest

OURS = "('public'::regnamespace, 'private'::regnamespace)"


def offenders(admin: psycopg.Connection, query: str) -> list[str]:
    return [row[0] for row in admin.execute(query)]


RULES = {
    "every table has row-level security": f"""
        select oid::regclass::text from pg_class
        where relkind in ('r', 'p') and relnamespace in {OURS} and not relrowsecurity""",
    "every table has a comment": f"""
        select oid::regclass::text from pg_class
        where relkind in ('r', 'p') and relnamespace in {OURS} and obj_description(oid, 'pg_class') is null""",
    "every function has a comment": f"""
        select oid::regprocedure::text from pg_proc
        where pronamespace in {OURS} and obj_description(oid, 'pg_proc') is null""",
    "every function sets an empty search_path": f"""
        select oid::regprocedure::text from pg_proc
        where pronamespace in {OURS} and not coalesce(proconfig, '{{}}') @> array['search_path=""']""",
    "no function of the exposed schema runs with its owner's rights": """
        select oid::regprocedure::text from pg_proc
        where pronamespace = 'public'::regnamespace and prosecdef""",
    "nobody may call a function just by being there": f"""
        select oid::regprocedure::text from pg_proc
        where pronamespace in {OURS}
        and exists (select from aclexplode(coalesce(proacl, acldefault('f', proowner))) where grantee = 0)""",
    "anon may call nothing": f"""
        select oid::regprocedure::text from pg_proc
        where pronamespace in {OURS} and has_function_privilege('anon', oid, 'execute')""",
    "anon may touch no table": f"""
        select oid::regclass::text from pg_class
        where relkind in ('r', 'p', 'v') and relnamespace in {OURS}
        and (has_any_column_privilege('anon', oid, 'select, insert, update, references')
            or has_table_privilege('anon', oid, 'delete, truncate, trigger'))""",
    "authenticated may not empty, reference or add triggers to a table": f"""
        select oid::regclass::text from pg_class
        where relkind in ('r', 'p') and relnamespace in {OURS}
        and has_table_privilege('authenticated', oid, 'truncate, references, trigger')""",
    "policies are for authenticated alone": """
        select tablename || ': ' || policyname from pg_policies
        where schemaname = 'public' and roles <> '{authenticated}'""",
    "policies are for one command each": """
        select tablename || ': ' || policyname from pg_policies where schemaname = 'public' and cmd = 'ALL'""",
    "policies ask for the user once a query, not once a row": r"""
        select tablename || ': ' || policyname from pg_policies
        where schemaname = 'public'
        and regexp_replace(coalesce(qual, '') || coalesce(with_check, ''), 'SELECT auth\.uid\(\)', '', 'g')
        like '%auth.uid()%'""",
    "every foreign key leads an index": f"""
        select conname from pg_constraint
        where contype = 'f' and connamespace in {OURS}
        and not exists (
            select from pg_index
            where indrelid = conrelid
            and (indkey::int2[])[0:cardinality(conkey) - 1] @> conkey
        )""",
    "times know their zone": f"""
        select attrelid::regclass || '.' || attname from pg_attribute join pg_class on attrelid = pg_class.oid
        where relnamespace in {OURS} and atttypid = 'timestamp'::regtype""",
}


@pytest.mark.parametrize("rule", RULES)
def test_convention(admin: psycopg.Connection, rule: str) -> None:
    assert offenders(admin, RULES[rule]) == []


def test_every_child_table_of_a_user_has_the_user_first_in_its_key(admin: psycopg.Connection) -> None:
    rows = admin.execute(f"""
        select c.oid::regclass::text,
            (select attname from pg_attribute where attrelid = c.oid and attnum = i.indkey[0])
        from pg_class as c join pg_index as i on i.indrelid = c.oid and i.indisprimary
        where c.relkind in ('r', 'p') and c.relnamespace in {OURS}
        and exists (select from pg_attribute where attrelid = c.oid and attname = 'user_id' and attnotnull)""")
    keys: dict[str, str] = dict(rows.fetchall())
    assert len(keys) >= 4
    assert set(keys.values()) == {"user_id"}
