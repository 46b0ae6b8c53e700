"""A stand-in for Supabase Auth on a laptop: its keys, sign-up and sign-in by password, in the shapes it answers.

It reads three environment variables that the stack sets: SUPABASE_URL, AUTH_DATABASE_URL and AUTH_SIGNING_KEY (a path).
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from backend.local.signing import TOKEN_LIFETIME_SECONDS, SigningKey, User
from backend.local.users import authenticate, create_user

MIN_PASSWORD_LENGTH = 6


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
        """A new user, signed in at once: there is no mail to confirm on a laptop."""
        credentials = await _credentials(request)
        if credentials is None:
            return _error(400, "validation_failed", "Send email and password as JSON")
        if len(credentials[1]) < MIN_PASSWORD_LENGTH:
            return _error(422, "weak_password", f"Password should be at least {MIN_PASSWORD_LENGTH} characters")
        user = await run_in_threadpool(self._with_database, create_user, *credentials)
        return self._session(user) if user else _error(422, "user_already_exists", "User already registered")

    async def sign_in(self, request: Request) -> JSONResponse:
        """A session for an email and password."""
        if request.query_params.get("grant_type") != "password":
            return _error(400, "validation_failed", "This stand-in knows grant_type=password only")
        credentials = await _credentials(request)
        if credentials is None:
            return _error(400, "validation_failed", "Send email and password as JSON")
        user = await run_in_threadpool(self._with_database, authenticate, *credentials)
        return self._session(user) if user else _error(400, "invalid_credentials", "Invalid login credentials")

    def _with_database(
        self, act: Callable[[psycopg.Connection, str, str], User | None], email: str, password: str
    ) -> User | None:
        with psycopg.connect(self._database_url, autocommit=True) as connection:
            return act(connection, email, password)

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


def create_auth_app(key: SigningKey, supabase_url: str, database_url: str) -> Starlette:
    """The stand-in, for browsers on any origin."""
    server = AuthServer(key, supabase_url, database_url)
    return Starlette(
        routes=[
            Route("/auth/v1/.well-known/jwks.json", server.jwks),
            Route("/auth/v1/signup", server.sign_up, methods=["POST"]),
            Route("/auth/v1/token", server.sign_in, methods=["POST"]),
        ],
        middleware=[Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"])],
    )


def app() -> Starlette:
    """For `uvicorn --factory backend.local.auth_server:app`."""
    key = SigningKey.load_or_create(Path(os.environ["AUTH_SIGNING_KEY"]))
    return create_auth_app(key, os.environ["SUPABASE_URL"], os.environ["AUTH_DATABASE_URL"])
