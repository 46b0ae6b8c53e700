import base64
import json

import pytest

from backend.core.settings import load_settings

REQUIRED = {"SUPABASE_URL": "https://abcd.supabase.co", "DATABASE_URL": "postgresql://user:secret@localhost/x"}
EVERY = (
    *REQUIRED,
    "SUPABASE_PUBLISHABLE_KEY",
    "SUPABASE_JWT_SECRET",
    "SUPABASE_JWT_RS256",
    "CORS_ORIGINS",
    "LOG_LEVEL",
    "DATABASE_POOL_SIZE",
    "DATABASE_TIMEOUT_SECONDS",
    "GEMINI_API_KEY",
    "GEMINI_BASE_URL",
    "SERVICE_SECRET",
)


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name in EVERY:
        monkeypatch.delenv(name, raising=False)
    for name, value in REQUIRED.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


def complaint() -> str:
    with pytest.raises(SystemExit) as exit_:
        load_settings()
    text = str(exit_.value)
    assert "\n" not in text
    assert text.startswith("Cannot start: ")
    assert ".env.example" in text
    return text


@pytest.mark.usefixtures("environment")
def test_two_settings_are_enough() -> None:
    settings = load_settings()
    assert settings.jwt_issuer == "https://abcd.supabase.co/auth/v1"
    assert settings.jwks_url == "https://abcd.supabase.co/auth/v1/.well-known/jwks.json"
    assert settings.database_pool_size == 10
    assert settings.cors_origins == ()
    assert settings.supabase_jwt_secret is None
    assert settings.supabase_jwt_rs256 is False


def test_a_publishable_key_is_a_way_to_the_database(environment: pytest.MonkeyPatch) -> None:
    environment.delenv("DATABASE_URL")
    environment.setenv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x")
    settings = load_settings()
    assert settings.database_url is None
    assert settings.data_api_url == "https://abcd.supabase.co/rest/v1"


