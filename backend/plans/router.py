"""Routes under /plans."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from backend.core.http import CREATED, TAGGED, IfMatch, Keyed, problems, revisions, tag
from backend.core.models import PageQuery, to_database
from backend.plans.models import NewPlan, Plan, PlanCopy, PlanPage, PlanQuery, PlanVersionPage, PlanWrite
from backend.plans.repository import DBPlanRow, Plans

router = APIRouter(prefix="/plans", tags=["plans"])


@router.post("", status_code=201, responses={**CREATED, **problems(401, 404, 409, 503, body=True)})
async def create_plan(plan: NewPlan, plans: Plans, keyed: Keyed) -> Plan:
    """Create a plan: 200 at most."""
    stored = await plans.create(to_database(plan), keyed.key)
    return Plan.model_validate(keyed.created(stored, stored["id"], stored["version"]))


@router.get("", responses=problems(401, 422, 503))
async def list_plans(query: Annotated[PlanQuery, Query()], plans: Plans) -> PlanPage:
    """Plans in their current version, without their days, the latest change first."""
    return PlanPage.model_validate(await plans.list(query))


@router.get("/{plan_id}", responses={200: TAGGED, **problems(401, 404, 422, 503)})
async def read_plan(plan_id: UUID, plans: Plans, response: Response) -> Plan:
    """One whole plan: the caller's own or a public one."""
    return _answer(await plans.get(plan_id), response)


@router.put("/{plan_id}", responses={200: TAGGED, **problems(401, 403, 404, 409, 412, 503, body=True)})
async def replace_plan(
    plan_id: UUID, plan: PlanWrite, plans: Plans, response: Response, if_match: IfMatch = None
) -> Plan:
    """Replace the caller's own plan as a whole, with a new version. Earlier versions stay readable."""
    return _answer(await plans.replace(plan_id, to_database(plan), revisions(if_match)), response)


@router.delete("/{plan_id}", status_code=204, responses=problems(401, 403, 404, 412, 422, 503))
async def delete_plan(plan_id: UUID, plans: Plans, if_match: IfMatch = None) -> None:
    """Delete the caller's own plan with all its versions. Workouts that followed it stay, and keep its name."""
    await plans.delete(plan_id, revisions(if_match))


@router.post("/{plan_id}/copy", status_code=201, responses={**CREATED, **problems(401, 404, 409, 503, body=True)})
async def copy_plan(
    plan_id: UUID,
    plans: Plans,
    keyed: Keyed,
    copy: PlanCopy | None = None,
) -> Plan:
    """Copy a plan, the caller's own or a public one, into a private plan. The body may be left out."""
    given = {} if copy is None else to_database(copy)
    stored = await plans.copy(plan_id, given, keyed.key)
    return Plan.model_validate(keyed.created(stored, stored["id"], stored["version"], steps_up=2))


@router.get("/{plan_id}/versions", responses=problems(401, 404, 422, 503))
async def list_plan_versions(plan_id: UUID, query: Annotated[PageQuery, Query()], plans: Plans) -> PlanVersionPage:
    """All versions of the caller's own plan as whole plans, the latest first."""
    return PlanVersionPage.model_validate(await plans.versions(plan_id, query))


def _answer(plan: DBPlanRow, response: Response) -> Plan:
    tag(response, plan["version"])
    return Plan.model_validate(plan)
