"""The base of every subject's repository, and the rows of pages."""

from datetime import date
from typing import Any, TypedDict

from backend.core.caller import Caller
from backend.gateway import RpcGateway


def as_text(moment: date | None) -> str | None:
    """A day or a moment as the database reads it."""
    return None if moment is None else moment.isoformat()


class DBPageRow[Row](TypedDict):
    """What a function that lists something returns."""

    items: list[Row]
    total: int
    page: int
    per_page: int


class Repository:
    """Calls SQL functions as one user; made for each request. Its methods raise the Problems of RpcGateway.call."""

    def __init__(self, gateway: RpcGateway, caller: Caller) -> None:
        self._gateway = gateway
        self._caller = caller

    async def _call(self, function: str, /, **arguments: Any) -> Any:
        return await self._gateway.call(function, arguments, self._caller)
