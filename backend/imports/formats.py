"""The lines of export files, in the forms that Strong and Hevy have written over the years.

Strong   Date, Workout Name, Duration, Exercise Name, Set Order, Weight, Reps, Distance, Seconds, Notes, Workout Notes,
         RPE; on Android with semicolons and `Weight Unit`, `Distance Unit`, `Workout Duration`; today also with units
         in the names: Weight (kg), Distance (meters), Duration (sec)
Hevy     title, start_time, end_time, description, exercise_title, superset_id, exercise_notes, set_index, set_type,
         weight_kg or weight_lbs, reps, distance_km or distance_miles, duration_seconds, rpe; our own exports add rir,
         rest_seconds, tempo and form_quality, and may have both weights
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from backend.core.vocabulary import SetType, WeightUnit
from backend.imports.cells import MAX_QUOTED, duration, meters, number, time, whole_number

MAX_TITLE_LENGTH = 200
MAX_WORKOUT_NOTES_LENGTH = 5000
# A kilometer with six decimals is exact to the millimeter.
MAX_DISTANCE_DECIMALS = 6
_UNITS: dict[str, WeightUnit] = {"kg": "kg", "kgs": "kg", "lb": "lb", "lbs": "lb"}
_STRONG_TYPES = {"w": "warmup", "d": "drop", "f": "failure"}
# The files that we write ourselves have more types than Hevy's.
_HEVY_TYPES = {"": "working", "normal": "working", "dropset": "drop"} | {
    name: name for name in get_args(SetType.__value__)
}


@dataclass
class SetLine:
    """A line with a set: the workout it belongs to, and the set's own values."""

    number: int
    title: str
    started_at: datetime
    workout: dict[str, Any]
    set: dict[str, Any]
    superset: str = ""
    notes: str = ""


@dataclass
class RestLine:
    """A line with the rest after the set before it."""

    seconds: int


def is_hevy(columns: set[str]) -> bool:
    """Whether a file with these columns comes from Hevy."""
    return {"exercise_title", "start_time"} <= columns


def is_strong(columns: set[str]) -> bool:
    """Whether a file with these columns comes from Strong."""
    return {"exercise name", "date"} <= columns


def hevy_line(line: int, cells: dict[str, str], weight_unit: WeightUnit | None) -> SetLine:
    """Read a line of Hevy's, by column. Raises ValueError."""
    unit: WeightUnit | None = weight_unit
    weight = distance = None
    for column, value in cells.items():
        kind, _, suffix = column.partition("_")
        if kind == "weight" and value:
            weight, unit = number("weight", value), _UNITS.get(suffix, weight_unit)
        elif kind == "distance" and value:
            distance = meters(number("distance", value, MAX_DISTANCE_DECIMALS), suffix)
    started_at = time(cells.get("start_time", ""))
    ended = cells.get("end_time", "")
    set_type = cells.get("set_type", "").lower()
    if set_type not in _HEVY_TYPES:
        raise ValueError(f"set_type: {set_type[:MAX_QUOTED]!r} is not a known type")
    return SetLine(
        line,
        cells.get("title", "")[:MAX_TITLE_LENGTH],
        started_at,
        {
            "completed_at": time(ended).isoformat() if ended else None,
            "notes": cells.get("description", "")[:MAX_WORKOUT_NOTES_LENGTH] or None,
        },
        {
            "exercise": cells.get("exercise_title", ""),
            "set_type": _HEVY_TYPES[set_type],
            **_measures(weight, unit, cells.get("reps", ""), cells.get("duration_seconds", ""), distance),
            "rpe": number("rpe", cells.get("rpe", "")) or None,
            "rir": whole_number("rir", cells.get("rir", "")),
            "rest_seconds": whole_number("rest_seconds", cells.get("rest_seconds", "")),
            "tempo": cells.get("tempo") or None,
            "form_quality": whole_number("form_quality", cells.get("form_quality", "")),
        },
        superset=cells.get("superset_id", ""),
        notes=cells.get("exercise_notes", ""),
    )


def strong_line(line: int, cells: dict[str, str], weight_unit: WeightUnit | None) -> SetLine | RestLine:
    """Read a line of Strong's, by column. Raises ValueError."""
    named = {
        column.partition(" (")[0]: (value, column.partition(" (")[2].rstrip(")")) for column, value in cells.items()
    }

    def cell(name: str) -> str:
        return named.get(name, ("", ""))[0]

    def unit_in_name(name: str) -> str:
        return named.get(name, ("", ""))[1]

    order = cell("set order").lower()
    if order == "rest timer":
        return RestLine(int(number("seconds", cell("seconds")) or 0))
    unit = _UNITS.get((cell("weight unit") or unit_in_name("weight")).lower(), weight_unit)
    distance = number("distance", cell("distance"), MAX_DISTANCE_DECIMALS)
    distance_unit = cell("distance unit") or unit_in_name("distance") or ("mi" if unit == "lb" else "km")
    return SetLine(
        line,
        cell("workout name")[:MAX_TITLE_LENGTH],
        time(cell("date")),
        {
            "duration_seconds": duration(cell("duration") or cell("workout duration")),
            "notes": cell("workout notes")[:MAX_WORKOUT_NOTES_LENGTH] or None,
        },
        {
            "exercise": cell("exercise name"),
            "set_type": _STRONG_TYPES.get(order, "working"),
            **_measures(
                number("weight", cell("weight")),
                unit,
                cell("reps"),
                cell("seconds"),
                meters(distance, distance_unit) if distance else None,
            ),
            "rpe": number("rpe", cell("rpe")) or None,
        },
        notes=cell("notes"),
    )


def _measures(
    weight: float | None, unit: WeightUnit | None, reps: str, seconds: str, distance: float | None
) -> dict[str, Any]:
    """What a set measures.

    Both apps write 0 for what a set does not measure. So 0 reps count only for a weight without time or distance: a
    failed lift.
    """
    done, lasted = whole_number("reps", reps), whole_number("duration_seconds", seconds) or None
    failed = done == 0 and weight and lasted is None and not distance
    return {
        "weight": weight or None,
        "weight_unit": unit if weight else None,
        "reps": done if done or failed else None,
        "duration_seconds": lasted,
        "distance_meters": distance or None,
    }
