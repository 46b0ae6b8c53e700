"""Examples of answers, for openapi.json."""

from backend.memories.examples import MEMORY

CHANGES = {
    "items": [
        {"kind": "memory", "id": MEMORY["id"], "changed_at": MEMORY["updated_at"], "value": MEMORY},
        {
            "kind": "workout",
            "id": "3f0a5a0e-6d3f-4c59-9a53-5d7d3f0c2b11",
            "changed_at": "2026-03-02T08:15:00Z",
            "value": None,
        },
    ],
    "cursor": "5120-1772439300",
    "has_more": False,
}
