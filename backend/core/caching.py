"""Answers that a client may keep and ask about again: ETag, If-None-Match, 304."""

from hashlib import blake2b
from typing import Annotated, Any

from fastapi import Header, Response
from pydantic import BaseModel

IfNoneMatch = Annotated[
    str | None,
    Header(alias="If-None-Match", description="The `ETag` of the answer you have: 304 when it is still current."),
]

REVALIDATED: dict[int | str, dict[str, Any]] = {
    200: {
        "headers": {
            "ETag": {"schema": {"type": "string"}, "description": "Send it as `If-None-Match` next time."},
            "Cache-Control": {"schema": {"type": "string"}, "description": "`private, no-cache`"},
        }
    },
    304: {"description": "Not modified: the answer you have is current"},
}
"""`responses` of a route that answers with `revalidated`."""


def revalidated(answer: BaseModel, if_none_match: str | None) -> Response:
    """The answer with its ETag; or 304 without a body, when the client has that already.

    Only a client's own cache may keep it, and has to ask each time (RFC 9111): the same URL says different things to
    different users, and to one user after a workout.
    """
    body = answer.model_dump_json().encode()
    etag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    known = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    if etag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
