"""Which changes of the API are patches, minor or major."""

import copy
from typing import Any

import pytest

from tools import openapi_file
from tools.openapi_changes import Level, compare, needed

PATCH, MINOR, MAJOR = Level.PATCH, Level.MINOR, Level.MAJOR
SETS, POST = "paths /sets", "paths /sets post"
GET = "paths /sets get"
NEW, SET = "components schemas NewSet", "components schemas Set"
OPTIONAL_TEXT = {"anyOf": [{"type": "string"}, {"type": "null"}]}
BASE: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Sets", "version": "1.2.3", "description": "About sets."},
    "servers": [{"url": "/"}],
    "tags": [{"name": "sets"}],
    "security": [{"bearer": []}],
    "paths": {
        "/sets": {
            "get": {
                "operationId": "list_sets",
                "description": "All sets.",
                "tags": ["sets"],
                "parameters": [
                    {"in": "query", "name": "limit", "schema": {"type": "integer", "minimum": 1, "maximum": 100}},
                    {"in": "query", "name": "kind", "schema": {"$ref": "#/components/schemas/Kind"}},
                    {"in": "header", "name": "If-Match", "required": True, "schema": {"type": "string"}},
                ],
                "responses": {
                    "200": {
                        "description": "Sets",
                        "headers": {"ETag": {"schema": {"type": "string"}}},
                        "content": {
                            "application/json": {
                                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Set"}},
                                "example": [],
                            }
                        },
                    },
                    "404": {"description": "None"},
                },
            },
            "post": {
                "operationId": "add_set",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/NewSet"}}},
                },
                "responses": {
                    "201": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Set"}}}}
                },
            },
        }
    },
    "components": {
        "schemas": {
            "Kind": {"type": "string", "enum": ["working", "warmup"]},
            "NewSet": {
                "type": "object",
                "required": ["reps"],
                "additionalProperties": False,
                "properties": {
                    "reps": {"type": "integer", "minimum": 0, "maximum": 1000, "description": "How often."},
                    "tempo": {"type": "string", "pattern": "^[0-9]$"},
                    "notes": OPTIONAL_TEXT,
                    "weight": {"type": "number"},
                    "kind": {"$ref": "#/components/schemas/Kind"},
                },
            },
            "Set": {
                "type": "object",
                "required": ["id", "reps", "notes"],
                "properties": {
                    "id": {"type": "string", "format": "uuid"},
                    "reps": {"type": "integer"},
                    "notes": OPTIONAL_TEXT,
                    "part": {"oneOf": [{"$ref": "#/components/schemas/Warmup"}, {"$ref": "#/components/schemas/Work"}]},
                    "parent": {"$ref": "#/components/schemas/Set"},
                },
            },
            "Warmup": {"type": "object", "properties": {"minutes": {"type": "integer"}}},
            "Work": {"type": "object", "properties": {"effort": {"type": "number"}}},
        },
        "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
    },
}
GONE = object()
TABLE: list[tuple[str, Any, Level]] = [
    # Texts and examples.
    ("info description", "About all sets.", PATCH),
    ("info title", "All sets", PATCH),
    (f"{GET} description", "Every set.", PATCH),
    (f"{GET} responses 404 description", "Nothing", PATCH),
    (f"{GET} responses 200 content application/json example", [{"id": "x"}], PATCH),
    (f"{NEW} properties reps description", "Repetitions.", PATCH),
    (f"{GET} tags", ["other"], PATCH),
    ("servers", [{"url": "https://example.com"}], PATCH),
    # What is new, and may be ignored.
    ("paths /plans", {"get": {"operationId": "list_plans", "responses": {}}}, MINOR),
    (f"{SETS} delete", {"operationId": "delete_sets", "responses": {}}, MINOR),
    (f"{GET} deprecated", True, MINOR),
    (f"{GET} parameters 3", {"in": "query", "name": "page", "schema": {"type": "integer"}}, MINOR),
    (f"{GET} parameters 2 required", False, MINOR),
    (f"{GET} parameters 0 schema maximum", 200, MINOR),
    (f"{GET} responses 409", {"description": "Conflict"}, MINOR),
    (f"{GET} responses 404", GONE, MINOR),
    (f"{GET} responses 200 headers Location", {"schema": {"type": "string"}}, MINOR),
    (f"{GET} responses 200 content text/csv", {"schema": {"type": "string"}}, MINOR),
    (f"{POST} requestBody required", False, MINOR),
    (f"{NEW} properties rpe", {"type": "number"}, MINOR),
    (f"{NEW} required", [], MINOR),
    (f"{NEW} properties reps maximum", 2000, MINOR),
    (f"{NEW} properties reps minimum", GONE, MINOR),
    (f"{NEW} properties tempo pattern", GONE, MINOR),
    (f"{NEW} properties weight", {"anyOf": [{"type": "number"}, {"type": "null"}]}, MINOR),
    (f"{NEW} additionalProperties", True, MINOR),
    (f"{SET} properties volume", {"type": "number"}, MINOR),
    (f"{SET} required", ["id", "reps", "notes", "part"], MINOR),
    (f"{SET} properties notes", {"type": "string"}, MINOR),
    (f"{SET} properties part oneOf 2", {"$ref": "#/components/schemas/Kind"}, MINOR),
    ("components schemas Kind enum 2", "drop", MINOR),
    # What clients rely on.
    ("paths /sets", GONE, MAJOR),
    (f"{SETS} post", GONE, MAJOR),
    (f"{GET} operationId", "read_sets", MAJOR),
    (f"{GET} security", [], MAJOR),
    ("security", [], MAJOR),
    ("components securitySchemes bearer scheme", "basic", MAJOR),
    (f"{GET} parameters 1", GONE, MAJOR),
    (f"{GET} parameters 0 name", "count", MAJOR),
    (f"{GET} parameters 0 required", True, MAJOR),
    (f"{GET} parameters 3", {"in": "query", "name": "page", "required": True, "schema": {}}, MAJOR),
    (f"{GET} parameters 0 schema maximum", 50, MAJOR),
    (f"{GET} parameters 0 schema type", "string", MAJOR),
    (f"{GET} responses 200", GONE, MAJOR),
    (f"{GET} responses 200 headers ETag", GONE, MAJOR),
    (f"{GET} responses 200 content application/json", GONE, MAJOR),
    (f"{GET} responses 200 content application/json schema type", "object", MAJOR),
    (f"{GET} responses 200 content application/json schema items", GONE, MAJOR),
    (f"{POST} requestBody", GONE, MAJOR),
    (f"{NEW} properties reps", GONE, MAJOR),
    (f"{NEW} required", ["reps", "weight"], MAJOR),
    (f"{NEW} properties reps minimum", 1, MAJOR),
    (f"{NEW} properties tempo pattern", "^[0-9]{2}$", MAJOR),
    (f"{NEW} properties notes", {"type": "string"}, MAJOR),
    (f"{SET} properties id", GONE, MAJOR),
    (f"{SET} properties id format", GONE, MAJOR),
    (f"{SET} properties reps type", "number", MAJOR),
    (f"{SET} required", ["id", "reps"], MAJOR),
    (f"{SET} properties reps", {"anyOf": [{"type": "integer"}, {"type": "null"}]}, MAJOR),
    ("components schemas Work properties effort", GONE, MAJOR),
    ("components schemas Kind enum 1", GONE, MAJOR),
]


