"""Conversations and memories in the database."""

from collections.abc import Sequence
from typing import Any, TypedDict, cast
from uuid import UUID

from backend.core.identity import Caller
from backend.gateway import RpcGateway


class DBBegunTurnRow(TypedDict):
    """What begin_chat_turn answers."""

    conversation_id: str
    message_id: str
    answer: dict[str, Any] | None


class DBRecalledMemoryRow(TypedDict):
    """What private.recalled_json answers for a memory."""

    id: str
    content: str
    kind: str
    score: float | None
    told_on: str


class DBChatContextRow(TypedDict):
    """What get_chat_context answers."""

    user: dict[str, Any]
    affinity: dict[str, Any]
    memories: list[DBRecalledMemoryRow]
    training: dict[str, Any]
    messages: list[dict[str, Any]]


class DBChatAnswerRow(TypedDict):
    """What private.chat_answer_json answers."""

    conversation_id: str
    message_id: str
    reply: str
    expression: str
    suggestions: list[str]
    memories_used: list[dict[str, Any]]
    memories_saved: list[dict[str, Any]]
    affinity: dict[str, Any]
    usage: dict[str, int]
    degraded: list[str]
    cut_off: bool
    refused: bool


class DBConversationRow(TypedDict):
    """A conversation of a list."""

    id: str
    title: str
    created_at: str
    last_message_at: str
    messages: int


class DBConversationPageRow(TypedDict):
    """What list_conversations answers."""

    items: list[DBConversationRow]
    total: int
    page: int
    per_page: int


class DBMessageRow(TypedDict):
    """A message of a list."""

    id: str
    role: str
    content: str
    created_at: str
    expression: str | None
    cut_off: bool


class DBMessagePageRow(TypedDict):
    """What list_messages answers."""

    items: list[DBMessageRow]
    total: int
    page: int
    per_page: int


class DBMemoryRow(TypedDict):
    """What private.memory_json answers."""

    id: str
    content: str
    kind: str
    importance: float
    pinned: bool
    times_told: int
    last_told_at: str
    expires_at: str | None
    superseded_at: str | None
    superseded_by: str | None
    created_at: str
    learnt_from: dict[str, Any] | None


class DBMemoryPageRow(TypedDict):
    """What list_memories answers."""

    items: list[DBMemoryRow]
    total: int
    page: int
    per_page: int


class DBForgottenRow(TypedDict):
    """What delete_memories answers."""

    forgotten: int


class DBUnembeddedRow(TypedDict):
    """What claim_unembedded_memories answers: memories as {id, content}."""

    memories: list[dict[str, str]]


class CompanionRepository:
    """What the companion and its user said, and what is known of the user."""

    def __init__(self, gateway: RpcGateway) -> None:
        self._gateway = gateway

    async def begin_turn(
        self, message: dict[str, Any], key: str | None, limits: tuple[int, int], caller: Caller
    ) -> DBBegunTurnRow:
        """Store what the caller says; `limits` are messages a minute and a day. A 429 Problem beyond them."""
        per_minute, per_day = limits
        arguments = {
            "p_message": message["message"],
            "p_conversation_id": message.get("conversation_id"),
            "p_idempotency_key": key,
            "p_per_minute": per_minute,
            "p_per_day": per_day,
        }
        return cast(DBBegunTurnRow, await self._gateway.call("begin_chat_turn", arguments, caller))

    async def context(self, message_id: str, embedding: Sequence[float] | None, caller: Caller) -> DBChatContextRow:
        """All that the prompt needs."""
        arguments = {"p_message_id": message_id, "p_embedding": None if embedding is None else str([*embedding])}
        return cast(DBChatContextRow, await self._gateway.call("get_chat_context", arguments, caller))

    async def complete_turn(self, message_id: str, turn: dict[str, Any], caller: Caller) -> DBChatAnswerRow:
        """Store the reply and what follows; the answer."""
        arguments = {"p_message_id": message_id, "p_turn": turn}
        return cast(DBChatAnswerRow, await self._gateway.call("complete_chat_turn", arguments, caller))

    async def conversations(self, page: int, per_page: int, caller: Caller) -> DBConversationPageRow:
        """A page of conversations, the latest first."""
        arguments = {"p_page": page, "p_per_page": per_page}
        return cast(DBConversationPageRow, await self._gateway.call("list_conversations", arguments, caller))

    async def messages(self, conversation_id: UUID, page: int, per_page: int, caller: Caller) -> DBMessagePageRow:
        """A page of what was said, the latest first."""
        arguments = {"p_conversation_id": str(conversation_id), "p_page": page, "p_per_page": per_page}
        return cast(DBMessagePageRow, await self._gateway.call("list_messages", arguments, caller))

    async def delete_conversation(self, conversation_id: UUID, caller: Caller, *, keep_memories: bool) -> None:
        """Delete a conversation, with or without what was learnt from it."""
        arguments = {"p_id": str(conversation_id), "p_keep_memories": keep_memories}
        await self._gateway.call("delete_conversation", arguments, caller)


class MemoryRepository:
    """What the companion knows of the caller."""

    def __init__(self, gateway: RpcGateway) -> None:
        self._gateway = gateway

    async def list(self, filters: dict[str, Any], page: int, per_page: int, caller: Caller) -> DBMemoryPageRow:
        """A page of memories."""
        arguments = {
            "p_q": filters["q"],
            "p_kinds": filters["kind"],
            "p_superseded": filters["superseded"],
            "p_page": page,
            "p_per_page": per_page,
        }
        return cast(DBMemoryPageRow, await self._gateway.call("list_memories", arguments, caller))

    async def create(self, memory: dict[str, Any], caller: Caller) -> DBMemoryRow:
        """Let the companion know something."""
        return cast(DBMemoryRow, await self._gateway.call("create_memory", {"p_memory": memory}, caller))

    async def update(self, memory_id: UUID, changes: dict[str, Any], caller: Caller) -> DBMemoryRow:
        """Correct or pin a memory; a 409 Problem when another one says that already."""
        arguments = {"p_id": str(memory_id), "p_changes": changes}
        return cast(DBMemoryRow, await self._gateway.call("update_memory", arguments, caller))

    async def delete(self, memory_id: UUID, caller: Caller) -> None:
        """Forget one."""
        await self._gateway.call("delete_memory", {"p_id": str(memory_id)}, caller)

    async def delete_all(self, caller: Caller) -> DBForgottenRow:
        """Forget all; how many there were."""
        return cast(DBForgottenRow, await self._gateway.call("delete_memories", {}, caller))

    async def claim_unembedded(self, caller: Caller) -> DBUnembeddedRow:
        """Memories that wait for an embedding: nobody else gets them for two minutes."""
        return cast(DBUnembeddedRow, await self._gateway.call("claim_unembedded_memories", {"p_limit": 20}, caller))

    async def store_embeddings(self, memories: Sequence[dict[str, Any]], caller: Caller) -> None:
        """Keep the embeddings of memories, as {id, content, embedding}."""
        await self._gateway.call("store_embeddings", {"p_embeddings": {"memories": list(memories)}}, caller)
