"""How often the service collects garbage."""

import gc
from collections.abc import Iterator

import pytest

from backend.core.garbage import OBJECTS_BEFORE_COLLECTION
from backend.main import app


@pytest.fixture
def default_collection() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


@pytest.mark.usefixtures("default_collection")
def test_the_service_leaves_its_code_alone_and_collects_rarely(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPABASE_URL", "https://abcd.supabase.co")
    monkeypatch.setenv("SUPABASE_PUBLISHABLE_KEY", "sb_publishable_x")
    app()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == OBJECTS_BEFORE_COLLECTION
    assert gc.isenabled()
