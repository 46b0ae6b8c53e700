"""A stand-in for Supabase on a laptop: Auth's keys, sign-up and sign-in by password, and the gate to the Data API.
Under /gemini it serves the stand-in for Gemini.

The stack sets its environment variables: SUPABASE_URL, STANDIN_DATABASE_URL, STANDIN_SIGNING_KEY (a path) and, if
PostgREST runs, STANDIN_PUBLISHABLE_KEY and STANDIN_DATA_API (the path of its Unix socket).
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import psycopg
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from tools.stack.gemini_server import app as gemini_app
from tools.stack.signing import TOKEN_LIFETIME_SECONDS, SigningKey, User
from tools.stack.users import authenticate, create_user, delete_user

MIN_PASSWORD_LENGTH = 6
SECRET_KEY = "sb_secret_laptop"  # noqa: S105  # of the stand-in, which only this machine reaches
# Headers of one connection only, or of an encoding that httpx has removed.
NOT_PASSED_ON = (
    "host",
    "connection",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "accept-encoding",
    "apikey",
)


class AuthServer:
    """The endpoints under /auth/v1."""

    def __init__(self, key: SigningKey, supabase_url: str, database_url: str) -> None:
        self._key = key
        self._supabase_url = supabase_url
        self._database_url = database_url

    async def jwks(self, _request: Request) -> JSONResponse:
        """The public keys."""
        return JSONResponse(self._key.jwks())

    async def sign_up(self, request: Request) -> JSONResponse:
        """Create a user and sign in at once: on a laptop there is no email to confirm."""
        credentials = await _credentials(request)
        if credentials is None:
            return _error(400, "validation_failed", "Send email and password as JSON")
        if len(credentials[1]) < MIN_PASSWORD_LENGTH:
            return _error(422, "weak_password", f"Password should be at least {MIN_PASSWORD_LENGTH} characters")
        user = await run_in_threadpool(self._with_database, create_user, *credentials)
        return self._session(user) if user else _error(422, "user_already_exists", "User already registered")

    async def sign_in(self, request: Request) -> JSONResponse:
        """Sign in with email and password."""
        if request.query_params.get("grant_type") != "password":
            return _error(400, "validation_failed", "This stand-in supports only grant_type=password")
        credentials = await _credentials(request)
        if credentials is None:
            return _error(400, "validation_failed", "Send email and password as JSON")
        user = await run_in_threadpool(self._with_database, authenticate, *credentials)
        return self._session(user) if user else _error(400, "invalid_credentials", "Invalid login credentials")

    async def delete_user(self, request: Request) -> JSONResponse:
        """Delete a user, for whoever has the secret key."""
        if request.headers.get("apikey") != SECRET_KEY:
            return _error(401, "no_authorization", "This endpoint requires the secret key")
        user_id = str(request.path_params["user_id"])
        gone = await run_in_threadpool(self._with_database, delete_user, user_id)
        return JSONResponse({}) if gone else _error(404, "user_not_found", "User not found")

    def _with_database[Result](self, act: Callable[..., Result], *arguments: str) -> Result:
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            return act(connection, *arguments)

    def _session(self, user: User) -> JSONResponse:
        return JSONResponse(
            {
                "access_token": self._key.access_token(user, self._supabase_url),
                "token_type": "bearer",
                "expires_in": TOKEN_LIFETIME_SECONDS,
                "user": {"id": str(user.id), "aud": "authenticated", "role": "authenticated", "email": user.email},
            }
        )


async def _credentials(request: Request) -> tuple[str, str] | None:
    try:
        body: Any = json.loads(await request.body())
    except (ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    email, password = body.get("email"), body.get("password")
    if not isinstance(email, str) or not isinstance(password, str) or "@" not in email or "\0" in email:
        return None
    if not (email + password).isprintable():
        return None
    return email, password


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"code": status, "error_code": code, "msg": message}, status_code=status)


class DataApiGate:
    """Lets requests with the publishable key through to PostgREST, as Supabase's gateway does."""

    def __init__(self, publishable_key: str, socket: str) -> None:
        self._key = publishable_key
        self._http = httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=socket), base_url="http://postgrest")

    async def pass_on(self, request: Request) -> Response:
        """Return PostgREST's answer, 401 without the key, or 502 if PostgREST does not answer."""
        if request.headers.get("apikey") != self._key:
            return JSONResponse({"message": "No API key found in request"}, status_code=401)
        path = httpx.URL(path=request.path_params["path"], query=request.url.query.encode())
        headers = {name: value for name, value in request.headers.items() if name not in NOT_PASSED_ON}
        try:
            answer = await self._http.request(request.method, path, headers=headers, content=await request.body())
        except httpx.TransportError:
            return PlainTextResponse("Bad Gateway", status_code=502)
        kept = {name: value for name, value in answer.headers.items() if name not in NOT_PASSED_ON}
        return Response(answer.content, answer.status_code, kept)


def create_supabase_app(auth: AuthServer, gate: DataApiGate | None) -> Starlette:
    """The stand-in, for browsers on any origin."""
    routes = [
        Route("/auth/v1/.well-known/jwks.json", auth.jwks),
        Route("/auth/v1/signup", auth.sign_up, methods=["POST"]),
        Route("/auth/v1/token", auth.sign_in, methods=["POST"]),
        Route("/auth/v1/admin/users/{user_id:uuid}", auth.delete_user, methods=["DELETE"]),
    ]
    if gate is not None:
        routes.append(Route("/rest/v1{path:path}", gate.pass_on, methods=["GET", "POST", "PATCH", "PUT", "DELETE"]))
    cors = Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])
    return Starlette(routes=routes, middleware=[cors])


def app() -> Starlette:
    """For `uvicorn --factory tools.stack.supabase_server:app`."""
    key = SigningKey.load_or_create(Path(os.environ["STANDIN_SIGNING_KEY"]))
    auth = AuthServer(key, os.environ["SUPABASE_URL"], os.environ["STANDIN_DATABASE_URL"])
    socket = os.environ.get("STANDIN_DATA_API")
    gate = DataApiGate(os.environ["STANDIN_PUBLISHABLE_KEY"], socket) if socket else None
    # Both stand-ins share a process, each under its own path.
    return Starlette(routes=[Mount("/gemini", gemini_app()), Mount("/", create_supabase_app(auth, gate))])
