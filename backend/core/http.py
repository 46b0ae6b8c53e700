"""HTTP helpers for routes: documented problems, ETags and preconditions, idempotency keys."""

import re
from collections.abc import Mapping
from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from starlette.routing import Match
from starlette.types import Scope

from backend.core.problems import PROBLEM_MEDIA_TYPE

PUBLIC: dict[str, Any] = {"security": []}
"""`openapi_extra` of a route that needs no token."""

_MEANINGS = {
    400: "The request cannot be read",
    401: "No access token, or one that is not valid",
    403: "Not yours to change",
    404: "Not found: it does not exist, or it is not yours",
    408: "The body arrives too slowly",
    409: "In conflict with what is stored",
    410: "No longer there",
    412: "Changed in the meantime: `If-Match` names another version",
    413: "The body is too large",
    415: "The body has the wrong content type",
    422: "A field is wrong; `errors` names each",
    429: "Too many requests: wait for `Retry-After` seconds",
    500: "A fault on our side",
    502: "The model returned something that is not a reply",
    503: "Not available at the moment: try again after `Retry-After` seconds",
}
_BODY_ERRORS = (400, 408, 413, 415, 422)


def problems(*statuses: int, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route: the problems it may answer with, beside 429 and 500.

    `body` adds those of a request body.
    """
    every = sorted({*statuses, 429, 500, *(_BODY_ERRORS if body else ())})
    return {status: _problem_response(status) for status in every}


def _problem_response(status: int) -> dict[str, Any]:
    response: dict[str, Any] = {
        "description": _MEANINGS[status],
        "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }
    if status == HTTPStatus.UNAUTHORIZED:
        response["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}, "description": "`Bearer`"}}
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        response["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Seconds to wait"}}
    return response


WORDS_IN_PATHS = {"facets", "import", "log", "series"}


class ByIdRoute(APIRoute):
    """A route under an id, which leaves the paths with a word in that place to their own routes.

    So a method that `/exercises/facets` does not have is answered with 405 and not taken for an id of an exercise.
    """

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """See Route.matches."""
        match, child = super().matches(scope)
        if WORDS_IN_PATHS.isdisjoint(map(str, child.get("path_params", {}).values())):
            return match, child
        return Match.NONE, {}


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


def revalidated(answer: BaseModel, if_none_match: str | None, revision: int | None = None) -> Response:
    """The answer with its ETag, or a 304 without a body when the client has it already.

    With a revision, the ETag works as `If-Match`, too.

    Only the client's own cache may keep the answer, and it has to ask each time (RFC 9111): the same URL has another
    answer for another user, and for the same user after a workout.
    """
    body = answer.model_dump_json().encode()
    digest = blake2b(body, digest_size=16).hexdigest()
    etag = f'"{digest}"' if revision is None else f'"{revision}-{digest}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    known = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    if etag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


IfMatch = Annotated[
    str | None,
    Header(
        alias="If-Match",
        description="The `ETag` of what you have read: 412 when it has changed since. Without it the last writer wins.",
    ),
]

TAGGED: dict[str, Any] = {
    "headers": {
        "ETag": {
            "schema": {"type": "string"},
            "description": "Send it as `If-Match` to change or delete what you read.",
        }
    }
}
"""What a route that answers with `tag` adds to the description of its answer."""


def tag(response: Response, revision: int) -> None:
    """Name the revision of the answer in its ETag."""
    response.headers["ETag"] = f'"{revision}"'


def revisions(if_match: str | None) -> list[int] | None:
    """The revisions that an If-Match names; None when any will do. Tags that are not ours match no revision."""
    if if_match is None or if_match.strip() == "*":
        return None
    tags = (re.fullmatch(r'(?:W/)?"(\d{1,18})(?:-[0-9a-f]+)?"', one.strip()) for one in if_match.split(","))
    return [int(found[1]) for found in tags if found]


IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="A key of your choice, such as a UUID. Send it again with the same body within 30 days to get the "
        "first answer again, or to retry a request that failed: nothing is stored twice.",
    ),
]

REPLAYED: dict[str, Any] = {
    "headers": {
        "Idempotency-Replayed": {
            "description": "`true` when the answer is a replay; absent otherwise.",
            "schema": {"type": "string", "enum": ["true"]},
        }
    }
}
"""What a route that takes an `Idempotency-Key` adds to the description of its answer."""


CREATED: dict[int | str, dict[str, Any]] = {
    201: {
        "headers": {
            **REPLAYED["headers"],
            **TAGGED["headers"],
            "Location": {"description": "The path of what was created.", "schema": {"type": "string"}},
        }
    }
}
"""`responses` of a route that answers with `KeyedRequest.created`."""


class KeyedRequest:
    """A request that may come with an `Idempotency-Key`, and the headers of its answer."""

    def __init__(self, request: Request, response: Response, idempotency_key: IdempotencyKey = None) -> None:
        self.key = idempotency_key
        self._request = request
        self._response = response

    def mark_replayed(self) -> None:
        """Say that the answer is a replay."""
        self._response.headers["Idempotency-Replayed"] = "true"

    def answer(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """A row without its `replayed`, which the headers say instead."""
        if row["replayed"]:
            self.mark_replayed()
        return {name: value for name, value in row.items() if name != "replayed"}

    def created(self, row: Mapping[str, Any], created_id: str, revision: int, *, steps_up: int = 0) -> dict[str, Any]:
        """The same for a row of something created. The headers say its revision, and where it is.

        That is below the path of the request, or so many steps higher.
        """
        # FastAPI could build the path from the name of a route, but goes through all routes for it.
        steps = self._request.scope["path"].split("/")
        collection = "/".join(steps[: len(steps) - steps_up])
        self._response.headers["Location"] = f"{collection}/{created_id}"
        tag(self._response, revision)
        return self.answer(row)


Keyed = Annotated[KeyedRequest, Depends()]
