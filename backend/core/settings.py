"""The service's settings, read from the environment and checked once at start. `.env.example` explains each."""

import re
from typing import Annotated, Literal

from pydantic import Field, PostgresDsn, SecretStr, UrlConstraints, ValidationError, ValidationInfo, field_validator
from pydantic.networks import AnyUrl, HttpUrl
from pydantic_core import ErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIN_SECRET_LENGTH = 32

_ORIGIN = re.compile(r"https?://[^/\s?#@*]+")


class SupabaseUrl(AnyUrl):
    """`https://<project>.supabase.co`, or http on a laptop; no path, query or user."""

    _constraints = UrlConstraints(allowed_schemes=["https", "http"], host_required=True)


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
    database_timeout_seconds: float = Field(default=5, gt=0, le=60)
    gemini_api_key: SecretStr | None = None
    service_secret: SecretStr | None = Field(default=None, validate_default=True)
    gemini_base_url: str | None = None
    gemini_chat_model: str = "gemini-2.5-flash"
    gemini_embedding_model: str = "gemini-embedding-001"
    gemini_timeout_seconds: float = Field(default=20, gt=0, le=60)
    user_requests_per_minute: int = Field(default=600, ge=1, le=1_000_000)
    address_requests_per_minute: int = Field(default=120, ge=1, le=1_000_000)
    client_address_header: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]+$")
    chat_messages_per_minute: int = Field(default=10, ge=1, le=1000)
    chat_messages_per_day: int = Field(default=200, ge=1, le=100_000)

    @field_validator("supabase_url")
    @classmethod
    def _plain_origin(cls, value: str) -> str:
        url = SupabaseUrl(value)
        if url.path not in (None, "/") or url.query or url.fragment or url.username:
            raise ValueError("give only the project's URL, such as https://abcd.supabase.co")
        return value.rstrip("/")

    @field_validator("database_url")
    @classmethod
    def _some_way_to_the_database(cls, value: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if value is not None:
            PostgresDsn(value.get_secret_value())
        elif info.data.get("supabase_publishable_key") is None:
            raise PydanticCustomError("missing", "or set SUPABASE_PUBLISHABLE_KEY, to go through the Data API")
        return value

    @field_validator("supabase_jwt_secret", "service_secret", "log_key")
    @classmethod
    def _strong_secret(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < MIN_SECRET_LENGTH:
            raise ValueError(f"a secret needs at least {MIN_SECRET_LENGTH} characters")
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

    @field_validator("gemini_base_url")
    @classmethod
    def _encrypted(cls, value: str | None) -> str | None:
        if value is not None:
            url = HttpUrl(value)
            if url.scheme != "https" and url.host not in ("127.0.0.1", "localhost"):
                raise ValueError("use https, because conversations are sent there")
        return value

    @field_validator("cors_origins", mode="before")
    @classmethod
    def _split_origins(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        origins = tuple(origin.strip().rstrip("/") for origin in value.split(",") if origin.strip())
        for origin in origins:
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"{origin} is not an origin such as https://app.example.com")
        return origins

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
    try:
        return Settings()
    except ValidationError as error:
        raise SystemExit(_explain(error)) from None


def _explain(error: ValidationError) -> str:
    faults = "; ".join(_reason(fault) for fault in error.errors(include_input=False, include_url=False))
    return f"Cannot start: {faults}. Settings are environment variables; see .env.example."


def _reason(fault: ErrorDetails) -> str:
    name = str(fault["loc"][0]).upper()
    state = "missing" if fault["type"] == "missing" else "wrong"
    reason = fault["msg"].removeprefix("Value error, ")
    return f"{name} is {state}" if reason == "Field required" else f"{name} is {state} ({reason})"
