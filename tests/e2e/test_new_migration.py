"""`poe new-migration` with real databases and the real Supabase CLI, and `poe release-migrations` with sha256sum."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tools import MIGRATIONS, SUPABASE
from tools.schema.__main__ import main
from tools.schema.comparison import Difference, compare
from tools.schema.declared import apply_schema_files, schema_files
from tools.schema.releases import RELEASED
from tools.stack.database import temporary_database
from tools.stack.migrations import apply_migrations

pytestmark = pytest.mark.slow
needs_cli = pytest.mark.usefixtures("supabase_cli")

NEW_OBJECTS = """
alter table private.profiles add column motto text constraint profiles_motto_check check (motto <> '');
comment on column private.profiles.motto is 'What they say to themselves; may be ''loud''.';

create table private.mottos (
    user_id uuid not null constraint mottos_user_id_fkey references private.profiles on delete cascade,
    motto text not null,
    constraint mottos_pkey primary key (user_id, motto)
);
comment on table private.mottos is 'Mottos of earlier days.';
grant select on private.mottos to authenticated;
alter table private.mottos enable row level security;
create policy "owner can select own mottos" on private.mottos
for select to authenticated using ((select auth.uid()) = user_id);

create function public.get_mottos()
returns jsonb
language sql
stable
security invoker
set search_path = ''
as $$
    select pg_catalog.jsonb_agg(m.motto) from private.mottos as m
$$;
comment on function public.get_mottos() is 'The caller''s mottos.';
grant execute on function public.get_mottos() to authenticated;
"""
NEW_ROW = "insert into private.affinity_levels (level, title, threshold) values (99, 'Motto Sharer', 990000);\n"


@needs_cli
def test_the_migrations_make_what_the_schema_files_declare() -> None:
    with temporary_database() as migrated, temporary_database() as declared:
        with migrated.connect("postgres") as connection:
            apply_migrations(connection, MIGRATIONS)
        with declared.connect("postgres") as connection:
            apply_schema_files(connection, SUPABASE)
        assert compare(migrated, declared) == Difference("", [])
        assert compare(declared, migrated) == Difference("", [])


@pytest.fixture
def supabase(tmp_path: Path) -> Path:
    """A copy of our project."""
    return shutil.copytree(SUPABASE, tmp_path / "supabase")


def declare(supabase: Path, text: str) -> None:
    """Add to the last schema file."""
    with schema_files(supabase)[-1].open("a") as file:
        file.write(text)


def new_migration(supabase: Path, name: str) -> Path:
    (path,) = (supabase / "migrations").glob(f"*_{name}.sql")
    return path


@needs_cli
def test_a_migration_is_written_from_what_the_schema_files_add(
    supabase: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    declare(supabase, NEW_OBJECTS + NEW_ROW)
    assert main(["new-migration", "mottos"], supabase) == 1
    output = capsys.readouterr().out
    path = new_migration(supabase, "mottos")
    text = path.read_text()
    assert text in output
    for part in ("ADD COLUMN motto", "profiles_motto_check", "CREATE POLICY", "get_mottos", "GRANT", "COMMENT ON"):
        assert part in text
    # The schema is right; a diff of schemas does not see rows.
    remaining = output.partition("the migrations still differ from the schema files")[2]
    assert remaining.splitlines()[2:] == [
        'private.affinity_levels {"level": 99, "title": "Motto Sharer", "threshold": 990000} is missing'
    ]

    assert main(["new-migration", "rows"], supabase) == 1
    assert "Only rows of reference data differ. Write " in capsys.readouterr().out
    assert list((supabase / "migrations").glob("*_rows.sql")) == []

    path.write_text(text + NEW_ROW)
    assert main(["new-migration", "again"], supabase) == 0
    assert "No migration is needed." in capsys.readouterr().out
    assert list((supabase / "migrations").glob("*_again.sql")) == []


@needs_cli
def test_a_schema_file_that_fails_is_named_with_its_line(supabase: Path, capsys: pytest.CaptureFixture[str]) -> None:
    last = schema_files(supabase)[-1]
    line = last.read_text().count("\n") + 3
    declare(supabase, "\n-- Why.\ncomment on table private.nothing is '';\n")
    assert main(["new-migration", "broken"], supabase) == 1
    (error,) = capsys.readouterr().err.splitlines()
    assert error.startswith(f'error: {last}, line {line}: relation "private.nothing" does not exist')
    assert list((supabase / "migrations").glob("*_broken.sql")) == []


@pytest.mark.skipif(shutil.which("sha256sum") is None, reason="This machine has no sha256sum.")
def test_sha256sum_can_check_a_release(supabase: Path) -> None:
    def check() -> int:
        command = ["sha256sum", "--check", "--strict", RELEASED]
        return subprocess.run(command, cwd=supabase / "migrations", capture_output=True, check=False).returncode

    assert main(["release-migrations"], supabase) == 0
    assert check() == 0
    last = max((supabase / "migrations").glob("*.sql"))
    last.write_text(last.read_text() + "select 1;\n")
    assert check() == 1
