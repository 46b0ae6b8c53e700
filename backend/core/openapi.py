"""The OpenAPI document: deterministic, with every error documented."""

import tomllib
from collections.abc import Iterable
from http import HTTPStatus
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from backend.core.errors import PROBLEM_MEDIA_TYPE, ProblemDetails
from backend.core.models import Input, Output

ROOT = Path(__file__).parents[2]
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

DESCRIPTION = """\
The backend of Slow Burn, an AI fitness companion.

Sign in with Supabase Auth and send the access token as `Authorization: Bearer <token>`. Every error is an RFC 9457
problem; programs go by its `code`. Times are RFC 3339 with an offset. Weights are kept as entered, with their unit.
"""

PUBLIC: dict[str, Any] = {"security": []}
"""`openapi_extra` of a route that needs no token."""

REPLAYED: dict[str, Any] = {
    "headers": {
        "Idempotency-Replayed": {
            "description": "`true` when the answer is a replay; absent otherwise.",
            "schema": {"type": "string", "enum": ["true"]},
        }
    }
}
"""What a route that takes an `Idempotency-Key` adds to its answer."""

_MEANINGS = {
    400: "The request cannot be read",
    401: "No access token, or one that is not valid",
    403: "Not yours to change",
    404: "Not found: there is none, or it is not yours",
    409: "In conflict with what is stored",
    412: "Changed meanwhile: `If-Match` names another version",
    413: "The body is too large",
    415: "The body is of another type than expected",
    422: "A field is wrong; `errors` names each",
    429: "Too many: wait for `Retry-After` seconds",
    500: "A fault on our side",
    502: "The model answered something that is no reply",
    503: "Not available at the moment: try again after `Retry-After` seconds",
}
_BODY_ERRORS = (400, 413, 415, 422)
_COMMON = (500,)


def problems(*statuses: int, body: bool = False) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route: the problems it may answer with, given those beside 500; `body` adds those of a body."""
    every = sorted({*statuses, *_COMMON, *(_BODY_ERRORS if body else ())})
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


def build_openapi(app: FastAPI) -> dict[str, Any]:
    """The document of an app whose routes declare their errors with `problems`."""
    document = get_openapi(title="Slow Burn API", version=VERSION, description=DESCRIPTION, routes=app.routes)
    schemas: dict[str, Any] = document["components"]["schemas"]
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["ProblemDetails"] = problem
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A Supabase access token"}
    }
    document["security"] = [{"bearer": []}]
    # FastAPI drops what is null, in examples too; so they are taken from the models themselves, and shown where
    # readers look for them: at each request and answer.
    examples = _examples([Input, Output, ProblemDetails])
    for name in schemas.keys() & examples.keys():
        schemas[name]["example"] = examples[name]
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        for body in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in body.get("content", {}).values():
                _show_example(media, examples)
    return document


def _examples(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """The examples of models and of those derived from them, by the models' names."""
    found: dict[str, Any] = {}
    for model in models:
        extra = model.model_config.get("json_schema_extra")
        if isinstance(extra, dict) and "example" in extra:
            found[model.__name__] = extra["example"]
        found |= _examples(model.__subclasses__())
    return found


def _show_example(media: dict[str, Any], examples: dict[str, Any]) -> None:
    schema = media.get("schema", {})
    # A body that may be left out is one of two.
    for choice in (schema, *schema.get("anyOf", ())):
        name = choice.get("$ref", "").rpartition("/")[2]
        if name in examples:
            media["example"] = examples[name]
