"""The OpenAPI document: deterministic, with every error documented."""

import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from backend.core.glossary import GLOSSARY
from backend.core.models import Input, Output
from backend.core.problems import DATABASE_CODES, FORM_CODES, Code, ProblemDetails

ROOT = Path(__file__).parents[2]
VERSION: str = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

DESCRIPTION = """\
The backend of Slow Burn, an AI fitness companion.

Sign in with Supabase Auth and send the access token as `Authorization: Bearer <token>`. Every error is an RFC 9457
problem: `code` is for programs, `detail` for people. Times are RFC 3339 with an offset. Weights are kept as entered,
with their unit.
"""

TAGS = {
    "service": "What the service is, and whether it is healthy.",
    "auth": "Whose token it is.",
    "profile": "The user: units, time zone, goals, equipment, injuries.",
    "exercises": "The catalogue and the user's own exercises: search, facets, alternatives.",
    "plans": "Training plans, their versions, and the sessions that are due.",
    "workouts": "What the user did, set by set, and imports from other apps.",
    "progress": "Weeks, streaks, personal records and series.",
    "measurements": "Body weight, body fat and the tape, over time.",
    "affinity": "How close the user and the companion are.",
    "companion": "Conversations with the companion, and what it remembers.",
    "sync": "What changed, for clients that keep copies.",
    "account": "Everything that is stored about the user: export and deletion.",
}
"""The groups of routes, in the order of the documentation."""


def build_openapi(app: FastAPI) -> dict[str, Any]:
    """The document of an app whose routes declare their errors with `problems`."""
    document = get_openapi(
        title="Slow Burn API",
        version=VERSION,
        description=DESCRIPTION,
        routes=app.routes,
        tags=[{"name": name, "description": description} for name, description in TAGS.items()],
        servers=[{"url": "/", "description": "The server that this document comes from"}],
        contact={"name": "The developers of Slow Burn"},
        license_info={"name": "MIT", "identifier": "MIT"},
    )
    schemas: dict[str, Any] = document["components"]["schemas"]
    problem = ProblemDetails.model_json_schema(ref_template="#/components/schemas/{model}")
    schemas |= problem.pop("$defs")
    schemas["ProblemDetails"] = problem
    _list_codes(schemas, "ProblemDetails", "ErrorCode", "Why the request failed", {*Code, *DATABASE_CODES})
    field_codes = {*FORM_CODES, *DATABASE_CODES, Code.ID_TAKEN}
    _list_codes(schemas, "FieldError", "FieldErrorCode", "What is wrong with the field", field_codes)
    for name, schema in schemas.items():
        _explain_fields(name, schema)
    for model in _with_subclasses(Output):
        if model.written_as is not None and model.__name__ in schemas:
            _mark_read_only(schemas[model.__name__], model.written_as)
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    document["components"]["securitySchemes"] = {
        "bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A Supabase access token"}
    }
    document["security"] = [{"bearer": []}]
    # FastAPI drops nulls, even from examples. So take the examples from the models themselves, and show them at each
    # request and answer, where readers look for them.
    examples = _examples()
    for name in schemas.keys() & examples.keys():
        schemas[name]["example"] = examples[name]
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        for parameter in operation.get("parameters", ()):
            parameter["schema"] = _without_null(parameter["schema"])
            if parameter["in"] == "path":
                parameter.setdefault("description", f"The id of the {parameter['name'].removesuffix('_id')} (UUID).")
        for body in (operation.get("requestBody", {}), *operation["responses"].values()):
            for media in body.get("content", {}).values():
                # A keyword of OpenAPI 3.2, which tools for 3.1 refuse.
                media.pop("itemSchema", None)
                _show_example(media, examples)
    return document


def _list_codes(schemas: dict[str, Any], of: str, name: str, meaning: str, codes: Iterable[str]) -> None:
    """Make the `code` of a schema an enumeration with a name."""
    schemas[name] = {
        "type": "string",
        "description": f"{meaning}. docs/api.md explains each code; expect new ones.",
        "enum": sorted(codes),
    }
    schemas[of]["properties"]["code"] = {
        "$ref": f"#/components/schemas/{name}",
        "description": f"{meaning}, for programs.",
    }


def _explain_fields(schema_name: str, schema: dict[str, Any]) -> None:
    for name, field in schema.get("properties", {}).items():
        meaning = GLOSSARY.get(f"{schema_name}.{name}") or GLOSSARY.get(name)
        if "description" not in field and meaning is not None:
            field["description"] = meaning


def _with_subclasses[Model: BaseModel](*models: type[Model]) -> Iterator[type[Model]]:
    for model in models:
        yield model
        yield from _with_subclasses(*model.__subclasses__())


def _mark_read_only(schema: dict[str, Any], written_as: type[BaseModel]) -> None:
    for name, field in schema["properties"].items():
        if name not in written_as.model_fields:
            field["readOnly"] = True


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of a parameter that may be left out: a URL and a header have no null."""
    choices = [choice for choice in schema.get("anyOf", ()) if choice != {"type": "null"}]
    if len(choices) != 1:
        return schema
    rest = {name: value for name, value in schema.items() if name != "anyOf"}
    (choice,) = choices
    # Beside a reference, everything else stays where it is.
    return {**rest, **choice} if "$ref" not in choice else {**choice, **rest}


def _examples() -> dict[str, Any]:
    """The examples of all models, by the models' names."""
    extras = {
        model.__name__: model.model_config.get("json_schema_extra")
        for model in _with_subclasses(Input, Output, ProblemDetails)
    }
    return {name: extra["example"] for name, extra in extras.items() if isinstance(extra, dict) and "example" in extra}


def _show_example(media: dict[str, Any], examples: dict[str, Any]) -> None:
    schema = media.get("schema", {})
    # The schema of an optional body is `anyOf` of its model and null.
    for choice in (schema, *schema.get("anyOf", ())):
        name = choice.get("$ref", "").rpartition("/")[2]
        if name in examples:
            media["example"] = examples[name]
