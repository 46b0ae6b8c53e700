"""Routes under /account."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from backend.account import examples
from backend.account.auth_users import CurrentAuthUsers
from backend.account.files import as_csv, as_json, pages
from backend.account.models import AccountDeleted, AccountDeletion, AccountExport
from backend.account.repository import Account
from backend.core.http import problems
from backend.di import CurrentUser

router = APIRouter(prefix="/account", tags=["account"])

SIGN_IN_LEFT = "Your data are deleted. Your sign-in still exists: ask the people who run this service to delete it."

_CSV: dict[int | str, dict[str, Any]] = {
    200: {"content": {"text/csv": {"schema": {"type": "string"}, "example": examples.CSV}}}
}


@router.get(
    "/export",
    response_class=StreamingResponse,
    responses={200: {"model": AccountExport}, **problems(401, 404, 503)},
)
async def export_account(caller: CurrentUser, account: Account) -> StreamingResponse:
    """Everything about the caller, as a JSON file.

    It is read while it is sent, so a change that is made meanwhile may be in it or not.
    """
    others = pages(account.export_page)
    # Read before the answer begins, when an error can still be a status.
    first = await anext(others)
    return _file(as_json(caller, first, others), "application/json", "account", "json")


@router.get("/export/workouts.csv", response_class=StreamingResponse, responses={**_CSV, **problems(401, 404, 503)})
async def export_workouts(account: Account) -> StreamingResponse:
    """All sets as a CSV in the columns of Hevy, with local times. POST `/workouts/import` reads it."""
    others = pages(account.workouts_page)
    first = await anext(others)
    return _file(as_csv(first, others), "text/csv", "workouts", "csv")


def _file(content: AsyncIterator[str], media_type: str, name: str, suffix: str) -> StreamingResponse:
    disposition = f'attachment; filename="slow-burn-{name}-{datetime.now(UTC):%Y-%m-%d}.{suffix}"'
    return StreamingResponse(content, media_type=media_type, headers={"Content-Disposition": disposition})


@router.delete("", responses=problems(401, 503, body=True))
async def delete_account(
    deletion: AccountDeletion, caller: CurrentUser, account: Account, auth_users: CurrentAuthUsers
) -> AccountDeleted:
    """Delete everything about the caller, and then the sign-in.

    Safe to repeat: after a 503, the same request does what is left. Until it expires, the token finds no account (404).
    """
    await account.delete(deletion.confirm)
    gone = await auth_users.delete(caller.user_id)
    return AccountDeleted(deleted=True, sign_in_deleted=gone, left_to_do=None if gone else SIGN_IN_LEFT)
