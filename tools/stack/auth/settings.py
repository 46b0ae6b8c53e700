"""The settings of Supabase Auth: those of supabase/config.toml, with what laptop.env and the shell change."""

import fnmatch
import os
import re
import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tools import ROOT, ToolError

CONFIG = ROOT / "supabase" / "config.toml"
LAPTOP = ROOT / "supabase" / "laptop.env"
DEFAULT_SITE_URL = "http://localhost:3000"
CHARACTERS = {
    "": (),
    "letters_digits": (string.ascii_letters, string.digits),
    "lower_upper_letters_digits": (string.ascii_lowercase, string.ascii_uppercase, string.digits),
    "lower_upper_letters_digits_symbols": (
        string.ascii_lowercase,
        string.ascii_uppercase,
        string.digits,
        "!@#$%^&*()_+-=[]{};'\\:\"|<>?,./`~",
    ),
}
"""The sets of characters that password_requirements names: a password has one of each."""
_SECONDS = {"s": 1, "m": 60, "h": 3600}
_DURATION = re.compile(r"(\d+)([smh])")


@dataclass(frozen=True)
class AuthSettings:
    """What decides how Supabase Auth answers; times are in seconds."""

    site_url: str
    redirect_urls: tuple[str, ...]
    token_lifetime: int
    reuse_interval: int
    sign_up: bool
    anonymous: bool
    password_length: int
    password_characters: tuple[str, ...]
    confirm_email: bool
    confirm_both_emails: bool
    recent_sign_in_for_password: bool
    time_between_mails: int
    code_length: int
    code_lifetime: int
    mails_an_hour: int
    sign_ins_in_five_minutes: int
    verifications_in_five_minutes: int
    tokens_in_five_minutes: int

    def redirect(self, wanted: str | None) -> str:
        """Where a link in a mail leads to in the end: where the frontend wants it, if that is allowed."""
        allowed = wanted is not None and (
            f"{wanted}/".startswith(f"{self.site_url}/")
            or any(fnmatch.fnmatch(wanted, url) for url in self.redirect_urls)
        )
        return wanted if wanted is not None and allowed else self.site_url


def load_auth_settings(environment: Mapping[str, str] | None = None) -> AuthSettings:
    """Read the settings as the Supabase CLI does: SUPABASE_AUTH_JWT_EXPIRY in the environment means auth.jwt_expiry.

    Raises ToolError for one that cannot be read.
    """
    config = _Config(tomllib.loads(CONFIG.read_text()), {**_laptop(), **(environment or os.environ)})
    return AuthSettings(
        site_url=str(config.value("auth.site_url", DEFAULT_SITE_URL)).rstrip("/"),
        redirect_urls=config.texts("auth.additional_redirect_urls"),
        token_lifetime=config.number("auth.jwt_expiry", 3600),
        reuse_interval=config.number("auth.refresh_token_reuse_interval", 10),
        sign_up=config.flag("auth.enable_signup", default=True),
        anonymous=config.flag("auth.enable_anonymous_sign_ins", default=False),
        password_length=config.number("auth.minimum_password_length", 6),
        password_characters=config.characters("auth.password_requirements"),
        confirm_email=config.flag("auth.email.enable_confirmations", default=False),
        confirm_both_emails=config.flag("auth.email.double_confirm_changes", default=True),
        recent_sign_in_for_password=config.flag("auth.email.secure_password_change", default=False),
        time_between_mails=config.duration("auth.email.max_frequency", "1m"),
        code_length=config.number("auth.email.otp_length", 6),
        code_lifetime=config.number("auth.email.otp_expiry", 3600),
        mails_an_hour=config.number("auth.rate_limit.email_sent", 2),
        sign_ins_in_five_minutes=config.number("auth.rate_limit.sign_in_sign_ups", 30),
        verifications_in_five_minutes=config.number("auth.rate_limit.token_verifications", 30),
        tokens_in_five_minutes=config.number("auth.rate_limit.token_refresh", 150),
    )


def _laptop() -> dict[str, str]:
    lines = [line for line in LAPTOP.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


class _Config:
    def __init__(self, config: dict[str, Any], environment: Mapping[str, str]) -> None:
        self._config = config
        self._environment = environment

    def value(self, name: str, default: object) -> object:
        changed = self._environment.get(f"SUPABASE_{name.replace('.', '_').upper()}")
        if changed is not None:
            return changed
        value: Any = self._config
        for part in name.split("."):
            value = value.get(part, {})
        return default if value == {} else value

    def number(self, name: str, default: int) -> int:
        text = str(self.value(name, default))
        if not text.isdecimal():
            raise ToolError(f"{name} must be a whole number, not {text!r}.")
        return int(text)

    def flag(self, name: str, *, default: bool) -> bool:
        text = str(self.value(name, default)).lower()
        if text not in ("true", "false"):
            raise ToolError(f"{name} must be true or false, not {text!r}.")
        return text == "true"

    def texts(self, name: str) -> tuple[str, ...]:
        value = self.value(name, [])
        return tuple(value) if isinstance(value, list) else tuple(filter(None, str(value).split(",")))

    def characters(self, name: str) -> tuple[str, ...]:
        text = str(self.value(name, ""))
        if text not in CHARACTERS:
            raise ToolError(f"{name} must be one of {', '.join(filter(None, CHARACTERS))}, not {text!r}.")
        return CHARACTERS[text]

    def duration(self, name: str, default: str) -> int:
        text = str(self.value(name, default))
        match = _DURATION.fullmatch(text)
        if match is None:
            raise ToolError(f"{name} must be a time such as 10s, 1m or 1h, not {text!r}.")
        return int(match[1]) * _SECONDS[match[2]]
