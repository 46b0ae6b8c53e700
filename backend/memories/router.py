"""Routes under /memories."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from backend.core.http import CREATED, TAGGED, IfMatch, Keyed, problems, revisions, tag
from backend.core.models import to_database
from backend.memories.models import Forgotten, Memory, MemoryCreate, MemoryPage, MemoryQuery, MemoryUpdate
from backend.memories.repository import Memories

router = APIRouter(prefix="/memories", tags=["companion"])


@router.get("", responses=problems(401, 422, 503))
async def list_memories(query: Annotated[MemoryQuery, Query()], memories: Memories) -> MemoryPage:
    """What the companion knows about the caller, and from where: pinned first, then the latest."""
    return MemoryPage.model_validate(await memories.list(query))


@router.post("", status_code=201, responses={**CREATED, **problems(401, 404, 409, 503, body=True)})
async def create_memory(memory: MemoryCreate, memories: Memories, keyed: Keyed) -> Memory:
    """Tell the companion something. If it knows that already, count the stored memory as told again and return it."""
    stored = await memories.create(to_database(memory), keyed.key)
    return Memory.model_validate(keyed.created(stored, stored["id"], stored["revision"]))


@router.delete("", responses=problems(401, 404, 503))
async def delete_memories(memories: Memories) -> Forgotten:
    """Make the companion forget everything, for good."""
    return Forgotten.model_validate(await memories.delete_all())


@router.get("/{memory_id}", responses={200: TAGGED, **problems(401, 404, 422, 503)})
async def read_memory(memory_id: UUID, memories: Memories, response: Response) -> Memory:
    """One memory."""
    stored = await memories.get(memory_id)
    tag(response, stored["revision"])
    return Memory.model_validate(stored)


@router.patch("/{memory_id}", responses={200: TAGGED, **problems(401, 404, 409, 412, 503, body=True)})
async def update_memory(
    memory_id: UUID, changes: MemoryUpdate, memories: Memories, response: Response, if_match: IfMatch = None
) -> Memory:
    """Correct a memory, or pin it."""
    stored = await memories.update(memory_id, to_database(changes), revisions(if_match))
    tag(response, stored["revision"])
    return Memory.model_validate(stored)


@router.delete("/{memory_id}", status_code=204, responses=problems(401, 404, 412, 422, 503))
async def delete_memory(memory_id: UUID, memories: Memories, if_match: IfMatch = None) -> None:
    """Make the companion forget a memory, for good."""
    await memories.delete(memory_id, revisions(if_match))
