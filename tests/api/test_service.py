import httpx
import pytest

from backend.core.openapi import VERSION
from tests.support import API, assert_problem, one_gateway


async def test_the_root_describes_the_service(client: httpx.AsyncClient) -> None:
    response = await client.get("/")
    assert response.status_code == 200
    assert response.json() == {
        "name": "Slow Burn API",
        "version": VERSION,
        "docs": "/docs",
        "openapi": "/openapi.json",
    }


async def test_health_reports_that_the_database_answers(client: httpx.AsyncClient) -> None:
    response = await client.get("/health")
    assert response.status_code == 200
    assert response.json() == {"status": "ok", "version": VERSION, "database": "ok"}


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
            "Access-Control-Request-Headers": "authorization, content-type, idempotency-key",
        },
    )
    assert response.status_code == 200
    assert response.headers["access-control-allow-origin"] == "https://app.example.com"


async def test_an_unknown_origin_cannot_read_responses(client: httpx.AsyncClient) -> None:
    response = await client.get("/", headers={"Origin": "https://elsewhere.example.com"})
    assert "access-control-allow-origin" not in response.headers
