"""Routes for following a plan, under /plans/{plan_id}."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from backend.core.http import problems
from backend.following.models import Adherence, NextSession, NextSessionQuery
from backend.following.repository import Following

router = APIRouter(prefix="/plans/{plan_id}", tags=["plans"])


@router.get("/next", responses=problems(401, 404, 422, 503))
async def read_next_session(
    plan_id: UUID, query: Annotated[NextSessionQuery, Query()], following: Following
) -> NextSession:
    """The session that is due in a plan: what to load, and why. Changes nothing in the plan."""
    return NextSession.model_validate(await following.next_session(plan_id, query.dry_run_weeks))


@router.get("/adherence", responses=problems(401, 404, 422, 503))
async def read_adherence(plan_id: UUID, following: Following) -> Adherence:
    """How regularly the caller has followed a plan, week by week."""
    return Adherence.model_validate(await following.adherence(plan_id))
