"""The stand-in for Supabase Auth, whose tokens the API accepts. tests/frontend uses it through supabase-js."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from tests.support import API, Connect, SupabaseServer, one_gateway
from tools import ToolError
from tools.stack.auth.admin import SECRET_KEY
from tools.stack.auth.errors import VERSION_HEADER
from tools.stack.auth.server import AuthServer
from tools.stack.auth.settings import load_auth_settings
from tools.stack.database import database_url
from tools.stack.signing import SigningKey
from tools.stack.supabase_server import check_laptop, create_supabase_app
from tools.stack.users import ROLE

SIGN_UP, SIGN_IN = "/auth/v1/signup", "/auth/v1/token?grant_type=password"


@pytest.fixture
async def auth(
    key: SigningKey, jwks: SupabaseServer, socket_directory: str, database: str
) -> AsyncIterator[httpx.AsyncClient]:
    url = database_url(socket_directory, ROLE, database)
    app = create_supabase_app(AuthServer(key, jwks.url, url, load_auth_settings({})), None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://auth.test") as client:
        yield client


@pytest.fixture
def credentials() -> dict[str, str]:
    return {"email": f"{uuid4().hex}@example.com", "password": "correct horse 1"}


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


@pytest.mark.parametrize("change", [{"password": "wrong horse 1"}, {"email": "nobody@example.com"}])
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


async def test_a_weak_password_is_refused(auth: httpx.AsyncClient, credentials: dict[str, str]) -> None:
    response = await auth.post(SIGN_UP, json=credentials | {"password": "short"})
    assert (response.status_code, response.json()["error_code"]) == (422, "weak_password")
    assert response.json()["weak_password"] == {"reasons": ["length", "characters"]}
    response = await auth.post(SIGN_UP, json=credentials | {"password": "1a" * 37})
    assert (response.status_code, response.json()["error_code"]) == (400, "validation_failed")


@pytest.mark.parametrize("path", [SIGN_UP, SIGN_IN, "/auth/v1/verify", "/auth/v1/recover"])
@pytest.mark.parametrize("body", [b"[]", b"7", b"{", b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_json_object_is_refused(auth: httpx.AsyncClient, path: str, body: bytes) -> None:
    response = await auth.post(path, content=body)
    assert (response.status_code, response.json()["error_code"]) == (400, "bad_json")


@pytest.mark.parametrize(
    "body",
    [
        {"email": "a@example.com"},
        {"password": "correct horse 1"},
        {"email": "a@example.com", "password": 7},
        {"email": ["a@example.com"], "password": "correct horse 1"},
        {"email": "a", "password": "correct horse 1"},
        {"email": f"{'a' * 250}@example.com", "password": "correct horse 1"},
        {"email": "a\0@example.com", "password": "correct horse 1"},
        {"email": "a b@example.com", "password": "correct horse 1"},
        {"email": "a@example.com", "password": "correct horse 1\0"},
        {"email": "a@example.com", "password": "correct horse 1", "data": "x"},
        {"email": "a@example.com", "password": "correct horse 1", "data": {"name": "\0"}},
    ],
)
async def test_a_sign_up_with_a_wrong_field_is_refused(auth: httpx.AsyncClient, body: dict[str, Any]) -> None:
    response = await auth.post(SIGN_UP, json=body)
    assert (response.status_code, response.json()["error_code"]) == (400, "validation_failed")


async def test_text_that_utf_8_cannot_encode_is_refused(auth: httpx.AsyncClient) -> None:
    for body in (b'{"email": "\\ud800@x", "password": "abcdefgh1"}', b'{"email": "a@x", "password": "\\ud800bcdefg"}'):
        response = await auth.post(SIGN_UP, content=body)
        assert (response.status_code, response.json()["error_code"]) == (400, "validation_failed")


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("POST", "/token?grant_type=web3", 400, "invalid_credentials"),
        ("POST", "/token?grant_type=pkce", 400, "validation_failed"),
        ("POST", "/token?grant_type=refresh_token", 400, "validation_failed"),
        ("POST", "/token?grant_type=password", 400, "validation_failed"),
        ("POST", "/signup", 422, "anonymous_provider_disabled"),
        ("POST", "/otp", 400, "validation_failed"),
        ("POST", "/recover", 400, "validation_failed"),
        ("POST", "/resend", 400, "validation_failed"),
        ("POST", "/verify", 400, "validation_failed"),
        ("GET", "/user", 401, "no_authorization"),
        ("PUT", "/user", 401, "no_authorization"),
        ("POST", "/logout", 401, "no_authorization"),
        ("POST", "/logout?scope=galaxy", 400, "validation_failed"),
        ("GET", "/reauthenticate", 401, "no_authorization"),
        ("GET", "/admin/users", 401, "no_authorization"),
        ("GET", "/authorize", 404, "not_found"),
        ("POST", "/factors", 404, "not_found"),
    ],
)
async def test_each_endpoint_says_what_is_missing(
    auth: httpx.AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await auth.request(method, f"/auth/v1{path}")
    assert (response.status_code, response.json()["error_code"]) == (status, code)
    assert response.headers["x-sb-error-code"] == code


async def test_a_client_of_the_newer_version_gets_the_newer_errors(auth: httpx.AsyncClient) -> None:
    response = await auth.get("/auth/v1/user", headers={VERSION_HEADER: "2024-01-01"})
    assert response.headers[VERSION_HEADER] == "2024-01-01"
    assert response.json() == {
        "code": "no_authorization",
        "message": "This endpoint requires a valid Bearer token",
    }


async def test_a_token_without_a_session_is_refused(auth: httpx.AsyncClient, credentials: dict[str, str]) -> None:
    session = (await auth.post(SIGN_UP, json=credentials)).json()
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    assert (await auth.get("/auth/v1/user", headers=headers)).json()["email"] == credentials["email"]
    assert (await auth.post("/auth/v1/logout", headers=headers)).status_code == 204
    response = await auth.get("/auth/v1/user", headers=headers)
    assert (response.status_code, response.json()["error_code"]) == (403, "session_not_found")


async def test_the_code_of_a_link_expires(
    auth: httpx.AsyncClient, credentials: dict[str, str], connect: Connect
) -> None:
    user = (await auth.post(SIGN_UP, json=credentials)).json()["user"]
    with connect(ROLE) as connection:
        row = connection.execute(
            "insert into auth.flow_state (user_id, code_challenge_method, code_challenge, created_at) "
            "values (%s, 'plain', %s, now() - interval '301 seconds') returning auth_code",
            (user["id"], "v" * 43),
        ).fetchone()
    assert row is not None
    body = {"auth_code": str(row[0]), "code_verifier": "v" * 43}
    refused = await auth.post("/auth/v1/token?grant_type=pkce", json=body)
    assert (refused.status_code, refused.json()["error_code"]) == (422, "flow_state_expired")


async def test_simultaneous_refreshes_give_one_token(auth: httpx.AsyncClient, credentials: dict[str, str]) -> None:
    session = (await auth.post(SIGN_UP, json=credentials)).json()
    body = {"refresh_token": session["refresh_token"]}
    answers = await asyncio.gather(*(auth.post("/auth/v1/token?grant_type=refresh_token", json=body) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refresh_token"] for answer in answers}) == 1


async def test_a_new_password_in_an_old_session_needs_the_code_of_a_mail(
    auth: httpx.AsyncClient, credentials: dict[str, str], admin: psycopg.Connection
) -> None:
    session = (await auth.post(SIGN_UP, json=credentials)).json()
    admin.execute(
        "update auth.sessions set created_at = now() - interval '25 hours' where user_id = %s", (session["user"]["id"],)
    )
    headers = {"Authorization": f"Bearer {session['access_token']}"}
    new: dict[str, Any] = {"password": "another horse 2"}
    response = await auth.put("/auth/v1/user", json=new, headers=headers)
    assert (response.status_code, response.json()["error_code"]) == (400, "reauthentication_needed")
    assert (await auth.get("/auth/v1/reauthenticate", headers=headers)).json() == {}
    (mail,) = (await auth.get("/mail", params={"to": credentials["email"]})).json()
    response = await auth.put("/auth/v1/user", json=new | {"nonce": "0"}, headers=headers)
    assert (response.status_code, response.json()["error_code"]) == (422, "reauthentication_not_valid")
    assert (await auth.put("/auth/v1/user", json=new | {"nonce": mail["code"]}, headers=headers)).status_code == 200
    assert (await auth.post(SIGN_IN, json=credentials | new)).status_code == 200


async def test_the_settings_tell_how_users_sign_up(auth: httpx.AsyncClient) -> None:
    assert (await auth.get("/auth/v1/settings")).json() == {
        "external": {"email": True, "phone": False, "anonymous_users": False},
        "disable_signup": False,
        "mailer_autoconfirm": True,
    }


async def test_only_this_machine_is_answered(
    key: SigningKey, jwks: SupabaseServer, socket_directory: str, database: str
) -> None:
    url = database_url(socket_directory, ROLE, database)
    app = create_supabase_app(AuthServer(key, jwks.url, url, load_auth_settings({})), None)
    for address, status in (("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403), ("testclient", 403)):
        transport = httpx.ASGITransport(app, client=(address, 5000))
        async with httpx.AsyncClient(transport=transport, base_url="http://auth.test") as client:
            assert (await client.get("/auth/v1/health")).status_code == status


@pytest.mark.parametrize(
    ("supabase_url", "database"),
    [
        ("https://abcd.supabase.co", "postgresql:///postgres?host=/tmp"),
        ("http://127.0.0.1:8001", "postgresql://db.abcd.supabase.co/postgres"),
        ("http://0.0.0.0:8001", "postgresql:///postgres?host=/tmp"),
        ("http://127.0.0.1:8001", "postgresql:///postgres"),
    ],
)
def test_the_stand_in_runs_on_a_laptop_only(supabase_url: str, database: str) -> None:
    check_laptop("http://127.0.0.1:8001", "postgresql:///postgres?host=/tmp")
    with pytest.raises(ToolError, match="only on a laptop"):
        check_laptop(supabase_url, database)


async def test_only_the_secret_key_deletes_a_user(auth: httpx.AsyncClient, credentials: dict[str, str]) -> None:
    user_id = (await auth.post(SIGN_UP, json=credentials)).json()["user"]["id"]
    url, headers = f"/auth/v1/admin/users/{user_id}", {"apikey": SECRET_KEY}
    for refused in ({}, {"apikey": "sb_publishable_laptop"}):
        assert (await auth.delete(url, headers=refused)).status_code == 401
    assert (await auth.post(SIGN_IN, json=credentials)).status_code == 200
    assert (await auth.delete(url, headers=headers)).status_code == 200
    assert (await auth.post(SIGN_IN, json=credentials)).status_code == 400
    assert (await auth.delete(url, headers=headers)).status_code == 404