@pytest.mark.parametrize("name", REQUIRED)
def test_a_missing_setting_is_named(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.delenv(name)
    assert f"{name} is missing" in complaint()
    environment.setenv(name, "")
    assert f"{name} is missing" in complaint()


def test_every_fault_is_named_at_once(environment: pytest.MonkeyPatch) -> None:
    for name in REQUIRED:
        environment.delenv(name)
    environment.setenv("LOG_LEVEL", "loud")
    text = complaint()
    assert "SUPABASE_URL is missing" in text
    assert "DATABASE_URL is missing" in text
    assert "LOG_LEVEL is wrong" in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUPABASE_URL", "abcd.supabase.co"),
        ("SUPABASE_URL", "ftp://abcd.supabase.co"),
        ("SUPABASE_URL", "https://abcd.supabase.co/auth/v1"),
        ("SUPABASE_URL", "https://abcd.supabase.co?x=1"),
        ("DATABASE_URL", "mysql://localhost/x"),
        ("DATABASE_URL", "localhost"),
        ("SUPABASE_JWT_SECRET", "hunter2"),
        ("SERVICE_SECRET", "hunter2"),
        ("SUPABASE_JWT_RS256", "perhaps"),
        ("CORS_ORIGINS", "nonsense"),
        ("CORS_ORIGINS", "https://a.example.com,*"),
        ("CORS_ORIGINS", "https://a.example.com/path"),
        ("DATABASE_POOL_SIZE", "0"),
        ("DATABASE_POOL_SIZE", "many"),
        ("DATABASE_TIMEOUT_SECONDS", "0"),
        ("DATABASE_TIMEOUT_SECONDS", "-1"),
    ],
)
def test_a_wrong_setting_is_named_without_its_value(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    text = complaint()
    assert f"{name} is wrong" in text
    if name in ("DATABASE_URL", "SUPABASE_JWT_SECRET", "SERVICE_SECRET"):
        assert value not in text


@pytest.mark.parametrize("name", ["SUPABASE_URL", "GEMINI_BASE_URL", "CORS_ORIGINS", "DATABASE_URL"])
@pytest.mark.parametrize(
    "value",
    [
        "sb_secret_hunter2",
        "https://user:hunter2@abcd.supabase.co",
        "https://user:hunter2/@abcd.supabase.co",
        "https://abcd.supabase.co/?key=hunter2",
        "https://abcd.supabase.co/\nhunter2",
        "postgresql://slow_burn_api:hunter2@db.example.com/x",
        "postgresql://slow_burn_api:a/hunter2@db.example.com/x",
        "postgresql://slow_burn_api:a@hunter2@db.example.com/x",
        "postgresql://slow_burn_api:%zhunter2@db.example.com/x",
        "postgresql://slow_burn_api@db.example.com/x?password=hunter2",
        "postgresql://localhost/x?hunter2=1",
    ],
)
def test_no_complaint_about_an_address_shows_a_secret(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    text = complaint()
    assert f"{name} is wrong" in text
    assert "hunter2" not in text


def legacy_key(role: str) -> str:
    return "e30." + base64.urlsafe_b64encode(json.dumps({"role": role}).encode()).decode().rstrip("=") + ".x"


LEGACY_ANON = legacy_key("anon")
LEGACY_SERVICE_ROLE = legacy_key("service_role")
HOSTED = "postgresql://slow_burn_api.abcd:secret@aws-0-eu.pooler.supabase.com:6543/postgres"

REFUSED = [
    ("SUPABASE_URL", "http://abcd.supabase.co", "use https"),
    ("SUPABASE_URL", "http://10.0.0.5:8000", "use https"),
    ("SUPABASE_URL", "https://Abcd.supabase.co", "small letters"),
    ("SUPABASE_URL", "HTTPS://abcd.supabase.co", "is not an origin"),
    ("SUPABASE_URL", " https://abcd.supabase.co", "is not an origin"),
    ("SUPABASE_URL", "https://abcd.supabase.co ", "is not an origin"),
    ("SUPABASE_URL", "https://abcd .supabase.co", "is not an origin"),
    ("SUPABASE_URL", "https://abcd.supabase.co//", "is not an origin"),
    ("SUPABASE_URL", "https://user@abcd.supabase.co", "is not an origin"),
    ("SUPABASE_URL", "https://abcd.supabase.co:443", "browsers leave it out"),
    ("SUPABASE_URL", "https://", "is not an origin"),
    ("SUPABASE_URL", "https://abcd.supabase.co:99999", "port that does not exist"),
    ("SUPABASE_PUBLISHABLE_KEY", "sb_secret_abc", "secret key"),
    ("SUPABASE_PUBLISHABLE_KEY", LEGACY_SERVICE_ROLE, "secret key"),
    ("SUPABASE_PUBLISHABLE_KEY", legacy_key("supabase_admin"), "secret key"),
    ("SUPABASE_PUBLISHABLE_KEY", "sbp_" + 40 * "0", "secret key"),
    ("SUPABASE_PUBLISHABLE_KEY", " sb_secret_abc", "no blanks or quotes"),
    ("SUPABASE_PUBLISHABLE_KEY", '"sb_secret_abc"', "no blanks or quotes"),
    ("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_abc\n", "no blanks or quotes"),
    ("SUPABASE_PUBLISHABLE_KEY", " ", "no blanks or quotes"),
    ("SUPABASE_SECRET_KEY", "sb_secret_abc\n", "no blanks or quotes"),
    ("SUPABASE_SECRET_KEY", "sb_publishable_abc", "not a secret key"),
    ("SUPABASE_SECRET_KEY", LEGACY_ANON, "not a secret key"),
    ("DATABASE_URL", HOSTED, "sslmode=require"),
    ("DATABASE_URL", HOSTED + "?sslmode=prefer", "sslmode=require"),
    ("DATABASE_URL", HOSTED + "?sslmode=disable", "sslmode=require"),
    ("DATABASE_URL", HOSTED + "?sslmode=allow", "sslmode=require"),
    ("DATABASE_URL", HOSTED.replace("slow_burn_api", "postgres") + "?sslmode=require", "connect as slow_burn_api"),
    ("DATABASE_URL", "postgresql://supabase_admin@localhost/x", "connect as slow_burn_api"),
    ("DATABASE_URL", "postgresql://localhost/x?user=postgres", "connect as slow_burn_api"),
    ("DATABASE_URL", "postgresql+asyncpg://slow_burn_api@localhost/x", "leave out what follows the +"),
    ("DATABASE_URL", "postgresql+psycopg://slow_burn_api@localhost/x", "leave out what follows the +"),
    ("DATABASE_URL", "sqlite:///x.db", "must begin with postgresql://"),
    ("DATABASE_URL", "postgresql:///x", "names no host"),
    ("DATABASE_URL", "postgresql://a:b c@localhost/x", "blanks"),
    ("DATABASE_URL", "postgresql://[::1/x", "not a URL"),
    ("DATABASE_URL", "host=localhost user=slow_burn_api", "must begin with postgresql://"),
    ("DATABASE_URL", "PostgreSQL://slow_burn_api@localhost/x", "must begin with postgresql://"),
    ("DATABASE_URL", "postgresql://a@localhost/x?sslmod=require", "not a URL"),
    ("DATABASE_URL", "postgresql://a@localhost/x?hostaddr=203.0.113.5", "sslmode=require"),
    ("DATABASE_URL", "postgresql://a@localhost/x?host=/tmp,db.example.com", "sslmode=require"),
    ("DATABASE_URL", "postgresql://a@localhost,db.example.com/x", "sslmode=require"),
    ("DATABASE_URL", "postgresql://a@localhost:5432,db.example.com:5432/x", "sslmode=require"),
    ("DATABASE_URL", "postgresql://a@localhost/x?host=localhost,", "names no host"),
    ("DATABASE_URL", HOSTED + "?sslmode=require&sslmode=disable", "sslmode=require"),
    ("DATABASE_URL", "postgresql://%70ostgres@localhost/x", "connect as slow_burn_api"),
    ("DATABASE_URL", "postgresql://a:b/c@db.example.com/x?sslmode=require", "write @ as %40"),
    ("DATABASE_URL", "postgresql://a:b@c@db.example.com/x?sslmode=require", "write @ as %40"),
    ("DATABASE_URL", "postgresql://a@localhost:99999/x", "host or port is wrong"),
    ("DATABASE_URL", "postgresql://a@127.0.0.1/x?host=db.example.com", "sslmode=require"),
    ("DATABASE_TIMEOUT_SECONDS", "0.0004", "greater than or equal to 0.01"),
    ("DATABASE_TIMEOUT_SECONDS", "inf", ""),
    ("DATABASE_TIMEOUT_SECONDS", "nan", ""),
    ("GEMINI_TIMEOUT_SECONDS", "0.0001", "greater than or equal to 0.01"),
    ("GEMINI_BASE_URL", "http://generativelanguage.googleapis.com", "use https"),
    ("GEMINI_BASE_URL", "https://ai.example.com/x?key=1", "without blanks, query"),
    ("GEMINI_BASE_URL", "https://ai.example.com/a b", "without blanks"),
    ("GEMINI_BASE_URL", "ai.example.com", "is not an origin"),
    ("GEMINI_BASE_URL", "HTTPS://ai.example.com", "is not an origin"),
    ("GEMINI_BASE_URL", "https://Ai.example.com/v1", "is not an origin"),
    ("GEMINI_BASE_URL", "https://user:secret@ai.example.com", "is not an origin"),
    ("GEMINI_API_KEY", " AIza", "sent in a header"),
    ("GEMINI_API_KEY", "AIza\n", "sent in a header"),
    ("GEMINI_API_KEY", "AI\nza", "sent in a header"),
    ("CORS_ORIGINS", "https://App.example.com", "small letters"),
    ("CORS_ORIGINS", "https://app.example.com:443", "browsers leave it out"),
    ("CORS_ORIGINS", "http://app.example.com:80", "browsers leave it out"),
    ("CORS_ORIGINS", "https://*.example.com", "is not an origin"),
    ("CORS_ORIGINS", "https://app.example.com//", "is not an origin"),
    ("CORS_ORIGINS", "https://app.example.com https://b.example.com", "is not an origin"),
    ("CORS_ORIGINS", "null", "is not an origin"),
    ("CORS_ORIGINS", "https://a.example.com,https://b.example.com/x", "number 2: it is not an origin"),
    ("CORS_ORIGINS", "https://app.example.com:0443", "is not an origin"),
    ("CORS_ORIGINS", "https://app..example.com", "is not an origin"),
    ("CORS_ORIGINS", "https://app.example.com.", "is not an origin"),
    ("CORS_ORIGINS", "https://.", "is not an origin"),
    ("CORS_ORIGINS", "http://127.1", "is not an origin"),
    ("CORS_ORIGINS", "http://[::0001]:5173", "is not an origin"),
    ("CORS_ORIGINS", "http://[:::]:5173", "is not an origin"),
    ("CLIENT_ADDRESS_HEADER", "X Forwarded", "match pattern"),
    ("CLIENT_ADDRESS_HEADER", "X-Forwarded-For:", "match pattern"),
    ("USER_REQUESTS_PER_MINUTE", "0", ""),
    ("ADDRESS_REQUESTS_PER_MINUTE", "-1", ""),
    ("API_DOCS", "perhaps", ""),
    ("LOG_KEY", "short", "at least 32 characters"),
    ("LOG_KEY", 40 * " ", "a blank or a line break"),
    ("SUPABASE_JWT_SECRET", 40 * "x" + "\n", "a blank or a line break"),
    ("SERVICE_SECRET", 40 * "x" + " ", "a blank or a line break"),
    ("SERVICE_SECRET", 20 * "x" + "\n" + 20 * "x", "sent in a header"),
    ("SERVICE_SECRET", 40 * "é", "ASCII"),
]


@pytest.mark.parametrize(("name", "value", "reason"), REFUSED)
def test_what_is_unsafe_or_never_works_is_refused(
    environment: pytest.MonkeyPatch, name: str, value: str, reason: str
) -> None:
    environment.setenv(name, value)
    text = complaint()
    assert f"{name} is wrong" in text
    assert reason in text
    assert "secret@" not in text


ACCEPTED = [
    ("SUPABASE_URL", "http://127.0.0.1:54321"),
    ("SUPABASE_URL", "http://localhost:54321/"),
    ("SUPABASE_URL", "http://[::1]:54321"),
    ("SUPABASE_URL", "https://auth.example.com:8443"),
    ("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_abc"),
    ("SUPABASE_PUBLISHABLE_KEY", LEGACY_ANON),
    ("SUPABASE_SECRET_KEY", "sb_secret_abc"),
    ("SUPABASE_SECRET_KEY", LEGACY_SERVICE_ROLE),
    ("DATABASE_URL", HOSTED + "?sslmode=require"),
    ("DATABASE_URL", HOSTED + "?sslmode=verify-full&sslrootcert=/etc/ca.pem"),
    ("DATABASE_URL", "postgres://slow_burn_api@localhost/x"),
    ("DATABASE_URL", "postgresql://slow_burn_api:p%40ss@127.0.0.1:5432/x"),
    ("DATABASE_URL", "postgresql://slow_burn_api@[::1]/x"),
    ("DATABASE_URL", "postgresql://slow_burn_api@localhost/x?host=/var/run/postgresql"),
    ("DATABASE_URL", "postgresql://slow_burn_api@%2Fvar%2Frun%2Fpostgresql/x"),
    ("DATABASE_URL", "postgresql://slow_burn_api@localhost,127.0.0.1:5433/x"),
    ("DATABASE_URL", "postgresql://slow_burn_api:a#b?c@localhost/x"),
    ("DATABASE_URL", HOSTED + "?sslmode=disable&sslmode=require"),
    ("DATABASE_URL", HOSTED + "?ssl=true"),
    ("DATABASE_TIMEOUT_SECONDS", "0.5"),
    ("GEMINI_BASE_URL", "http://127.0.0.1:9000/gemini"),
    ("GEMINI_BASE_URL", "https://ai.example.com/v1/"),
    ("CORS_ORIGINS", "http://localhost:5173,https://app.example.com,https://app.example.com:8443"),
    ("CORS_ORIGINS", "http://[::1]:5173"),
    ("CORS_ORIGINS", "http://192.168.0.7:5173"),
    ("CORS_ORIGINS", "https://my_app.example.com"),
    ("SERVICE_SECRET", 10 * "aZ9+/=" + "=="),
    ("SERVICE_SECRET", "a passphrase of several words is one, too"),
    ("CLIENT_ADDRESS_HEADER", "CF-Connecting-IP"),
    ("API_DOCS", "true"),
]


@pytest.mark.parametrize(("name", "value"), ACCEPTED)
def test_what_works_is_accepted(environment: pytest.MonkeyPatch, name: str, value: str) -> None:
    environment.setenv(name, value)
    load_settings()


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("SUPABASE_PUBLISHABEL_KEY", "SUPABASE_PUBLISHABLE_KEY"),
        ("CORS_ORIGIN", "CORS_ORIGINS"),
        ("GEMINI_APIKEY", "GEMINI_API_KEY"),
        ("DATABASE_POOLSIZE", "DATABASE_POOL_SIZE"),
        ("CHAT_MESSAGES_PER_MINUT", "CHAT_MESSAGES_PER_MINUTE"),
        ("CHAT_MESSAGES_PER_HOUR", "CHAT_MESSAGES_PER_DAY"),
        ("DATABASE_TIMEOUT", "DATABASE_TIMEOUT_SECONDS"),
        ("DATABASE_TIMEOUT_MS", "DATABASE_TIMEOUT_SECONDS"),
        ("GEMINI_TIMEOUT", "GEMINI_TIMEOUT_SECONDS"),
        ("SUPABASE_SECRET_KEY_FILE", "SUPABASE_SECRET_KEY"),
        ("LOG_LEVLE", "LOG_LEVEL"),
        ("LOG_KYE", "LOG_KEY"),
        ("API_DOSC", "API_DOCS"),
        ("supabase_ulr", "SUPABASE_URL"),
    ],
)
def test_a_misspelt_name_is_not_ignored(environment: pytest.MonkeyPatch, wrong: str, right: str) -> None:
    environment.setenv(wrong, "5")
    assert f"{wrong} is unknown (did you mean {right}?)" in complaint()


