"""Reads the CSV files that Strong and Hevy export, in the forms that they have had over the years.

Strong   Date, Workout Name, Duration, Exercise Name, Set Order, Weight, Reps, Distance, Seconds, Notes, Workout Notes,
         RPE; with semicolons and `Weight Unit`, `Distance Unit`, `Workout Duration` on Android; today also with units
         in the names: Weight (kg), Distance (meters), Duration (sec)
Hevy     title, start_time, end_time, description, exercise_title, superset_id, exercise_notes, set_index, set_type,
         weight_kg or weight_lbs, reps, distance_km or distance_miles, duration_seconds, rpe

A file is read line by line: what cannot be read is told with its line, and the rest goes on.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from backend.core.models import MAX_DECIMALS, Name, WeightUnit
from backend.workouts.models import SetFields

MAX_SETS = 200
MAX_SUPERSETS = 20
MAX_REST_SECONDS = 3600
_EARLIEST = datetime(1970, 1, 2)  # noqa: DTZ001  # the file tells the user's clock, and no zone
_METERS = {"m": 1.0, "meters": 1.0, "km": 1000.0, "mi": 1609.344, "miles": 1609.344, "ft": 0.3048, "yd": 0.9144}
_UNITS: dict[str, WeightUnit] = {"kg": "kg", "kgs": "kg", "lb": "lb", "lbs": "lb"}
_TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d %b %Y, %H:%M", "%b %d, %Y, %I:%M %p")
_STRONG_TYPES = {"w": "warmup", "d": "drop", "f": "failure"}
_HEVY_TYPES = {"": "working", "normal": "working", "warmup": "warmup", "dropset": "drop", "failure": "failure"}


class UnreadableFileError(Exception):
    """Not an export of either app; the message says why."""


class ImportedSet(SetFields):
    """A set as a file has it: with its exercise's name there."""

    exercise: Annotated[Name, Field(max_length=100)]


@dataclass
class Line:
    """What a line of a file says."""

    number: int
    title: str
    started_at: datetime
    workout: dict[str, Any]
    set: dict[str, Any]
    superset: str = ""
    notes: str = ""


@dataclass
class Export:
    """What a file holds: workouts as `import_workouts` takes them, and the lines that cannot be read."""

    workouts: list[dict[str, Any]] = field(default_factory=list)
    errors: list[tuple[int, str]] = field(default_factory=list)


def read_export(content: bytes, weight_unit: WeightUnit | None) -> Export:
    """Read a file; `weight_unit` is that of weights whose unit it does not tell. Raises UnreadableFileError."""
    rows = _rows(content)
    _, header = next(rows, (0, []))
    columns = [name.strip().lower() for name in header]
    read: Callable[[int, dict[str, str], WeightUnit | None], Line | int]
    if {"exercise_title", "start_time"} <= set(columns):
        read = _hevy_line
    elif {"exercise name", "date"} <= set(columns):
        read = _strong_line
    else:
        raise UnreadableFileError(
            "This is no CSV that Strong or Hevy exports: its first line has neither exercise_title and start_time nor "
            "Exercise Name and Date."
        )
    gathered = _Gathered()
    for number, row in rows:
        try:
            cells = dict(zip(columns, (cell.strip() for cell in row), strict=False))
            if any(cells.values()):
                gathered.add(read(number, cells, weight_unit))
        except ValueError as fault:
            gathered.export.errors.append((number, str(fault)))
    return gathered.export


def _rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows with the lines they begin in."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UnreadableFileError("The file is not UTF-8 text.") from None
    if "\0" in text:
        raise UnreadableFileError("The file holds NUL characters, which text has not.")
    first_line = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first_line.count))
    line = 1
    try:
        for row in reader:
            yield line, row
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnreadableFileError(f"Line {line} is no CSV: {error}.") from None


class _Gathered:
    """Lines, put together into workouts."""

    def __init__(self) -> None:
        self.export = Export()
        self._workouts: dict[str, dict[str, Any]] = {}
        self._supersets: dict[str, dict[str, int]] = {}
        self._noted: set[tuple[str, str, str]] = set()

    def add(self, line: Line | int) -> None:
        """Take a line in: a set, or the seconds of rest after the one before. Raises ValueError."""
        if isinstance(line, int):
            if self.export.workouts and self.export.workouts[-1]["sets"] and line <= MAX_REST_SECONDS:
                self.export.workouts[-1]["sets"][-1]["rest_seconds"] = line
            return
        key = f"{line.started_at.isoformat()} {line.title}"
        new = _checked(line.set)
        workout = self._workouts.get(key)
        if workout is None:
            workout = self._workouts[key] = {
                "import_key": key,
                "line": line.number,
                "title": line.title or None,
                "started_at": line.started_at.isoformat(),
                **line.workout,
                "sets": [],
            }
            self.export.workouts.append(workout)
        if len(workout["sets"]) == MAX_SETS:
            raise ValueError(f"A workout has at most {MAX_SETS} sets")
        workout["sets"].append(new | self._of_workout(key, line))

    def _of_workout(self, key: str, line: Line) -> dict[str, Any]:
        """What a set has in relation to others of its workout. Notes stand on each line, and are kept once."""
        more: dict[str, Any] = {}
        if line.superset:
            numbers = self._supersets.setdefault(key, {})
            number = numbers.setdefault(line.superset, len(numbers) + 1)
            more |= {"superset": number} if number <= MAX_SUPERSETS else {}
        noted = (key, line.set["exercise"], line.notes)
        if line.notes and noted not in self._noted:
            self._noted.add(noted)
            more["notes"] = line.notes[:1000]
        return more


_SET = TypeAdapter(ImportedSet)


