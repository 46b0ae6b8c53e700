"""Which settings the laptop stack gives the API, and which ones the shell may give."""

import os
import stat
from pathlib import Path

import pytest

from backend.core.settings import Settings
from tests.support import forget_settings
from tools.stack.stack import StateDir, gemini_settings

SUPABASE = "http://127.0.0.1:8001"


@pytest.mark.parametrize(
    ("shell", "key", "base_url"),
    [
        ({}, "offline", f"{SUPABASE}/gemini"),
        ({"GEMINI_API_KEY": ""}, "offline", f"{SUPABASE}/gemini"),
        ({"GEMINI_BASE_URL": "https://proxy.example.com"}, "offline", f"{SUPABASE}/gemini"),
        ({"GEMINI_API_KEY": "mine"}, "mine", ""),
        (
            {"GEMINI_API_KEY": "mine", "GEMINI_BASE_URL": "https://proxy.example.com"},
            "mine",
            "https://proxy.example.com",
        ),
    ],
)
def test_a_developers_key_is_used_with_its_base_url(shell: dict[str, str], key: str, base_url: str) -> None:
    assert gemini_settings(shell, SUPABASE) == {"GEMINI_API_KEY": key, "GEMINI_BASE_URL": base_url}


def test_a_stack_keeps_its_service_secret_until_it_is_reset(tmp_path: Path) -> None:
    state = StateDir(tmp_path)
    secret = state.service_secret()
    Settings.model_validate(
        {"supabase_url": SUPABASE, "database_url": "postgresql://localhost", "service_secret": secret}
    )
    assert stat.S_IMODE((tmp_path / "service_secret").stat().st_mode) == 0o600
    assert StateDir(tmp_path).service_secret() == secret
    state.clear()
    assert state.service_secret() != secret


def test_settings_of_the_shell_do_not_reach_tests(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_BASE_URL", "nonsense")
    monkeypatch.setenv("log_level", "loud")
    monkeypatch.setenv("LOG_LEVELS", "another program's")
    forget_settings()
    assert "GEMINI_BASE_URL" not in os.environ
    assert "log_level" not in os.environ
    assert os.environ["LOG_LEVELS"] == "another program's"
