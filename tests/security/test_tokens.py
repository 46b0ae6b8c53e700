"""Each rule that a token must keep, through the API."""

import asyncio
import base64
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any
from uuid import uuid4

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from backend.auth.jwks import JwksCache
from backend.auth.verification import TokenVerifier
from backend.core.problems import Problem
from backend.core.settings import Settings
from tests.support import API, Person, SupabaseServer, assert_problem, serve, serve_supabase
from tools.stack.signing import SigningKey

LEGACY_SECRET = "a legacy secret of more than 32 characters"
ME = f"{API}/auth/me"


def claims(jwks: SupabaseServer, **changes: Any) -> dict[str, Any]:
    """Valid claims, some of them changed. A change to None removes the claim."""
    good = {
        "iss": f"{jwks.url}/auth/v1",
        "sub": str(uuid4()),
        "aud": "authenticated",
        "role": "authenticated",
        "email": "athlete@example.com",
        "exp": int(time.time()) + 600,
    }
    return {name: value for name, value in {**good, **changes}.items() if value is not None}


async def ask(client: httpx.AsyncClient, token: str) -> httpx.Response:
    return await client.get(ME, headers={"Authorization": f"Bearer {token}"})


def assert_refused(response: httpx.Response, code: str = "invalid_token") -> None:
    assert_problem(response, 401, code)
    assert response.headers["www-authenticate"].startswith("Bearer")


def assert_unknown_or_refused(response: httpx.Response) -> None:
    # Shortly after the keys were fetched, nobody knows whether the project has published another one since.
    if response.status_code == 503:
        assert_problem(response, 503, "auth_unavailable")
        assert int(response.headers["retry-after"]) > 0
    else:
        assert_refused(response)


def encoded(part: Any) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


async def test_a_good_token_names_its_user(client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer) -> None:
    sent = claims(jwks)
    response = await ask(client, key.sign(sent))
    assert response.status_code == 200
    assert response.json() == {
        "user_id": sent["sub"],
        "email": "athlete@example.com",
        "role": "authenticated",
        "expires_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(sent["exp"])),
    }


async def test_a_user_without_email_is_a_user(client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer) -> None:
    for email in ("", None):
        response = await ask(client, key.sign(claims(jwks, email=email)))
        assert response.status_code == 200
        assert response.json()["email"] is None


@pytest.mark.parametrize("header", [None, "", "Bearer", "Bearer ", "Basic YTpi", "token"])
async def test_a_missing_token_has_a_code_of_its_own(client: httpx.AsyncClient, header: str | None) -> None:
    response = await client.get(ME, headers={} if header is None else {"Authorization": header})
    assert_problem(response, 401, "missing_token")
    assert response.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("token", ["x", "a.b.c", "..", "e30.e30.", "e30.e30.e30", "ü.ü.ü".encode().decode("latin-1")])
async def test_a_malformed_token_is_refused(client: httpx.AsyncClient, token: str) -> None:
    response = await client.get(ME, headers=[(b"Authorization", b"Bearer " + token.encode("latin-1"))])
    assert_refused(response)


async def test_a_long_token_is_refused(client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer) -> None:
    assert_refused(await ask(client, key.sign(claims(jwks, padding="x" * 20_000))))


async def test_the_bearer_scheme_may_be_in_any_case(athlete: Person) -> None:
    response = await athlete.client.get(ME, headers={"Authorization": f"bEARER {athlete.token}"})
    assert response.status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "anon"},
        {"aud": ["other"]},
        {"aud": None},
        {"iss": "https://elsewhere.supabase.co/auth/v1"},
        {"iss": None},
        {"role": "service_role"},
        {"role": "anon"},
        {"role": None},
        {"sub": "not-a-uuid"},
        {"sub": "{00000000-0000-4000-8000-000000000000}"},
        {"sub": 7},
        {"sub": ""},
        {"sub": None},
        {"exp": None},
        {"exp": "tomorrow"},
        {"exp": float("inf")},
        {"exp": 10**20},
        {"exp": 10**18},
        {"exp": 1e300},
        {"nbf": 4_000_000_000},  # in 2096
    ],
)
async def test_each_claim_must_be_valid(
    client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer, change: dict[str, Any]
) -> None:
    # PyJWT itself refuses to encode some of these.
    token = jwt.api_jws.encode(
        json.dumps(claims(jwks, **change)).encode(), key._private_key, "ES256", headers={"kid": key.kid}
    )
    assert_refused(await ask(client, token))


async def test_an_expired_token_has_a_code_of_its_own(
    client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer
) -> None:
    assert_refused(await ask(client, key.sign(claims(jwks, exp=int(time.time()) - 1))), "token_expired")


