"""What `poe dev` keeps when it stops, is stopped or is killed, and what it leaves behind."""

import os
import shutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psycopg
import pytest

from tests.e2e.stack import Stack, assert_stopped, free_ports, processes_about, running, temporary_folder
from tests.support import a_set
from tools import MIGRATIONS
from tools.stack.database import Database
from tools.stack.migrations import apply_migrations
from tools.stack.stack import DEMO_EMAILS
from tools.stack.users import ROLE as AUTH_ROLE
from tools.stack.users import find_or_create_user

pytestmark = pytest.mark.slow


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Processes start without measuring coverage: the shared stack measures the same code."""
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


@pytest.fixture
def state() -> Iterator[Path]:
    with temporary_folder() as folder:
        yield folder / "state"


def make_older_database(state: Path, migrations: list[Path]) -> str:
    """Fill the stack's folder with a database that has only these migrations; the id of a user in it."""
    older = state.parent / "older"
    older.mkdir()
    for path in migrations:
        shutil.copy(path, older)
    state.mkdir()
    database = Database(state / "postgres")
    try:
        database.start()
        with database.connect("postgres") as connection:
            apply_migrations(connection, older)
        with database.connect(AUTH_ROLE) as connection:
            return str(find_or_create_user(connection, DEMO_EMAILS[0]).id)
    finally:
        database.stop()


@pytest.mark.usefixtures("quick")
def test_data_survive_new_migrations_and_restarts_and_reset_forgets_them(state: Path) -> None:
    migrations = sorted(MIGRATIONS.glob("*.sql"))
    user_id = make_older_database(state, migrations[:-2])
    with running(state) as stack:
        assert [path.name for path in migrations if path.name in stack.output] == [
            path.name for path in migrations[-2:]
        ]
        assert stack.info["users"][0]["id"] == user_id
        with stack.client(stack.info["users"][0]["access_token"]) as athlete:
            workout_id = athlete.post("/workouts/log", json={"sets": [a_set()]}).json()["workout"]["id"]
        stack.stop(signal.SIGINT)
    assert_stopped(state, stack.port)

    with running(state) as stack:
        with stack.client(stack.info["users"][0]["access_token"]) as athlete:
            assert athlete.get(f"/workouts/{workout_id}").status_code == 200
        stack.stop(signal.SIGTERM)
    assert_stopped(state, stack.port)

    (state / "notes.txt").write_text("not the stack's")
    with running(state, "--reset") as stack, stack.client(stack.info["users"][0]["access_token"]) as athlete:
        assert athlete.get("/workouts").json()["total"] == 0
    assert (state / "notes.txt").read_text() == "not the stack's"


def assert_healthy(stack: Stack) -> None:
    assert httpx.get(f"{stack.info['api_url']}/health/ready", trust_env=False).status_code == 200


@pytest.mark.usefixtures("quick")
def test_an_interrupted_start_leaves_nothing_running_and_can_be_repeated(state: Path) -> None:
    for step in ("Starting Postgres", "Applying migrations", "Starting the API"):
        stack = Stack(state, free_ports())
        while step not in stack.output:
            assert stack.process.poll() is None, stack.output
            time.sleep(0.01)
        stack.stop()
        assert_stopped(state, stack.port)
    with running(state) as stack:
        assert_healthy(stack)


@pytest.mark.usefixtures("quick")  # Killed processes would leave half a coverage file.
def test_a_stack_that_was_killed_starts_again(state: Path) -> None:
    port = free_ports()
    for _ in range(2):
        with running(state, port=port) as stack:
            assert_healthy(stack)
            stack.process.kill()
            stack.process.wait()
        assert processes_about(state / "postgres")
        # After a container restarts, another process may have the number in the file.
        (state / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    with running(state, "--reset", port=port) as stack:
        assert_healthy(stack)
    assert_stopped(state, port)


@pytest.mark.usefixtures("postgrest")
def test_the_stack_runs_over_the_data_api_too(state: Path) -> None:
    with running(state, "--gateway", "postgrest") as stack:
        info = stack.info
        athlete, stranger = (user["access_token"] for user in info["users"])
        with stack.client(athlete) as client:
            workout = client.post("/workouts/log", json={"sets": [a_set()]}).json()["workout"]
            assert client.get(f"/workouts/{workout['id']}").json() == workout
            # Only the service may call the functions of a chat turn: the API sends its secret.
            assert client.post("/chat", json={"message": "Hi"}).status_code == 200
        headers = {"apikey": info["publishable_key"]}
        with httpx.Client(base_url=f"{info['supabase_url']}/rest/v1", headers=headers, trust_env=False) as data_api:
            for token, status in ((athlete, 200), (stranger, 404)):
                called = data_api.post(
                    "/rpc/get_workout", json={"p_id": workout["id"]}, headers={"Authorization": f"Bearer {token}"}
                )
                assert called.status_code == status
            assert data_api.post("/rpc/get_profile").json()["code"] == "42501"
            assert data_api.get("/workouts").status_code == 404
            assert data_api.get("/workouts", headers={"apikey": "wrong"}).status_code == 401
        with psycopg.connect(info["database_url"]) as connection:
            direct = connection.execute(
                "select count(*) from pg_stat_activity where usename = 'slow_burn_api'"
            ).fetchone()
            assert direct == (0,)
        stack.stop()
    assert_stopped(stack.state, stack.port)
