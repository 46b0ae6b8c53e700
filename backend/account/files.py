"""The files of an export, written while they are read from the database."""

import csv
import io
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from backend.account.repository import DBExportedSetRow, DBExportedWorkoutsRow, DBExportPageRow
from backend.core.caller import Caller

FORMAT = "slow-burn-account"
VERSION = 1
# The names of Hevy, where it has them.
_SET_TYPES = {"working": "normal", "drop": "dropset"}
_OURS = ("rir", "rest_seconds", "tempo", "form_quality")
COLUMNS = (
    "title", "start_time", "end_time", "description", "exercise_title", "superset_id", "exercise_notes", "set_index",
    "set_type", "weight_kg", "weight_lbs", "reps", "distance_km", "duration_seconds", "rpe", *_OURS,
)  # fmt: skip


async def pages[Page: (DBExportPageRow, DBExportedWorkoutsRow)](
    read: Callable[[dict[str, Any] | None], Awaitable[Page]],
) -> AsyncIterator[Page]:
    """All pages. Each is read when the client has taken the one before, so a slow client holds no connection."""
    after: dict[str, Any] | None = None
    while True:
        page = await read(after)
        yield page
        after = page["next"]
        if after is None:
            return


async def as_json(caller: Caller, first: DBExportPageRow, others: AsyncIterator[DBExportPageRow]) -> AsyncIterator[str]:
    """The document that docs/api.md describes, page by page."""
    head = {
        "format": FORMAT,
        "version": VERSION,
        "exported_at": datetime.now(UTC).isoformat(),
        "user": {"id": str(caller.user_id), "email": caller.email},
    }
    yield _json(head).removesuffix("}") + ',"tables":{' + _begun(first)
    table, rows = first["table"], len(first["rows"])
    async for page in others:
        if page["table"] == table:
            yield ("," if rows and page["rows"] else "") + _rows(page)
            rows += len(page["rows"])
        else:
            yield "]," + _begun(page)
            table, rows = page["table"], len(page["rows"])
    yield "]}}\n"


def _begun(page: DBExportPageRow) -> str:
    return f"{_json(page['table'])}:[{_rows(page)}"


def _rows(page: DBExportPageRow) -> str:
    return ",".join(_json(row) for row in page["rows"])


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


async def as_csv(first: DBExportedWorkoutsRow, others: AsyncIterator[DBExportedWorkoutsRow]) -> AsyncIterator[str]:
    """A line for each set, in the columns of Hevy and then our own, which Hevy does not have."""
    yield _csv([COLUMNS])
    yield _csv([_cells(line) for line in first["lines"]])
    async for page in others:
        yield _csv([_cells(line) for line in page["lines"]])


def _csv(lines: list[tuple[Any, ...]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows(lines)
    return text.getvalue()


def _cells(line: DBExportedSetRow) -> tuple[Any, ...]:
    weight, unit, distance = line["weight"], line["weight_unit"], line["distance_meters"]
    return (
        line["title"],
        _time(line["start_time"]),
        None if line["end_time"] is None else _time(line["end_time"]),
        line["description"],
        line["exercise_title"],
        line["superset"],
        line["notes"],
        line["position"] - 1,
        _SET_TYPES.get(line["set_type"], line["set_type"]),
        _plain(weight) if unit == "kg" else None,
        _plain(weight) if unit == "lb" else None,
        line["reps"],
        _plain(None if distance is None else distance / 1000),
        line["duration_seconds"],
        _plain(line["rpe"]),
        line["rir"],
        line["rest_seconds"],
        line["tempo"],
        line["form_quality"],
    )


def _plain(number: float | None) -> str | None:
    return None if number is None else f"{number:.6f}".rstrip("0").rstrip(".")


def _time(text: str) -> str:
    return f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}"
