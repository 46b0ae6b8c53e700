"""What the catalogue of the database lists, so that a new table or function is attacked without being named here."""

from typing import Any

import psycopg

from tests.support import Person

OPEN_TO_EVERYBODY = {"get_schema_version"}
"""The functions that need no user: the service asks for the version before it takes any request."""


def columns_by_table(admin: psycopg.Connection) -> dict[str, list[str]]:
    """The tables of the schema private, with their columns."""
    rows = admin.execute(
        "select table_name::text, array_agg(column_name::text order by ordinal_position) "
        "from information_schema.columns where table_schema = 'private' group by table_name order by table_name"
    ).fetchall()
    tables: dict[str, list[str]] = dict(rows)
    assert len(tables) >= 10
    return tables


def tables_of_users(admin: psycopg.Connection) -> list[str]:
    return [table for table, columns in columns_by_table(admin).items() if "user_id" in columns]


def rows_of(admin: psycopg.Connection, person: Person) -> dict[str, list[Any]]:
    """All rows of a user, as they are stored, by table."""
    return {
        table: admin.execute(
            f"select t::text from private.{table} as t where user_id = %s order by 1", (person.id,)
        ).fetchall()
        for table in tables_of_users(admin)
    }


def functions(admin: psycopg.Connection, schema: str) -> dict[str, list[str]]:
    """The functions of a schema that can be called in a query, with their parameters."""
    rows = admin.execute(
        "select proname::text, coalesce(proargnames[1:pronargs], '{}') from pg_proc "
        "where pronamespace = %s::regnamespace and prorettype <> 'trigger'::regtype order by proname",
        (schema,),
    ).fetchall()
    found: dict[str, list[str]] = dict(rows)
    assert len(found) >= 8
    return found
