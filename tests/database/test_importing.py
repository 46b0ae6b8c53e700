"""Importing the JSON of free-exercise-db, over a real database."""

import json
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from tools.catalogue.importing import import_exercises, main, read_file
from tools.stack.database import database_url

SAMPLE: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "data" / "free_exercises.json").read_text())
"""Made up, in the format of free-exercise-db."""


@pytest.fixture
def owner_url(socket_directory: str, fresh_database: str) -> str:
    return database_url(socket_directory, "postgres", fresh_database)


@pytest.fixture
def owner(owner_url: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "exercises.json"
    path.write_text(json.dumps(SAMPLE))
    return path


class Done(NamedTuple):
    """What a run of the task returned and printed."""

    status: int
    out: str
    err: str


type Task = Callable[[Path, str | None], Done]


@pytest.fixture
def task(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Task:
    """Runs `poe import-exercises` in this process."""

    def task(path: Path, url: str | None) -> Done:
        monkeypatch.setenv("DATABASE_URL", url or "")
        status = main([str(path)])
        return Done(status, *capsys.readouterr())

    return task


def catalogue(owner: psycopg.Connection) -> list[Any]:
    return owner.execute("select e::text from private.exercises as e order by id").fetchall()


def imported(owner: psycopg.Connection) -> list[Any]:
    return owner.execute(
        "select name, slug, category, force, mechanic, level, measured_in, equipment, primary_muscles, "
        "secondary_muscles, instructions, joints, license from private.exercises where source = 'free-exercise-db' "
        "order by name"
    ).fetchall()


MOON = [
    (
        *("Moon Press", "free-exercise-db-moon-press", "strength", "push", "compound", "advanced", "weight_and_reps"),
        *(["dumbbell"], ["front_delts", "side_delts"], ["triceps"], ["Press to the moon.", "Come back."], None),
        "Unlicense",
    ),
    (
        *("Moon Stretch", "free-exercise-db-moon-stretch", "mobility", None, None, "beginner", "time"),
        *([], ["lower_back"], [], [], None),
        "Unlicense",
    ),
]


def test_what_is_new_is_added_with_its_source(owner: psycopg.Connection, file: Path) -> None:
    before = catalogue(owner)
    done: list[int] = []
    report = import_exercises(owner, read_file(file), done.append)
    assert imported(owner) == MOON
    assert report.added == ["Moon Press", "Moon Stretch"]
    assert report.matched == [("Barbell-Squats", "Back Squat"), ("Moon Presses", "Moon Press")]
    assert report.different == [("Plank", "Plank")]
    assert sum(done) == len(SAMPLE)
    # The catalogue's own stays as it is.
    assert set(before) < set(catalogue(owner))


def test_a_second_import_changes_nothing(owner: psycopg.Connection, file: Path) -> None:
    import_exercises(owner, read_file(file), lambda _: None)
    before = catalogue(owner)
    report = import_exercises(owner, read_file(file), lambda _: None)
    assert catalogue(owner) == before
    assert (report.added, report.updated, report.unchanged) == ([], [], ["Moon Press", "Moon Stretch"])


def test_a_newer_file_brings_up_to_date_what_an_older_one_added(owner: psycopg.Connection, file: Path) -> None:
    import_exercises(owner, read_file(file), lambda _: None)
    (id_before,) = owner.execute("select id from private.exercises where name = 'Moon Press'").fetchone() or ()
    newer = [{**SAMPLE[1], "level": "beginner"}, SAMPLE[2], {**SAMPLE[1], "name": "Sun Press"}]
    file.write_text(json.dumps(newer))
    report = import_exercises(owner, read_file(file), lambda _: None)
    assert (report.added, report.updated, report.unchanged) == (["Sun Press"], ["Moon Press"], ["Moon Stretch"])
    row = owner.execute("select id, level from private.exercises where name = 'Moon Press'").fetchone()
    assert row == (id_before, "beginner")


def test_users_exercises_are_left_alone(owner: psycopg.Connection, file: Path) -> None:
    owner.execute("insert into auth.users (email) values ('a@example.com')")
    owner.execute("insert into private.exercises (user_id, name) select user_id, 'Moon Press' from private.profiles")
    report = import_exercises(owner, read_file(file), lambda _: None)
    assert "Moon Press" in report.added
    (count,) = owner.execute("select count(*) from private.exercises where name = 'Moon Press'").fetchone() or ()
    assert count == 2


def test_two_imports_at_once_add_once(owner: psycopg.Connection, owner_url: str, file: Path) -> None:
    exercises = read_file(file)

    def import_too() -> None:
        with psycopg.connect(owner_url) as connection:
            import_exercises(connection, exercises, lambda _: None)

    threads = [threading.Thread(target=import_too) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert imported(owner) == MOON


def test_a_malformed_file_changes_nothing(
    task: Task, owner: psycopg.Connection, owner_url: str, tmp_path: Path
) -> None:
    before = catalogue(owner)
    path = tmp_path / "exercises.json"
    path.write_text(json.dumps([*SAMPLE, {**SAMPLE[0], "level": "easy"}]))
    done = task(path, owner_url)
    assert done.status == 1
    assert "exercise 6 ('Barbell-Squats'): level" in done.err
    assert "Nothing was imported." in done.err
    assert catalogue(owner) == before


def test_a_database_that_refuses_one_keeps_none(owner: psycopg.Connection, file: Path) -> None:
    owner.execute("alter table private.exercises add constraint no_stretches check (name <> 'Moon Stretch')")
    before = catalogue(owner)
    with pytest.raises(psycopg.errors.CheckViolation):
        import_exercises(owner, read_file(file), lambda _: None)
    assert catalogue(owner) == before


def test_the_task_reports_and_shows_progress(task: Task, owner_url: str, file: Path) -> None:
    done = task(file, owner_url)
    assert done.status == 0, done.err
    assert "5 exercises read\n  2 added\n" in done.out
    assert "Barbell-Squats is Back Squat" in done.out
    assert "Plank has another exercise's name: Plank" in done.out
    assert "5/5" in done.err


def test_the_task_says_what_is_missing(
    task: Task, socket_directory: str, fresh_database: str, empty_database: str, file: Path
) -> None:
    for url, message in [
        (None, "Set DATABASE_URL"),
        (database_url(socket_directory, "slow_burn_api", fresh_database), "Use the database owner's"),
        (database_url(socket_directory, "postgres", empty_database), "Apply the migrations"),
        ("postgresql://nobody@127.0.0.1:9/nowhere", "The database refused"),
    ]:
        done = task(file, url)
        assert done.status == 1
        assert message in done.err
    assert "cannot be read" in task(file.with_name("missing.json"), None).err


def test_names_and_aliases_mean_one_exercise_as_search_reads_them(admin: psycopg.Connection) -> None:
    rows = admin.execute(
        "select private.name_key(known.name), array_agg(e.slug) from private.exercises as e "
        "cross join unnest(array_prepend(e.name, e.aliases)) as known (name) "
        "where e.user_id is null group by 1 having count(*) > 1"
    ).fetchall()
    assert rows == []
