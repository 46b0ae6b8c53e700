"""The routes of the service itself: what it is, and whether it is well."""

from typing import Literal

from fastapi import APIRouter
from pydantic import ConfigDict

from backend.core.di import Gateway
from backend.core.models import Output
from backend.core.openapi import PUBLIC, VERSION, problems

router = APIRouter(tags=["service"])


class Welcome(Output):
    """What this is, and where to read on."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"name": "Slow Burn API", "version": VERSION, "docs": "/docs", "openapi": "/openapi.json"}
        }
    )

    name: str
    version: str
    docs: str
    openapi: str


class Health(Output):
    """`status` tells that the service lives; `database` whether it can reach its data."""

    model_config = ConfigDict(json_schema_extra={"example": {"status": "ok", "version": VERSION, "database": "ok"}})

    status: Literal["ok"]
    version: str
    database: Literal["ok", "unavailable"]


@router.get("/", openapi_extra=PUBLIC, responses=problems())
async def read_root() -> Welcome:
    """What this is, and where to read on."""
    return Welcome(name="Slow Burn API", version=VERSION, docs="/docs", openapi="/openapi.json")


@router.get("/health", openapi_extra=PUBLIC, responses=problems())
async def read_health(gateway: Gateway) -> Health:
    """Whether the service lives, and whether it reaches the database; answers within about a second, always 200."""
    reachable = await gateway.is_ready()
    return Health(status="ok", version=VERSION, database="ok" if reachable else "unavailable")
