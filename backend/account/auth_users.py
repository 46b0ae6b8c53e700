"""The users of Supabase Auth, through its admin API: the only use of the project's secret key."""

import asyncio
import logging
from typing import Annotated, TypedDict, cast
from uuid import UUID

import httpx
from fastapi import Depends, Request

from backend.core.problems import Code, Problem

logger = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10


class AuthUsers:
    """Deletes users of a project, if it has the project's secret key."""

    def __init__(self, supabase_url: str, secret_key: str | None, http: httpx.AsyncClient) -> None:
        self._url = supabase_url
        self._secret_key = secret_key
        self._http = http

    async def delete(self, user_id: UUID) -> bool:
        """Delete a user, and return whether that user is gone: not without a key that Supabase accepts.

        Raises a 503 Problem if Supabase cannot be reached.
        """
        if self._secret_key is None:
            return False
        # A third of a second to import, for what most processes never do.
        from supabase import AsyncClient, AsyncClientOptions, AuthApiError, AuthError  # noqa: PLC0415

        options = AsyncClientOptions(auto_refresh_token=False, persist_session=False, httpx_client=self._http)
        admin = AsyncClient(self._url, self._secret_key, options).auth.admin
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                await admin.delete_user(str(user_id))
        except AuthApiError as error:
            if error.status in (401, 403):
                logger.error("Supabase Auth rejects SUPABASE_SECRET_KEY")  # noqa: TRY400  # a setting, not a fault
                return False
            if error.status != 404:  # noqa: PLR2004  # gone already
                raise _unavailable() from None
        except (AuthError, httpx.HTTPError, TimeoutError):
            raise _unavailable() from None
        return True


def _unavailable() -> Problem:
    detail = "Your data are deleted, but your sign-in is not yet. Send the same request again."
    return Problem(503, Code.AUTH_UNAVAILABLE, detail)


class AccountState(TypedDict):
    """What lives as long as the app; the lifespan makes it."""

    auth_users: AuthUsers


async def _auth_users(request: Request) -> AuthUsers:
    return cast(AuthUsers, request.state.auth_users)


CurrentAuthUsers = Annotated[AuthUsers, Depends(_auth_users)]
