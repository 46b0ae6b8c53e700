"""The only way to the database: one call of one SQL function."""

from collections.abc import Mapping
from typing import Any, Protocol

from backend.core.caller import Caller


class RpcGateway(Protocol):
    """Calls the database's public functions on behalf of a user: arguments and answers are JSON types."""

    async def call(self, function: str, arguments: Mapping[str, Any], caller: Caller) -> Any:
        """Run `public.<function>` as the caller and return its answer, as JSON types.

        Raises a Problem: what the function raised, or a 503 when the database does not answer in time.
        """
        ...

    async def open(self) -> None:
        """Start connecting, without waiting: the service starts while the database is down, and /health says so."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...

    async def is_ready(self) -> bool:
        """Whether the database answers within a second. Never raises."""
        ...
