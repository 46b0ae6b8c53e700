"""`supabase config push` makes a hosted project no less safe: the real CLI sends its changes to a stand-in."""

import json
import os
import subprocess
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tools import ROOT

pytestmark = pytest.mark.slow

PROJECT = "abcdefghijklmnopqrst"
# What a careful operator has set.
HOSTED = {
    "site_url": "https://app.example.com",
    "uri_allow_list": "https://app.example.com/**",
    "mailer_autoconfirm": False,
    "mailer_secure_email_change_enabled": True,
    "password_min_length": 8,
    "disable_signup": False,
    "external_anonymous_users_enabled": False,
    "refresh_token_rotation_enabled": True,
    "security_update_password_require_reauthentication": False,
    "jwt_exp": 3600,
}


class ManagementApi:
    """A stand-in for Supabase's management API with one project. It keeps the changes that it receives."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer: dict[str, Any] = {}
                if self.path == f"/v2/projects/{PROJECT}/config":
                    answer = {"data": {"type": "project_config", "id": PROJECT, "attributes": {"auth": HOSTED}}}
                if self.path.endswith("/addons"):
                    answer = {"selected_addons": [], "available_addons": []}
                self._answer(answer)

            def do_PATCH(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.path == f"/v1/projects/{PROJECT}/config/auth"
                api.changes.append(body)
                self._answer({})

            def _answer(self, answer: dict[str, Any]) -> None:
                body = json.dumps(answer).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def management_api() -> Iterator[ManagementApi]:
    api = ManagementApi()
    thread = threading.Thread(target=api.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield api
    api.server.shutdown()
    api.server.server_close()
    thread.join()


def push(cli: Path, api: ManagementApi, folder: Path, variables: dict[str, str]) -> dict[str, Any]:
    """The change that the CLI sends for config.toml."""
    profile = folder / "profile.yaml"
    urls = "".join(f"{name}: {api.url}\n" for name in ("api_url", "dashboard_url", "docs_url"))
    profile.write_text(f"name: test\n{urls}project_host: localhost\n")
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SUPABASE_")},
        "HOME": str(folder),
        "SUPABASE_ACCESS_TOKEN": "sbp_" + 40 * "0",
        "DO_NOT_TRACK": "1",
        **variables,
    }
    command: list[str | Path] = [cli, "config", "push", f"--remote={PROJECT}", "--profile", profile, "--yes"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert len(api.changes) == 1, done.stderr
    return api.changes[0]


def laptop() -> dict[str, str]:
    lines = (ROOT / "supabase" / "laptop.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_a_push_never_makes_a_project_less_safe(
    supabase_cli: Path, management_api: ManagementApi, tmp_path: Path
) -> None:
    sent = push(supabase_cli, management_api, tmp_path, {})
    after = HOSTED | sent
    # The URLs stay those of the project.
    assert (after["site_url"], after["uri_allow_list"]) == (HOSTED["site_url"], HOSTED["uri_allow_list"])
    assert "localhost" not in json.dumps(sent)
    assert after["mailer_autoconfirm"] is False
    assert after["mailer_secure_email_change_enabled"] is True
    assert after["external_anonymous_users_enabled"] is False
    assert after["refresh_token_rotation_enabled"] is True
    assert after["security_update_password_require_reauthentication"] is True
    assert after["password_min_length"] == 10
    assert after["jwt_exp"] == 3600


def test_a_laptop_has_its_own_settings(supabase_cli: Path, management_api: ManagementApi, tmp_path: Path) -> None:
    sent = push(supabase_cli, management_api, tmp_path, laptop())
    assert sent["site_url"] == "http://localhost:5173"
    assert sent["uri_allow_list"] == "http://localhost:5173/**,http://localhost:3000/**"
    assert sent["mailer_autoconfirm"] is True


def test_config_toml_names_no_laptop() -> None:
    config = tomllib.loads((ROOT / "supabase" / "config.toml").read_text())
    assert "localhost" not in json.dumps(config)
    assert "127.0.0.1" not in json.dumps(config)
    assert config["auth"]["email"]["enable_confirmations"] is True
    assert config["auth"]["rate_limit"]["sign_in_sign_ups"] <= 30
    assert config["api"]["schemas"] == ["public"]
