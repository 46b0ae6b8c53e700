"""Routes under /chat and /conversations."""

from collections.abc import AsyncIterator
from typing import Annotated, NamedTuple
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.sse import EventSourceResponse, ServerSentEvent

from backend.companion import examples
from backend.companion.companion import CurrentCompanion, CurrentLimits, Event
from backend.companion.models import ChatAnswer, ChatEvent, ChatMessage, ConversationPage, MessagePage
from backend.companion.repository import Conversations, DBBegunTurnRow
from backend.core.http import REPLAYED, Keyed, problems
from backend.core.models import PageQuery
from backend.core.problems import Problem, problem_details

router = APIRouter(tags=["companion"])


class Turn(NamedTuple):
    """A stored message that waits for its answer, or a replay that has one."""

    begun: DBBegunTurnRow
    message: str


async def _begin_turn(
    message: ChatMessage,
    conversations: Conversations,
    _companion: CurrentCompanion,
    limits: CurrentLimits,
    keyed: Keyed,
) -> Turn:
    """Store the message before the model is asked, and before a stream begins: then an error can still be a status."""
    begun = await conversations.begin_turn(message.message, message.conversation_id, keyed.key, limits)
    if begun["answer"] is not None:
        keyed.mark_replayed()
    return Turn(begun, message.message)


CurrentTurn = Annotated[Turn, Depends(_begin_turn)]


@router.post("/chat", responses={200: REPLAYED, **problems(401, 404, 409, 429, 502, 503, body=True)})
async def chat(turn: CurrentTurn, companion: CurrentCompanion) -> ChatAnswer:
    """Say something to the companion. The message is stored even if the answer fails."""
    if turn.begun["answer"] is not None:
        return ChatAnswer.model_validate(turn.begun["answer"])
    return ChatAnswer.model_validate(await companion.answer(turn.begun, turn.message))


@router.post(
    "/chat/stream",
    response_class=EventSourceResponse,
    responses={
        200: {
            **REPLAYED,
            "description": "Server-sent events: `context` first, then `delta` as the reply grows, and `done` with the "
            "body of /chat, or `error` with a problem.",
            "model": ChatEvent,
            "content": {"text/event-stream": {"examples": examples.EVENTS}},
        },
        **problems(401, 404, 409, 429, 503, body=True),
    },
)
async def stream_chat(
    turn: CurrentTurn, companion: CurrentCompanion, request: Request
) -> AsyncIterator[ServerSentEvent]:
    """Say something to the companion, and get the reply as it grows.

    A client that disconnects stops the model; the text so far is stored and marked as cut off.
    """
    if turn.begun["answer"] is not None:
        for event in _replayed(ChatAnswer.model_validate(turn.begun["answer"])):
            yield _sent(event, request)
        return
    async for event in companion.stream(turn.begun, turn.message):
        yield _sent(event, request)


def _replayed(answer: ChatAnswer) -> list[Event]:
    body = answer.model_dump(mode="json")
    return [
        Event("context", {"memories_used": body["memories_used"]}),
        Event("delta", {"text": answer.reply}),
        Event("done", body),
    ]


def _sent(event: Event, request: Request) -> ServerSentEvent:
    data = event.data
    if isinstance(data, Problem):
        data = problem_details(request.state.request_id, data)
    return ServerSentEvent(event=event.name, data=data)


@router.get("/conversations", responses=problems(401, 422, 503))
async def list_conversations(query: Annotated[PageQuery, Query()], conversations: Conversations) -> ConversationPage:
    """Conversations, the latest first."""
    return ConversationPage.model_validate(await conversations.list(query))


@router.get("/conversations/{conversation_id}/messages", responses=problems(401, 404, 422, 503))
async def list_messages(
    conversation_id: UUID, query: Annotated[PageQuery, Query()], conversations: Conversations
) -> MessagePage:
    """The messages of a conversation, the latest first."""
    return MessagePage.model_validate(await conversations.messages(conversation_id, query))


@router.delete("/conversations/{conversation_id}", status_code=204, responses=problems(401, 404, 422, 503))
async def delete_conversation(
    conversation_id: UUID,
    conversations: Conversations,
    *,
    keep_memories: Annotated[bool, Query(description="Keep the memories learnt from it.")] = True,
) -> None:
    """Delete a conversation with all its messages."""
    await conversations.delete(conversation_id, keep_memories=keep_memories)
