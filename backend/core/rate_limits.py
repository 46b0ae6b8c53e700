"""Limits on how many requests may be made in a minute.

Each process counts in its own memory, so with two processes a client may make up to twice as many. See
docs/decisions/0021-rate-limits-in-memory.md.
"""

from collections.abc import Hashable
from math import ceil
from time import monotonic
from typing import NamedTuple

from cachetools import TTLCache

from backend.core.problems import Code, Problem

WINDOW_SECONDS = 60
REMEMBERED_CLIENTS = 100_000


class Standing(NamedTuple):
    """Where a client stands after a request: the fields of the IETF draft "RateLimit header fields for HTTP"."""

    policy: str
    limit: str
    refusal: Problem | None
    """A 429 if this request was one too many."""


class RateLimit:
    """Counts the requests of each client in windows of a minute, which begin with its first request."""

    def __init__(self, name: str, quota: int) -> None:
        self._name = name
        self._quota = quota
        self._policy = f'"{name}";q={quota};w={WINDOW_SECONDS}'
        # When it is full, it forgets the clients that have been silent for longest.
        self._windows: TTLCache[Hashable, _Window] = TTLCache(REMEMBERED_CLIENTS, WINDOW_SECONDS, timer=monotonic)

    def count(self, client: Hashable) -> Standing:
        """Count a request of this client."""
        window = self._windows.get(client)
        if window is None:
            window = self._windows[client] = _Window(monotonic() + WINDOW_SECONDS)
        window.requests += 1
        remaining = max(0, self._quota - window.requests)
        seconds = max(1, ceil(window.ends_at - monotonic()))
        refusal = self._refusal(seconds) if window.requests > self._quota else None
        return Standing(self._policy, f'"{self._name}";r={remaining};t={seconds}', refusal)

    def _refusal(self, seconds: int) -> Problem:
        detail = f"Too many requests: at most {self._quota} a minute. Try again in {seconds} seconds."
        return Problem(429, Code.TOO_MANY_REQUESTS, detail, headers={"Retry-After": str(seconds)})


class _Window:
    __slots__ = ("ends_at", "requests")

    def __init__(self, ends_at: float) -> None:
        self.ends_at = ends_at
        self.requests = 0
