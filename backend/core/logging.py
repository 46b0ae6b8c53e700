"""Structured logs: one JSON object a line, without tokens, bodies, query strings or database messages."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "taskName", "color_message"}


class JsonFormatter(logging.Formatter):
    """Writes time, level, logger and message, then everything passed as `extra`.

    Of an exception it writes the type and the stack only: its text may quote what a user sent.
    """

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        entry |= {key: value for key, value in vars(record).items() if key not in _STANDARD}
        if record.exc_info and record.exc_info[1] is not None:
            entry["exception"] = _stack(record.exc_info[1])
        return json.dumps(entry, default=str, ensure_ascii=False)


def _stack(error: BaseException) -> dict[str, object]:
    stack: dict[str, object] = {
        "type": type(error).__qualname__,
        "stack": [
            f"{frame.f_code.co_filename}:{line} {frame.f_code.co_name}"
            for frame, line in traceback.walk_tb(error.__traceback__)
        ],
    }
    if error.__cause__ is not None:
        stack["cause"] = _stack(error.__cause__)
    return stack


def configure_logging(level: str) -> None:
    """Send every logger, uvicorn's too, to standard output as JSON. Our middleware writes the access log."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in ("uvicorn", "uvicorn.error"):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
    access = logging.getLogger("uvicorn.access")
    access.handlers.clear()
    access.propagate = False
    # At INFO httpx logs every URL it calls. psycopg.pool logs connection errors, which name the host and user.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("psycopg.pool").setLevel(logging.ERROR)
