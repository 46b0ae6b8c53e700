import asyncio
import re

import httpx
import pytest

from backend.core.openapi import VERSION
from backend.core.problems import DATABASE_CODES, Code
from backend.core.settings import Settings
from backend.service import SCHEMA_VERSION
from tests.support import API, Person, assert_problem, one_gateway, serve, serve_over_http
from tools import MIGRATIONS


async def test_the_root_describes_the_service(client: httpx.AsyncClient) -> None:
    response = await client.get("/")
    assert response.status_code == 200
    assert response.json() == {
        "name": "Slow Burn API",
        "version": VERSION,
        "docs": "/docs",
        "openapi": "/openapi.json",
    }


async def test_the_service_is_alive_and_ready(client: httpx.AsyncClient) -> None:
    response = await client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "ok", "version": VERSION})
    response = await client.get("/health/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ready", "version": VERSION})


async def test_the_service_is_not_ready_while_migrations_are_missing(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.service.SCHEMA_VERSION", "99990101000000")
    assert_problem(await client.get("/health/ready"), 503, "database_outdated")


def test_the_service_needs_the_newest_migration() -> None:
    assert max(path.name.partition("_")[0] for path in MIGRATIONS.glob("*.sql")) == SCHEMA_VERSION


@one_gateway
async def test_the_service_is_not_ready_while_no_keys_are_known(settings: Settings) -> None:
    async with serve(settings.model_copy(update={"supabase_url": "http://127.0.0.1:9"})) as client:
        assert_problem(await client.get("/health/ready"), 503, "auth_unavailable")
        assert (await client.get("/health")).status_code == 200


async def test_the_public_greeting_needs_no_token(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{API}/auth/public")
    assert response.status_code == 200
    assert response.json()["message"]


@one_gateway
@pytest.mark.parametrize("page", ["/docs", "/redoc"])
async def test_the_documentation_pages_load_the_document(client: httpx.AsyncClient, page: str) -> None:
    response = await client.get(page)
    assert response.status_code == 200
    assert "/openapi.json" in response.text


async def test_an_unknown_path_is_not_found(client: httpx.AsyncClient) -> None:
    problem = assert_problem(await client.get("/nowhere"), 404, "path_not_found")
    assert "/nowhere" in problem["detail"]


async def test_a_path_with_a_trailing_slash_is_not_found(client: httpx.AsyncClient) -> None:
    assert_problem(await client.get(f"{API}/profile/"), 404, "path_not_found")


async def test_a_wrong_method_is_refused_with_the_allowed_ones(client: httpx.AsyncClient) -> None:
    response = await client.put(f"{API}/auth/public")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "GET"
    response = await client.patch(f"{API}/workouts/x")
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "DELETE, GET, PUT"


@one_gateway
@pytest.mark.parametrize("sent", ["abc-123", "A.b_c-9", "x" * 64])
async def test_a_valid_request_id_is_returned(client: httpx.AsyncClient, sent: str) -> None:
    response = await client.get("/", headers={"X-Request-ID": sent})
    assert response.headers["x-request-id"] == sent


@one_gateway
@pytest.mark.parametrize("sent", ["", "x" * 65, "a b", "a\tb", '{"x":1}'])
async def test_an_invalid_request_id_is_replaced(client: httpx.AsyncClient, sent: str) -> None:
    response = await client.get("/", headers={"X-Request-ID": sent})
    assert response.headers["x-request-id"] != sent
    assert len(response.headers["x-request-id"]) == 32


@one_gateway
async def test_a_body_that_arrives_too_slowly_is_refused(
    settings: Settings, athlete: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.core.middleware.BODY_SECONDS", 0.2)
    with serve_over_http(settings) as url:
        reader, writer = await asyncio.open_connection("127.0.0.1", int(url.rpartition(":")[2]))
        head = f"POST {API}/workouts/log HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {athlete.token}\r\n"
        writer.write(f"{head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{{".encode())
        async with asyncio.timeout(10):
            answer = (await reader.read()).decode()
        writer.close()
    assert answer.startswith("HTTP/1.1 408 ")
    assert '"body_too_slow"' in answer


async def test_every_response_has_timings(client: httpx.AsyncClient) -> None:
    for path in ("/", "/nowhere"):
        timing = (await client.get(path)).headers["server-timing"]
        assert [part.partition(";")[0] for part in timing.split(", ")] == ["auth", "db", "ai"]


async def test_an_allowed_origin_can_read_responses_and_errors(client: httpx.AsyncClient) -> None:
    for path in ("/", "/nowhere"):
        response = await client.get(path, headers={"Origin": "https://app.example.com"})
        assert response.headers["access-control-allow-origin"] == "https://app.example.com"
        assert "X-Request-ID" in response.headers["access-control-expose-headers"]


async def test_an_allowed_origin_can_send_the_headers_of_the_api(client: httpx.AsyncClient) -> None:
    response = await client.options(
        f"{API}/workouts/log",
        headers={
            "Origin": "https://app.example.com",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type, idempotency-key, "
            "traceparent, x-client-info",
        },
    )
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "https://app.example.com"


async def test_an_unknown_origin_cannot_read_responses(client: httpx.AsyncClient) -> None:
    response = await client.get("/", headers={"Origin": "https://elsewhere.example.com"})
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/api/v1/auth/public", 200),
        ("GET", "/api/v1/profile", 401),
        ("GET", "/nowhere", 404),
        ("DELETE", "/health", 405),
    ],
)
async def test_every_response_has_security_headers(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await client.request(method, path, headers={"Origin": "https://app.example.com"})
    assert response.status_code == status
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["x-frame-options"] == "DENY"
    assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert response.headers["referrer-policy"] == "no-referrer"
    assert response.headers["strict-transport-security"].startswith("max-age=63072000")
    assert response.headers["cache-control"] == "no-store"


async def test_refused_bodies_preflights_and_streams_have_security_headers(
    client: httpx.AsyncClient, athlete: Person
) -> None:
    too_large = await athlete.ask("POST", "/workouts/log", content=b" " * (1024 * 1024 + 1))
    preflight = await client.options(
        f"{API}/profile", headers={"Origin": "https://app.example.com", "Access-Control-Request-Method": "GET"}
    )
    stream = await athlete.ask("POST", "/chat/stream", json={"message": "Hi"})
    assert [response.status_code for response in (too_large, preflight, stream)] == [413, 200, 200]
    for response in (too_large, preflight, stream):
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "no-" in response.headers["cache-control"]
    # A route may let the client's own cache keep an answer.
    assert (await athlete.get("/exercises/facets")).headers["cache-control"] == "private, no-cache"


@pytest.mark.parametrize("page", ["/docs", "/redoc"])
async def test_the_documentation_pages_load_everything_from_here(client: httpx.AsyncClient, page: str) -> None:
    response = await client.get(page)
    assert "https://" not in response.text
    policy = response.headers["content-security-policy"]
    assert "https:" not in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    sources = re.findall(r'(?:src|href)="([^"]+)"', response.text)
    assert any(source.endswith(".js") for source in sources)
    for source in sources:
        loaded = await client.get(source)
        assert loaded.status_code == 200, source
        assert len(loaded.content) > 100
    assert_problem(await client.get("/docs/assets/nothing.js"), 404, "path_not_found")


async def test_the_documentation_can_be_switched_off(settings: Settings) -> None:
    async with serve(settings.model_copy(update={"api_docs": False})) as client:
        for path in ("/docs", "/redoc", "/openapi.json"):
            assert_problem(await client.get(path), 404, "path_not_found")
        assert (await client.get("/")).json() | {"version": ""} == {
            "name": "Slow Burn API",
            "version": "",
            "docs": None,
            "openapi": None,
        }


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/health", "GET"),
        ("/api/v1/profile", "GET, PATCH"),
        ("/api/v1/exercises", "GET, POST"),
        ("/api/v1/workouts/5b1f0c9e-7d3a-4e2b-9a68-1c4d7e8f9a0b", "DELETE, GET, PUT"),
        ("/api/v1/account", "DELETE"),
        ("/api/v1/chat", "POST"),
        ("/api/v1/exercises/facets", "GET"),
        ("/api/v1/workouts/log", "POST"),
        ("/api/v1/workouts/import", "POST"),
    ],
)
@pytest.mark.parametrize("method", ["HEAD", "TRACE", "PROPFIND", "OPTIONS", "FOO"])
async def test_a_method_that_a_path_lacks_is_refused_with_those_that_it_has(
    client: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    response = await client.request(method, path)
    assert response.status_code == 405
    assert response.headers["allow"] == allowed
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["PATCH", "DELETE", "POST"])
async def test_a_word_in_a_path_is_not_an_id(athlete: Person, method: str) -> None:
    response = await athlete.ask(method, "/exercises/facets", json={"name": "Mine"})
    assert_problem(response, 405, "method_not_allowed")
    assert response.headers["allow"] == "GET"


@one_gateway
async def test_the_type_of_a_problem_leads_to_what_its_code_means(client: httpx.AsyncClient) -> None:
    page, _, anchor = assert_problem(await client.get("/nowhere"), 404, "path_not_found")["type"].partition("#")
    shown = await client.get(page)
    assert shown.headers["content-type"].startswith("text/html")
    assert f'<tr id="{anchor}">' in shown.text
    codes = set(re.findall(r'<tr id="(\w+)">', shown.text))
    assert codes >= {*DATABASE_CODES, *Code} - {Code.HTTP_ERROR}
