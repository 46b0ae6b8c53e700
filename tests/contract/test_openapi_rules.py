"""What makes openapi.json invalid, as the validator and the linters see it."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tools import openapi_file
from tools.openapi_rules import faults

DOCUMENT: dict[str, Any] = json.loads(openapi_file.PATH.read_text())


def test_the_document_has_no_fault(openapi_linters: Path) -> None:
    assert openapi_linters.exists()
    assert faults(DOCUMENT) == []


def remove_servers(document: dict[str, Any]) -> None:
    del document["servers"]


def use_an_undeclared_tag(document: dict[str, Any]) -> None:
    document["paths"]["/health"]["get"]["tags"] = ["unheard-of"]


def refer_to_nothing(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Profile"]["properties"]["weight_unit"] = {"$ref": "#/components/schemas/None"}


def show_a_wrong_example(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Profile"]["example"]["weekly_target"] = "often"


def use_a_keyword_of_a_later_version(document: dict[str, Any]) -> None:
    content = document["paths"]["/api/v1/chat/stream"]["post"]["responses"]["200"]["content"]
    content["text/event-stream"]["itemSchema"] = {"type": "object"}


@pytest.mark.parametrize(
    ("damage", "tools"),
    [
        (remove_servers, {"redocly", "spectral"}),
        (use_an_undeclared_tag, {"spectral"}),
        (refer_to_nothing, {"redocly", "spectral", "openapi-spec-validator:"}),
        (show_a_wrong_example, {"redocly", "spectral"}),
        (use_a_keyword_of_a_later_version, {"redocly", "spectral", "openapi-spec-validator:"}),
    ],
)
def test_each_tool_finds_its_faults(
    openapi_linters: Path, damage: Callable[[dict[str, Any]], None], tools: set[str]
) -> None:
    assert openapi_linters.exists()
    document = copy.deepcopy(DOCUMENT)
    damage(document)
    assert {fault.split(" ", 1)[0] for fault in faults(document)} == tools
