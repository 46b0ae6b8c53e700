"""Where a request's time goes, for the Server-Timing header."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from time import perf_counter
from typing import Literal

Phase = Literal["auth", "db", "ai"]

_spent: ContextVar[dict[Phase, float]] = ContextVar("spent")


def start_timing() -> dict[Phase, float]:
    """Start timing a request. Returns the milliseconds of each phase; `timed` adds to them."""
    spent: dict[Phase, float] = {"auth": 0.0, "db": 0.0, "ai": 0.0}
    _spent.set(spent)
    return spent


@contextmanager
def timed(phase: Phase) -> Iterator[None]:
    """Add the time spent inside to a phase of the current request. Outside a request it does nothing."""
    spent = _spent.get(None)
    started = perf_counter()
    try:
        yield
    finally:
        if spent is not None:
            spent[phase] += (perf_counter() - started) * 1000
