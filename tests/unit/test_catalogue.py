"""The catalogue holds together, and each check would find what it is for."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from spellchecker import SpellChecker

from tools.catalogue import checks
from tools.catalogue.__main__ import main
from tools.catalogue.seed import PATH, render_seed
from tools.catalogue.source import DIRECTORY, Catalogue, CatalogueError, Exercise, load_catalogue

WORDS = Path(__file__).parents[1] / "data" / "gym_words.txt"


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_it_is_large(catalogue: Catalogue) -> None:
    assert len(catalogue.exercises) >= 320


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_the_catalogue_passes(catalogue: Catalogue, check: Callable[[Catalogue], Iterator[str]]) -> None:
    assert list(check(catalogue)) == []


def an_exercise(**fields: Any) -> Exercise:
    return Exercise.model_validate(
        {
            "name": "Garage Lift",
            "aliases": [],
            "category": "strength",
            "movement_pattern": "hinge",
            "force": "pull",
            "mechanic": "compound",
            "level": "intermediate",
            "laterality": "bilateral",
            "measured_in": "weight_and_reps",
            "equipment": ["barbell"],
            "primary_muscles": ["glutes"],
            "secondary_muscles": [],
            "joints": ["hip", "lower_back"],
            "steps": ["Stand up.", "Bend down.", "Lift it."],
            "cues": ["Hug it."],
            **fields,
        }
    )


EASY = {"name": "Shed Lift", "level": "beginner", "equipment": ["dumbbell"], "steps": ["Go.", "Go on.", "Stop."]}


@pytest.mark.parametrize(
    ("check", "exercises", "told"),
    [
        (checks.slugs_are_plain, {"Garage Lift": {}}, "a slug has only"),
        (checks.slugs_are_known, {"a": {"primary_muscles": ["wings"]}}, "unknown muscle wings"),
        (checks.slugs_are_known, {"a": {"equipment": ["wand"]}}, "unknown equipment wand"),
        (checks.lists_repeat_nothing, {"a": {"secondary_muscles": ["glutes"]}}, "'glutes' is listed twice"),
        (checks.lists_repeat_nothing, {"a": {"cues": ["Stand up."]}}, "'Stand up.' is listed twice"),
        (checks.names_are_unique, {"a": {}, "b": {**EASY, "aliases": ["garage-lift"]}}, "already is a name of a"),
        (checks.names_are_unique, {"a": {"aliases": ["Garage lift"]}}, "already is a name of a"),
        (checks.steps_are_unique, {"a": {}, "b": {"name": "Shed Lift"}}, "has the same steps as a"),
        (checks.every_muscle_is_trained, {"a": {}}, "glutes: only 1 exercises train it"),
        (checks.movements_load_their_joints, {"a": {"joints": ["hip"]}}, "a hinge loads the lower_back"),
        (
            checks.movements_load_their_joints,
            {"a": {"movement_pattern": "squat", "joints": ["hip", "knee", "ankle"]}},
            "a squat loads the lower_back",
        ),
        (
            checks.movements_load_their_joints,
            {"a": {**EASY, "movement_pattern": "lunge", "joints": ["hip", "knee", "ankle", "lower_back"]}},
            "a lunge loads the wrist",
        ),
        (
            checks.movements_train_their_muscles,
            {"a": {"primary_muscles": ["chest"]}},
            "a hinge needs a primary muscle out of",
        ),
        (checks.relations_resolve, {"a": {"variations": ["b"]}}, "variation b is not the slug of another exercise"),
        (checks.relations_resolve, {"a": {"variations": ["a"]}}, "variation a is not the slug of another exercise"),
        (checks.relations_resolve, {"a": {"regressions": ["b"]}, "b": {**EASY, "variations": ["a"]}}, "stated twice"),
        (checks.relations_make_sense, {"a": {}, "b": {**EASY, "regressions": ["a"]}}, "its regression a is harder"),
        (
            checks.relations_make_sense,
            {"a": {}, "b": {**EASY, "equipment": ["barbell"], "alternatives": ["a"]}},
            "needs the same equipment",
        ),
        (
            checks.relations_make_sense,
            {"a": {}, "b": {**EASY, "primary_muscles": ["chest"], "variations": ["a"]}},
            "trains none of its muscles",
        ),
        (checks.exercises_can_be_replaced_at_home, {"a": {}, "b": EASY}, "no bodyweight or dumbbell exercise"),
    ],
)
def test_each_check_finds_what_it_is_for(
    catalogue: Catalogue,
    check: Callable[[Catalogue], Iterator[str]],
    exercises: dict[str, dict[str, Any]],
    told: str,
) -> None:
    faulty = catalogue._replace(exercises={slug: an_exercise(**fields) for slug, fields in exercises.items()})
    assert any(told in fault for fault in check(faulty)), list(check(faulty))


def test_spelling(catalogue: Catalogue) -> None:
    """Every word of every text is in a dictionary of US English, or among the words of the gym."""
    texts = [
        text
        for exercise in catalogue.exercises.values()
        for text in [exercise.name, *exercise.aliases, *exercise.steps, *exercise.cues]
    ]
    texts += [*catalogue.equipment.values(), *(muscle.name for muscle in catalogue.muscles.values())]
    words = {word.lower().removesuffix("'s") for text in texts for word in re.findall(r"[A-Za-z]+(?:'[a-z]+)?", text)}
    # Both ways, so that the list holds nothing that is used no more.
    assert sorted(SpellChecker().unknown(words)) == sorted(WORDS.read_text().split())


def test_the_seed_is_what_the_catalogue_says(catalogue: Catalogue) -> None:
    assert PATH.read_text() == render_seed(catalogue)


def run(monkeypatch: pytest.MonkeyPatch, command: str) -> int:
    monkeypatch.setattr("sys.argv", ["catalogue", command])
    return main()


def test_a_seed_that_differs_is_told_and_made_anew(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("tools.catalogue.__main__.PATH", tmp_path / "seed.sql")
    assert run(monkeypatch, "verify") == 1
    assert "poe generate-seed" in capsys.readouterr().err
    assert run(monkeypatch, "generate") == 0
    assert run(monkeypatch, "verify") == 0
    assert (tmp_path / "seed.sql").read_text() == PATH.read_text()


def test_a_faulty_catalogue_is_told_and_makes_no_seed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str], catalogue: Catalogue
) -> None:
    monkeypatch.setattr("tools.catalogue.__main__.PATH", tmp_path / "seed.sql")
    faulty = catalogue._replace(exercises={"a": an_exercise(primary_muscles=["wings"])})
    monkeypatch.setattr("tools.catalogue.__main__.load_catalogue", lambda: faulty)
    assert run(monkeypatch, "generate") == 1
    assert "a: unknown muscle wings" in capsys.readouterr().err
    assert not (tmp_path / "seed.sql").exists()


def test_the_counts_are_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], catalogue: Catalogue
) -> None:
    assert run(monkeypatch, "count") == 0
    printed = capsys.readouterr().out
    assert f"{len(catalogue.exercises)} exercises" in printed
    trained = sum("neck" in exercise.muscles for exercise in catalogue.exercises.values())
    assert re.search(rf"^ +{trained}  neck$", printed, re.MULTILINE)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a]\nname = ", "Invalid value"),
        ("[a]\nname = 'A'", "a: aliases: Field required"),
        ("[a]\nflavor = 'sweet'", "a: "),
    ],
)
def test_a_source_file_that_is_wrong_is_named(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "exercises").mkdir()
    (tmp_path / "exercises" / "odd.toml").write_text(text)
    with pytest.raises(CatalogueError, match=rf"odd\.toml: .*{told}"):
        load_catalogue(tmp_path)


def test_an_exercise_stands_in_one_file(tmp_path: Path) -> None:
    (tmp_path / "exercises").mkdir()
    text = (DIRECTORY / "exercises" / "squat.toml").read_text()
    for name in ("one.toml", "two.toml"):
        (tmp_path / "exercises" / name).write_text(text)
    with pytest.raises(CatalogueError, match=r"two\.toml: back-squat is defined in another file"):
        load_catalogue(tmp_path)


def test_a_missing_source_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match=r"muscles\.toml"):
        load_catalogue(tmp_path)
