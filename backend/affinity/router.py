"""Routes under /affinity."""

from typing import Annotated

from fastapi import APIRouter, Query

from backend.affinity.models import Affinity
from backend.core.di import Affinities, CurrentUser
from backend.core.models import PageQuery
from backend.core.openapi import problems

router = APIRouter(prefix="/affinity", tags=["affinity"])


@router.get("", responses=problems(401, 404, 422, 503))
async def read_affinity(query: Annotated[PageQuery, Query()], caller: CurrentUser, affinities: Affinities) -> Affinity:
    """How close the caller and the companion are, what today has earned of what it can, and every reason."""
    return Affinity.model_validate(await affinities.get(query.page, query.per_page, caller))
