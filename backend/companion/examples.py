"""Examples of the companion models."""

from typing import Any

from backend.core.examples import CONVERSATION_ID, page_of

_MESSAGE_ID = "3f6a1c58-9d2e-4b7a-8c15-0e4f5a6b7c8d"
_REPLY = "Good to see you again! How is that knee today?"

CHAT_MESSAGE: dict[str, Any] = {"message": "Morning! Ready for squats?"}
ANSWER: dict[str, Any] = {
    "conversation_id": CONVERSATION_ID,
    "message_id": _MESSAGE_ID,
    "reply": _REPLY,
    "expression": "happy",
    "suggestions": ["Much better", "Still sore"],
    "memories_used": [
        {
            "id": "0d7c9f3e-52b1-4a86-8f0a-6d1e2b3c4a59",
            "content": "Hurt the left knee skiing.",
            "kind": "injury",
            "score": 0.612,
        }
    ],
    "memories_saved": [],
    "affinity": {"gained": 1, "score": 41, "level": 2, "title": "Warming Up", "leveled_up": False},
    "usage": {"prompt_tokens": 1840, "output_tokens": 96},
    "degraded": [],
    "cut_off": False,
    "refused": False,
}
EVENTS = {
    "context": {"value": {"event": "context", "data": {"memories_used": []}}},
    "delta": {"value": {"event": "delta", "data": {"text": "Good to see you again!"}}},
    "done": {"value": {"event": "done", "data": ANSWER}},
}
CONVERSATION_PAGE = page_of(
    {
        "id": CONVERSATION_ID,
        "title": "Morning! Ready for squats?",
        "created_at": "2026-03-01T07:00:00Z",
        "last_message_at": "2026-03-01T07:00:09Z",
        "messages": 2,
    }
)
CONVERSATION: dict[str, Any] = CONVERSATION_PAGE["items"][0]
MESSAGE_PAGE = page_of(
    {
        "id": _MESSAGE_ID,
        "role": "companion",
        "content": _REPLY,
        "created_at": "2026-03-01T07:00:09Z",
        "expression": "happy",
        "cut_off": False,
    }
)
