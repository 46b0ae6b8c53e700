"""What is written down is complete."""

import re
from pathlib import Path

import psycopg
import pytest

from backend.companion.prompt import PERSONA, TONES
from backend.core.problems import Code
from backend.core.settings import Settings
from tools import MIGRATIONS, ROOT
from tools.openapi_file import TOKEN_VARIABLE

DOCS = ROOT / "docs"


def codes_of_functions() -> set[str]:
    text = "".join(path.read_text() for path in MIGRATIONS.glob("*.sql"))
    return set(re.findall(r"detail = '([a-z_]+)'", text))


def test_every_code_is_explained() -> None:
    codes = codes_of_functions() | set(Code)
    assert {"workout_not_found", "missing_token"} <= codes
    explained = set(re.findall(r"^\| \d{3} \| `([a-z_]+)`", (DOCS / "api.md").read_text(), re.MULTILINE))
    assert explained == codes - {Code.HTTP_ERROR}


def test_every_error_of_the_database_is_raised_in_its_own_tests() -> None:
    tests = "".join(path.read_text() for path in (ROOT / "supabase" / "tests").glob("*.test.sql"))
    for code in codes_of_functions():
        assert re.search(rf"'PT\d\d\d {code}'", tests), code


def test_every_function_and_table_is_in_the_book(admin: psycopg.Connection) -> None:
    book = (DOCS / "database.md").read_text()
    functions = admin.execute("select proname from pg_proc where pronamespace = 'public'::regnamespace").fetchall()
    assert len(functions) == 44
    for (name,) in functions:
        assert f"| `{name}(" in book, name
    tables = admin.execute(
        "select relname from pg_class where relkind = 'r' and relnamespace in ('public'::regnamespace, "
        "'private'::regnamespace)"
    ).fetchall()
    for (name,) in tables:
        assert re.search(rf"^\|[^|]*\b{name}\b", book, re.MULTILINE), name


def test_every_error_of_a_function_is_in_the_book(admin: psycopg.Connection) -> None:
    book = (DOCS / "database.md").read_text()
    rows = admin.execute(
        "select proname, obj_description(oid, 'pg_proc') from pg_proc where pronamespace = 'public'::regnamespace"
    ).fetchall()
    for name, comment in rows:
        (line,) = [line for line in book.splitlines() if line.startswith(f"| `{name}(")]
        told = set(re.findall(r"[a-z_]+", comment.partition("Raises")[2])) & codes_of_functions()
        assert told == set(re.findall(r"`([a-z_]+)`", line)) & codes_of_functions(), name


def test_every_setting_is_explained() -> None:
    explained = re.findall(r"^([A-Z_0-9]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    assert explained == [*(name.upper() for name in ordered_settings()), TOKEN_VARIABLE]


def ordered_settings() -> list[str]:
    names = list(Settings.model_fields)
    # As a reader needs them: what is required, then browsers, then the rest.
    names.insert(3, names.pop(names.index("cors_origins")))
    return names


@pytest.mark.parametrize("group", ["dependencies", "dev"])
def test_every_dependency_has_a_reason(group: str) -> None:
    text = (ROOT / "pyproject.toml").read_text()
    block = re.search(rf"^{group} = \[\n(.*?)^\]", text, re.MULTILINE | re.DOTALL)
    assert block
    names = re.findall(r'^    "([A-Za-z0-9-]+)', block[1], re.MULTILINE)
    assert len(names) > 5
    reasons = (DOCS / "architecture.md").read_text()
    for name in names:
        assert name.startswith("types-") or re.search(rf"^\|[^|]*\b{name}\b", reasons, re.MULTILINE), name


def test_the_prompt_is_shown_as_it_is_sent() -> None:
    shown = (DOCS / "companion.md").read_text()
    for line in PERSONA.splitlines():
        assert line.partition("{romance}")[0] in shown, line
    assert list(TONES) == list(range(1, 11))
    assert TONES[3].splitlines()[0] in shown


@pytest.mark.parametrize("document", sorted([*DOCS.glob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"]))
def test_links_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", document.read_text()):
        if not target.startswith("http"):
            assert (document.parent / target).exists(), target