async def test_a_cached_token_expires(client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer) -> None:
    expires_at = int(time.time()) + 2
    token = key.sign(claims(jwks, exp=expires_at))
    assert (await ask(client, token)).status_code == 200
    await asyncio.sleep(expires_at - time.time())
    assert_refused(await ask(client, token), "token_expired")


async def test_another_key_with_the_same_id_is_refused(
    client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer
) -> None:
    forger = SigningKey.generate()
    forger.kid = key.kid
    assert_refused(await ask(client, forger.sign(claims(jwks))))


async def test_a_changed_payload_is_refused(client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer) -> None:
    head, _, signature = key.sign(claims(jwks)).split(".")
    assert_refused(await ask(client, f"{head}.{encoded(claims(jwks))}.{signature}"))


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "nOnE", ""])
async def test_a_token_without_a_signature_is_refused(
    client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer, algorithm: str
) -> None:
    head = encoded({"alg": algorithm, "typ": "JWT", "kid": key.kid})
    for signature in ("", encoded(b"x" * 64)):
        assert_refused(await ask(client, f"{head}.{encoded(claims(jwks))}.{signature}"))


@pytest.mark.parametrize("algorithm", ["HS256", "HS384", "HS512", "RS256", "ES384", "EdDSA"])
async def test_another_algorithm_is_refused_even_with_a_valid_signature(
    client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer, algorithm: str
) -> None:
    _, payload, signature = key.sign(claims(jwks)).split(".")
    head = encoded({"alg": algorithm, "typ": "JWT", "kid": key.kid})
    assert_refused(await ask(client, f"{head}.{payload}.{signature}"))


async def test_the_public_key_cannot_be_used_as_a_secret(
    client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer
) -> None:
    public_key = key._private_key.public_key()
    for secret in (
        public_key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
        public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
        json.dumps(key.jwks()["keys"][0]).encode(),
        base64.urlsafe_b64decode(key.jwks()["keys"][0]["x"] + "=="),
    ):
        signed = f"{encoded({'alg': 'HS256', 'typ': 'JWT', 'kid': key.kid})}.{encoded(claims(jwks))}"
        signature = encoded(hmac.digest(secret, signed.encode(), hashlib.sha256))
        assert_refused(await ask(client, f"{signed}.{signature}"))


@pytest.mark.parametrize("kid", ["unknown", "", None, 7, ["a"], {"a": 1}])
async def test_an_unknown_key_id_is_refused(
    client: httpx.AsyncClient, key: SigningKey, jwks: SupabaseServer, kid: Any
) -> None:
    header = encoded({"alg": "ES256", "typ": "JWT", **({} if kid is None else {"kid": kid})})
    _, payload, signature = key.sign(claims(jwks)).split(".")
    assert_unknown_or_refused(await ask(client, f"{header}.{payload}.{signature}"))


@pytest.mark.parametrize("header", [{"jwk": True}, {"jku": "https://elsewhere.example.com/jwks.json"}])
async def test_a_key_in_the_token_itself_is_not_used(
    client: httpx.AsyncClient, jwks: SupabaseServer, header: dict[str, Any]
) -> None:
    forger = SigningKey.generate()
    brought = {"jwk": forger.jwks()["keys"][0]} if "jwk" in header else header
    token = jwt.encode(claims(jwks), forger._private_key, "ES256", headers={"kid": forger.kid, **brought})
    assert_unknown_or_refused(await ask(client, token))


# The tests below need a project of their own: with other keys, or with a legacy secret.


@pytest.fixture
def own_jwks(key: SigningKey) -> Iterator[SupabaseServer]:
    with serve_supabase(key) as server:
        yield server


@pytest.fixture
async def own_client(settings: Settings, own_jwks: SupabaseServer) -> AsyncIterator[httpx.AsyncClient]:
    async with serve(settings.model_copy(update={"supabase_url": own_jwks.url})) as client:
        yield client


async def test_new_keys_are_fetched_and_old_ones_dropped(
    settings: Settings, own_jwks: SupabaseServer, key: SigningKey
) -> None:
    async with httpx.AsyncClient() as http:
        own_settings = settings.model_copy(update={"supabase_url": own_jwks.url})
        verifier = TokenVerifier(own_settings, JwksCache(own_settings.jwks_url, http, cool_down=0))
        old = key.sign(claims(own_jwks))
        await verifier.verify(old)
        successor = SigningKey.generate()
        own_jwks.document = successor.jwks()
        await verifier.verify(successor.sign(claims(own_jwks)))
        # The old token was cached, but its key is gone.
        with pytest.raises(Problem) as refused:
            await verifier.verify(old)
        assert (refused.value.status_code, refused.value.code) == (401, "invalid_token")


