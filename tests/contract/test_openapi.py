"""openapi.json, from which frontends generate their clients."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from backend.core.glossary import GLOSSARY
from backend.core.openapi import VERSION
from backend.validation import RULES
from tools import ToolError, openapi_file

PUBLIC_PATHS = {"/", "/health", "/health/ready", "/api/v1/auth/public"}
DOCUMENT: dict[str, Any] = json.loads(openapi_file.PATH.read_text())
OPERATIONS = [
    pytest.param(path, method, operation, id=f"{method.upper()} {path}")
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
]


def test_the_file_matches_the_routes() -> None:
    assert openapi_file.PATH.read_text() == openapi_file.rendered()


async def test_the_service_serves_the_same_document(client: httpx.AsyncClient) -> None:
    assert (await client.get("/openapi.json")).json() == DOCUMENT


def test_the_document_has_the_version_of_the_project() -> None:
    assert DOCUMENT["info"]["version"] == VERSION


def test_operations_need_a_token_by_default() -> None:
    assert DOCUMENT["security"] == [{"bearer": []}]
    assert DOCUMENT["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_only_public_routes_need_no_token(path: str, method: str, operation: dict[str, Any]) -> None:
    if path in PUBLIC_PATHS:
        assert operation["security"] == []
    else:
        assert "security" not in operation
        assert "401" in operation["responses"]
    assert method in ("get", "post", "put", "patch", "delete")


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
async def test_only_public_routes_answer_without_a_token(
    client: httpx.AsyncClient, path: str, method: str, operation: dict[str, Any]
) -> None:
    assert operation
    url = path.replace("{exercise_id}", "x").replace("{workout_id}", "x")
    response = await client.request(method, url, json={} if method in ("post", "patch") else None)
    assert response.status_code == (200 if path in PUBLIC_PATHS else 401), response.text


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_error_is_documented_as_a_problem(path: str, method: str, operation: dict[str, Any]) -> None:
    assert "500" in operation["responses"]
    if "requestBody" in operation:
        assert {"400", "413", "415", "422"} <= operation["responses"].keys()
    if "parameters" in operation:
        assert "422" in operation["responses"]
    for status, response in operation["responses"].items():
        if int(status) >= 400:
            assert list(response["content"]) == ["application/problem+json"], (path, method, status)
            schema = response["content"]["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/ProblemDetails"}


@pytest.mark.parametrize(("path", "method", "operation"), OPERATIONS)
def test_every_operation_is_described_and_shows_a_valid_example(
    path: str, method: str, operation: dict[str, Any]
) -> None:
    assert path
    assert operation["summary"]
    assert operation["description"]
    contents = [response.get("content", {}) for response in operation["responses"].values()]
    contents.append(operation.get("requestBody", {}).get("content", {}))
    shown = 0
    for content in contents:
        for media in content.values():
            schema = {**media["schema"], "components": DOCUMENT["components"]}
            validator = Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)
            examples = [example["value"] for example in media.get("examples", {}).values()] or [media["example"]]
            for example in examples:
                validator.validate(example)
            shown += 1
    assert shown >= (1 if method == "delete" else 2)


def test_limits_use_keywords_of_json_schema() -> None:
    text = json.dumps(DOCUMENT)
    for word in ("ge", "gt", "le", "lt"):
        assert f'"{word}":' not in text
    set_log = DOCUMENT["components"]["schemas"]["SetLog"]["properties"]
    weight, tempo = set_log["weight"]["anyOf"][0], set_log["tempo"]["anyOf"][0]
    assert (weight["minimum"], weight["maximum"]) == (0, 2000)
    assert tempo["pattern"]
    assert set_log["rpe"]["anyOf"][0]["multipleOf"] == 0.5


def test_optional_fields_are_absent_and_not_null() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    assert schemas["ProblemDetails"]["properties"]["errors"]["type"] == "array"
    assert "errors" not in schemas["ProblemDetails"]["required"]
    assert "default" not in json.dumps(schemas["SetLog"]).replace("Default", "")


def test_operation_ids_are_plain_names() -> None:
    names = [operation["operationId"] for methods in DOCUMENT["paths"].values() for operation in methods.values()]
    assert len(names) == len(set(names))
    assert {"log_workout", "list_workouts", "read_profile"} <= set(names)
    assert not any("api_v1" in name for name in names)


def test_schemas_have_plain_names() -> None:
    # FastAPI puts the package's path into the names of two models with the same name.
    assert not [name for name in DOCUMENT["components"]["schemas"] if "__" in name]


def test_no_schema_has_the_name_of_a_type_of_a_language() -> None:
    taken = {"Record", "Partial", "Map", "Set", "Array", "Object", "Date", "Error", "Promise", "List", "Dict", "Any"}
    assert taken.isdisjoint(DOCUMENT["components"]["schemas"])


def parts_of(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], dict[str, Any]]]:
    """Every object of the document with its path, without the examples."""
    if isinstance(value, dict):
        yield path, value
        for name, inner in value.items():
            if name not in ("example", "examples"):
                yield from parts_of(inner, (*path, name))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from parts_of(inner, (*path, place))


def test_every_enumeration_has_a_name() -> None:
    inline = [path for path, part in parts_of(DOCUMENT) if "enum" in part and path[:2] != ("components", "schemas")]
    # A header says that it is present.
    assert [path for path in inline if "headers" not in path] == []
    assert [
        path for path, part in parts_of(DOCUMENT["components"]["schemas"]) if "enum" in part and len(path) > 1
    ] == []


def test_every_field_and_parameter_is_explained() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    fields = {
        f"{name}.{field}": schema
        for name, described in schemas.items()
        for field, schema in described.get("properties", {}).items()
    }
    assert len(fields) > 600
    assert [name for name, schema in fields.items() if not schema.get("description")] == []
    # What the glossary explains exists, and a schema of its own is there because it differs.
    for name in GLOSSARY:
        assert name in fields or any(field.endswith(f".{name}") for field in fields), name
    for path, part in parts_of(DOCUMENT["paths"]):
        if path[-2:-1] == ("parameters",):
            assert part.get("description") or part["schema"].get("description"), path


def test_no_parameter_is_null() -> None:
    for path, part in parts_of(DOCUMENT["paths"]):
        if path[-2:-1] == ("parameters",):
            assert "null" not in json.dumps(part["schema"]), path


def test_the_events_of_a_stream_are_told_apart_by_name() -> None:
    content = DOCUMENT["paths"]["/api/v1/chat/stream"]["post"]["responses"]["200"]["content"]
    assert content["text/event-stream"]["schema"] == {"$ref": "#/components/schemas/ChatEvent"}
    event = DOCUMENT["components"]["schemas"]["ChatEvent"]
    assert event["discriminator"]["propertyName"] == "event"
    assert set(event["discriminator"]["mapping"]) == {"context", "delta", "done", "error"}


def test_every_schema_is_used() -> None:
    text = json.dumps(DOCUMENT)
    for name in DOCUMENT["components"]["schemas"]:
        assert f'"#/components/schemas/{name}"' in text, name


# The tasks that generate, verify and publish the file.


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "openapi.json"
    monkeypatch.setattr(openapi_file, "PATH", path)
    monkeypatch.setattr(openapi_file, "RELEASED", tmp_path / "openapi.released.json")
    # The linters take seconds; test_openapi_rules.py runs them.
    monkeypatch.setattr(openapi_file, "faults", lambda _document: [])
    return path


def run(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> int:
    monkeypatch.setattr("sys.argv", ["openapi", *arguments])
    return openapi_file.main()


def test_verify_fails_if_the_file_differs(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "verify") == 1
    assert "generate-openapi" in capsys.readouterr().err
    assert run(monkeypatch, "generate") == 0
    assert run(monkeypatch, "verify") == 0
    copy.write_text(copy.read_text().replace("Slow Burn", "Fast Burn"))
    assert run(monkeypatch, "verify") == 1


def test_verify_fails_if_the_document_is_not_valid(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "generate") == 0
    monkeypatch.setattr(openapi_file, "faults", lambda document: [f"spectral: {document['info']['title']} is odd"])
    assert run(monkeypatch, "verify") == 1
    assert capsys.readouterr().err == "error: spectral: Slow Burn API is odd\n"
    assert run(monkeypatch, "publish", str(copy.parent)) == 1


def test_verify_says_when_the_linters_cannot_run(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(_document: dict[str, Any]) -> list[str]:
        raise ToolError("npm could not install the packages.")

    assert run(monkeypatch, "generate") == 0
    assert copy.is_file()
    monkeypatch.setattr(openapi_file, "faults", fail)
    assert run(monkeypatch, "verify") == 1
    assert capsys.readouterr().err == "error: npm could not install the packages.\n"


def test_verify_compares_with_the_last_release(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(monkeypatch, "generate") == 0
    assert run(monkeypatch, "release") == 0
    assert openapi_file.RELEASED.read_bytes() == copy.read_bytes()
    assert run(monkeypatch, "verify") == 0
    # As if the release had had another name for a field.
    released = copy.read_text().replace('"weekly_target"', '"sessions_per_week"')
    openapi_file.RELEASED.write_text(released)
    assert run(monkeypatch, "verify") == 1
    printed = capsys.readouterr().err
    assert "major: Profile.sessions_per_week: is gone" in printed
    assert "minor: Profile.weekly_target: is new" in printed
    assert "the version must be 0.2.0 or higher" in printed


def test_publish_writes_into_a_folder(copy: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    folder = tmp_path / "published"
    folder.mkdir()
    assert run(monkeypatch, "publish", str(folder)) == 1
    run(monkeypatch, "generate")
    assert run(monkeypatch, "publish", str(folder)) == 0
    assert (folder / "openapi.json").read_bytes() == copy.read_bytes()


class FileServer(BaseHTTPRequestHandler):
    """Accepts the files that clients with the token upload."""

    received: dict[str, Any]

    def do_PUT(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        allowed = self.headers.get("Authorization") == "Bearer right"
        if allowed:
            FileServer.received = {"path": self.path, "type": self.headers["Content-Type"], "body": body}
        self.send_response(201 if allowed else 403)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *args: object) -> None: ...


@pytest.fixture
def server_url() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), FileServer) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def test_publish_sends_the_verified_file(
    server_url: str, copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(openapi_file.TOKEN_VARIABLE, "right")
    assert run(monkeypatch, "publish", f"{server_url}/slow-burn") == 1
    run(monkeypatch, "generate")
    assert run(monkeypatch, "publish", f"{server_url}/slow-burn") == 0
    assert FileServer.received == {"path": "/slow-burn", "type": "application/json", "body": copy.read_bytes()}
    assert server_url in capsys.readouterr().out


@pytest.mark.parametrize("url", ["{server_url}", "http://127.0.0.1:1", "nonsense"])
def test_publish_reports_a_failed_upload(
    server_url: str, copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], url: str
) -> None:
    monkeypatch.delenv(openapi_file.TOKEN_VARIABLE, raising=False)
    run(monkeypatch, "generate")
    assert copy.is_file()
    assert run(monkeypatch, "publish", url.format(server_url=server_url)) == 1
    assert "was not published" in capsys.readouterr().err


def test_the_routes_whose_rules_are_known_exist() -> None:
    paths: dict[str, Any] = DOCUMENT["paths"]
    assert set(RULES) <= {operation["operationId"] for path in paths.values() for operation in path.values()}
