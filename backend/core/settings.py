"""The service's settings, read from the environment and checked once at start. `.env.example` explains each."""

import base64
import difflib
import json
import os
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from backend.core.addresses import database_url, encrypted_origin, encrypted_url, origin

MIN_SECRET_LENGTH = 32
# Shorter ones would be cut to nothing: Postgres counts in milliseconds.
MIN_SECONDS = 0.01
# How alike two names are, from 0 to 1, of which one is a slip of the other. An additional word makes another name:
# SUPABASE_DB_URL is no slip of SUPABASE_URL.
SLIP = 0.85
SLIP_WITH_ANOTHER_WORD = 0.9


class Settings(BaseSettings):
    """Each field is an environment variable with the same name in capitals. An empty variable counts as not set."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    supabase_url: str
    supabase_publishable_key: str | None = None
    supabase_secret_key: SecretStr | None = None
    # Its check reads the key above, and that of service_secret reads both: a check sees the fields before its own.
    database_url: SecretStr | None = Field(default=None, validate_default=True)
    supabase_jwt_secret: SecretStr | None = None
    supabase_jwt_rs256: bool = False
    cors_origins: Annotated[tuple[str, ...], NoDecode] = ()
    log_key: SecretStr | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    database_pool_size: int = Field(default=10, ge=1, le=100)
    database_timeout_seconds: float = Field(default=5, ge=MIN_SECONDS, le=60, allow_inf_nan=False)
    gemini_api_key: SecretStr | None = None
    service_secret: SecretStr | None = Field(default=None, validate_default=True)
    gemini_base_url: Annotated[str, AfterValidator(encrypted_url)] | None = None
    gemini_chat_model: str = "gemini-2.5-flash"
    gemini_embedding_model: str = "gemini-embedding-001"
    gemini_timeout_seconds: float = Field(default=20, ge=MIN_SECONDS, le=60, allow_inf_nan=False)
    user_requests_per_minute: int = Field(default=600, ge=1, le=1_000_000)
    address_requests_per_minute: int = Field(default=120, ge=1, le=1_000_000)
    client_address_header: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]+$")
    api_docs: bool = False
    chat_messages_per_minute: int = Field(default=10, ge=1, le=1000)
    chat_messages_per_day: int = Field(default=200, ge=1, le=100_000)

    @field_validator("supabase_url")
    @classmethod
    def _project_url(cls, value: str) -> str:
        return encrypted_origin(value.removesuffix("/"))

    @field_validator("supabase_publishable_key")
    @classmethod
    def _not_a_secret_key(cls, value: str | None) -> str | None:
        if value is None:
            return None
        if value.startswith(("sb_secret_", "sbp_")) or _role_of(value) not in (None, "anon"):
            raise ValueError("this is a secret key, which may do everything; use the publishable one")
        return _key(value)

    @field_validator("supabase_secret_key")
    @classmethod
    def _not_a_publishable_key(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None:
            key = _key(value.get_secret_value())
            if not key.startswith("sb_secret_") and _role_of(key) != "service_role":
                raise ValueError("this is not a secret key such as sb_secret_…")
        return value

    @field_validator("database_url")
    @classmethod
    def _some_way_to_the_database(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None:
            database_url(value.get_secret_value())
        elif "supabase_publishable_key" in info.data and info.data["supabase_publishable_key"] is None:
            raise PydanticCustomError("missing", "or set SUPABASE_PUBLISHABLE_KEY, to go through the Data API")
        return value

    @field_validator("supabase_jwt_secret", "service_secret", "log_key")
    @classmethod
    def _strong_secret(cls, value: SecretStr | None) -> SecretStr | None:
        secret = None if value is None else value.get_secret_value()
        if secret is not None and len(secret) < MIN_SECRET_LENGTH:
            raise ValueError(f"a secret needs at least {MIN_SECRET_LENGTH} characters")
        if secret is not None and secret != secret.strip():
            raise ValueError("it begins or ends with a blank or a line break")
        return value

    @field_validator("gemini_api_key", "service_secret")
    @classmethod
    def _fits_into_a_header(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and re.fullmatch("[!-~]([ -~]*[!-~])?", value.get_secret_value()) is None:
            raise ValueError("it is sent in a header: use ASCII, without a line break or a blank at its ends")
        return value

    @field_validator("service_secret")
    @classmethod
    def _companion_needs_the_secret(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        # A setting that failed its own check is absent from `info.data`, and reported already.
        through_data_api = info.data.get("database_url", ...) is None
        if value is None and through_data_api and info.data.get("gemini_api_key") is not None:
            raise PydanticCustomError(
                "missing", "GEMINI_API_KEY needs it to go through the Data API; set it here and in the database"
            )
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(_origins(item.strip() for item in value.split(",") if item.strip()))

    @property
    def data_api_url(self) -> str:
        """Where Supabase serves PostgREST."""
        return f"{self.supabase_url}/rest/v1"

    @property
    def jwt_issuer(self) -> str:
        """The `iss` of Supabase Auth's tokens."""
        return f"{self.supabase_url}/auth/v1"

    @property
    def jwks_url(self) -> str:
        """Where Supabase Auth publishes its public keys."""
        return f"{self.jwt_issuer}/.well-known/jwks.json"


