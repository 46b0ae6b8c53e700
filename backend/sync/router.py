"""The route that keeps the copies of clients up to date."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend.core.http import problems
from backend.sync.models import Changes, SyncQuery
from backend.sync.repository import Sync

router = APIRouter(tags=["sync"])


@router.get("/sync", responses=problems(401, 404, 410, 422, 503))
async def list_changes(query: Annotated[SyncQuery, Query()], sync: Sync) -> Changes:
    """What changed since the last time: the user's own exercises, plans, workouts and memories.

    The answer has each of them once, as it is now, or with `value: null` if it was deleted. It misses no change, even
    while other devices write.
    """
    return Changes.model_validate(await sync.changes(query))
