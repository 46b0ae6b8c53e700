"""`poe dev` and `poe token`, as a developer runs them."""

import json
import os
import random
import re
import shlex
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
import yaml

from tests.support import a_set, exercise_id
from tools import MIGRATIONS, ROOT
from tools.stack.database import as_role

BIN = Path(sys.executable).parent
POE = str(BIN / "poe")
START_SECONDS = 120
STOP_SECONDS = 60


def environment() -> dict[str, str]:
    """This one, with the PATH that `uv run` sets."""
    return {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"}


def free_ports() -> int:
    """A port that is free, as is the one after it. Below those that the system gives out to whoever asks for any: what
    else the tests start cannot take it before the stack does.
    """
    while True:
        port = random.randrange(15_000, 30_000)
        with socket.socket() as first, socket.socket() as second:
            try:
                first.bind(("127.0.0.1", port))
                second.bind(("127.0.0.1", port + 1))
            except OSError:
                continue
            return port


class Stack:
    """A stack that runs."""

    def __init__(self, state: Path, port: int, *options: str, variables: Mapping[str, str]) -> None:
        self.state = state
        self.port = port
        self.log = state.parent / f"{state.name}.log"
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [POE, "dev", "--port", str(port), "--state-dir", str(state), *options],
                cwd=ROOT,
                env={**environment(), **variables},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        return self.log.read_text()

    def wait(self) -> "Stack":
        deadline = time.monotonic() + START_SECONDS
        while "Try it:" not in self.output:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.05)
        return self

    @property
    def info(self) -> Any:
        return json.loads((self.state / "stack.json").read_text())

    def client(self, token: str) -> httpx.Client:
        return httpx.Client(
            base_url=f"{self.info['api_url']}/api/v1", headers={"Authorization": f"Bearer {token}"}, trust_env=False
        )

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        self.process.send_signal(how)
        assert self.process.wait(STOP_SECONDS) == 0, self.output


@contextmanager
def running(
    state: Path, *options: str, port: int | None = None, variables: Mapping[str, str] | None = None
) -> Iterator[Stack]:
    stack = Stack(state, port or free_ports(), *options, variables=variables or {})
    try:
        yield stack.wait()
    finally:
        if stack.process.poll() is None:
            stack.stop()


def poe(*arguments: str, timeout: float = START_SECONDS) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [POE, *arguments],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


