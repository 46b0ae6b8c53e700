"""Assembles the service."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import httpx
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

from backend.account.auth_users import AccountState, AuthUsers
from backend.account.router import router as account_router
from backend.affinity.router import router as affinity_router
from backend.auth.identification import Identification
from backend.auth.jwks import JwksCache
from backend.auth.verification import TokenVerifier
from backend.companion.chores import Chores
from backend.companion.companion import CompanionState
from backend.companion.gemini import Gemini
from backend.companion.repository import ChatLimits
from backend.companion.router import router as companion_router
from backend.core.docs_pages import add_docs_pages
from backend.core.garbage import collect_garbage_rarely
from backend.core.handlers import handle_http_exception
from backend.core.logging import configure_logging
from backend.core.middleware import ErrorBoundary, RequestContext
from backend.core.openapi import DESCRIPTION, VERSION, build_openapi
from backend.core.problem_page import add_problem_page
from backend.core.security_headers import SecurityHeaders
from backend.core.settings import Settings, load_settings
from backend.di import State
from backend.exercises.router import router as exercises_router
from backend.following.router import router as following_router
from backend.gateway import RpcGateway
from backend.gateway.admission import RefuseWhenFull
from backend.gateway.postgres import PostgresGateway
from backend.gateway.postgrest import PostgrestGateway
from backend.identity.router import router as identity_router
from backend.imports.router import MAX_IMPORT_BYTES
from backend.imports.router import router as imports_router
from backend.imports.turns import ImportState, ImportTurns
from backend.measurements.router import router as measurements_router
from backend.memories.router import router as memories_router
from backend.plans.router import router as plans_router
from backend.profiles.router import router as profiles_router
from backend.progress.router import router as progress_router
from backend.service import router as service_router
from backend.sync.router import router as sync_router
from backend.validation import handle_invalid_request
from backend.workouts.router import router as workouts_router

API_PREFIX = "/api/v1"
OPENAPI_URL = "/openapi.json"
ALLOWED_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
ALLOWED_HEADERS = [
    "Authorization", "Content-Type", "Idempotency-Key", "If-Match", "If-None-Match", "X-Request-ID",
    "X-Client-Info", "traceparent",
]  # fmt: skip
EXPOSED_HEADERS = [
    "Deprecation", "ETag", "Idempotency-Replayed", "Link", "Location", "RateLimit", "RateLimit-Policy", "Retry-After",
    "Server-Timing", "Sunset", "X-Request-ID",
]  # fmt: skip


class AppState(State, CompanionState, AccountState, ImportState):
    """Everything that lives as long as the app."""


def make_gateway(settings: Settings) -> RpcGateway:
    """The direct gateway if there is a database URL, because it is faster; else the Data API."""
    size, timeout = settings.database_pool_size, settings.database_timeout_seconds
    if settings.database_url is not None:
        return PostgresGateway(settings.database_url.get_secret_value(), pool_size=size, timeout_seconds=timeout)
    key = cast(str, settings.supabase_publishable_key)  # the settings require one of the two
    secret = None if settings.service_secret is None else settings.service_secret.get_secret_value()
    return PostgrestGateway(
        settings.data_api_url, key, service_secret=secret, connections=size, timeout_seconds=timeout
    )


def _log_key(settings: Settings) -> bytes:
    # Without a key, lines of one user can still be told from those of others, until the service restarts.
    return secrets.token_bytes() if settings.log_key is None else settings.log_key.get_secret_value().encode()


def make_gemini(settings: Settings) -> Gemini | None:
    """The companion's models; None without an API key."""
    if settings.gemini_api_key is None:
        return None
    return Gemini(
        settings.gemini_api_key.get_secret_value(),
        settings.gemini_base_url,
        chat_model=settings.gemini_chat_model,
        embedding_model=settings.gemini_embedding_model,
        budget_seconds=settings.gemini_timeout_seconds,
    )


def make_auth_users(settings: Settings, client: httpx.AsyncClient) -> AuthUsers:
    """Deletes users of Supabase Auth, if the settings have the secret key."""
    key = None if settings.supabase_secret_key is None else settings.supabase_secret_key.get_secret_value()
    return AuthUsers(settings.supabase_url, key, client)


def create_app(settings: Settings) -> FastAPI:
    """The whole service. Its lifespan opens and closes the gateway and the HTTP clients."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[AppState]:
        gateway = make_gateway(settings)
        gemini, chores = make_gemini(settings), Chores()
        async with httpx.AsyncClient() as client:
            jwks = JwksCache(settings.jwks_url, client)
            # Both start connecting in the background; the first request that needs one waits for it.
            jwks.refresh_if_stale()
            await gateway.open()
            try:
                yield AppState(
                    gateway=gateway,
                    verifier=TokenVerifier(settings, jwks),
                    auth_users=make_auth_users(settings, client),
                    gemini=gemini,
                    chores=chores,
                    import_turns=ImportTurns(),
                    chat_limits=ChatLimits(settings.chat_messages_per_minute, settings.chat_messages_per_day),
                )
            finally:
                await chores.finish()
                if gemini is not None:
                    await gemini.close()
                await jwks.close()
                await gateway.close()

    app = FastAPI(
        title="Slow Burn API",
        version=VERSION,
        description=DESCRIPTION,
        lifespan=lifespan,
        redirect_slashes=False,
        # Generated clients name their methods after these.
        generate_unique_id_function=lambda route: route.name,
        # FastAPI's own pages load their scripts from elsewhere.
        docs_url=None,
        redoc_url=None,
        openapi_url=OPENAPI_URL if settings.api_docs else None,
        middleware=[
            Middleware(SecurityHeaders),
            Middleware(RequestContext, log_key=_log_key(settings)),
            Middleware(
                CORSMiddleware,
                allow_origins=settings.cors_origins,
                allow_methods=ALLOWED_METHODS,
                allow_headers=ALLOWED_HEADERS,
                expose_headers=EXPOSED_HEADERS,
                max_age=86_400,
            ),
            Middleware(RefuseWhenFull),
            Middleware(
                Identification,
                users_per_minute=settings.user_requests_per_minute,
                addresses_per_minute=settings.address_requests_per_minute,
                address_header=settings.client_address_header,
            ),
            Middleware(ErrorBoundary, larger_bodies={f"{API_PREFIX}/workouts/import": MAX_IMPORT_BYTES}),
        ],
        exception_handlers={HTTPException: handle_http_exception, RequestValidationError: handle_invalid_request},
    )
    if settings.api_docs:
        add_docs_pages(app, OPENAPI_URL)
    add_problem_page(app)
    app.include_router(service_router)
    for router in (
        identity_router,
        profiles_router,
        exercises_router,
        plans_router,
        following_router,
        workouts_router,
        imports_router,
        progress_router,
        measurements_router,
        affinity_router,
        companion_router,
        memories_router,
        sync_router,
        account_router,
    ):
        app.include_router(router, prefix=API_PREFIX)

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = build_openapi(app)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # the way that FastAPI documents
    return app


def app() -> FastAPI:
    """The service with the environment's settings, for `uvicorn --factory backend.main:app`."""
    settings = load_settings()
    configure_logging(settings.log_level)
    service = create_app(settings)
    collect_garbage_rarely()
    return service
