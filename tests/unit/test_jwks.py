"""The key cache: when it fetches, and what it keeps."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import pytest

from backend.auth.jwks import JwksCache
from backend.core.problems import Problem
from tests.support import SupabaseServer, serve_supabase
from tools.stack.signing import SigningKey

ALWAYS = 0.0
NEVER = 1e9


@pytest.fixture
def jwks(key: SigningKey) -> Iterator[SupabaseServer]:
    with serve_supabase(key) as server:
        yield server


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient() as client:
        yield client


async def settled(cache: JwksCache) -> None:
    """Wait for a fetch in the background."""
    assert cache._fetch is not None
    await cache._fetch


async def test_keys_are_fetched_once(jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey) -> None:
    cache = JwksCache(jwks.url, http)
    for _ in range(5):
        found = await cache.get(key.kid)
        assert found is not None
        assert found.key_id == key.kid
    assert jwks.requests == 1


async def test_those_who_ask_together_share_one_fetch(
    jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey
) -> None:
    jwks.delay = 0.1
    cache = JwksCache(jwks.url, http, cool_down=ALWAYS)
    found = await asyncio.gather(*(cache.get(key.kid) for _ in range(20)))
    assert all(found)
    assert jwks.requests == 1


async def test_who_gives_up_waiting_does_not_stop_the_fetch(
    jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey
) -> None:
    jwks.delay = 0.1
    cache = JwksCache(jwks.url, http)
    impatient = asyncio.create_task(cache.get(key.kid))
    await asyncio.sleep(0)
    impatient.cancel()
    assert await cache.get(key.kid) is not None
    assert jwks.requests == 1


async def test_unknown_key_ids_cause_no_storm(jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey) -> None:
    cache = JwksCache(jwks.url, http, cool_down=NEVER)
    await cache.get(key.kid)
    for number in range(50):
        with pytest.raises(Problem) as unavailable:
            await cache.get(f"unknown-{number}")
        assert unavailable.value.status_code == 503
    assert jwks.requests == 1


async def test_a_key_that_appears_within_the_cool_down_is_found_when_it_ends(
    jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey
) -> None:
    cache = JwksCache(jwks.url, http, cool_down=0.5)
    await cache.get(key.kid)
    successor = SigningKey.generate()
    jwks.document = {"keys": key.jwks()["keys"] + successor.jwks()["keys"]}
    with pytest.raises(Problem) as unavailable:
        await cache.get(successor.kid)
    assert (unavailable.value.status_code, unavailable.value.headers) == (503, {"Retry-After": "1"})
    await asyncio.sleep(0.6)
    assert await cache.get(successor.kid) is not None
    # Now it is certain that the project has no such key.
    await asyncio.sleep(0.6)
    assert await cache.get("unknown") is None


async def test_an_unknown_key_id_is_looked_for_after_the_cool_down(
    jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey
) -> None:
    cache = JwksCache(jwks.url, http, cool_down=ALWAYS)
    await cache.get(key.kid)
    successor = SigningKey.generate()
    jwks.document = {"keys": key.jwks()["keys"] + successor.jwks()["keys"]}
    assert await cache.get(successor.kid) is not None
    assert await cache.get(key.kid) is not None
    assert jwks.requests == 2


async def test_failures_count_for_the_cool_down(jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey) -> None:
    jwks.status = 500
    cache = JwksCache(jwks.url, http, cool_down=NEVER)
    for _ in range(10):
        with pytest.raises(Problem) as unavailable:
            await cache.get(key.kid)
        assert unavailable.value.status_code == 503
        assert unavailable.value.headers
        assert int(unavailable.value.headers["Retry-After"]) > 0
    assert jwks.requests == 1


async def test_it_recovers_when_the_endpoint_does(
    jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey
) -> None:
    jwks.status = 500
    cache = JwksCache(jwks.url, http, cool_down=ALWAYS)
    with pytest.raises(Problem):
        await cache.get(key.kid)
    jwks.status = 200
    assert await cache.get(key.kid) is not None


async def test_old_keys_are_used_while_new_ones_are_fetched(
    jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey
) -> None:
    cache = JwksCache(jwks.url, http, ttl=ALWAYS, cool_down=ALWAYS)
    await cache.get(key.kid)
    successor = SigningKey.generate()
    jwks.document, jwks.delay = successor.jwks(), 0.1
    assert await cache.get(key.kid) is not None
    await settled(cache)
    assert await cache.get(key.kid) is None


@pytest.mark.parametrize(
    "answer",
    [
        b"<html>",
        b"[]",
        b"{}",
        b'{"keys": 7}',
        b'{"keys": []}',
        b'{"keys": [{"kty": "EC", "kid": "broken"}]}',
        b"",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"keys": ["' + b"x" * 300_000 + b'"]}',
    ],
)
async def test_what_has_no_keys_changes_nothing(
    jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey, answer: bytes
) -> None:
    cache = JwksCache(jwks.url, http, ttl=ALWAYS, cool_down=ALWAYS)
    await cache.get(key.kid)
    jwks.document = answer
    await cache.get(key.kid)
    await settled(cache)
    assert await cache.get(key.kid) is not None
    assert cache.generation == 1


@pytest.mark.parametrize(
    "entry",
    [
        7,
        {},
        {"kty": "EC", "crv": "P-256", "kid": "broken"},
        {"kty": "EC", "crv": "P-256", "kid": "broken", "x": 7, "y": None},
        {"kty": "EC", "crv": "unheard-of", "kid": "broken"},
        {"kty": "OKP", "crv": "Ed25519", "kid": "broken", "x": "AAAA"},
        {"kty": "RSA", "kid": "broken", "use": "enc", "n": "AQAB", "e": "AQAB"},
    ],
)
async def test_one_unusable_key_does_not_spoil_the_others(
    jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey, entry: Any
) -> None:
    jwks.document = {"keys": [entry, *key.jwks()["keys"]]}
    cache = JwksCache(jwks.url, http, cool_down=ALWAYS)
    assert await cache.get(key.kid) is not None
    assert await cache.get("broken") is None


async def test_a_key_without_an_id_is_no_key(jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey) -> None:
    nameless = {name: value for name, value in key.jwks()["keys"][0].items() if name != "kid"}
    jwks.document = {"keys": [nameless]}
    assert await JwksCache(jwks.url, http).get(key.kid) is None


async def test_the_generation_rises_only_when_keys_change(
    jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey
) -> None:
    cache = JwksCache(jwks.url, http, cool_down=ALWAYS)
    for _ in range(3):
        await cache.get("unknown")
    assert jwks.requests == 3
    assert cache.generation == 1
    jwks.document = SigningKey.generate().jwks()
    await cache.get("unknown")
    assert cache.generation == 2


async def test_an_endpoint_that_hangs_is_given_up(
    jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.auth.jwks.FETCH_TIMEOUT_SECONDS", 0.05)
    jwks.delay = 0.5
    with pytest.raises(Problem):
        await JwksCache(jwks.url, http).get(key.kid)


async def test_an_endpoint_that_trickles_is_given_up(
    jwks: SupabaseServer, http: httpx.AsyncClient, key: SigningKey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.auth.jwks.FETCH_TIMEOUT_SECONDS", 0.3)
    jwks.trickled_bytes = 20
    async with asyncio.timeout(1.5):
        with pytest.raises(Problem):
            await JwksCache(jwks.url, http).get(key.kid)


async def test_a_project_without_keys_is_no_fault(jwks: SupabaseServer, http: httpx.AsyncClient) -> None:
    # Projects that still sign with the legacy secret publish none.
    jwks.document = {"keys": []}
    assert await JwksCache(jwks.url, http).get("unknown") is None


async def test_closing_stops_a_fetch(jwks: SupabaseServer, http: httpx.AsyncClient) -> None:
    jwks.delay = 0.5
    cache = JwksCache(jwks.url, http)
    cache.refresh_if_stale()
    await asyncio.sleep(0)
    await cache.close()
    await cache.close()
    assert cache._fetch is not None
    assert cache._fetch.cancelled()
