"""Routes under /profile."""

from fastapi import APIRouter, Response

from backend.core.http import REVALIDATED, TAGGED, IfMatch, IfNoneMatch, problems, revalidated, revisions, tag
from backend.core.models import to_database
from backend.profiles.models import Profile, ProfileChanges
from backend.profiles.repository import Profiles

router = APIRouter(prefix="/profile", tags=["profile"])


@router.get("", response_model=Profile, responses={**REVALIDATED, **problems(401, 404, 422, 503)})
async def read_profile(profiles: Profiles, if_none_match: IfNoneMatch = None) -> Response:
    """The caller's profile, with their affinity."""
    stored = await profiles.get()
    return revalidated(Profile.model_validate(stored), if_none_match, stored["revision"])


@router.patch("", responses={200: TAGGED, **problems(401, 404, 412, 503, body=True)})
async def change_profile(
    changes: ProfileChanges, profiles: Profiles, response: Response, if_match: IfMatch = None
) -> Profile:
    """Change some fields and get the whole profile back. Absent fields stay as they are."""
    stored = await profiles.update(to_database(changes), revisions(if_match))
    tag(response, stored["revision"])
    return Profile.model_validate(stored)
