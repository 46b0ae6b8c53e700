"""Memories in the database."""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict, cast
from uuid import UUID

from fastapi import Depends

from backend.di import repository_of
from backend.gateway.repository import DBPageRow, Repository
from backend.memories.models import MemoryQuery


class DBMemoryRow(TypedDict):
    """A memory."""

    id: str
    content: str
    kind: str
    importance: float
    pinned: bool
    times_told: int
    last_told_at: str
    expires_at: str | None
    superseded_at: str | None
    superseded_by: str | None
    created_at: str
    updated_at: str
    revision: int
    learnt_from: dict[str, Any] | None


class DBCreatedMemoryRow(DBMemoryRow):
    """What create_memory returns."""

    replayed: bool


class DBForgottenRow(TypedDict):
    """What delete_memories returns."""

    forgotten: int


class MemoryRepository(Repository):
    """What the companion remembers about the caller."""

    async def list(self, query: MemoryQuery) -> DBPageRow[DBMemoryRow]:
        """A page of the memories that match."""
        row = await self._call(
            "list_memories",
            p_q=query.q,
            p_kinds=query.kind,
            p_superseded=query.superseded,
            p_page=query.page,
            p_per_page=query.per_page,
        )
        return cast(DBPageRow[DBMemoryRow], row)

    async def create(self, memory: dict[str, Any], idempotency_key: str | None) -> DBCreatedMemoryRow:
        """Store a memory, or return the stored one that says the same."""
        row = await self._call("create_memory", p_memory=memory, p_idempotency_key=idempotency_key)
        return cast(DBCreatedMemoryRow, row)

    async def get(self, memory_id: UUID) -> DBMemoryRow:
        """One memory."""
        return cast(DBMemoryRow, await self._call("get_memory", p_id=str(memory_id)))

    async def update(self, memory_id: UUID, changes: dict[str, Any], if_revisions: Sequence[int] | None) -> DBMemoryRow:
        """Correct or pin a memory; a 409 Problem when another one says the same already, a 412 at another revision."""
        row = await self._call("update_memory", p_id=str(memory_id), p_changes=changes, p_if_revisions=if_revisions)
        return cast(DBMemoryRow, row)

    async def delete(self, memory_id: UUID, if_revisions: Sequence[int] | None) -> None:
        """Delete one memory; a 412 Problem at another revision."""
        await self._call("delete_memory", p_id=str(memory_id), p_if_revisions=if_revisions)

    async def delete_all(self) -> DBForgottenRow:
        """Delete all memories, and return how many there were."""
        return cast(DBForgottenRow, await self._call("delete_memories"))


Memories = Annotated[MemoryRepository, Depends(repository_of(MemoryRepository))]
