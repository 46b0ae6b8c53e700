"""Routes under /chat, /conversations and /memories."""

from collections.abc import AsyncIterator
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import EventSourceResponse, ServerSentEvent

from backend.companion.models import (
    ChatAnswer,
    ChatMessage,
    ConversationPage,
    Forgotten,
    Memory,
    MemoryCreate,
    MemoryPage,
    MemoryQuery,
    MemoryUpdate,
    MessagePage,
)
from backend.companion.repository import DBBegunTurnRow
from backend.companion.turn import Event
from backend.core.di import ChatLimits, Companions, Conversations, CurrentUser, Memories
from backend.core.errors import Problem, problem_details
from backend.core.models import PageQuery, to_database
from backend.core.openapi import REPLAYED, problems

router = APIRouter(tags=["companion"])

IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=255,
        description="A key of your own for this message. Sent again with the same body, it gets the same answer; after "
        "a failure, it tries again without storing the message twice.",
    ),
]
_EVENTS = """\
event: context
data: {"memories_used": []}

event: delta
data: {"text": "Good to see you"}

event: delta
data: {"text": " again!"}

event: done
data: {"conversation_id": "7f9c2ba4-e88f-427d-9f3b-1a2b3c4d5e6f", "reply": "Good to see you again!"}
"""


class Begun(NamedTuple):
    """A message that is stored."""

    turn: DBBegunTurnRow
    message: str


async def _begin(
    message: ChatMessage,
    caller: CurrentUser,
    conversations: Conversations,
    _companion: Companions,
    limits: ChatLimits,
    idempotency_key: IdempotencyKey = None,
) -> Begun:
    """Store the message before anything can fail, and tell what is wrong with it before a stream begins."""
    return Begun(await conversations.begin_turn(to_database(message), idempotency_key, limits, caller), message.message)


BegunTurn = Annotated[Begun, Depends(_begin)]


@router.post("/chat", responses={200: REPLAYED, **problems(401, 404, 429, 502, 503, body=True)})
async def chat(begun: BegunTurn, caller: CurrentUser, companion: Companions, response: Response) -> ChatAnswer:
    """Say something to the companion. The message is stored even when the answer fails."""
    if begun.turn["answer"] is not None:
        response.headers["Idempotency-Replayed"] = "true"
        return ChatAnswer.model_validate(begun.turn["answer"])
    return ChatAnswer.model_validate(await companion.answer(begun.turn, begun.message, caller))


@router.post(
    "/chat/stream",
    response_class=EventSourceResponse,
    responses={
        200: {
            "description": "Server-sent events: `context` first, then `delta` as the reply grows, and `done` with the "
            "body of /chat, or `error` with a problem.",
            "content": {"text/event-stream": {"schema": {"type": "string"}, "example": _EVENTS}},
        },
        **problems(401, 404, 429, 503, body=True),
    },
)
async def stream_chat(
    begun: BegunTurn, caller: CurrentUser, companion: Companions, request: Request
) -> AsyncIterator[ServerSentEvent]:
    """Say something to the companion, and hear the reply as it grows.

    A client that leaves stops the model; what was said so far is kept and marked as cut off.
    """
    if begun.turn["answer"] is not None:
        answer = ChatAnswer.model_validate(begun.turn["answer"])
        used = [memory.model_dump(mode="json") for memory in answer.memories_used]
        for event in (
            Event("context", {"memories_used": used}),
            Event("delta", {"text": answer.reply}),
            Event("done", answer.model_dump(mode="json")),
        ):
            yield _sent(event, request)
        return
    async for event in companion.stream(begun.turn, begun.message, caller):
        yield _sent(event, request)


def _sent(event: Event, request: Request) -> ServerSentEvent:
    told = problem_details(request.state.request_id, event.data) if isinstance(event.data, Problem) else event.data
    return ServerSentEvent(event=event.name, data=told)


@router.get("/conversations", responses=problems(401, 422, 503))
async def list_conversations(
    query: Annotated[PageQuery, Query()], caller: CurrentUser, conversations: Conversations
) -> ConversationPage:
    """Conversations, the latest first."""
    return ConversationPage.model_validate(await conversations.conversations(query.page, query.per_page, caller))


@router.get("/conversations/{conversation_id}/messages", responses=problems(401, 404, 422, 503))
async def list_messages(
    conversation_id: UUID, query: Annotated[PageQuery, Query()], caller: CurrentUser, conversations: Conversations
) -> MessagePage:
    """What was said in a conversation, the latest first."""
    page = await conversations.messages(conversation_id, query.page, query.per_page, caller)
    return MessagePage.model_validate(page)


@router.delete("/conversations/{conversation_id}", status_code=204, responses=problems(401, 404, 422, 503))
async def delete_conversation(
    conversation_id: UUID,
    caller: CurrentUser,
    conversations: Conversations,
    *,
    keep_memories: Annotated[bool, Query(description="Keep what was learnt from it.")] = True,
) -> None:
    """Delete a conversation with all that was said in it."""
    await conversations.delete_conversation(conversation_id, caller, keep_memories=keep_memories)


@router.get("/memories", responses=problems(401, 422, 503))
async def list_memories(query: Annotated[MemoryQuery, Query()], caller: CurrentUser, memories: Memories) -> MemoryPage:
    """What the companion knows of one, and from what: pinned first, then the latest."""
    filters = {"q": query.q, "kind": query.kind, "superseded": query.superseded}
    return MemoryPage.model_validate(await memories.list(filters, query.page, query.per_page, caller))


@router.post("/memories", status_code=201, responses=problems(401, 404, 503, body=True))
async def create_memory(memory: MemoryCreate, caller: CurrentUser, memories: Memories) -> Memory:
    """Let the companion know something. What it knows already is answered as it is, told once more."""
    return Memory.model_validate(await memories.create(to_database(memory), caller))


@router.delete("/memories", responses=problems(401, 404, 503))
async def delete_memories(caller: CurrentUser, memories: Memories) -> Forgotten:
    """Let the companion forget everything, for good."""
    return Forgotten.model_validate(await memories.delete_all(caller))


@router.patch("/memories/{memory_id}", responses=problems(401, 404, 409, 503, body=True))
async def update_memory(memory_id: UUID, changes: MemoryUpdate, caller: CurrentUser, memories: Memories) -> Memory:
    """Correct a memory, or pin it."""
    return Memory.model_validate(await memories.update(memory_id, to_database(changes), caller))


@router.delete("/memories/{memory_id}", status_code=204, responses=problems(401, 404, 422, 503))
async def delete_memory(memory_id: UUID, caller: CurrentUser, memories: Memories) -> None:
    """Let the companion forget something, for good."""
    await memories.delete(memory_id, caller)
