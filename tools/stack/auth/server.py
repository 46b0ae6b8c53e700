"""The endpoints under /auth/v1, and /mail with what Supabase Auth would have sent by mail."""

from collections.abc import Callable
from typing import Any

import psycopg
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from tools import ROOT
from tools.stack.auth import admin, entry, own
from tools.stack.auth.call import Call, Service, read_body
from tools.stack.auth.codes import Codes
from tools.stack.auth.errors import AuthError, error_response
from tools.stack.auth.limits import Limits
from tools.stack.auth.mail import Outbox
from tools.stack.auth.settings import AuthSettings
from tools.stack.signing import SigningKey

TABLES = ROOT / "tools" / "stack" / "auth" / "tables.sql"

type Act[Result] = Callable[[Call], Result]


class AuthServer:
    """Supabase Auth, as far as supabase-js needs it for email and password."""

    def __init__(self, key: SigningKey, supabase_url: str, database_url: str, settings: AuthSettings) -> None:
        self._database_url = database_url
        self._outbox = Outbox()
        auth_url = f"{supabase_url}/auth/v1"
        self._limits = Limits(settings)
        codes = Codes(settings, self._limits, self._outbox, auth_url)
        self._service = Service(settings, key, codes, auth_url)
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(TABLES.read_bytes())

    def routes(self) -> list[BaseRoute]:
        """All endpoints."""
        return [
            Route("/mail", self._mails),
            Route("/auth/v1/.well-known/jwks.json", self._jwks),
            Route("/auth/v1/health", self._health),
            Route("/auth/v1/settings", self._public_settings),
            self._route("POST", "/signup", entry.sign_up),
            self._route("POST", "/token", entry.token),
            self._route("POST", "/otp", entry.send_link),
            self._route("POST", "/recover", entry.recover),
            self._route("POST", "/resend", entry.resend),
            self._route("POST", "/verify", entry.verify),
            Route("/auth/v1/verify", self._follow_link),
            self._route("GET", "/user", own.read),
            self._route("PUT", "/user", own.update),
            self._route("GET", "/reauthenticate", own.reauthenticate),
            self._route("POST", "/logout", own.log_out),
            self._route("GET", "/admin/users", admin.list_users),
            self._route("POST", "/admin/users", admin.create_user),
            self._route("GET", "/admin/users/{user_id:uuid}", admin.read_user),
            self._route("DELETE", "/admin/users/{user_id:uuid}", admin.delete_user),
            Route("/auth/v1/{path:path}", self._missing, methods=["GET", "POST", "PUT", "PATCH", "DELETE"]),
        ]

    def _route(self, method: str, path: str, act: Act[dict[str, Any] | None]) -> Route:
        async def answer(request: Request) -> Response:
            try:
                self._limits.count_request(path)
                answered = await self._run(request, act)
            except AuthError as error:
                return error_response(request, error)
            return Response(status_code=204) if answered is None else JSONResponse(answered)

        return Route(f"/auth/v1{path}", answer, methods=[method])

    async def _run[Result](self, request: Request, act: Act[Result]) -> Result:
        body = read_body(await request.body())

        def run() -> Result:
            with psycopg.connect(self._database_url, autocommit=True) as connection:
                call = Call(self._service, connection, body, request.query_params, request.headers, request.path_params)
                return act(call)

        return await run_in_threadpool(run)

    async def _follow_link(self, request: Request) -> Response:
        try:
            self._limits.count_request("/verify")
        except AuthError as error:
            return error_response(request, error)
        return RedirectResponse(await self._run(request, entry.follow_link), 303)

    async def _mails(self, request: Request) -> JSONResponse:
        return JSONResponse(self._outbox.listed(request.query_params.get("to")))

    async def _jwks(self, _request: Request) -> JSONResponse:
        return JSONResponse(self._service.key.jwks())

    async def _health(self, _request: Request) -> JSONResponse:
        return JSONResponse({"name": "GoTrue", "description": "A stand-in for Supabase Auth on a laptop"})

    async def _public_settings(self, _request: Request) -> JSONResponse:
        settings = self._service.settings
        return JSONResponse(
            {
                "external": {"email": True, "phone": False, "anonymous_users": settings.anonymous},
                "disable_signup": not settings.sign_up,
                "mailer_autoconfirm": not settings.confirm_email,
            }
        )

    async def _missing(self, request: Request) -> JSONResponse:
        message = (
            f"The stand-in for Supabase Auth has no {request.method} {request.url.path}. `supabase start` runs the "
            "real one."
        )
        return error_response(request, AuthError(404, "not_found", message))
