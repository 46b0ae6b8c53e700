"""Operations that will go: openapi.json and the headers of each answer say so for as long as the old way works.

`@router.get("/old", **retiring(since=date(2027, 1, 1), until=date(2027, 7, 1), successor="/api/v1/new"))`
"""

from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

from starlette.types import Scope


def retiring(*, since: date, until: date, successor: str) -> dict[str, Any]:
    """Arguments of a route that is deprecated since a day and works until another one, at midnight UTC.

    `successor` is the path of what takes its place.
    """
    extra = {"x-deprecated-since": since.isoformat(), "x-sunset": until.isoformat(), "x-successor": successor}
    return {"deprecated": True, "openapi_extra": extra}


def deprecation_headers(scope: Scope) -> list[tuple[bytes, bytes]]:
    """`Deprecation` (RFC 9745), `Sunset` (RFC 8594) and `Link` for an answer of a route that is retiring."""
    extra = getattr(scope.get("route"), "openapi_extra", None)
    if not extra or "x-sunset" not in extra:
        return []
    since, until = (
        datetime.combine(date.fromisoformat(extra[name]), time(), UTC) for name in ("x-deprecated-since", "x-sunset")
    )
    return [
        (b"deprecation", f"@{int(since.timestamp())}".encode()),
        (b"sunset", format_datetime(until, usegmt=True).encode()),
        (b"link", f'<{extra["x-successor"]}>; rel="successor-version"'.encode()),
    ]
