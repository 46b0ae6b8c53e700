"""Examples of the memory models."""

from typing import Any

from backend.core.examples import CONVERSATION_ID, page_of

MEMORY: dict[str, Any] = {
    "id": "0d7c9f3e-52b1-4a86-8f0a-6d1e2b3c4a59",
    "content": "Hurt the left knee skiing.",
    "kind": "injury",
    "importance": 0.9,
    "pinned": False,
    "times_told": 2,
    "last_told_at": "2026-03-04T07:00:00Z",
    "expires_at": None,
    "superseded_at": None,
    "superseded_by": None,
    "created_at": "2026-03-01T07:00:09Z",
    "updated_at": "2026-03-04T07:00:00Z",
    "revision": 5118,
    "learnt_from": {
        "conversation_id": CONVERSATION_ID,
        "message_id": "8e2d4b6a-1c3f-4e5d-9a7b-6c8d0e1f2a3b",
        "said": "I hurt my left knee skiing last week.",
    },
}
PAGE = page_of(MEMORY)
CREATE: dict[str, Any] = {"content": "Hurt the left knee skiing.", "kind": "injury"}
UPDATE: dict[str, Any] = {"pinned": True}
FORGOTTEN: dict[str, Any] = {"forgotten": 12}
