"""Routes under /auth. Sign-up and login are Supabase Auth's, never ours."""

from fastapi import APIRouter

from backend.auth.models import Greeting, Identity
from backend.core.di import CurrentUser
from backend.core.openapi import PUBLIC, problems

router = APIRouter(prefix="/auth", tags=["auth"])


@router.get("/public", openapi_extra=PUBLIC, responses=problems())
async def read_greeting() -> Greeting:
    """A greeting that needs no token: shows a frontend that the API answers it."""
    return Greeting(message="Hello! Sign in to train with your companion.")


@router.get("/me", responses=problems(401, 503))
async def read_identity(caller: CurrentUser) -> Identity:
    """Who the access token says you are. Asks no database."""
    return Identity(user_id=caller.user_id, email=caller.email, role=caller.role, expires_at=caller.expires_at)