def _checked(values: dict[str, Any]) -> dict[str, Any]:
    """The set as JSON types, under the same rules as one that is logged. Raises ValueError."""
    known = {name: value for name, value in values.items() if value is not None}
    try:
        return _SET.validate_python(known).model_dump(mode="json", exclude_unset=True)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False)
        raise ValueError(
            "; ".join(": ".join(filter(None, [".".join(map(str, f["loc"])), f["msg"]])) for f in faults)
        ) from None


def _hevy_line(number: int, cells: dict[str, str], weight_unit: WeightUnit | None) -> Line:
    unit: WeightUnit | None = weight_unit
    weight = distance = None
    for column, value in cells.items():
        kind, _, suffix = column.partition("_")
        if kind == "weight" and value:
            weight, unit = _number("weight", value), _UNITS.get(suffix, weight_unit)
        elif kind == "distance" and value:
            distance = _meters(_number("distance", value), suffix)
    started_at = _time(cells.get("start_time", ""))
    ended = cells.get("end_time", "")
    set_type = cells.get("set_type", "").lower()
    if set_type not in _HEVY_TYPES:
        raise ValueError(f"set_type: {set_type!r} is not known")
    return Line(
        number,
        cells.get("title", "")[:200],
        started_at,
        {
            "completed_at": _time(ended).isoformat() if ended else None,
            "notes": cells.get("description", "")[:5000] or None,
        },
        {
            "exercise": cells.get("exercise_title", ""),
            "set_type": _HEVY_TYPES[set_type],
            **_measures(weight, unit, cells.get("reps", ""), cells.get("duration_seconds", ""), distance),
            "rpe": _number("rpe", cells.get("rpe", "")) or None,
        },
        superset=cells.get("superset_id", ""),
        notes=cells.get("exercise_notes", ""),
    )


def _strong_line(number: int, cells: dict[str, str], weight_unit: WeightUnit | None) -> Line | int:
    named = {
        column.partition(" (")[0]: (value, column.partition(" (")[2].rstrip(")")) for column, value in cells.items()
    }

    def cell(name: str) -> str:
        return named.get(name, ("", ""))[0]

    order = cell("set order").lower()
    if order == "rest timer":
        return int(_number("seconds", cell("seconds")) or 0)
    unit = _UNITS.get((cell("weight unit") or named.get("weight", ("", ""))[1]).lower(), weight_unit)
    distance = _number("distance", cell("distance"))
    distance_unit = cell("distance unit") or named.get("distance", ("", ""))[1] or ("mi" if unit == "lb" else "km")
    return Line(
        number,
        cell("workout name")[:200],
        _time(cell("date")),
        {
            "duration_seconds": _duration(cell("duration") or cell("workout duration")),
            "notes": cell("workout notes")[:5000] or None,
        },
        {
            "exercise": cell("exercise name"),
            "set_type": _STRONG_TYPES.get(order, "working"),
            **_measures(
                _number("weight", cell("weight")),
                unit,
                cell("reps"),
                cell("seconds"),
                _meters(distance, distance_unit) if distance else None,
            ),
            "rpe": _number("rpe", cell("rpe")) or None,
        },
        notes=cell("notes"),
    )


def _measures(
    weight: float | None, unit: WeightUnit | None, reps: str, seconds: str, distance: float | None
) -> dict[str, Any]:
    """What a set measures. Both apps write 0 for what they do not measure, so no reps are only told of a load that
    was not lifted.
    """
    done, lasted = _whole("reps", reps), _whole("duration_seconds", seconds) or None
    failed = done == 0 and weight and lasted is None and not distance
    return {
        "weight": weight or None,
        "weight_unit": unit if weight else None,
        "reps": done if done or failed else None,
        "duration_seconds": lasted,
        "distance_meters": distance or None,
    }


def _number(name: str, text: str) -> float | None:
    if not text:
        return None
    # Whether 1,000 is one or a thousand nobody can tell.
    if not re.fullmatch(r"-?\d{1,12}([.,]\d{1,12})?", text) or re.fullmatch(r"-?\d{1,3},\d{3}", text):
        raise ValueError(f"{name}: {text[:40]!r} is no number")
    return round(float(text.replace(",", ".")), MAX_DECIMALS)


def _whole(name: str, text: str) -> int | None:
    value = _number(name, text)
    if value is not None and not value.is_integer():
        raise ValueError(f"{name}: {text[:40]!r} is no whole number")
    return None if value is None else int(value)


def _meters(distance: float | None, unit: str) -> float | None:
    factor = _METERS.get(unit.lower().rstrip("."))
    if factor is None:
        raise ValueError(f"distance: {unit[:40]!r} is no unit that is known")
    return None if distance is None else round(distance * factor, MAX_DECIMALS)


def _time(text: str) -> datetime:
    for form in _TIME_FORMATS:
        try:
            moment = datetime.strptime(text, form)  # noqa: DTZ007  # the user's own clock
        except ValueError:
            continue
        break
    else:
        try:
            moment = datetime.fromisoformat(text).replace(tzinfo=None)
        except ValueError:
            raise ValueError(f"The time {text[:40]!r} cannot be read") from None
    if moment < _EARLIEST:
        raise ValueError(f"The time {text[:40]!r} lies before 1970")
    return moment


def _duration(text: str) -> int | None:
    """Seconds of `1h 5m`, `45m` or `3900`; None when it is not told, or longer than two days."""
    if text.isdecimal() and len(text) < 12:  # noqa: PLR2004  # more digits are no duration
        seconds = int(text)
    else:
        parts = re.findall(r"(\d{1,6})\s*([hms])", text.lower())
        seconds = sum(int(amount) * {"h": 3600, "m": 60, "s": 1}[unit] for amount, unit in parts)
    return seconds if 0 < seconds <= timedelta(days=2).total_seconds() else None
