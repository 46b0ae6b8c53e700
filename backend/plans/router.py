"""Routes under /plans."""

import re
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Query, Request, Response
from pydantic import MISSING

from backend.core.http import created, locate, problems
from backend.core.models import PageQuery, to_database
from backend.plans.models import Plan, PlanCopy, PlanPage, PlanQuery, PlanVersionPage, PlanWrite
from backend.plans.repository import DBPlanRow, Plans

router = APIRouter(prefix="/plans", tags=["plans"])

IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The `ETag` of the version you have changed: 412 when it is no longer the current one. "
        "Without it the last writer wins.",
    ),
]
_ETAG: dict[str, Any] = {
    "headers": {"ETag": {"schema": {"type": "string"}, "description": "The version; send it as `If-Match` in a PUT."}}
}


@router.post("", status_code=201, responses={**created(_ETAG), **problems(401, 404, 409, 503, body=True)})
async def create_plan(plan: PlanWrite, plans: Plans, request: Request, response: Response) -> Plan:
    """Create a plan: 200 at most."""
    stored = await plans.create(to_database(plan))
    locate(request, response, stored["id"])
    return _answer(stored, response)


@router.get("", responses=problems(401, 422, 503))
async def list_plans(query: Annotated[PlanQuery, Query()], plans: Plans) -> PlanPage:
    """Plans in their current version, without their days, the latest change first."""
    return PlanPage.model_validate(await plans.list(query))


@router.get("/{plan_id}", responses={200: _ETAG, **problems(401, 404, 422, 503)})
async def read_plan(plan_id: UUID, plans: Plans, response: Response) -> Plan:
    """One whole plan: the caller's own or a public one."""
    return _answer(await plans.get(plan_id), response)


@router.put("/{plan_id}", responses={200: _ETAG, **problems(401, 403, 404, 409, 412, 503, body=True)})
async def replace_plan(
    plan_id: UUID, plan: PlanWrite, plans: Plans, response: Response, if_match: IfMatch = None
) -> Plan:
    """Replace the caller's own plan as a whole, with a new version. Earlier versions stay readable."""
    return _answer(await plans.replace(plan_id, to_database(plan), _versions(if_match)), response)


@router.delete("/{plan_id}", status_code=204, responses=problems(401, 403, 404, 422, 503))
async def delete_plan(plan_id: UUID, plans: Plans) -> None:
    """Delete the caller's own plan with all its versions. Workouts that followed it stay, and keep its name."""
    await plans.delete(plan_id)


@router.post(
    "/{plan_id}/copy", status_code=201, responses={**created(_ETAG), **problems(401, 404, 409, 503, body=True)}
)
async def copy_plan(
    plan_id: UUID, plans: Plans, request: Request, response: Response, copy: PlanCopy | None = None
) -> Plan:
    """Copy a plan, the caller's own or a public one, into a private plan. The body may be left out."""
    name = None if copy is None or copy.name is MISSING else copy.name
    stored = await plans.copy(plan_id, name)
    locate(request, response, stored["id"], steps_up=2)
    return _answer(stored, response)


@router.get("/{plan_id}/versions", responses=problems(401, 404, 422, 503))
async def list_plan_versions(plan_id: UUID, query: Annotated[PageQuery, Query()], plans: Plans) -> PlanVersionPage:
    """All versions of the caller's own plan as whole plans, the latest first."""
    return PlanVersionPage.model_validate(await plans.versions(plan_id, query))


def _answer(plan: DBPlanRow, response: Response) -> Plan:
    response.headers["ETag"] = f'"{plan["version"]}"'
    return Plan.model_validate(plan)


def _versions(if_match: str | None) -> list[int] | None:
    """The versions that an If-Match names; None when any version will do. Tags that are not ours match no version."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = (re.fullmatch(r'(?:W/)?"(\d{1,9})"', tag.strip()) for tag in if_match.split(","))
    return [int(tag[1]) for tag in tags if tag]
