import pytest

from backend.core.settings import load_settings

REQUIRED = {"SUPABASE_URL": "https://abcd.supabase.co", "DATABASE_URL": "postgresql://user:secret@db.example.com/x"}
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
