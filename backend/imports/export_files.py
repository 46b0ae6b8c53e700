"""Reads the CSV files that Strong and Hevy export.

A file is read line by line: a line that cannot be read is reported with its number, and the others are kept.
"""

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from backend.core.fields import Name
from backend.core.vocabulary import (
    MAX_NOTES_LENGTH,
    MAX_REST_SECONDS,
    MAX_SETS,
    MAX_SUPERSET,
    SetFields,
    WeightUnit,
)
from backend.imports.formats import RestLine, SetLine, hevy_line, is_hevy, is_strong, strong_line


class UnreadableFileError(Exception):
    """The file is not an export of either app; the message says why."""


class ImportedSet(SetFields):
    """A set as a file has it, with its exercise's name in that app."""

    exercise: Annotated[Name, Field(max_length=100)]


_SET = TypeAdapter(ImportedSet)


@dataclass
class Export:
    """What a file holds: workouts in the shape that `import_workouts` takes, and (line, reason) of unreadable lines."""

    workouts: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def read_export(content: bytes, weight_unit: WeightUnit | None) -> Export:
    """Read a file; `weight_unit` is for weights for which the file gives none. Raises UnreadableFileError."""
    rows = _rows(content)
    _, header = next(rows, (0, []))
    columns = [name.strip().lower() for name in header]
    read: Callable[[int, dict[str, str], WeightUnit | None], SetLine | RestLine]
    if is_hevy(set(columns)):
        read = hevy_line
    elif is_strong(set(columns)):
        read = strong_line
    else:
        raise UnreadableFileError(
            "This is not a CSV of Strong or Hevy: its first line has neither exercise_title and start_time nor "
            "Exercise Name and Date."
        )
    workouts = _Workouts()
    for number, row in rows:
        try:
            cells = dict(zip(columns, (cell.strip() for cell in row), strict=False))
            if any(cells.values()):
                workouts.add(read(number, cells, weight_unit))
        except ValueError as fault:
            workouts.export.errors.append((number, str(fault)))
    return workouts.export


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows, each with the number of the line it begins in."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFileError("The file is not UTF-8 text.") from None
    if "\0" in text:
        raise UnreadableFileError("The file is not text: it contains NUL characters.")
    first_line = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first_line.count))
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFileError(f"Line {line} is not valid CSV: {error}.") from None


class _Workouts:
    """Puts lines together into workouts."""

    def __init__(self) -> None:
        self.export = Export()
        self._workouts: dict[str, dict[str, Any]] = {}
        self._supersets: dict[str, dict[str, int]] = {}
        self._noted: set[tuple[str, str, str]] = set()

    def add(self, line: SetLine | RestLine) -> None:
        """Add a set, or the rest after the last one. Raises ValueError."""
        if isinstance(line, RestLine):
            self._add_rest(line.seconds)
            return
        key = f"{line.started_at.isoformat()} {line.title}"
        new = _checked(line.set)
        workout = self._workouts.get(key) or self._start(key, line)
        if len(workout["sets"]) == MAX_SETS:
            raise ValueError(f"A workout has at most {MAX_SETS} sets")
        workout["sets"].append(new | self._of_workout(key, line))

    def _add_rest(self, seconds: int) -> None:
        workouts = self.export.workouts
        if workouts and workouts[-1]["sets"] and seconds <= MAX_REST_SECONDS:
            workouts[-1]["sets"][-1]["rest_seconds"] = seconds

    def _start(self, key: str, line: SetLine) -> dict[str, Any]:
        workout = self._workouts[key] = {
            "import_key": key,
            "line": line.number,
            "title": line.title or None,
            "started_at": line.started_at.isoformat(),
            **line.workout,
            "sets": [],
        }
        self.export.workouts.append(workout)
        return workout

    def _of_workout(self, key: str, line: SetLine) -> dict[str, Any]:
        """A set's values that depend on other sets of its workout.

        Superset ids become numbers from 1. Files repeat an exercise's notes on each of its lines; its first set keeps
        them.
        """
        more: dict[str, Any] = {}
        if line.superset:
            numbers = self._supersets.setdefault(key, {})
            number = numbers.setdefault(line.superset, len(numbers) + 1)
            more |= {"superset": number} if number <= MAX_SUPERSET else {}
        noted = (key, line.set["exercise"], line.notes)
        if line.notes and noted not in self._noted:
            self._noted.add(noted)
            more["notes"] = line.notes[:MAX_NOTES_LENGTH]
        return more


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The set as JSON types, under the same rules as a set that is logged. Raises ValueError."""
    known = {name: value for name, value in values.items() if value is not None}
    try:
        return _SET.validate_python(known).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise ValueError(
            "; ".join(": ".join(filter(None, [".".join(map(str, f["loc"])), f["msg"]])) for f in faults)
        ) from None
