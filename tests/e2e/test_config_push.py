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
# A project that a careful operator has set up in the dashboard, beyond what config.toml names.
CAREFUL = {
    "site_url": "https://app.example.com",
    "uri_allow_list": "https://app.example.com/**",
    "mailer_autoconfirm": False,
    "mailer_secure_email_change_enabled": True,
    "mailer_otp_length": 8,
    "mailer_otp_exp": 3600,
    "smtp_max_frequency": 60,
    "smtp_host": "smtp.example.com",
    "smtp_port": "587",
    "smtp_user": "slow-burn",
    "smtp_pass": "0123",
    "smtp_admin_email": "hello@example.com",
    "smtp_sender_name": "Slow Burn",
    "password_min_length": 10,
    "password_required_characters": "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ:0123456789",
    "password_hibp_enabled": True,
    "disable_signup": False,
    "external_email_enabled": True,
    "external_phone_enabled": False,
    "external_anonymous_users_enabled": False,
    "external_google_enabled": True,
    "external_google_client_id": "google",
    "external_google_secret": "0123",
    "refresh_token_rotation_enabled": True,
    "security_refresh_token_reuse_interval": 10,
    "security_update_password_require_reauthentication": True,
    "security_manual_linking_enabled": False,
    "security_captcha_enabled": True,
    "security_captcha_provider": "turnstile",
    "sessions_timebox": 720,
    "sessions_inactivity_timeout": 168,
    "mfa_totp_enroll_enabled": True,
    "mfa_totp_verify_enabled": True,
    "mfa_max_enrolled_factors": 10,
    "hook_custom_access_token_enabled": True,
    "hook_custom_access_token_uri": "pg-functions://postgres/private/claims",
    "jwt_exp": 3600,
    "rate_limit_email_sent": 30,
    "rate_limit_otp": 30,
    "rate_limit_verify": 30,
    "rate_limit_token_refresh": 150,
}
# What a push makes of a project that was set up as for a laptop.
STRICTER = {
    "mailer_autoconfirm": (True, False),
    "mailer_secure_email_change_enabled": (False, True),
    "mailer_otp_length": (6, 8),
    "mailer_otp_exp": (86_400, 3600),
    "smtp_max_frequency": (1, 60),
    "password_min_length": (6, 10),
    "password_required_characters": ("", CAREFUL["password_required_characters"]),
    "external_anonymous_users_enabled": (True, False),
    "refresh_token_rotation_enabled": (False, True),
    "security_refresh_token_reuse_interval": (600, 10),
    "security_update_password_require_reauthentication": (False, True),
    "jwt_exp": (604_800, 3600),
    "rate_limit_otp": (9999, 30),
    "rate_limit_verify": (9999, 30),
    "rate_limit_token_refresh": (9999, 150),
}
# The answer to a change of the Data API.
POSTGREST = {
    "db_schema": "public",
    "db_extra_search_path": "public, extensions",
    "max_rows": 1000,
    "db_pool": None,
    "db_pool_acquisition_timeout": None,
    "db_pool_max_idletime": None,
    "db_pool_max_lifetime": None,
}


