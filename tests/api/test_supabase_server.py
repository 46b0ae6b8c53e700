"""The stand-in for Supabase Auth, whose tokens the API accepts."""

from collections.abc import AsyncIterator
from uuid import uuid4

import httpx
import pytest

from tests.support import API, SupabaseServer, one_gateway
from tools.stack.database import database_url
from tools.stack.signing import SigningKey
from tools.stack.supabase_server import SECRET_KEY, AuthServer, create_supabase_app
from tools.stack.users import ROLE

SIGN_UP, SIGN_IN = "/auth/v1/signup", "/auth/v1/token?grant_type=password"


@pytest.fixture
async def auth(
    key: SigningKey, jwks: SupabaseServer, socket_directory: str, database: str
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_supabase_app(AuthServer(key, jwks.url, database_url(socket_directory, ROLE, database)), None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://auth.test") as client:
        yield client


@pytest.fixture
def credentials() -> dict[str, str]:
    return {"email": f"{uuid4().hex}@example.com", "password": "correct horse"}


async def test_the_server_publishes_its_public_key(auth: httpx.AsyncClient, key: SigningKey) -> None:
    (published,) = (await auth.get("/auth/v1/.well-known/jwks.json")).json()["keys"]
    assert published["kid"] == key.kid
    assert (published["alg"], published["kty"], published["crv"]) == ("ES256", "EC", "P-256")
    assert "d" not in published


@one_gateway
async def test_a_new_user_can_sign_in_and_use_the_api(
    auth: httpx.AsyncClient, client: httpx.AsyncClient, credentials: dict[str, str]
) -> None:
    signed_up = await auth.post(SIGN_UP, json=credentials)
    assert signed_up.status_code == 200
    signed_in = await auth.post(SIGN_IN, json=credentials | {"email": credentials["email"].upper()})
    assert signed_in.status_code == 200
    session = signed_in.json()
    assert session["user"]["id"] == signed_up.json()["user"]["id"]
    assert session["user"]["email"] == credentials["email"]
    assert (session["token_type"], session["expires_in"]) == ("bearer", 86_400)
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    profile = await client.get(f"{API}/profile", headers=headers)
    assert profile.status_code == 200
    assert profile.json()["user_id"] == session["user"]["id"]


@pytest.mark.parametrize("change", [{"password": "wrong horse"}, {"email": "nobody@example.com"}])
async def test_a_wrong_password_and_an_unknown_email_get_the_same_refusal(
    auth: httpx.AsyncClient, credentials: dict[str, str], change: dict[str, str]
) -> None:
    await auth.post(SIGN_UP, json=credentials)
    response = await auth.post(SIGN_IN, json=credentials | change)
    assert response.status_code == 400
    assert response.json() == {
        "code": 400,
        "error_code": "invalid_credentials",
        "msg": "Invalid login credentials",
    }


async def test_an_email_can_sign_up_only_once(auth: httpx.AsyncClient, credentials: dict[str, str]) -> None:
    await auth.post(SIGN_UP, json=credentials)
    response = await auth.post(SIGN_UP, json=credentials)
    assert (response.status_code, response.json()["error_code"]) == (422, "user_already_exists")


async def test_a_short_password_is_refused(auth: httpx.AsyncClient, credentials: dict[str, str]) -> None:
    response = await auth.post(SIGN_UP, json=credentials | {"password": "short"})
    assert (response.status_code, response.json()["error_code"]) == (422, "weak_password")


@pytest.mark.parametrize("path", [SIGN_UP, SIGN_IN])
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b'{"email": "a@b", "password": 7}',
        b'{"email": "a", "password": "123456"}',
        b"\xff",
        b"[" * 100_000,
    ],
)
async def test_a_malformed_body_is_refused(auth: httpx.AsyncClient, path: str, body: bytes) -> None:
    response = await auth.post(path, content=body)
    assert (response.status_code, response.json()["error_code"]) == (400, "validation_failed")


async def test_text_that_utf_8_cannot_encode_is_refused(auth: httpx.AsyncClient) -> None:
    for body in (b'{"email": "\\ud800@x", "password": "abcdefgh"}', b'{"email": "a@x", "password": "\\ud800bcdefg"}'):
        response = await auth.post(SIGN_UP, content=body)
        assert (response.status_code, response.json()["error_code"]) == (400, "validation_failed")


async def test_other_grant_types_are_refused(auth: httpx.AsyncClient) -> None:
    response = await auth.post("/auth/v1/token?grant_type=refresh_token", json={"refresh_token": "x"})
    assert (response.status_code, response.json()["error_code"]) == (400, "validation_failed")


async def test_only_the_secret_key_deletes_a_user(auth: httpx.AsyncClient, credentials: dict[str, str]) -> None:
    user_id = (await auth.post(SIGN_UP, json=credentials)).json()["user"]["id"]
    url, headers = f"/auth/v1/admin/users/{user_id}", {"apikey": SECRET_KEY}
    for refused in ({}, {"apikey": "sb_publishable_laptop"}):
        assert (await auth.delete(url, headers=refused)).status_code == 401
    assert (await auth.post(SIGN_IN, json=credentials)).status_code == 200
    assert (await auth.delete(url, headers=headers)).status_code == 200
    assert (await auth.post(SIGN_IN, json=credentials)).status_code == 400
    assert (await auth.delete(url, headers=headers)).status_code == 404
