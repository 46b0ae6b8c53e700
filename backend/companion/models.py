"""What /chat, /conversations and /memories take and answer."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from backend.core.models import (
    WITHOUT_REPEATS,
    Id,
    Input,
    Name,
    Output,
    Page,
    PageQuery,
    Text,
    Timestamp,
    may_be_absent,
)

MemoryKind = Literal["preference", "goal", "injury", "equipment", "event", "person", "feeling", "fact"]
Expression = Literal["neutral", "happy", "excited", "proud", "concerned", "playful", "shy", "determined"]

Content = Annotated[Name, Field(max_length=500)]
Importance = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]

_CONVERSATION_ID = "7f9c2ba4-e88f-427d-9f3b-1a2b3c4d5e6f"
_MESSAGE_ID = "3f6a1c58-9d2e-4b7a-8c15-0e4f5a6b7c8d"
_USED: dict[str, Any] = {
    "id": "0d7c9f3e-52b1-4a86-8f0a-6d1e2b3c4a59",
    "content": "Hurt the left knee skiing.",
    "kind": "injury",
}
_ANSWER: dict[str, Any] = {
    "conversation_id": _CONVERSATION_ID,
    "message_id": _MESSAGE_ID,
    "reply": "Good to see you again! How is that knee today?",
    "expression": "happy",
    "suggestions": ["Much better", "Still sore"],
    "memories_used": [_USED | {"score": 0.612}],
    "memories_saved": [],
    "affinity": {"gained": 1, "score": 41, "level": 2, "title": "Warming Up", "leveled_up": False},
    "usage": {"prompt_tokens": 1840, "output_tokens": 96},
    "degraded": [],
    "cut_off": False,
    "refused": False,
}
_CONVERSATION: dict[str, Any] = {
    "id": _CONVERSATION_ID,
    "title": "Morning! Ready for squats?",
    "created_at": "2026-03-01T07:00:00Z",
    "last_message_at": "2026-03-01T07:00:09Z",
    "messages": 2,
}
_MESSAGE: dict[str, Any] = {
    "id": _MESSAGE_ID,
    "role": "companion",
    "content": _ANSWER["reply"],
    "created_at": "2026-03-01T07:00:09Z",
    "expression": "happy",
    "cut_off": False,
}
_MEMORY: dict[str, Any] = _USED | {
    "importance": 0.9,
    "pinned": False,
    "times_told": 2,
    "last_told_at": "2026-03-04T07:00:00Z",
    "expires_at": None,
    "superseded_at": None,
    "superseded_by": None,
    "created_at": "2026-03-01T07:00:09Z",
    "learnt_from": {
        "conversation_id": _CONVERSATION_ID,
        "message_id": "8e2d4b6a-1c3f-4e5d-9a7b-6c8d0e1f2a3b",
        "said": "I hurt my left knee skiing last week.",
    },
}


def _something(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "Say something")
    return value


class ChatMessage(Input):
    """What the user says."""

    model_config = ConfigDict(json_schema_extra={"example": {"message": "Morning! Ready for squats?"}})

    message: Annotated[Text, Field(min_length=1, max_length=4000), AfterValidator(_something)]
    conversation_id: Id | None = Field(default=None, description="Default: a new conversation.")


class RecalledMemory(Output):
    """A memory that went into the prompt."""

    id: UUID
    content: str
    kind: MemoryKind
    score: float | None = Field(description="How much the message calls it to mind; null for one that is only pinned.")


class SavedMemory(Output):
    """A memory that the message made or told again."""

    id: UUID
    content: str
    kind: MemoryKind


class ChatAffinity(Output):
    """What talking did to the bond."""

    gained: int
    score: int
    level: int
    title: str
    leveled_up: bool


class Usage(Output):
    """What the answer took of the model."""

    prompt_tokens: int
    output_tokens: int


class ChatAnswer(Output):
    """The companion's answer."""

    model_config = ConfigDict(json_schema_extra={"example": _ANSWER})

    conversation_id: UUID
    message_id: UUID = Field(description="Of the reply.")
    reply: str
    expression: Expression
    suggestions: list[str] = Field(description="Up to three quick replies.")
    memories_used: list[RecalledMemory]
    memories_saved: list[SavedMemory]
    affinity: ChatAffinity
    usage: Usage
    degraded: list[Literal["embedding"]] = Field(
        description="`embedding`: memories were found by their words alone, because embeddings were not to be had."
    )
    cut_off: bool = Field(description="The client went away, or the model did, before all was said.")
    refused: bool = Field(description="The model's own safety filters stopped it.")


class Conversation(Output):
    """A conversation as lists show it."""

    model_config = ConfigDict(json_schema_extra={"example": _CONVERSATION})

    id: UUID
    title: str = Field(description="How it began.")
    created_at: datetime
    last_message_at: datetime
    messages: int


class ConversationPage(Page[Conversation]):
    """A page of conversations, the latest first."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [_CONVERSATION], "total": 1, "page": 1, "per_page": 20}}
    )


class Message(Output):
    """A message of a conversation."""

    id: UUID
    role: Literal["user", "companion"]
    content: str
    created_at: datetime
    expression: Expression | None = Field(description="Null for the user's.")
    cut_off: bool


class MessagePage(Page[Message]):
    """A page of what was said, the latest first."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [_MESSAGE], "total": 1, "page": 1, "per_page": 20}}
    )


class MemoryCreate(Input):
    """What the companion should know."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"content": "Hurt the left knee skiing.", "kind": "injury"}}
    )

    content: Content
    kind: MemoryKind
    importance: Annotated[Importance, Field(description="Default: 0.5.")] = may_be_absent()
    pinned: Annotated[bool, Field(description="Default: false. What is pinned is always in the prompt.")] = (
        may_be_absent()
    )
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


class MemoryUpdate(Input):
    """What to correct; an absent field stays."""

    model_config = ConfigDict(json_schema_extra={"example": {"pinned": True}})

    content: Content = may_be_absent()
    kind: MemoryKind = may_be_absent()
    importance: Importance = may_be_absent()
    pinned: bool = may_be_absent()
    expires_at: Timestamp | None = None


class MemoryQuery(PageQuery):
    """Which memories, and which page of them."""

    q: Annotated[Text, Field(max_length=100)] | None = Field(
        default=None, description="With all these words, or words that begin so."
    )
    kind: Annotated[list[MemoryKind], WITHOUT_REPEATS] | None = Field(
        default=None, description="Of any of these kinds."
    )
    superseded: bool = Field(default=False, description="With what was replaced or made room for others.")


class LearntFrom(Output):
    """What the user said when it was learnt."""

    conversation_id: UUID
    message_id: UUID
    said: str


class Memory(Output):
    """What the companion knows, and why."""

    model_config = ConfigDict(json_schema_extra={"example": _MEMORY})

    id: UUID
    content: str
    kind: MemoryKind
    importance: float
    pinned: bool
    times_told: int
    last_told_at: datetime
    expires_at: datetime | None
    superseded_at: datetime | None = Field(description="Since then it is history, and never recalled.")
    superseded_by: UUID | None
    created_at: datetime
    learnt_from: LearntFrom | None = Field(description="Null for what the user wrote, and without the conversation.")


class MemoryPage(Page[Memory]):
    """A page of memories, pinned ones first, then the latest."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"items": [_MEMORY], "total": 1, "page": 1, "per_page": 20}}
    )


class Forgotten(Output):
    """How much was forgotten."""

    model_config = ConfigDict(json_schema_extra={"example": {"forgotten": 12}})

    forgotten: int