class ManagementApi:
    """A stand-in for Supabase's management API with one project. It keeps the changes that it receives."""

    def __init__(self) -> None:
        self.auth: dict[str, Any] = CAREFUL
        self.schemas = "public"
        self.changes: dict[str, dict[str, Any]] = {}
        api = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                answer: dict[str, Any] = {}
                if self.path == f"/v2/projects/{PROJECT}/config":
                    answer = {"data": {"type": "project_config", "id": PROJECT, "attributes": api.attributes()}}
                if self.path.endswith("/addons"):
                    answer = {"selected_addons": [], "available_addons": []}
                self._answer(answer)

            def do_PATCH(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                api.changes[self.path.removeprefix(f"/v1/projects/{PROJECT}/")] = body
                self._answer(POSTGREST)

            do_POST = do_PUT = do_PATCH

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

    def attributes(self) -> dict[str, Any]:
        """The configuration of the project, in the form of the management API."""
        return {
            "auth": self.auth,
            "api": {"db_schema": self.schemas, "db_extra_search_path": "public, extensions", "max_rows": 1000},
            "database": {
                "major_version": 17,
                "ssl_enforced": True,
                "network_restrictions": {"allowed_cidrs": [{"address": "203.0.113.0/24", "type": "v4"}]},
            },
            "pooler": {"default_pool_size": 15},
            "storage": {"fileSizeLimit": 1_048_576},
        }


@pytest.fixture
def management_api() -> Iterator[ManagementApi]:
    api = ManagementApi()
    thread = threading.Thread(target=api.server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield api
    api.server.shutdown()
    api.server.server_close()
    thread.join()


def push(cli: Path, api: ManagementApi, folder: Path, variables: dict[str, str]) -> dict[str, dict[str, Any]]:
    """The changes that the CLI sends for config.toml, by the path of the API."""
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
    # The stand-in's answer to a change of Auth, the last one, has less than the real one, which the CLI reports.
    assert done.returncode == 0 or "failed to update Auth config: SchemaError(Missing key" in done.stderr, done.stderr
    for kind in ("DB", "Storage"):
        assert f"Remote {kind} config is up to date." in done.stdout + done.stderr
    return api.changes


def laptop() -> dict[str, str]:
    lines = (ROOT / "supabase" / "laptop.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def test_a_push_changes_nothing_of_a_project_that_is_set_up_well(
    supabase_cli: Path, management_api: ManagementApi, tmp_path: Path
) -> None:
    assert push(supabase_cli, management_api, tmp_path, {}) == {}


def test_a_push_sends_productions_settings_to_a_lax_project(
    supabase_cli: Path, management_api: ManagementApi, tmp_path: Path
) -> None:
    management_api.auth = CAREFUL | {name: lax for name, (lax, _) in STRICTER.items()}
    management_api.schemas = "public, graphql_public, private"
    sent = push(supabase_cli, management_api, tmp_path, {})
    # Nothing else: not the URLs of the project, nor its mail server, captcha, factors, sessions, hooks or providers.
    assert sent == {
        "config/auth": {name: strict for name, (_, strict) in STRICTER.items()},
        "postgrest": {"db_schema": "public"},
    }


def test_a_laptop_has_its_own_settings(supabase_cli: Path, management_api: ManagementApi, tmp_path: Path) -> None:
    sent = push(supabase_cli, management_api, tmp_path, laptop())
    assert sent == {
        "config/auth": {
            "site_url": "http://localhost:5173",
            "uri_allow_list": "http://localhost:5173/**,http://localhost:3000/**",
            "mailer_autoconfirm": True,
            "smtp_max_frequency": 1,
            "jwt_exp": 86_400,
            "rate_limit_otp": 10_000,
            "rate_limit_verify": 10_000,
            "rate_limit_token_refresh": 10_000,
        }
    }


def test_the_documented_command_keeps_the_laptops_settings_out_of_the_shell(tmp_path: Path) -> None:
    # Left in the shell, they would make the next push lower a hosted project.
    command = "(set -a; . supabase/laptop.env; supabase start)"
    for document in ("README.md", "supabase/config.toml", "supabase/laptop.env"):
        assert command in (ROOT / document).read_text()
    program = tmp_path / "supabase"
    program.write_text('#!/bin/sh\necho "start: $SUPABASE_AUTH_EMAIL_ENABLE_CONFIRMATIONS"\n')
    program.chmod(0o755)
    shell = f'{command}; echo "after: $SUPABASE_AUTH_EMAIL_ENABLE_CONFIRMATIONS"'
    environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}
    output = subprocess.check_output(["sh", "-c", shell], cwd=ROOT, env=environment, text=True)
    assert output == "start: false\nafter: \n"


def test_config_toml_names_no_laptop() -> None:
    config = tomllib.loads((ROOT / "supabase" / "config.toml").read_text())
    assert "localhost" not in json.dumps(config)
    assert "127.0.0.1" not in json.dumps(config)
