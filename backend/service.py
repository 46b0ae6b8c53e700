"""The routes of the service itself: what it is, and whether it is healthy."""

import logging
from typing import Literal

from fastapi import APIRouter, FastAPI, Request
from pydantic import Field

from backend.core.examples import example
from backend.core.http import PUBLIC, problems
from backend.core.models import Output
from backend.core.openapi import VERSION
from backend.core.problems import Code, Problem
from backend.di import Gateway, Verifier

logger = logging.getLogger(__name__)

router = APIRouter(tags=["service"])

SCHEMA_VERSION = "20261126001600"
"""The newest migration of supabase/migrations, which a test compares. Deploy it before this version."""


class Welcome(Output):
    """What this is, and where to read on."""

    model_config = example({"name": "Slow Burn API", "version": VERSION, "docs": "/docs", "openapi": "/openapi.json"})

    name: str
    version: str
    docs: str | None = Field(description="Null if this deployment shows none.")
    openapi: str | None


class Health(Output):
    """The process is alive."""

    model_config = example({"status": "ok", "version": VERSION})

    status: Literal["ok"]
    version: str


class Readiness(Output):
    """The service can do its work."""

    model_config = example({"status": "ready", "version": VERSION})

    status: Literal["ready"]
    version: str


@router.get("/", openapi_extra=PUBLIC, responses=problems())
async def read_root(request: Request) -> Welcome:
    """What this is, and where to read on."""
    app: FastAPI = request.app
    return Welcome(name="Slow Burn API", version=VERSION, docs=app.docs_url, openapi=app.openapi_url)


@router.get("/health", openapi_extra=PUBLIC, responses=problems())
async def read_health() -> Health:
    """Whether the process lives. It asks nobody else; see `/health/ready`."""
    return Health(status="ok", version=VERSION)


@router.get("/health/ready", openapi_extra=PUBLIC, responses=problems(503))
async def read_readiness(gateway: Gateway, verifier: Verifier) -> Readiness:
    """Whether requests can succeed: the API reaches the database, which has the migrations that this version needs, and
    it knows the keys that sign access tokens. Answers within a few seconds; if not, the code says what is missing.
    """
    await verifier.check_ready()
    version = await gateway.schema_version()
    if version is None or version < SCHEMA_VERSION:
        logger.error("the database lacks migrations", extra={"found": version, "needed": SCHEMA_VERSION})
        raise Problem(503, Code.DATABASE_OUTDATED, "The database lacks migrations that this version needs.")
    return Readiness(status="ready", version=VERSION)
