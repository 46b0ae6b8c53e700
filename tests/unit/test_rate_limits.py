"""Counting requests in windows of a minute."""

import pytest

from backend.core.rate_limits import RateLimit


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time, which a test may change."""
    now = [1000.0]
    monkeypatch.setattr("backend.core.rate_limits.monotonic", lambda: now[0])
    return now


def test_a_window_begins_with_the_first_request_and_ends_after_a_minute(clock: list[float]) -> None:
    limit = RateLimit("user", 2)
    for seconds, fields, refused in (
        (0, '"user";r=1;t=60', False),
        (59, '"user";r=0;t=1', False),
        (59.5, '"user";r=0;t=1', True),
        (60, '"user";r=1;t=60', False),
    ):
        clock[0] = 1000 + seconds
        standing = limit.count("robin")
        assert (standing.limit, standing.refusal is not None) == (fields, refused)
        assert standing.policy == '"user";q=2;w=60'


def test_clients_are_counted_apart_and_silent_ones_are_forgotten(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backend.core.rate_limits.REMEMBERED_CLIENTS", 2)
    limit = RateLimit("address", 1)
    assert limit.count("a").refusal is None
    assert limit.count("b").refusal is None
    assert limit.count("a").refusal is not None
    # A third client takes the place of b.
    assert limit.count("c").refusal is None
    assert limit.count("a").refusal is not None
    assert limit.count("b").refusal is None
