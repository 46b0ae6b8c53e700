"""What `poe new-migration` and `poe release-migrations` check before they need a database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tools import MIGRATIONS, SUPABASE, ToolError
from tools.schema.__main__ import main
from tools.schema.declared import schema_files
from tools.schema.releases import RELEASED, changed_migrations
from tools.stack import npm


@pytest.fixture
def supabase(tmp_path: Path) -> Path:
    """A project with one migration and two schema files."""
    (tmp_path / "schemas" / "plans").mkdir(parents=True)
    for name in ("tables", "read"):
        (tmp_path / "schemas" / "plans" / f"{name}.sql").write_text("select 1;\n")
    (tmp_path / "migrations").mkdir()
    (tmp_path / "migrations" / "20260101000000_plans.sql").write_text("select 1;\n")
    list_files(tmp_path, "./schemas/plans/tables.sql", "./schemas/plans/read.sql")
    return tmp_path


def list_files(supabase: Path, *paths: str) -> None:
    (supabase / "config.toml").write_text(f"[db.migrations]\nschema_paths = {list(paths)}\n")


def fails(capsys: pytest.CaptureFixture[str], supabase: Path, *arguments: str) -> str:
    """The one line with which a command fails."""
    assert main(list(arguments), supabase) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    return line


@pytest.mark.parametrize("name", ["", "Plans", "add-days", "add days", "../plans", "2_days", "add__days", "days_"])
def test_a_migration_has_a_plain_name(capsys: pytest.CaptureFixture[str], supabase: Path, name: str) -> None:
    assert "Use snake_case, such as add_rest_days." in fails(capsys, supabase, "new-migration", name)


def test_a_migration_has_a_name_of_its_own(capsys: pytest.CaptureFixture[str], supabase: Path) -> None:
    line = fails(capsys, supabase, "new-migration", "plans")
    assert "20260101000000_plans.sql has this name already. Choose another one." in line


def test_a_migration_comes_after_all_others(capsys: pytest.CaptureFixture[str], supabase: Path) -> None:
    (supabase / "migrations" / f"{datetime.now(UTC).year + 1}0101000000_later.sql").write_text("")
    assert "Is the clock of this machine right?" in fails(capsys, supabase, "new-migration", "days")


def test_a_new_migration_needs_the_cli(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, supabase: Path, tmp_path: Path
) -> None:
    monkeypatch.setattr(npm, "NODE_MODULES", tmp_path / "node_modules")
    monkeypatch.setattr(npm, "install", lambda: None)
    assert "Supabase CLI" in fails(capsys, supabase, "new-migration", "days")


def test_schema_files_are_read_in_the_order_of_the_configuration(supabase: Path) -> None:
    assert [path.name for path in schema_files(supabase)] == ["tables.sql", "read.sql"]


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (
            ["schemas/plans/tables.sql"],
            r"config\.toml does not list schemas/plans/read\.sql in schema_paths\. Add it\.",
        ),
        (["schemas/plans/tables.sql", "schemas/none.sql"], r"lists schemas/none\.sql in schema_paths, but there is no"),
        (["schemas/plans/tables.sql"] * 2, r"lists schemas/plans/tables\.sql in schema_paths more than once"),
    ],
)
def test_each_schema_file_is_listed_once(supabase: Path, listed: list[str], message: str) -> None:
    list_files(supabase, *listed)
    with pytest.raises(ToolError, match=message):
        schema_files(supabase)


@pytest.mark.parametrize("text", ["[db", "[db.migrations]\n", "[db.migrations]\nschema_paths = 5\n"])
def test_a_configuration_without_schema_paths_is_an_error(supabase: Path, text: str) -> None:
    (supabase / "config.toml").write_text(text)
    with pytest.raises(ToolError, match=r"config\.toml has no readable schema_paths"):
        schema_files(supabase)


def test_our_configuration_lists_every_schema_file() -> None:
    assert len(schema_files(SUPABASE)) > 50


def test_a_release_records_the_migrations_that_are_new(supabase: Path) -> None:
    migrations = supabase / "migrations"
    assert main(["release-migrations"], supabase) == 0
    (migrations / "20260102000000_days.sql").write_text("select 2;\n")
    assert main(["release-migrations"], supabase) == 0
    names = [line.split()[1] for line in (migrations / RELEASED).read_text().splitlines()]
    assert names == ["20260101000000_plans.sql", "20260102000000_days.sql"]


def test_a_release_without_new_migrations_changes_nothing(capsys: pytest.CaptureFixture[str], supabase: Path) -> None:
    main(["release-migrations"], supabase)
    before = (supabase / "migrations" / RELEASED).read_text()
    assert main(["release-migrations"], supabase) == 0
    assert "Every migration was released before." in capsys.readouterr().out
    assert (supabase / "migrations" / RELEASED).read_text() == before


def test_a_released_migration_must_not_change(capsys: pytest.CaptureFixture[str], supabase: Path) -> None:
    main(["release-migrations"], supabase)
    migration = supabase / "migrations" / "20260101000000_plans.sql"
    migration.write_text("select 2;\n")
    assert "changed: 20260101000000_plans.sql. Undo that" in fails(capsys, supabase, "release-migrations")
    migration.unlink()
    assert changed_migrations(supabase / "migrations") == ["20260101000000_plans.sql"]


def test_our_released_migrations_have_not_changed() -> None:
    assert changed_migrations(MIGRATIONS) == []
