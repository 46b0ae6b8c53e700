"""Limits on requests: for each user, and for each address without one."""

from collections.abc import AsyncIterator

import httpx
import pytest

from backend.core.settings import Settings
from tests.support import API, Person, assert_problem, one_gateway, serve

pytestmark = one_gateway
PUBLIC = f"{API}/auth/public"


@pytest.fixture
async def limited(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """A client of an API that allows each user three requests a minute, and each address two."""
    update = {
        "user_requests_per_minute": 3,
        "address_requests_per_minute": 2,
        "client_address_header": "CF-Connecting-IP",
    }
    async with serve(settings.model_copy(update=update)) as client:
        yield client


async def test_a_user_has_a_limit_on_all_routes_together(
    limited: httpx.AsyncClient, athlete: Person, stranger: Person
) -> None:
    person = Person(limited, athlete.user, athlete.token)
    for path, remaining in (("/auth/me", 2), ("/profile", 1), ("/nowhere", 0)):
        response = await person.get(path)
        assert response.status_code in (200, 404)
        assert response.headers["ratelimit-policy"] == '"user";q=3;w=60'
        assert response.headers["ratelimit"] == f'"user";r={remaining};t=60'
    for response in (await person.get("/profile"), await person.patch("/profile", {"display_name": "Too late"})):
        assert_problem(response, 429, "too_many_requests")
        assert response.headers["ratelimit"].startswith('"user";r=0;t=')
        assert 1 <= int(response.headers["retry-after"]) <= 60
    assert (await athlete.get("/profile")).json()["display_name"] != "Too late"
    # Another user, and requests without a user, have their own.
    assert (await Person(limited, stranger.user, stranger.token).get("/profile")).status_code == 200
    assert (await limited.get(PUBLIC)).status_code == 200


async def test_requests_without_a_valid_token_are_limited_by_address(limited: httpx.AsyncClient) -> None:
    def sent_by(address: str) -> dict[str, str]:
        return {"CF-Connecting-IP": address}

    assert (await limited.get(PUBLIC, headers=sent_by("192.0.2.1"))).headers["ratelimit"] == '"address";r=1;t=60'
    wrong = {**sent_by("192.0.2.1"), "Authorization": "Bearer wrong"}
    assert_problem(await limited.get(f"{API}/profile", headers=wrong), 401, "invalid_token")
    assert_problem(await limited.get(f"{API}/profile", headers=wrong), 429, "too_many_requests")
    assert_problem(await limited.get(f"{API}/nowhere", headers=sent_by("192.0.2.1")), 429, "too_many_requests")
    assert (await limited.get(PUBLIC, headers=sent_by("192.0.2.2"))).status_code == 200


@pytest.mark.parametrize(
    ("first", "second", "remaining"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", 0),
        ("2001:db8::1", "2001:db8:0:1::1", 1),
        ("198.51.100.7, 192.0.2.1", "203.0.113.9,192.0.2.1", 0),
        ("not an address", "not an address", 0),
        ("", "127.0.0.1", 0),
    ],
)
async def test_what_counts_as_one_address(limited: httpx.AsyncClient, first: str, second: str, remaining: int) -> None:
    await limited.get(PUBLIC, headers={"CF-Connecting-IP": first})
    response = await limited.get(PUBLIC, headers={"CF-Connecting-IP": second})
    assert response.headers["ratelimit"] == f'"address";r={remaining};t=60'


async def test_health_checks_are_not_limited(limited: httpx.AsyncClient) -> None:
    for _ in range(5):
        response = await limited.get("/health/ready")
        assert response.status_code == 200
        assert "ratelimit" not in response.headers


async def test_a_user_at_an_address_that_has_used_up_its_limit_is_served(
    limited: httpx.AsyncClient, athlete: Person
) -> None:
    for _ in range(2):
        assert (await limited.get(PUBLIC)).status_code == 200
    assert_problem(await limited.get(PUBLIC), 429, "too_many_requests")
    assert (await Person(limited, athlete.user, athlete.token).get("/profile")).status_code == 200
