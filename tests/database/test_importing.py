"""Importing the JSON of free-exercise-db, over a real database."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tools.catalogue.importing import ImportRefusedError, import_exercises, read_file
from tools.stack.database import database_url

# Made up, in the form of their file.
SAMPLE: list[dict[str, Any]] = [
    {
        "id": "Barbell_Squats",
        "name": "Barbell-Squats",
        "force": "push",
        "level": "expert",
        "mechanic": "compound",
        "equipment": "barbell",
        "primaryMuscles": ["quadriceps"],
        "secondaryMuscles": ["glutes"],
        "instructions": ["Bend."],
        "category": "powerlifting",
        "images": ["Barbell_Squats/0.jpg"],
    },
    {
        "id": "Moon_Press",
        "name": "Moon Press",
        "force": "push",
        "level": "expert",
        "mechanic": "compound",
        "equipment": "dumbbell",
        "primaryMuscles": ["shoulders", "shoulders"],
        "secondaryMuscles": ["triceps", "shoulders"],
        "instructions": [" Press to the moon. ", "", "Come back."],
        "category": "strength",
        "images": [],
    },
    {
        "name": "Moon Stretch",
        "level": "beginner",
        "mechanic": None,
        "equipment": None,
        "primaryMuscles": ["lower back"],
        "secondaryMuscles": [],
        "instructions": [],
        "category": "stretching",
    },
    {
        "name": "Plank",
        "force": "pull",
        "level": "beginner",
        "mechanic": "isolation",
        "equipment": "other",
        "primaryMuscles": ["calves"],
        "secondaryMuscles": [],
        "instructions": ["Not that plank."],
        "category": "cardio",
        "images": [],
    },
    {
        "name": "Moon Presses",
        "force": None,
        "level": "intermediate",
        "mechanic": None,
        "equipment": "machine",
        "primaryMuscles": ["shoulders"],
        "secondaryMuscles": [],
        "instructions": [],
        "category": "plyometrics",
        "images": [],
    },
]


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


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "cannot be read as JSON"),
        ("{", "cannot be read as JSON"),
        ("\xff", "malformed|cannot be read"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("{}", "malformed"),
        ("null", "malformed"),
        ("[]", "holds no exercises"),
        ("[5]", r"exercise 1 \(None\)"),
        (json.dumps([*SAMPLE, {**SAMPLE[0], "name": ""}]), r"exercise 6 \(''\): name"),
        (json.dumps([{**SAMPLE[0], "level": "easy"}]), r"exercise 1 \('Barbell-Squats'\): level"),
        (json.dumps([{**SAMPLE[0], "primaryMuscles": ["wings"]}]), r"primaryMuscles\.0"),
        (json.dumps([{**SAMPLE[0], "instructions": ["a\0b"]}]), r"instructions\.0"),
        (json.dumps([{**SAMPLE[0], "level": "easy"}] * 30), "and 10 more"),
    ],
)
def test_a_malformed_file_is_told(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "exercises.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ImportRefusedError, match=told):
        read_file(path)


def test_a_malformed_file_changes_nothing(owner: psycopg.Connection, owner_url: str, tmp_path: Path) -> None:
    before = catalogue(owner)
    path = tmp_path / "exercises.json"
    path.write_text(json.dumps([*SAMPLE, {**SAMPLE[0], "level": "easy"}]))
    done = task(path, owner_url)
    assert done.returncode == 1
    assert "exercise 6 ('Barbell-Squats'): level" in done.stderr
    assert "Nothing was imported." in done.stderr
    assert catalogue(owner) == before


def test_a_database_that_refuses_one_keeps_none(owner: psycopg.Connection, file: Path) -> None:
    owner.execute("alter table private.exercises add constraint no_stretches check (name <> 'Moon Stretch')")
    before = catalogue(owner)
    with pytest.raises(psycopg.errors.CheckViolation):
        import_exercises(owner, read_file(file), lambda _: None)
    assert catalogue(owner) == before


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    path = tmp_path / "exercises.json"
    path.write_text(json.dumps(SAMPLE), encoding="utf-8-sig")
    assert len(read_file(path)) == len(SAMPLE)


def task(path: Path, url: str | None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DATABASE_URL": url or ""}
    return subprocess.run(
        [sys.executable, "-m", "tools.catalogue.importing", str(path)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_task_reports_and_shows_progress(owner_url: str, file: Path) -> None:
    done = task(file, owner_url)
    assert done.returncode == 0, done.stderr
    assert "5 exercises read\n  2 added\n" in done.stdout
    assert "Barbell-Squats is Back Squat" in done.stdout
    assert "Plank is no Plank" in done.stdout
    assert "5/5" in done.stderr


def test_the_task_says_what_it_lacks(
    socket_directory: str, fresh_database: str, empty_database: str, file: Path, tmp_path: Path
) -> None:
    for url, told in [
        (None, "Set DATABASE_URL"),
        (database_url(socket_directory, "slow_burn_api", fresh_database), "Use the database owner's"),
        (database_url(socket_directory, "postgres", empty_database), "Apply the migrations"),
        ("postgresql://nobody@127.0.0.1:9/nowhere", "The database refused"),
    ]:
        done = task(file, url)
        assert done.returncode == 1
        assert told in done.stderr
        assert "Traceback" not in done.stderr
    assert "cannot be read" in task(tmp_path / "missing.json", None).stderr


def test_names_and_aliases_mean_one_exercise_as_search_reads_them(admin: psycopg.Connection) -> None:
    rows = admin.execute(
        "select private.name_key(known.name), array_agg(e.slug) from private.exercises as e "
        "cross join unnest(array_prepend(e.name, e.aliases)) as known (name) "
        "where e.user_id is null group by 1 having count(*) > 1"
    ).fetchall()
    assert rows == []
