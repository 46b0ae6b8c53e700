"""The only way to the database: one call of one SQL function."""

from collections.abc import Mapping
from typing import Any, Protocol

from backend.core.identity import Caller


class RpcGateway(Protocol):
    """Calls the database's public functions on behalf of a user: arguments and answers are JSON types."""

    async def call(self, function: str, arguments: Mapping[str, Any], caller: Caller) -> Any:
        """What `public.<function>` answers as JSON, run as the caller.

        Raises a Problem: what the function raised, or 503 when the database does not answer in time.
        """
        ...

    async def open(self) -> None:
        """Begin to connect, without waiting: the service starts while the database is down, and says so in /health."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...

    async def is_ready(self) -> bool:
        """Whether the database answers, found out within a second; never raises."""
        ...