def load_settings() -> Settings:
    """The settings of this process. Raises SystemExit with one line that names every wrong setting."""
    if misspelt := _misspelt(os.environ):
        names = "; ".join(f"{wrong} is unknown (did you mean {right}?)" for wrong, right in misspelt)
        raise SystemExit(f"Cannot start: {names}. Settings are environment variables; see .env.example.")
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit(_explain(error)) from None


def _misspelt(environment: Iterable[str]) -> list[tuple[str, str]]:
    """Names that look like a setting's and are none, with the name that was meant.

    Others are none of our business: an environment holds the variables of many programs.
    """
    known = [name.upper() for name in Settings.model_fields]
    unknown = (name for name in sorted(environment) if name.upper() not in known)
    near = ((name, [right for right in known if _resembles(name.upper(), right)]) for name in unknown)
    return [(name, max(rights, key=lambda right: _likeness(name.upper(), right))) for name, rights in near if rights]


def _resembles(name: str, known: str) -> bool:
    words, right = name.split("_"), known.split("_")
    # DATABASE_TIMEOUT or DATABASE_TIMEOUT_MS for DATABASE_TIMEOUT_SECONDS; but DATABASE_URL_2 may be somebody's.
    if words[:2] == right[:2] and len(right) > 2:  # noqa: PLR2004  # two words and more
        return True
    return _likeness(name, known) >= (SLIP if len(words) == len(right) else SLIP_WITH_ANOTHER_WORD)


def _likeness(name: str, known: str) -> float:
    return difflib.SequenceMatcher(None, name, known).ratio()


def _origins(items: Iterable[str]) -> Iterator[str]:
    for number, item in enumerate(items, start=1):
        try:
            yield origin(item.removesuffix("/"))
        except ValueError as error:
            raise ValueError(f"number {number}: {error}") from None


def _key(value: str) -> str:
    if re.fullmatch("[A-Za-z0-9._-]+", value) is None:
        raise ValueError("a key has letters, digits, dots, hyphens and underscores, and no blanks or quotes")
    return value


def _role_of(key: str) -> str | None:
    """The role in a legacy key, which is a JWT; None for any other text."""
    try:
        payload = key.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return str(claims["role"])
    except (IndexError, ValueError, KeyError, TypeError):
        return None


def _explain(error: ValidationError) -> str:
    faults = "; ".join(_reason(fault) for fault in error.errors(include_input=False, include_url=False))
    return f"Cannot start: {faults}. Settings are environment variables; see .env.example."


def _reason(fault: ErrorDetails) -> str:
    name = str(fault["loc"][0]).upper()
    state = "missing" if fault["type"] == "missing" else "wrong"
    reason = fault["msg"].removeprefix("Value error, ")
    return f"{name} is {state}" if reason == "Field required" else f"{name} is {state} ({reason})"
