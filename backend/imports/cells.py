"""Reads the cells of an export file. Each function raises ValueError, with a reason for the user."""

import re
from datetime import datetime, timedelta

from backend.core.fields import MAX_DECIMALS

_EARLIEST = datetime(1970, 1, 2)  # noqa: DTZ001  # files give the user's local time, without a zone
_METERS = {"m": 1.0, "meters": 1.0, "km": 1000.0, "mi": 1609.344, "miles": 1609.344, "ft": 0.3048, "yd": 0.9144}
_SECONDS = {"h": 3600, "m": 60, "s": 1}
_TIME_FORMATS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M", "%d %b %Y, %H:%M", "%b %d, %Y, %I:%M %p")
# Messages quote what a cell holds, but not all of a long one.
MAX_QUOTED = 40


def number(name: str, text: str, decimals: int = MAX_DECIMALS) -> float | None:
    """A number, with a point or a comma before its decimals; None for an empty cell."""
    if not text:
        return None
    # 1,000 may mean one or a thousand.
    if not re.fullmatch(r"-?\d{1,12}([.,]\d{1,12})?", text) or re.fullmatch(r"-?\d{1,3},\d{3}", text):
        raise ValueError(f"{name}: {text[:MAX_QUOTED]!r} is not a number")
    return round(float(text.replace(",", ".")), decimals)


def whole_number(name: str, text: str) -> int | None:
    """A whole number; None for an empty cell."""
    value = number(name, text)
    if value is not None and not value.is_integer():
        raise ValueError(f"{name}: {text[:MAX_QUOTED]!r} is not a whole number")
    return None if value is None else int(value)


def meters(distance: float | None, unit: str) -> float | None:
    """A distance in meters."""
    factor = _METERS.get(unit.lower().rstrip("."))
    if factor is None:
        raise ValueError(f"distance: {unit[:MAX_QUOTED]!r} is not a known unit")
    return None if distance is None else round(distance * factor, MAX_DECIMALS)


def time(text: str) -> datetime:
    """A moment on the user's own clock, without a zone."""
    try:
        moment = datetime.fromisoformat(text).replace(tzinfo=None)
    except ValueError:
        moment = _written_time(text)
    if moment < _EARLIEST:
        raise ValueError(f"The time {text[:MAX_QUOTED]!r} is before 1970")
    return moment


def _written_time(text: str) -> datetime:
    for form in _TIME_FORMATS:
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007  # the user's own clock
        except ValueError:
            continue
    raise ValueError(f"The time {text[:MAX_QUOTED]!r} cannot be read")


def duration(text: str) -> int | None:
    """Seconds of `1h 5m`, `45m` or `3900`; None for an empty cell, and for more than two days."""
    if text.isdecimal() and len(text) < 12:  # noqa: PLR2004  # no duration has more digits
        seconds = int(text)
    else:
        parts = re.findall(r"(\d{1,6})\s*([hms])", text.lower())
        seconds = sum(int(amount) * _SECONDS[unit] for amount, unit in parts)
    return seconds if 0 < seconds <= timedelta(days=2).total_seconds() else None
