"""Routes under /affinity."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend.affinity.models import Affinity
from backend.affinity.repository import Affinities
from backend.core.http import problems
from backend.core.models import PageQuery

router = APIRouter(prefix="/affinity", tags=["affinity"])


@router.get("", responses=problems(401, 404, 422, 503))
async def read_affinity(query: Annotated[PageQuery, Query()], affinities: Affinities) -> Affinity:
    """How close the caller and the companion are, what today has earned, and the reason for all points."""
    return Affinity.model_validate(await affinities.get(query))
