"""`poe dev` and `poe token`, as developers run them."""

import json
import re
import shlex
import signal
import stat
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest
import yaml

from tests.e2e.stack import (
    BIN,
    POE,
    START_SECONDS,
    STOP_SECONDS,
    Stack,
    environment,
    free_ports,
    running,
    temporary_folder,
)
from tests.support import a_set, exercise_id
from tools import MIGRATIONS, ROOT
from tools.stack.__main__ import STOP_SIGNALS, main
from tools.stack.database import as_role

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    # The shell holds settings that belong elsewhere.
    leftovers = {"LOG_LEVEL": "loud", "HTTP_PROXY": "http://127.0.0.1:9", "NO_PROXY": "", "no_proxy": ""}
    with temporary_folder() as folder, running(folder / "a state & más", variables=leftovers) as stack:
        yield stack


def test_it_shows_its_progress_and_a_summary(stack: Stack) -> None:
    steps = ["Starting Postgres 18", "Applying migrations", "Applying the seed", "Starting the API", "is running"]
    places = [stack.output.index(step) for step in steps]
    assert places == sorted(places)
    for migration in MIGRATIONS.glob("*.sql"):
        assert migration.name in stack.output


def test_only_its_owner_can_read_the_secrets(stack: Stack) -> None:
    for name in ("stack.json", "service_secret", "signing_key.pem"):
        assert stat.S_IMODE((stack.state / name).stat().st_mode) == 0o600


def test_stack_json_has_what_tools_need(stack: Stack) -> None:
    info = stack.info
    assert list(info) == ["api_url", "supabase_url", "database_url", "publishable_key", "users"]
    assert info["api_url"] == f"http://127.0.0.1:{stack.port}"
    assert [list(user) for user in info["users"]] == [["id", "email", "password", "access_token"]] * 2


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


def test_the_keys_are_served_where_supabase_has_them(stack: Stack) -> None:
    url = f"{stack.info['supabase_url']}/auth/v1/.well-known/jwks.json"
    keys = httpx.get(url, trust_env=False).json()["keys"]
    assert [key["alg"] for key in keys] == ["ES256"]


def test_an_account_that_is_deleted_cannot_sign_in_again(stack: Stack) -> None:
    auth = f"{stack.info['supabase_url']}/auth/v1"
    credentials = {"email": "leaver@example.com", "password": "a-long-password-1"}
    headers = {"apikey": stack.info["publishable_key"]}
    sign_in = partial(
        httpx.post, f"{auth}/token?grant_type=password", json=credentials, headers=headers, trust_env=False
    )
    assert httpx.post(f"{auth}/signup", json=credentials, headers=headers, trust_env=False).is_success
    token = sign_in().json()["access_token"]
    with stack.client(token) as client:
        assert client.post("/workouts/log", json={"sets": [a_set()]}).status_code == 201
        deleted = client.request("DELETE", "/account", json={"confirm": "delete my account"})
        assert deleted.status_code == 200, deleted.text
        assert client.get("/workouts").json()["total"] == 0
        assert client.get("/profile").json()["code"] == "profile_not_found"
    assert sign_in().status_code == 400


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


def test_the_printed_curl_line_works_when_pasted(stack: Stack) -> None:
    line = next(line for line in stack.output.splitlines() if line.strip().startswith("curl"))
    answer = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
    assert json.loads(answer.stdout)["user_id"] == stack.info["users"][0]["id"]


def test_a_demo_users_password_signs_them_in(stack: Stack) -> None:
    user = stack.info["users"][0]
    url = f"{stack.info['supabase_url']}/auth/v1/token?grant_type=password"
    answer = httpx.post(url, json={"email": user["email"], "password": user["password"]}, trust_env=False)
    assert answer.json()["user"]["id"] == user["id"]


type Run = Callable[..., int]


@pytest.fixture
def run() -> Iterator[Run]:
    """Runs a command in this process, which keeps its handlers of signals."""
    handlers = {stop: signal.getsignal(stop) for stop in STOP_SIGNALS}
    yield lambda *arguments: main([str(argument) for argument in arguments])
    for stop, handler in handlers.items():
        signal.signal(stop, handler)


def test_poe_token_prints_a_token_and_nothing_else(stack: Stack, run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    command = [POE, "token", "new@example.com", "--state-dir", str(stack.state)]
    answer = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=True)
    assert re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+\n", answer.stdout)
    assert answer.stderr == ""
    tokens = [answer.stdout]
    for email in ("NEW@example.com", stack.info["users"][0]["email"]):
        assert run("token", email, "--state-dir", stack.state) == 0
        tokens.append(capsys.readouterr().out)
    ids = []
    for token in tokens:
        with stack.client(token.strip()) as client:
            ids.append(client.get("/auth/me").json()["user_id"])
    assert ids[0] == ids[1]
    assert ids[2] == stack.info["users"][0]["id"]


@pytest.fixture
def fails(run: Run, capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command that fails, and returns the one line that it prints."""

    def fails(*arguments: object) -> str:
        assert run(*arguments) == 1
        (line,) = capsys.readouterr().err.splitlines()
        assert line.startswith("error: ")
        return line

    return fails


def test_a_folder_has_one_stack(stack: Stack, fails: Callable[..., str]) -> None:
    line = fails("dev", "--port", free_ports(), "--state-dir", stack.state)
    assert "is already running in" in line
    assert "--state-dir" in line


def test_a_busy_port_is_an_error(stack: Stack, fails: Callable[..., str], tmp_path: Path) -> None:
    for port in (stack.port, stack.port - 1):
        line = fails("dev", "--port", port, "--state-dir", tmp_path / "other")
        assert f"Port {stack.port}" in line
        assert "--port" in line


def test_a_folder_that_cannot_be_written_is_an_error(fails: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    line = fails("dev", "--port", free_ports(), "--state-dir", tmp_path / "file" / "state")
    assert "Cannot write" in line
    assert "--state-dir" in line


def test_a_token_needs_a_running_stack(fails: Callable[..., str], tmp_path: Path) -> None:
    assert "uv run poe dev" in fails("token", "a@example.com", "--state-dir", tmp_path)


@pytest.mark.parametrize("arguments", [("dev", "--port", "0"), ("dev", "--port", "65535"), ("token", "nobody")])
def test_wrong_arguments_show_the_usage(
    run: Run, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    with pytest.raises(SystemExit) as stopped:
        run(*arguments)
    assert stopped.value.code == 2
    assert "usage:" in capsys.readouterr().err


def first_answer(url: str, process: subprocess.Popen[bytes]) -> httpx.Response:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            return httpx.get(url, trust_env=False)
        except httpx.TransportError:
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)


def test_the_deployments_start_command_starts_the_service(stack: Stack) -> None:
    (service,) = yaml.safe_load((ROOT / "render.yaml").read_text())["services"]
    assert service["buildCommand"] == "uv sync --frozen --no-dev --compile-bytecode"
    asked_for = {variable["key"] for variable in service["envVars"] if variable.get("sync") is False}
    assert asked_for == {
        "SUPABASE_URL",
        "SUPABASE_PUBLISHABLE_KEY",
        "SUPABASE_SECRET_KEY",
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
        assert (answer.status_code, answer.json()["status"]) == (200, "ready")
    finally:
        process.terminate()
        assert process.wait(STOP_SECONDS) in (0, -signal.SIGTERM)


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