# Tests of one group run in one worker, and so over one stack.
one_stack = pytest.mark.xdist_group("stack")


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    # A folder with a difficult name, and a shell that still holds what belongs elsewhere.
    state = tmp_path_factory.mktemp("stack") / "a state & más"
    leftovers = {"LOG_LEVEL": "loud", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
    with running(state, variables=leftovers) as stack:
        yield stack


@one_stack
def test_it_shows_its_progress_and_a_summary(stack: Stack) -> None:
    steps = ["Starting Postgres 18", "Applying migrations", "Applying the seed", "Starting the API", "is running"]
    places = [stack.output.index(step) for step in steps]
    assert places == sorted(places)
    for migration in MIGRATIONS.glob("*.sql"):
        assert migration.name in stack.output


@one_stack
def test_stack_json_tells_everything_and_only_its_owner_reads_it(stack: Stack) -> None:
    info = stack.info
    assert list(info) == ["api_url", "supabase_url", "database_url", "publishable_key", "users"]
    assert info["api_url"] == f"http://127.0.0.1:{stack.port}"
    assert [list(user) for user in info["users"]] == [["id", "email", "password", "access_token"]] * 2
    assert stat.S_IMODE((stack.state / "stack.json").stat().st_mode) == 0o600


@one_stack
def test_the_database_is_its_owners_who_is_no_superuser(stack: Stack) -> None:
    with psycopg.connect(stack.info["database_url"]) as connection:
        owner = connection.execute(
            "select current_user::text, rolsuper, rolbypassrls from pg_roles where rolname = current_user"
        ).fetchone()
        assert owner == ("postgres", False, True)
        applied = connection.execute("select version from supabase_migrations.schema_migrations").fetchall()
        assert {f"{row[0]}" for row in applied} == {path.name.partition("_")[0] for path in MIGRATIONS.glob("*.sql")}
        api = connection.execute(
            "select distinct usename::text from pg_stat_activity where application_name = 'slow-burn-api'"
        ).fetchall()
        assert api == [("slow_burn_api",)]


@one_stack
def test_the_keys_are_served_where_supabase_has_them(stack: Stack) -> None:
    url = f"{stack.info['supabase_url']}/auth/v1/.well-known/jwks.json"
    keys = httpx.get(url, trust_env=False).json()["keys"]
    assert [key["alg"] for key in keys] == ["ES256"]


@one_stack
def test_the_main_job_from_nothing(stack: Stack) -> None:
    slugs = ("back-squat", "bench-press", "deadlift", "pull-up", "plank")
    sets = [
        a_set(slug, weight=weight, weight_unit=unit)
        for slug in slugs[:4]
        for weight, unit in ((60, "kg"), (135, "lb"), (70.5, "kg"))
    ]
    sets += [{"exercise_id": exercise_id("plank"), "duration_seconds": seconds} for seconds in (60, 60, 45, 30)]
    assert len(sets) == 16
    with stack.client(stack.info["users"][0]["access_token"]) as athlete:
        logged = athlete.post("/workouts/log", json={"title": "From nothing", "sets": sets})
        assert logged.status_code == 201, logged.text
        workout = logged.json()["workout"]
        assert (workout["total_sets"], len(workout["exercises"])) == (16, 5)
        assert athlete.get(f"/workouts/{workout['id']}").json() == workout
    with stack.client(stack.info["users"][1]["access_token"]) as stranger:
        assert stranger.get(f"/workouts/{workout['id']}").status_code == 404


@one_stack
def test_the_printed_curl_line_works_when_pasted(stack: Stack) -> None:
    line = next(line for line in stack.output.splitlines() if line.strip().startswith("curl"))
    answer = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["user_id"] == stack.info["users"][0]["id"]


@one_stack
def test_a_demo_users_password_signs_them_in(stack: Stack) -> None:
    user = stack.info["users"][0]
    url = f"{stack.info['supabase_url']}/auth/v1/token?grant_type=password"
    answer = httpx.post(url, json={"email": user["email"], "password": user["password"]}, trust_env=False)
    assert answer.json()["user"]["id"] == user["id"]


@one_stack
def test_poe_token_prints_a_token_and_nothing_else(stack: Stack) -> None:
    emails = ("new@example.com", "NEW@example.com", stack.info["users"][0]["email"])
    ids = []
    for email in emails:
        answer = poe("token", email, "--state-dir", str(stack.state))
        assert answer.returncode == 0, answer.stderr
        assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", answer.stdout)
        assert answer.stderr == ""
        with stack.client(answer.stdout.strip()) as client:
            ids.append(client.get("/auth/me").json()["user_id"])
    assert ids[0] == ids[1]
    assert ids[2] == stack.info["users"][0]["id"]


def fails(*arguments: str) -> str:
    """The one line with which a command fails."""
    answer = poe(*arguments)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    (line,) = answer.stderr.splitlines()
    assert line.startswith("error: ")
    return line


@one_stack
def test_a_folder_has_one_stack(stack: Stack) -> None:
    line = fails("dev", "--port", str(free_ports()), "--state-dir", str(stack.state))
    assert "runs in" in line
    assert "--state-dir" in line


@one_stack
def test_a_busy_port_is_told(stack: Stack, tmp_path: Path) -> None:
    for port in (stack.port, stack.port - 1):
        line = fails("dev", "--port", str(port), "--state-dir", str(tmp_path / "other"))
        assert f"Port {stack.port}" in line
        assert "--port" in line


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    line = fails("dev", "--port", str(free_ports()), "--state-dir", str(tmp_path / "file" / "state"))
    assert "Cannot write" in line
    assert "--state-dir" in line


def test_a_token_without_a_stack_is_told(tmp_path: Path) -> None:
    assert "uv run poe dev" in fails("token", "a@example.com", "--state-dir", str(tmp_path))


@pytest.mark.parametrize("arguments", [("dev", "--port", "0"), ("dev", "--port", "65535"), ("token", "nobody")])
def test_wrong_arguments_are_told(arguments: tuple[str, ...]) -> None:
    answer = poe(*arguments)
    assert answer.returncode == 2
    assert "usage:" in answer.stderr


def processes_about(path: Path) -> list[str]:
    listed = subprocess.run(["ps", "-ewwo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if str(path) in line and not line.startswith("ps ")]


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_data_survive_a_restart_and_reset_forgets_them(tmp_path: Path, how: signal.Signals) -> None:
    state = tmp_path / "state"
    with running(state) as stack:
        port, token = stack.port, stack.info["users"][0]["access_token"]
        with stack.client(token) as athlete:
            workout_id = athlete.post("/workouts/log", json={"sets": [a_set()]}).json()["workout"]["id"]
        stack.stop(how)
    assert processes_about(state) == []
    assert not (state / "stack.json").exists()
    for free in (port, port + 1):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", free))

    with running(state) as stack, stack.client(stack.info["users"][0]["access_token"]) as athlete:
        assert athlete.get(f"/workouts/{workout_id}").status_code == 200

    (state / "notes.txt").write_text("not the stack's")
    with running(state, "--reset") as stack, stack.client(stack.info["users"][0]["access_token"]) as athlete:
        assert athlete.get("/workouts").json()["total"] == 0
    assert (state / "notes.txt").read_text() == "not the stack's"


@pytest.mark.parametrize("after", ["Starting Postgres", "Applying migrations", "Starting the API"])
def test_an_interrupted_start_leaves_nothing_running_and_can_be_made_again(tmp_path: Path, after: str) -> None:
    state = tmp_path / "state"
    stack = Stack(state, free_ports(), variables={})
    while after not in stack.output:
        assert stack.process.poll() is None, stack.output
        time.sleep(0.01)
    stack.stop()
    assert processes_about(state) == []
    with running(state) as again:
        assert httpx.get(f"{again.info['api_url']}/health", trust_env=False).json()["database"] == "ok"


@pytest.mark.parametrize("options", [(), ("--reset",)])
def test_a_stack_that_was_killed_outright_starts_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: tuple[str, ...]
) -> None:
    # Killed processes leave half a coverage file.
    monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)
    state = tmp_path / "state"
    with running(state) as stack:
        stack.process.kill()
        stack.process.wait()
    assert processes_about(state / "postgres")
    # A container that is started again gives old numbers to new processes.
    (state / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")
    with running(state, *options, port=stack.port) as stack:
        assert httpx.get(f"{stack.info['api_url']}/health", trust_env=False).json()["database"] == "ok"
    assert processes_about(state) == []


def first_answer(url: str, process: subprocess.Popen[bytes]) -> httpx.Response:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return httpx.get(url, trust_env=False)
        except httpx.TransportError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


@one_stack
def test_the_deployments_start_command_starts_the_service(stack: Stack) -> None:
    (service,) = yaml.safe_load((ROOT / "render.yaml").read_text())["services"]
    assert service["buildCommand"] == "uv sync --frozen --no-dev"
    asked_for = {variable["key"] for variable in service["envVars"] if variable.get("sync") is False}
    assert asked_for == {
        "SUPABASE_URL",
        "SUPABASE_PUBLISHABLE_KEY",
        "DATABASE_URL",
        "CORS_ORIGINS",
        "GEMINI_API_KEY",
        "SERVICE_SECRET",
    }
    port = free_ports()
    settings = {
        "PORT": str(port),
        "SUPABASE_URL": stack.info["supabase_url"],
        "DATABASE_URL": as_role(stack.info["database_url"], "slow_burn_api"),
        "CORS_ORIGINS": "https://app.example.com",
    }
    command = service["startCommand"].removeprefix("uv run --no-sync ")
    process = subprocess.Popen(["bash", "-c", f"exec {command}"], cwd=ROOT, env=environment() | settings)
    try:
        answer = first_answer(f"http://127.0.0.1:{port}{service['healthCheckPath']}", process)
        assert (answer.status_code, answer.json()["database"]) == (200, "ok")
    finally:
        process.terminate()
        assert process.wait(STOP_SECONDS) in (0, -signal.SIGTERM)


def test_the_stack_runs_over_the_data_api_too(tmp_path: Path) -> None:
    with running(tmp_path / "state", "--gateway", "postgrest") as stack:
        info = stack.info
        athlete, stranger = (user["access_token"] for user in info["users"])
        with stack.client(athlete) as client:
            workout = client.post("/workouts/log", json={"sets": [a_set()]}).json()["workout"]
            assert client.get(f"/workouts/{workout['id']}").json() == workout
        headers = {"apikey": info["publishable_key"]}
        with httpx.Client(base_url=f"{info['supabase_url']}/rest/v1", headers=headers, trust_env=False) as data_api:
            for token, seen in ((athlete, [{"id": workout["id"]}]), (stranger, [])):
                answer = data_api.get("/workouts?select=id", headers={"Authorization": f"Bearer {token}"})
                assert answer.json() == seen
            called = data_api.post(
                "/rpc/get_workout", json={"p_id": workout["id"]}, headers={"Authorization": f"Bearer {athlete}"}
            )
            assert called.json()["id"] == workout["id"]
            assert data_api.get("/workouts").json()["code"] == "42501"
            assert data_api.get("/workouts", headers={"apikey": "wrong"}).status_code == 401
        with psycopg.connect(info["database_url"]) as connection:
            direct = connection.execute(
                "select count(*) from pg_stat_activity where usename = 'slow_burn_api'"
            ).fetchone()
            assert direct == (0,)
    assert processes_about(tmp_path / "state") == []


def test_a_service_without_settings_says_which_are_missing() -> None:
    bare = {name: value for name, value in environment().items() if name not in ("SUPABASE_URL", "DATABASE_URL")}
    answer = subprocess.run(
        [BIN / "uvicorn", "--factory", "backend.main:app"],
        cwd=ROOT,
        env=bare,
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 1
    (line,) = answer.stderr.splitlines()
    assert line == (
        "Cannot start: SUPABASE_URL is missing; DATABASE_URL is missing (or set SUPABASE_PUBLISHABLE_KEY, to go "
        "through the Data API). Settings are environment variables; see .env.example."
    )


README = (ROOT / "README.md").read_text()


@one_stack
def test_the_readmes_curl_lines_work_as_they_stand(stack: Stack) -> None:
    blocks = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)
    lines = "\n".join(block for block in blocks if "curl" in block)
    assert lines.count("curl") >= 4
    script = lines.replace("http://127.0.0.1:8000", stack.info["api_url"]).replace(
        "uv run poe token", f"{POE} token --state-dir {shlex.quote(str(stack.state))}"
    )
    answer = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert '"personal_records"' in answer.stdout
    assert "Idempotency-Replayed: true".lower() in answer.stdout.lower()
    assert '"code"' not in answer.stdout, answer.stdout


def test_the_readme_starts_with_the_two_commands() -> None:
    first_block = re.findall(r"```bash\n(.*?)```", README, re.DOTALL)[0]
    commands = [line.partition("#")[0].strip() for line in first_block.splitlines()]
    assert commands == ["pip install uv", "uv run poe dev", "uv run poe test"]
