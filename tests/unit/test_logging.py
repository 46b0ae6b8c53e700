import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from backend.core.logging import JsonFormatter, configure_logging


def formatted(record: logging.LogRecord) -> dict[str, Any]:
    line = JsonFormatter().format(record)
    assert "\n" not in line
    entry: dict[str, Any] = json.loads(line)
    return entry


def record(**attributes: Any) -> logging.LogRecord:
    return logging.makeLogRecord({"name": "test", "levelname": "INFO", "msg": "said %s", "args": ("it",), **attributes})


def test_a_line_tells_when_how_bad_who_and_what() -> None:
    entry = formatted(record(created=0.0, status=200, path="/"))
    assert entry == {
        "time": "1970-01-01T00:00:00.000+00:00",
        "level": "INFO",
        "logger": "test",
        "message": "said it",
        "status": 200,
        "path": "/",
    }


def test_an_exception_is_logged_without_its_words() -> None:
    try:
        try:
            raise ValueError("a secret")
        except ValueError as cause:
            raise RuntimeError("another secret") from cause
    except RuntimeError as error:
        entry = formatted(record(exc_info=(type(error), error, error.__traceback__)))
    assert "secret" not in json.dumps(entry)
    assert entry["exception"]["type"] == "RuntimeError"
    assert entry["exception"]["cause"]["type"] == "ValueError"
    assert "test_an_exception_is_logged_without_its_words" in entry["exception"]["stack"][0]


@pytest.fixture
def _loggers_as_they_were() -> Iterator[None]:
    names = ("", "uvicorn", "uvicorn.error", "uvicorn.access", "httpx", "psycopg.pool")
    before = [(logging.getLogger(n), logging.getLogger(n).handlers[:], logging.getLogger(n).level) for n in names]
    yield
    for logger, handlers, level in before:
        logger.handlers[:], logger.level = handlers, level
        logger.propagate = True


@pytest.mark.usefixtures("_loggers_as_they_were")
def test_every_logger_writes_json_to_standard_output(capsys: pytest.CaptureFixture[str]) -> None:
    uvicorn = logging.getLogger("uvicorn.error")
    uvicorn.addHandler(logging.StreamHandler())
    configure_logging("INFO")
    uvicorn.info("started")
    logging.getLogger("backend").debug("too quiet")
    logging.getLogger("httpx").info("GET https://example.com/?token=x")
    logging.getLogger("uvicorn.access").info("GET /?token=x")
    lines = capsys.readouterr().out.splitlines()
    assert [json.loads(line)["message"] for line in lines] == ["started"]
