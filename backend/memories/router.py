"""Routes under /memories."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from backend.core.http import created, locate, problems
from backend.core.models import to_database
from backend.memories.models import Forgotten, Memory, MemoryCreate, MemoryPage, MemoryQuery, MemoryUpdate
from backend.memories.repository import Memories

router = APIRouter(prefix="/memories", tags=["companion"])


@router.get("", responses=problems(401, 422, 503))
async def list_memories(query: Annotated[MemoryQuery, Query()], memories: Memories) -> MemoryPage:
    """What the companion knows about the caller, and from where: pinned first, then the latest."""
    return MemoryPage.model_validate(await memories.list(query))


@router.post("", status_code=201, responses={**created(), **problems(401, 404, 503, body=True)})
async def create_memory(memory: MemoryCreate, memories: Memories, request: Request, response: Response) -> Memory:
    """Tell the companion something. If it knows that already, count the stored memory as told again."""
    stored = await memories.create(to_database(memory))
    locate(request, response, stored["id"])
    return Memory.model_validate(stored)


@router.delete("", responses=problems(401, 404, 503))
async def delete_memories(memories: Memories) -> Forgotten:
    """Make the companion forget everything, for good."""
    return Forgotten.model_validate(await memories.delete_all())


@router.patch("/{memory_id}", responses=problems(401, 404, 409, 503, body=True))
async def update_memory(memory_id: UUID, changes: MemoryUpdate, memories: Memories) -> Memory:
    """Correct a memory, or pin it."""
    return Memory.model_validate(await memories.update(memory_id, to_database(changes)))


@router.delete("/{memory_id}", status_code=204, responses=problems(401, 404, 422, 503))
async def delete_memory(memory_id: UUID, memories: Memories) -> None:
    """Make the companion forget a memory, for good."""
    await memories.delete(memory_id)
