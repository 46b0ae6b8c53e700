"""The documents are complete."""

import json
import re
import tomllib
from pathlib import Path

import psycopg
import pytest

from backend.companion.prompt import PERSONA, TONES
from backend.core.problems import DATABASE_CODES, Code
from backend.core.settings import Settings
from tools import ROOT, openapi_file
from tools.openapi_file import TOKEN_VARIABLE

DOCS = ROOT / "docs"
CODE = re.compile(r"\b[a-z]+(?:_[a-z0-9]+)+\b")
OPERATORS_ONLY = {"weak_service_secret"}
"""Codes that only the owner of the database can get."""


@pytest.fixture(scope="session")
def raised_by_functions(admin: psycopg.Connection) -> dict[str, set[str]]:
    """The codes that each function raises, as its comment lists them."""
    rows = admin.execute(
        "select proname, obj_description(oid, 'pg_proc') from pg_proc "
        "where pronamespace in ('public'::regnamespace, 'private'::regnamespace)"
    ).fetchall()
    return {name: codes_in(comment.partition("Raises PT")[2]) for name, comment in rows}


def codes_in(text: str) -> set[str]:
    return {code for code in CODE.findall(text) if not code.startswith("p_")}


def codes_of(raised_by_functions: dict[str, set[str]]) -> set[str]:
    return set().union(*raised_by_functions.values())


def test_api_md_explains_every_code(raised_by_functions: dict[str, set[str]]) -> None:
    codes = codes_of(raised_by_functions) | set(Code)
    assert {"workout_not_found", "service_only", "database_timeout", "body_too_large"} <= codes
    explained = set(re.findall(r"^\| \d{3} \| `([a-z_]+)`", (DOCS / "api.md").read_text(), re.MULTILINE))
    assert explained == codes - OPERATORS_ONLY - {Code.HTTP_ERROR}


def test_the_openapi_document_lists_every_code(raised_by_functions: dict[str, set[str]]) -> None:
    codes = codes_of(raised_by_functions) - OPERATORS_ONLY
    assert codes - set(Code) == set(DATABASE_CODES)
    document = json.loads(openapi_file.PATH.read_text())
    assert document["components"]["schemas"]["ErrorCode"]["enum"] == sorted(codes | set(Code))


def test_pgtap_raises_every_code_of_the_database(raised_by_functions: dict[str, set[str]]) -> None:
    tests = "".join(path.read_text() for path in (ROOT / "supabase" / "tests").glob("*.test.sql"))
    for code in codes_of(raised_by_functions):
        assert re.search(rf"'PT\d\d\d {code}'", tests), code


def test_database_md_lists_every_function_and_table(admin: psycopg.Connection) -> None:
    database_md = (DOCS / "database.md").read_text()
    functions = admin.execute("select proname from pg_proc where pronamespace = 'public'::regnamespace").fetchall()
    assert len(functions) >= 44
    for (name,) in functions:
        assert f"| `{name}(" in database_md, name
    tables = admin.execute(
        "select relname from pg_class where relkind = 'r' and relnamespace = 'private'::regnamespace"
    ).fetchall()
    assert len(tables) >= 22
    for (name,) in tables:
        assert re.search(rf"^\|[^|]*\b{name}\b", database_md, re.MULTILINE), name


def test_database_md_lists_the_codes_of_each_function(raised_by_functions: dict[str, set[str]]) -> None:
    database_md = (DOCS / "database.md").read_text().splitlines()
    described = {line.split("`")[1].partition("(")[0]: line for line in database_md if re.match(r"\| `\w+\(", line)}
    for name, line in described.items():
        assert raised_by_functions[name] == codes_in(line.rpartition(" | ")[2]), name


def test_env_example_explains_every_setting() -> None:
    explained = re.findall(r"^([A-Z_0-9]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert len(explained) == len(set(explained))
    assert set(explained) == {*(name.upper() for name in Settings.model_fields), TOKEN_VARIABLE}


@pytest.mark.parametrize("group", ["dependencies", "dev"])
def test_architecture_md_gives_a_reason_for_every_dependency(group: str) -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text())
    requirements = {**pyproject["project"], **pyproject["dependency-groups"]}[group]
    names = [re.split(r"[^A-Za-z0-9-]", requirement)[0] for requirement in requirements]
    assert len(names) > 5
    reasons = (DOCS / "architecture.md").read_text()
    for name in names:
        assert name.startswith("types-") or re.search(rf"^\|[^|]*\b{name}\b", reasons, re.MULTILINE), name


def test_companion_md_shows_the_prompt_as_it_is_sent() -> None:
    shown = (DOCS / "companion.md").read_text()
    for line in PERSONA.splitlines():
        assert line.partition("{romance}")[0] in shown, line
    assert list(TONES) == list(range(1, 11))
    assert TONES[3].splitlines()[0] in shown


@pytest.mark.parametrize("document", sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")]))
def test_relative_links_have_a_target(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target
