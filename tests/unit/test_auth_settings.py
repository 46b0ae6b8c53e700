"""The settings of the stand-in for Supabase Auth."""

import pytest

from tools import ToolError
from tools.stack.auth.settings import load_auth_settings


def test_the_settings_are_those_of_config_toml_with_what_a_laptop_needs() -> None:
    settings = load_auth_settings({})
    assert (settings.password_length, len(settings.password_characters)) == (10, 2)
    assert (settings.reuse_interval, settings.code_length, settings.code_lifetime) == (10, 8, 3600)
    assert settings.confirm_both_emails
    assert settings.recent_sign_in_for_password
    # laptop.env
    assert not settings.confirm_email
    assert (settings.time_between_mails, settings.token_lifetime) == (1, 86_400)
    assert settings.site_url == "http://localhost:5173"
    assert settings.mails_an_hour == settings.sign_ins_in_five_minutes == 10_000
    assert settings.verifications_in_five_minutes == settings.tokens_in_five_minutes == 10_000


def test_the_environment_changes_a_setting() -> None:
    settings = load_auth_settings(
        {
            "SUPABASE_AUTH_EMAIL_ENABLE_CONFIRMATIONS": "true",
            "SUPABASE_AUTH_JWT_EXPIRY": "5",
            "SUPABASE_AUTH_EMAIL_MAX_FREQUENCY": "2m",
        }
    )
    assert (settings.confirm_email, settings.token_lifetime, settings.time_between_mails) == (True, 5, 120)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUPABASE_AUTH_JWT_EXPIRY", "soon"),
        ("SUPABASE_AUTH_ENABLE_SIGNUP", "maybe"),
        ("SUPABASE_AUTH_EMAIL_MAX_FREQUENCY", "1 minute"),
        ("SUPABASE_AUTH_PASSWORD_REQUIREMENTS", "emoji"),
    ],
)
def test_a_setting_that_cannot_be_read_is_named(name: str, value: str) -> None:
    with pytest.raises(ToolError, match=r"^auth\."):
        load_auth_settings({name: value})


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("http://localhost:5173/welcome", "http://localhost:5173/welcome"),
        ("http://localhost:3000/a/b", "http://localhost:3000/a/b"),
        ("https://evil.example", "http://localhost:5173"),
        ("http://localhost:5173.evil.example", "http://localhost:5173"),
        (None, "http://localhost:5173"),
    ],
)
def test_a_link_leads_to_allowed_places_only(wanted: str | None, target: str) -> None:
    assert load_auth_settings({}).redirect(wanted) == target
