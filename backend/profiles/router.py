"""Routes under /profile."""

from fastapi import APIRouter

from backend.core.http import problems
from backend.core.models import to_database
from backend.profiles.models import Profile, ProfileChanges
from backend.profiles.repository import Profiles

router = APIRouter(prefix="/profile", tags=["profile"])


@router.get("", responses=problems(401, 404, 503))
async def read_profile(profiles: Profiles) -> Profile:
    """The caller's profile, with their affinity."""
    return Profile.model_validate(await profiles.get())


@router.patch("", responses=problems(401, 404, 503, body=True))
async def change_profile(changes: ProfileChanges, profiles: Profiles) -> Profile:
    """Change some fields and get the whole profile back. Absent fields stay as they are."""
    return Profile.model_validate(await profiles.update(to_database(changes)))
