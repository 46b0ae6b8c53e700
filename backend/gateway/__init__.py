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

    @property
    def is_full(self) -> bool:
        """Whether it would refuse every further call, because too many wait."""
        ...

    async def open(self) -> None:
        """Start connecting, without waiting: the service starts while the database is down."""
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...

    async def schema_version(self) -> str | None:
        """The version of the newest migration in the database, read without a user; None if none was recorded.

        Raises a 503 Problem when the database does not answer within about a second.
        """
        ...
