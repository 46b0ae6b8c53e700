"""The routes of the service itself: what it is, and whether it is healthy."""

from typing import Literal

from fastapi import APIRouter

from backend.core.examples import example
from backend.core.http import PUBLIC, problems
from backend.core.models import Output
from backend.core.openapi import VERSION
from backend.di import Gateway

router = APIRouter(tags=["service"])


class Welcome(Output):
    """What this is, and where to read on."""

    model_config = example({"name": "Slow Burn API", "version": VERSION, "docs": "/docs", "openapi": "/openapi.json"})

    name: str
    version: str
    docs: str
    openapi: str


class Health(Output):
    """`status` says that the service runs, `database` whether it can reach its data."""

    model_config = example({"status": "ok", "version": VERSION, "database": "ok"})

    status: Literal["ok"]
    version: str
    database: Literal["ok", "unavailable"]


@router.get("/", openapi_extra=PUBLIC, responses=problems())
async def read_root() -> Welcome:
    """What this is, and where to read on."""
    return Welcome(name="Slow Burn API", version=VERSION, docs="/docs", openapi="/openapi.json")


@router.get("/health", openapi_extra=PUBLIC, responses=problems())
async def read_health(gateway: Gateway) -> Health:
    """Whether the service runs and reaches the database. Answers within about a second, always with 200."""
    reachable = await gateway.is_ready()
    return Health(status="ok", version=VERSION, database="ok" if reachable else "unavailable")
