"""Conversations in the database, and the embeddings of what was learnt from them."""

from collections.abc import Sequence
from typing import Annotated, Any, NamedTuple, TypedDict, cast
from uuid import UUID

from fastapi import Depends

from backend.core.models import PageQuery
from backend.di import repository_of
from backend.gateway.repository import DBPageRow, Repository


class DBBegunTurnRow(TypedDict):
    """What begin_chat_turn returns. `answer` is set when the message was answered before."""

    conversation_id: str
    message_id: str
    answer: dict[str, Any] | None


class DBRecalledMemoryRow(TypedDict):
    """A memory that matches a message."""

    id: str
    content: str
    kind: str
    score: float | None
    told_on: str


class DBChatContextRow(TypedDict):
    """What get_chat_context returns."""

    user: dict[str, Any]
    affinity: dict[str, Any]
    memories: list[DBRecalledMemoryRow]
    training: dict[str, Any]
    messages: list[dict[str, Any]]


class DBChatAnswerRow(TypedDict):
    """What complete_chat_turn returns."""

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


class DBMessageRow(TypedDict):
    """A message of a list."""

    id: str
    role: str
    content: str
    created_at: str
    expression: str | None
    cut_off: bool


class DBUnembeddedRow(TypedDict):
    """What claim_unembedded_memories returns: memories as {id, content}."""

    memories: list[dict[str, str]]


class ChatLimits(NamedTuple):
    """How many turns a user may begin."""

    per_minute: int
    per_day: int


class ConversationRepository(Repository):
    """What the companion and its user said."""

    async def begin_turn(
        self, message: str, conversation_id: UUID | None, key: str | None, limits: ChatLimits
    ) -> DBBegunTurnRow:
        """Store what the caller says, and count a turn; a 429 Problem beyond the limits.

        For a key that was answered before, the row holds that answer, and nothing is counted. While the first request
        with a key is being answered, the second gets a 409 Problem.
        """
        row = await self._call(
            "begin_chat_turn",
            p_message=message,
            p_conversation_id=None if conversation_id is None else str(conversation_id),
            p_idempotency_key=key,
            p_per_minute=limits.per_minute,
            p_per_day=limits.per_day,
        )
        return cast(DBBegunTurnRow, row)

    async def context(self, message_id: str, embedding: Sequence[float] | None) -> DBChatContextRow:
        """Everything that the prompt for a message needs."""
        vector = None if embedding is None else str([*embedding])
        return cast(DBChatContextRow, await self._call("get_chat_context", p_message_id=message_id, p_embedding=vector))

    async def complete_turn(self, message_id: str, turn: dict[str, Any]) -> DBChatAnswerRow:
        """Store the reply, its memories and its affinity, and return the whole answer."""
        return cast(DBChatAnswerRow, await self._call("complete_chat_turn", p_message_id=message_id, p_turn=turn))

    async def end_turn(self, message_id: str, usage: dict[str, int]) -> None:
        """End a turn without a reply, so that the message can be sent again."""
        await self._call("end_chat_turn", p_message_id=message_id, p_usage=usage)

    async def list(self, query: PageQuery) -> DBPageRow[DBConversationRow]:
        """A page of conversations, the latest first."""
        row = await self._call("list_conversations", p_page=query.page, p_per_page=query.per_page)
        return cast(DBPageRow[DBConversationRow], row)

    async def messages(self, conversation_id: UUID, query: PageQuery) -> DBPageRow[DBMessageRow]:
        """A page of a conversation's messages, the latest first."""
        row = await self._call(
            "list_messages", p_conversation_id=str(conversation_id), p_page=query.page, p_per_page=query.per_page
        )
        return cast(DBPageRow[DBMessageRow], row)

    async def delete(self, conversation_id: UUID, *, keep_memories: bool) -> None:
        """Delete a conversation, with or without the memories learnt from it."""
        await self._call("delete_conversation", p_id=str(conversation_id), p_keep_memories=keep_memories)


class EmbeddingRepository(Repository):
    """The embeddings of the caller's memories."""

    async def claim(self) -> DBUnembeddedRow:
        """Take up to 20 memories that have no embedding; for two minutes no other call gets them."""
        return cast(DBUnembeddedRow, await self._call("claim_unembedded_memories", p_limit=20))

    async def store(self, memories: Sequence[dict[str, Any]]) -> None:
        """Store the embeddings of memories, given as {id, content, embedding}."""
        await self._call("store_embeddings", p_embeddings={"memories": [*memories]})


Conversations = Annotated[ConversationRepository, Depends(repository_of(ConversationRepository))]
Embeddings = Annotated[EmbeddingRepository, Depends(repository_of(EmbeddingRepository))]
