"""The OpenAPI document: deterministic, with every error documented."""

import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from backend.core.models import Input, Output
from backend.core.problems import ProblemDetails

ROOT = Path(__file__).parents[2]
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

DESCRIPTION = """\
The backend of Slow Burn, an AI fitness companion.

Sign in with Supabase Auth and send the access token as `Authorization: Bearer <token>`. Every error is an RFC 9457
problem: `code` is for programs, `detail` for people. Times are RFC 3339 with an offset. Weights are kept as entered,
with their unit.
"""


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
    # FastAPI drops nulls, even from examples. So take the examples from the models themselves, and show them at each
    # request and answer, where readers look for them.
    examples = _examples([Input, Output, ProblemDetails])
    for name in schemas.keys() & examples.keys():
        schemas[name]["example"] = examples[name]
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        for body in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in body.get("content", {}).values():
                _show_example(media, examples)
    return document


def _examples(models: Iterable[type[BaseModel]]) -> dict[str, Any]:
    """The examples of these models and of their subclasses, by the models' names."""
    found: dict[str, Any] = {}
    for model in models:
        extra = model.model_config.get("json_schema_extra")
        if isinstance(extra, dict) and "example" in extra:
            found[model.__name__] = extra["example"]
        found |= _examples(model.__subclasses__())
    return found


def _show_example(media: dict[str, Any], examples: dict[str, Any]) -> None:
    schema = media.get("schema", {})
    # The schema of an optional body is `anyOf` of its model and null.
    for choice in (schema, *schema.get("anyOf", ())):
        name = choice.get("$ref", "").rpartition("/")[2]
        if name in examples:
            media["example"] = examples[name]
