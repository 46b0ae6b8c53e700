"""openapi.json lists every code that a wrong field can have, and docs/api.md explains it for forms in any language."""

import importlib
import re
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel, ValidationError

from backend.core.models import Input, QueryParameters
from backend.core.problems import FORM_CODES
from tools import ROOT

WRONG: list[Any] = [
    None, True, -1, 1.5, 1e9, 1e300, float("inf"), 1.0001, "", " ", "x", "x" * 6000, "\0", "\ud800", "2026-13-01",
    "2026-01-01", "1900-01-01T00:00:00Z", [], [[]], [1] * 300, ["x" * 6000], [{}], [{}] * 300, {}, {"x": "x" * 9000},
]  # fmt: skip


def models(base: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for model in base.__subclasses__():
        yield model
        yield from models(model)


def told(model: type[BaseModel], value: Any) -> set[str]:
    try:
        model.model_validate(value)
    except ValidationError as error:
        return {fault["type"] for fault in error.errors()}
    return set()


def test_every_code_of_a_field_is_listed_and_explained() -> None:
    importlib.import_module("backend.main")  # it imports every model
    codes = set()
    for model in [*models(Input), *models(QueryParameters)]:
        codes |= told(model, {"unknown": 1}) | told(model, []) | told(model, {})
        for name, field in model.model_fields.items():
            for value in WRONG:
                codes |= told(model, {field.alias or name: value})
    source = "".join(path.read_text() for path in (ROOT / "backend").rglob("*.py"))
    codes |= set(re.findall(r'(?:PydanticCustomError|broken_rule)\(\s*"(\w+)"', source))
    assert len(codes) > 30
    assert codes - set(FORM_CODES) == set()
    section = (ROOT / "docs" / "api.md").read_text().partition("## Errors")[2]
    explained = set(re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE))
    assert set(FORM_CODES) - explained == set()
