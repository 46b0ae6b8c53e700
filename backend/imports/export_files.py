"""Reads the CSV files that Strong and Hevy export.

A file is read line by line: a line that cannot be read is reported with its number, and the others are kept. What a
file costs is limited by its lines, and by the length and the columns of a row.
"""

import csv
import io
from collections.abc import Callable, Generator, Iterator
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
    contradicting_effort,
)
from backend.imports.formats import RestLine, SetLine, hevy_line, is_hevy, is_strong, strong_line

MAX_LINES = 100_000
"""Twenty years of training have fewer."""
MAX_ROW_LENGTH = 100_000
MAX_COLUMNS = 100
MAX_ERRORS = 1000


class UnreadableFileError(Exception):
    """The file is not an export of either app; the message says why."""


class ImportedSet(SetFields):
    """A set as a file has it, with its exercise's name in that app."""

    exercise: Annotated[Name, Field(max_length=100)]


_SET = TypeAdapter(ImportedSet)


@dataclass
class Export:
    """What a file holds: workouts in the shape that `import_workouts` takes, and its first errors as (line, reason)."""

    workouts: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)

    def report(self, line: int, reason: str) -> None:
        """Add an error, unless there are too many."""
        if len(self.errors) < MAX_ERRORS:
            self.errors.append((line, reason))


def read_export(content: bytes, weight_unit: WeightUnit | None) -> Generator[None, None, Export]:
    """Read a file; `weight_unit` is for weights for which the file gives none. Raises UnreadableFileError.

    It yields after each row, so that its caller can do something else in between.
    """
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
            workouts.export.report(number, str(fault))
        yield
    return workouts.export


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows, each with the number of the line it begins in. Nothing of the file is decoded before its turn."""
    ends = content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")
    if ends > MAX_LINES:
        raise UnreadableFileError(
            f"The file has {ends} lines, and one import may have {MAX_LINES}. Split it into several files."
        )
    lines = _Lines(content)
    if b"\0" in content:
        raise UnreadableFileError("The file is not text: it contains NUL characters.")
    number = 1
    try:
        for row in csv.reader(lines, delimiter=max(",;\t", key=lines.first.count)):
            if len(row) > MAX_COLUMNS:
                raise UnreadableFileError(f"Line {number} has {len(row)} columns, and at most {MAX_COLUMNS} are known.")
            yield number, row
            number = lines.begin_row()
    except csv.Error as error:
        raise UnreadableFileError(f"Line {number} is not valid CSV: {error}.") from None
    except UnicodeDecodeError:
        raise UnreadableFileError("The file is not UTF-8 text.") from None


class _Lines:
    """The lines of a file, for csv.reader. A row may go on over several of them, but not for ever."""

    def __init__(self, content: bytes) -> None:
        self._text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
        self._read = 0
        self._row_length = 0
        try:
            self.first = self._text.readline(MAX_ROW_LENGTH)
        except UnicodeDecodeError:
            raise UnreadableFileError("The file is not UTF-8 text.") from None
        self._text.seek(0)

    def begin_row(self) -> int:
        """Say that a row is complete. Returns the number of the line in which the next one begins."""
        self._row_length = 0
        return self._read + 1

    def __iter__(self) -> Iterator[str]:
        while line := self._text.readline(MAX_ROW_LENGTH + 1):
            self._row_length += len(line)
            if self._row_length > MAX_ROW_LENGTH:
                raise UnreadableFileError(f"Line {self._read + 1} is longer than {MAX_ROW_LENGTH} characters.")
            self._read += 1
            yield line


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
        if any(contradicting_effort(line.set)):
            line.set["rpe"] = None
            self.export.report(line.number, "rpe: left out, because it contradicts rir")
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
