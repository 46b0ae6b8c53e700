"""The real supabase-js signs users up, in and out on the laptop stack."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.stack import Stack, free_ports, running, temporary_folder
from tools import ROOT
from tools.stack.auth.admin import SECRET_KEY
from tools.stack.database import as_role
from tools.stack.processes import Child, answers
from tools.stack.users import ROLE

pytestmark = pytest.mark.slow

SCRIPTS = ROOT / "tests" / "frontend"
NODE = Path(sys.executable).parent / "node"
# A token that lives five seconds is one that supabase-js refreshes at each use.
VARIABLES = {
    "SUPABASE_AUTH_JWT_EXPIRY": "5",
    "SUPABASE_AUTH_REFRESH_TOKEN_REUSE_INTERVAL": "1",
    "SUPABASE_AUTH_ENABLE_ANONYMOUS_SIGN_INS": "true",
}


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with temporary_folder() as folder, running(folder / "state", variables=VARIABLES) as stack:
        yield stack


@pytest.fixture(scope="module")
def confirming_url(stack: Stack) -> Iterator[str]:
    """A second Supabase Auth over the same users, which confirms emails as production does."""
    with another_auth(stack, {"SUPABASE_AUTH_EMAIL_ENABLE_CONFIRMATIONS": "true"}) as url:
        yield url


@pytest.fixture(scope="module")
def limiting_url(stack: Stack) -> Iterator[str]:
    """A third, with low limits."""
    names = ("SIGN_IN_SIGN_UPS", "TOKEN_VERIFICATIONS", "TOKEN_REFRESH", "EMAIL_SENT")
    with another_auth(stack, {f"SUPABASE_AUTH_RATE_LIMIT_{name}": "2" for name in names}) as url:
        yield url


@contextmanager
def another_auth(stack: Stack, settings: dict[str, str]) -> Iterator[str]:
    port = free_ports()
    url = f"http://127.0.0.1:{port}"
    child = Child(
        name="another stand-in",
        command=[
            sys.executable, "-m", "uvicorn", "--factory", "tools.stack.supabase_server:app", "--port", str(port),
            "--log-level", "warning",
        ],
        folder=stack.state,
        environment={
            "SUPABASE_URL": url,
            "STANDIN_DATABASE_URL": as_role(stack.info["database_url"], ROLE),
            "STANDIN_SIGNING_KEY": str(stack.state / "signing_key.pem"),
            **settings,
        },
    )  # fmt: skip
    child.start()
    try:
        child.wait_until(lambda: answers(f"{url}/auth/v1/health"))
        yield url
    finally:
        child.stop()


def test_supabase_js_lives_the_life_of_a_user(
    stack: Stack, confirming_url: str, limiting_url: str, supabase_js: Path
) -> None:
    assert supabase_js.exists()
    environment = {
        "SUPABASE_URL": stack.info["supabase_url"],
        "CONFIRMING_URL": confirming_url,
        "LIMITING_URL": limiting_url,
        "API_URL": stack.info["api_url"],
        "PUBLISHABLE_KEY": stack.info["publishable_key"],
        "SECRET_KEY": SECRET_KEY,
        "NO_PROXY": "127.0.0.1",
    }
    ran = subprocess.run(
        [NODE, "--test", "--test-reporter=spec", SCRIPTS / "auth.test.mjs"],
        env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "Mail to " in stack.output