async def test_without_keys_the_api_answers_503(settings: Settings, own_jwks: SupabaseServer, key: SigningKey) -> None:
    own_jwks.status = 500
    async with serve(settings.model_copy(update={"supabase_url": own_jwks.url})) as client:
        response = await ask(client, key.sign(claims(own_jwks)))
        assert_problem(response, 503, "auth_unavailable")
        assert int(response.headers["retry-after"]) > 0


async def test_known_keys_are_used_during_an_outage(
    own_client: httpx.AsyncClient, own_jwks: SupabaseServer, key: SigningKey
) -> None:
    assert (await ask(own_client, key.sign(claims(own_jwks)))).status_code == 200
    own_jwks.status = 503
    assert (await ask(own_client, key.sign(claims(own_jwks)))).status_code == 200


def rsa_jwks(kid: str) -> tuple[rsa.RSAPrivateKey, dict[str, Any]]:
    private_key = rsa.generate_private_key(65537, 2048)
    entry = jwt.algorithms.RSAAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
    return private_key, {"keys": [{**entry, "kid": kid, "use": "sig"}]}


@pytest.mark.parametrize("allowed", [True, False])
async def test_rs256_is_accepted_only_where_it_is_configured(
    settings: Settings, own_jwks: SupabaseServer, *, allowed: bool
) -> None:
    private_key, own_jwks.document = rsa_jwks("rsa")
    update = {"supabase_url": own_jwks.url, "supabase_jwt_rs256": allowed}
    async with serve(settings.model_copy(update=update)) as client:
        response = await ask(client, jwt.encode(claims(own_jwks), private_key, "RS256", headers={"kid": "rsa"}))
        if allowed:
            assert response.status_code == 200
        else:
            assert_refused(response)


async def test_other_curves_are_refused(settings: Settings, own_jwks: SupabaseServer) -> None:
    private_key = ec.generate_private_key(ec.SECP384R1())
    entry = jwt.algorithms.ECAlgorithm.to_jwk(private_key.public_key(), as_dict=True)
    own_jwks.document = {"keys": [{**entry, "kid": "p384"}]}
    async with serve(settings.model_copy(update={"supabase_url": own_jwks.url})) as client:
        token = jwt.encode(claims(own_jwks), private_key, "ES384", headers={"kid": "p384"})
        assert_refused(await ask(client, token))


async def test_a_published_symmetric_key_is_not_used(settings: Settings, own_jwks: SupabaseServer) -> None:
    secret = b"published, so known to everyone in the world"
    own_jwks.document = {"keys": [{"kty": "oct", "kid": "oct", "alg": "HS256", "k": encoded(secret)}]}
    async with serve(settings.model_copy(update={"supabase_url": own_jwks.url})) as client:
        assert_refused(await ask(client, jwt.encode(claims(own_jwks), secret, "HS256", headers={"kid": "oct"})))


async def test_hs256_is_refused_without_a_legacy_secret(client: httpx.AsyncClient, jwks: SupabaseServer) -> None:
    assert_refused(await ask(client, jwt.encode(claims(jwks), LEGACY_SECRET, "HS256")))


@pytest.fixture
async def legacy_client(own_jwks: SupabaseServer, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    update = {"supabase_url": own_jwks.url, "supabase_jwt_secret": LEGACY_SECRET}
    async with serve(Settings.model_validate(settings.model_dump() | update)) as client:
        yield client


async def test_a_legacy_secret_allows_hs256(legacy_client: httpx.AsyncClient, own_jwks: SupabaseServer) -> None:
    # Tokens of legacy projects may name a key, and the secret does not need the JWKS.
    own_jwks.status = 500
    for headers in ({}, {"kid": "legacy"}):
        token = jwt.encode(claims(own_jwks), LEGACY_SECRET, "HS256", headers=headers)
        assert (await ask(legacy_client, token)).status_code == 200


async def test_a_legacy_secret_loosens_no_other_rule(
    legacy_client: httpx.AsyncClient, own_jwks: SupabaseServer, key: SigningKey
) -> None:
    assert (await ask(legacy_client, key.sign(claims(own_jwks)))).status_code == 200
    assert_refused(await ask(legacy_client, jwt.encode(claims(own_jwks), "x" * 42, "HS256", headers={"kid": key.kid})))
    assert_refused(await ask(legacy_client, jwt.encode(claims(own_jwks), LEGACY_SECRET * 2, "HS512")))
    expired = claims(own_jwks, exp=int(time.time()) - 1)
    assert_refused(await ask(legacy_client, jwt.encode(expired, LEGACY_SECRET, "HS256")), "token_expired")
    public_key = key._private_key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = f"{encoded({'alg': 'HS256', 'kid': key.kid})}.{encoded(claims(own_jwks))}"
    signature = encoded(hmac.digest(public_key, signed.encode(), hashlib.sha256))
    assert_refused(await ask(legacy_client, f"{signed}.{signature}"))