@pytest.mark.parametrize(
    "name",
    [
        "DATABASE", "DATABASE_URL_DIRECT", "GEMINI_MODEL", "SUPABASE_ACCESS_TOKEN", "SUPABASE_ANON_KEY",
        "SUPABASE_DB_URL", "SUPABASE_AUTH_SITE_URL", "PGHOST", "LOG_FORMAT", "LOG_DIR", "OPENAI_API_KEY", "USER",
    ],
)  # fmt: skip
def test_the_variables_of_other_programs_are_left_alone(environment: pytest.MonkeyPatch, name: str) -> None:
    environment.setenv(name, "anything")
    load_settings()


def test_the_companion_needs_the_services_secret_through_the_data_api(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("GEMINI_API_KEY", "AIza")
    assert load_settings().service_secret is None
    environment.delenv("DATABASE_URL")
    environment.setenv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x")
    assert "SERVICE_SECRET is missing (GEMINI_API_KEY needs it" in complaint()
    environment.setenv("SERVICE_SECRET", "0123456789abcdef0123456789abcdef")
    assert load_settings().service_secret is not None


def test_secrets_stay_out_of_reprs(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SUPABASE_JWT_SECRET", "0123456789abcdef0123456789abcdef")
    environment.setenv("SERVICE_SECRET", "0123456789abcdef0123456789abcdef")
    shown = repr(load_settings())
    assert "0123456789abcdef" not in shown
    assert "user:secret" not in shown


def test_origins_are_a_list_with_commas(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("CORS_ORIGINS", " https://a.example.com/ ,http://localhost:5173,")
    assert load_settings().cors_origins == ("https://a.example.com", "http://localhost:5173")


def test_a_slash_after_the_url_is_no_part_of_it(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("SUPABASE_URL", "https://abcd.supabase.co/")
    assert load_settings().jwt_issuer == "https://abcd.supabase.co/auth/v1"
