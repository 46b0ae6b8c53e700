"""Routes under /auth. Sign-up and login belong to Supabase Auth."""

from fastapi import APIRouter

from backend.core.http import PUBLIC, problems
from backend.di import CurrentUser
from backend.identity.models import Greeting, Identity

router = APIRouter(prefix="/auth", tags=["auth"])


@router.get("/public", openapi_extra=PUBLIC, responses=problems())
async def read_greeting() -> Greeting:
    """A greeting that needs no token: it shows a frontend that the API answers."""
    return Greeting(message="Hello! Sign in to train with your companion.")


@router.get("/me", responses=problems(401, 503))
async def read_identity(caller: CurrentUser) -> Identity:
    """Who the access token says you are. Does not ask the database."""
    return Identity(user_id=caller.user_id, email=caller.email, role=caller.role, expires_at=caller.expires_at)
