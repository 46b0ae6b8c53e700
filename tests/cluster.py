"""The Postgres that all tests of a run share, with a template of the migrated database to copy from."""

import shutil
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql

from tools import MIGRATIONS, SEED, ToolError
from tools.stack import npm
from tools.stack.database import Database, database_url
from tools.stack.migrations import apply_migrations, run_file

PLATFORM = "template_platform"
"""A database with what Supabase brings, before any migration."""

TEMPLATE = "template_slow_burn"
"""A database with every migration and the seed."""


class Cluster:
    """A Postgres for a whole test run. The process that starts the workers starts it, too."""

    def __init__(self) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="slow-burn-tests-"))
        self.database = Database(self.directory / "postgres", durable=False)
        self.database.start()
        with self.database.connect("supabase_admin") as admin:
            pgtap = self._unpack_pgtap(admin)
            create_database(admin, PLATFORM, template="postgres")
            create_database(admin, TEMPLATE, template=PLATFORM)
        with self.database.connect("supabase_admin", TEMPLATE) as admin:
            if pgtap:
                admin.execute("create extension pgtap with schema extensions")
            # As on Supabase, where tests of the database create users.
            admin.execute("grant insert, delete on auth.users to postgres")
        with self.database.connect("postgres", TEMPLATE) as connection:
            apply_migrations(connection, MIGRATIONS)
            run_file(connection, SEED, SEED.read_text())

    def _unpack_pgtap(self, admin: psycopg.Connection) -> bool:
        try:
            archive = npm.pgtap_archive()
        except ToolError:
            return False
        with tarfile.open(archive) as tar:
            tar.extractall(self.directory / "pgtap", filter="data")
        extensions = self.directory / "pgtap" / "share" / "postgresql"
        admin.execute(sql.SQL("alter system set extension_control_path = {}").format(f"$system:{extensions}"))
        admin.execute("select pg_reload_conf()")
        return True

    def stop(self) -> None:
        self.database.stop()
        shutil.rmtree(self.directory)


def create_database(admin: psycopg.Connection, name: str, *, template: str) -> None:
    admin.execute(
        sql.SQL("create database {} template {} owner postgres").format(sql.Identifier(name), sql.Identifier(template))
    )


@contextmanager
def passing_database(socket_directory: str, name: str, *, template: str) -> Iterator[str]:
    """A database that exists as long as one test needs it; its name."""
    with psycopg.connect(database_url(socket_directory, "supabase_admin"), autocommit=True) as admin:
        create_database(admin, name, template=template)
        yield name
        admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(name)))
