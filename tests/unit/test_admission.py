"""Requests that are refused while too many wait."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from backend.gateway import admission
from backend.gateway.admission import REFUSED_AT_ONCE_PER_SECOND, RefuseWhenFull


async def never(*_: Any) -> None:
    raise AssertionError("A request that should have been refused was passed on.")


async def test_only_the_first_refusals_of_a_second_come_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "monotonic", lambda: 7.5)
    middleware = RefuseWhenFull(never)
    scope = {
        "type": "http",
        "path": "/api/v1/profile",
        "state": {"gateway": SimpleNamespace(is_full=True), "request_id": "one"},
    }
    answered: list[int] = []

    async def send(message: dict[str, Any]) -> None:
        if message["type"] == "http.response.start":
            answered.append(message["status"])

    async with asyncio.TaskGroup() as group:
        for _ in range(REFUSED_AT_ONCE_PER_SECOND + 50):
            group.create_task(middleware(scope, never, send))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        assert len(answered) == REFUSED_AT_ONCE_PER_SECOND
    assert answered == [503] * (REFUSED_AT_ONCE_PER_SECOND + 50)
