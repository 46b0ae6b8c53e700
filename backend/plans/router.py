"""Routes under /plans."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Response

from backend.core.di import CurrentUser, Plans
from backend.core.models import PageQuery, to_database
from backend.core.openapi import problems
from backend.plans.models import (
    Adherence,
    NextSession,
    NextSessionQuery,
    Plan,
    PlanCopy,
    PlanPage,
    PlanQuery,
    PlanVersionPage,
    PlanWrite,
)
from backend.plans.repository import DBPlanRow

router = APIRouter(prefix="/plans", tags=["plans"])

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The `ETag` of the version you have changed: 412 when it is not the current one any more. "
        "Without it the last writer wins.",
    ),
]
_ETAG: dict[str, Any] = {
    "headers": {"ETag": {"schema": {"type": "string"}, "description": "The version; send it as `If-Match` in a PUT."}}
}


@router.post("", status_code=201, responses={201: _ETAG, **problems(401, 404, 409, 503, body=True)})
async def create_plan(plan: PlanWrite, caller: CurrentUser, plans: Plans, response: Response) -> Plan:
    """Make a plan: 200 at most."""
    return _answer(await plans.create(to_database(plan), caller), response)


@router.get("", responses=problems(401, 422, 503))
async def list_plans(query: Annotated[PlanQuery, Query()], caller: CurrentUser, plans: Plans) -> PlanPage:
    """Plans in their current version, without their days, latest change first."""
    return PlanPage.model_validate(await plans.list(query.visibility, query.page, query.per_page, caller))


@router.get("/{plan_id}", responses={200: _ETAG, **problems(401, 404, 422, 503)})
async def read_plan(plan_id: UUID, caller: CurrentUser, plans: Plans, response: Response) -> Plan:
    """One plan, whole: one's own or a public one."""
    return _answer(await plans.get(plan_id, caller), response)


@router.put("/{plan_id}", responses={200: _ETAG, **problems(401, 403, 404, 409, 412, 503, body=True)})
async def replace_plan(  # noqa: PLR0913, PLR0917  # FastAPI passes them by name
    plan_id: UUID,
    plan: PlanWrite,
    caller: CurrentUser,
    plans: Plans,
    response: Response,
    if_match: IfMatch = None,
) -> Plan:
    """Replace a plan of one's own, whole: a new version. Earlier ones stay readable."""
    return _answer(await plans.replace(plan_id, to_database(plan), _versions(if_match), caller), response)


@router.delete("/{plan_id}", status_code=204, responses=problems(401, 403, 404, 422, 503))
async def delete_plan(plan_id: UUID, caller: CurrentUser, plans: Plans) -> None:
    """Delete a plan of one's own with all its versions. The workouts that followed it stay, and show its name."""
    await plans.delete(plan_id, caller)


@router.post("/{plan_id}/copy", status_code=201, responses={201: _ETAG, **problems(401, 404, 409, 503, body=True)})
async def copy_plan(
    plan_id: UUID, caller: CurrentUser, plans: Plans, response: Response, copy: PlanCopy | None = None
) -> Plan:
    """Make a private plan of one's own from one's own or a public one. The body may be left out."""
    return _answer(await plans.copy(plan_id, None if copy is None else copy.name, caller), response)


@router.get("/{plan_id}/versions", responses=problems(401, 404, 422, 503))
async def list_plan_versions(
    plan_id: UUID, query: Annotated[PageQuery, Query()], caller: CurrentUser, plans: Plans
) -> PlanVersionPage:
    """All versions of a plan of one's own, the latest first, each whole."""
    return PlanVersionPage.model_validate(await plans.versions(plan_id, query.page, query.per_page, caller))


@router.get("/{plan_id}/next", responses=problems(401, 404, 422, 503))
async def read_next_session(
    plan_id: UUID, query: Annotated[NextSessionQuery, Query()], caller: CurrentUser, plans: Plans
) -> NextSession:
    """The session that is due in a plan one follows: what to load, and why. Nothing of the plan is changed."""
    return NextSession.model_validate(await plans.next_session(plan_id, query.dry_run_weeks, caller))


@router.get("/{plan_id}/adherence", responses=problems(401, 404, 422, 503))
async def read_adherence(plan_id: UUID, caller: CurrentUser, plans: Plans) -> Adherence:
    """How regularly one has followed a plan, week by week."""
    return Adherence.model_validate(await plans.adherence(plan_id, caller))


def _answer(plan: DBPlanRow, response: Response) -> Plan:
    response.headers["ETag"] = f'"{plan["version"]}"'
    return Plan.model_validate(plan)


def _versions(if_match: str | None) -> list[int] | None:
    """The versions that an If-Match names; None when any will do. What is no ETag of ours matches none."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = (re.fullmatch(r'(?:W/)?"(\d{1,9})"', tag.strip()) for tag in if_match.split(","))
    return [int(tag[1]) for tag in tags if tag]
