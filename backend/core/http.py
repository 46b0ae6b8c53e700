"""HTTP helpers for routes: documented problems, answers with an ETag, idempotency keys."""

from hashlib import blake2b
from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Header, Request, Response
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


WORDS_IN_PATHS = {"facets", "import", "log"}


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


def revalidated(answer: BaseModel, if_none_match: str | None) -> Response:
    """The answer with its ETag, or a 304 without a body when the client has it already.

    Only the client's own cache may keep the answer, and it has to ask each time (RFC 9111): the same URL has another
    answer for another user, and for the same user after a workout.
    """
    body = answer.model_dump_json().encode()
    etag = f'"{blake2b(body, digest_size=16).hexdigest()}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    known = [tag.strip().removeprefix("W/") for tag in (if_none_match or "").split(",")]
    if etag in known or known == ["*"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


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


def mark_replayed(response: Response) -> None:
    """Say in the headers that this answer is a replay."""
    response.headers["Idempotency-Replayed"] = "true"


def created(documented: dict[str, Any] | None = None) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route that creates something and answers with `locate`, beside what else is documented."""
    location = {"Location": {"description": "The path of what was created.", "schema": {"type": "string"}}}
    documented = documented or {}
    return {201: {**documented, "headers": {**documented.get("headers", {}), **location}}}


def locate(request: Request, response: Response, created_id: str, *, steps_up: int = 0) -> None:
    """Say in the headers where the created thing is: below the path of the request, or so many steps higher."""
    # FastAPI could build the path from the name of a route, but goes through all routes for it.
    steps = request.scope["path"].split("/")
    collection = "/".join(steps[: len(steps) - steps_up])
    response.headers["Location"] = f"{collection}/{created_id}"