def changed(path: str, value: Any) -> dict[str, Any]:
    """The base with another value at a path, or without what is there."""
    document = copy.deepcopy(BASE)
    *parents, last = path.split(" ")
    part: Any = document
    for name in parents:
        part = part[int(name) if isinstance(part, list) else name]
    if isinstance(part, list):
        part[int(last) : int(last) + 1] = [] if value is GONE else [value]
    elif value is GONE:
        del part[last]
    else:
        part[last] = value
    return document


@pytest.mark.parametrize(("path", "value", "level"), TABLE)
def test_each_change_has_its_level(path: str, value: Any, level: Level) -> None:
    changes = compare(BASE, changed(path, value))
    assert max(change.level for change in changes) is level, changes


def test_a_renamed_field_is_gone_and_new() -> None:
    document = copy.deepcopy(BASE)
    properties = document["components"]["schemas"]["Set"]["properties"]
    properties["repetitions"] = properties.pop("reps")
    assert [str(change) for change in compare(BASE, document)] == [
        "minor: Set.repetitions: is new",
        "major: Set.reps: is gone",
    ]


def test_a_schema_with_another_name_is_a_minor_change() -> None:
    document = copy.deepcopy(BASE)
    schemas = document["components"]["schemas"]
    schemas["Exertion"] = schemas.pop("Work")
    schemas["Set"]["properties"]["part"] = {"$ref": "#/components/schemas/Exertion"}
    before = copy.deepcopy(BASE)
    before["components"]["schemas"]["Set"]["properties"]["part"] = {"$ref": "#/components/schemas/Work"}
    assert {change.level for change in compare(before, document)} == {MINOR}


def test_a_schema_that_becomes_named_is_compared_at_each_place() -> None:
    before = copy.deepcopy(BASE)
    properties = before["components"]["schemas"]["Set"]["properties"]
    properties["first"] = {"type": "string", "enum": ["working", "warmup"]}
    properties["second"] = {"type": "integer"}
    after = copy.deepcopy(BASE)
    properties = after["components"]["schemas"]["Set"]["properties"]
    properties["first"] = properties["second"] = {"$ref": "#/components/schemas/Kind"}
    assert [change.level for change in compare(before, after)].count(MAJOR) == 1


def test_the_same_document_has_no_changes() -> None:
    assert compare(BASE, copy.deepcopy(BASE)) == []


@pytest.mark.parametrize(
    ("path", "value", "released", "lowest"),
    [
        ("info description", "More.", "1.2.3", "1.2.4"),
        ("paths /plans", {}, "1.2.3", None),
        (f"{NEW} properties rpe", {"type": "number"}, "1.2.3", "1.3.0"),
        (f"{NEW} properties reps", GONE, "1.2.3", "2.0.0"),
        ("info description", "More.", "0.1.0", "0.1.1"),
        (f"{NEW} properties rpe", {"type": "number"}, "0.1.0", "0.2.0"),
        (f"{NEW} properties reps", GONE, "0.1.0", "0.2.0"),
    ],
)
def test_the_lowest_version_follows_from_the_changes(path: str, value: Any, released: str, lowest: str | None) -> None:
    assert needed(compare(BASE, changed(path, value)), released) == lowest


def test_a_version_that_was_not_raised_enough_is_a_fault() -> None:
    document = changed(f"{NEW} properties reps", GONE)
    document["info"]["version"] = "1.9.0"
    *changes, advice = openapi_file.version_faults(BASE, document)
    assert changes == ["major: NewSet.reps: is gone"]
    assert "must be 2.0.0 or higher, and not 1.9.0" in advice
    document["info"]["version"] = "2.0.0"
    assert openapi_file.version_faults(BASE, document) == []
    assert openapi_file.version_faults(BASE, copy.deepcopy(BASE)) == []
