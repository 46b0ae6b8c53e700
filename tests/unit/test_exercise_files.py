"""Reading the JSON of free-exercise-db."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.catalogue.importing import ImportRefusedError, read_file

SAMPLE: list[dict[str, Any]] = json.loads((Path(__file__).parents[1] / "data" / "free_exercises.json").read_text())


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cannot be read as JSON"),
        ("{", "cannot be read as JSON"),
        ("\xff", "malformed|cannot be read"),
        ("[" * 100_000, "cannot be read as JSON"),
        ("{}", "malformed"),
        ("null", "malformed"),
        ("[]", "is an empty list"),
        ("[5]", r"exercise 1 \(None\)"),
        (json.dumps([*SAMPLE, {**SAMPLE[0], "name": ""}]), r"exercise 6 \(''\): name"),
        (json.dumps([{**SAMPLE[0], "level": "easy"}]), r"exercise 1 \('Barbell-Squats'\): level"),
        (json.dumps([{**SAMPLE[0], "primaryMuscles": ["wings"]}]), r"primaryMuscles\.0"),
        (json.dumps([{**SAMPLE[0], "instructions": ["a\0b"]}]), r"instructions\.0"),
        (json.dumps([{**SAMPLE[0], "level": "easy"}] * 30), "and 10 more"),
    ],
)
def test_a_malformed_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "exercises.json"
    path.write_text(text, encoding="latin-1")
    with pytest.raises(ImportRefusedError, match=message):
        read_file(path)


def test_a_byte_order_mark_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "exercises.json"
    path.write_text(json.dumps(SAMPLE), encoding="utf-8-sig")
    assert len(read_file(path)) == len(SAMPLE)
