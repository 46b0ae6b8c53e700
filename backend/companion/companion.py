"""The companion answers a message: recall memories, ask the model, store the reply."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Annotated, Any, NamedTuple, TypedDict, cast

from fastapi import Depends, Request

from backend.companion.chores import Chores
from backend.companion.drafts import MAX_REPLY_LENGTH
from backend.companion.gemini import Gemini, Generated, Meter
from backend.companion.prompt import REFUSAL, Prompt, build_prompt
from backend.companion.repository import (
    ChatLimits,
    ConversationRepository,
    Conversations,
    DBBegunTurnRow,
    DBChatAnswerRow,
    DBChatContextRow,
    EmbeddingRepository,
    Embeddings,
)
from backend.core.problems import Problem, ai_not_configured
from backend.core.timing import timed

logger = logging.getLogger(__name__)

# Without an embedding the companion only recalls less well, so embedding may not take the time the reply needs.
EMBEDDING_SHARE = 0.2


class CompanionState(TypedDict):
    """What lives as long as the app; the lifespan makes it."""

    gemini: Gemini | None
    chores: Chores
    chat_limits: ChatLimits


class Event(NamedTuple):
    """An event of a stream: `context`, `delta` or `done` with its data, or `error` with a problem."""

    name: str
    data: dict[str, Any] | Problem


class _Prepared(NamedTuple):
    prompt: Prompt
    context: DBChatContextRow
    degraded: list[str]


class _Turn:
    """What a turn has come to so far."""

    def __init__(self, message_id: str) -> None:
        self.message_id = message_id
        self.meter = Meter()
        self.prepared: _Prepared | None = None
        self.said = ""


class Companion:
    """Answers messages that are stored already, so that a failure loses none."""

    def __init__(
        self, gemini: Gemini, conversations: ConversationRepository, embeddings: EmbeddingRepository, chores: Chores
    ) -> None:
        self._gemini = gemini
        self._conversations = conversations
        self._embeddings = embeddings
        self._chores = chores

    async def answer(self, begun: DBBegunTurnRow, message: str) -> DBChatAnswerRow:
        """The whole answer. Raises a Problem when the model fails; the message stays stored."""
        deadline = self._gemini.deadline()
        async with self._turn(begun) as turn:
            prepared = await self._prepare(begun, message)
            with timed("ai"):
                generated = await self._gemini.generate(*prepared.prompt, deadline, turn.meter)
            return await self._complete(turn, prepared, generated)

    async def stream(self, begun: DBBegunTurnRow, message: str) -> AsyncGenerator[Event]:
        """The answer as it grows. When the client or the model disconnects, the text so far is stored as cut off."""
        deadline = self._gemini.deadline()
        answer: DBChatAnswerRow | None = None
        try:
            async with self._turn(begun) as turn:
                turn.prepared = await self._prepare(begun, message)
                recalled = turn.prepared.context["memories"]
                yield Event("context", {"memories_used": [_shown(memory) for memory in recalled]})
                # When the client disconnects, this generator is closed at a yield; aclosing then closes the model's
                # call at once.
                async with aclosing(self._gemini.stream(*turn.prepared.prompt, deadline, turn.meter)) as parts:
                    async for part in parts:
                        if isinstance(part, str):
                            turn.said += part
                            yield Event("delta", {"text": part})
                        else:
                            answer = await self._complete(turn, turn.prepared, part)
        except Problem as problem:
            yield Event("error", problem)
        if answer is not None:
            yield Event("done", dict(answer))

    async def embed_memories(self) -> None:
        """Embed the memories that have no embedding yet.

        If this fails, they can still be found by their words, and a later message embeds them.
        """
        waiting = (await self._embeddings.claim())["memories"]
        if waiting:
            vectors = await self._gemini.embed_documents([memory["content"] for memory in waiting])
            embedded = [{**memory, "embedding": str(vector)} for memory, vector in zip(waiting, vectors, strict=True)]
            await self._embeddings.store(embedded)

    @asynccontextmanager
    async def _turn(self, begun: DBBegunTurnRow) -> AsyncIterator[_Turn]:
        """A turn that ends in the database, however it ends here."""
        turn = _Turn(begun["message_id"])
        try:
            yield turn
        except Problem:
            # Before the client hears of it, so that it can try again at once.
            await self._give_up(turn)
            raise
        except BaseException:
            # Nothing can be awaited in a request that is cancelled.
            self._chores.add(self._give_up(turn))
            raise

    async def _give_up(self, turn: _Turn) -> None:
        """Store a reply that was cut off; without one, end the turn. If this fails, the turn ends by itself later."""
        try:
            if turn.prepared is not None and turn.said.strip():
                await self._conversations.complete_turn(turn.message_id, _cut_off(turn, turn.prepared))
            else:
                await self._conversations.end_turn(turn.message_id, turn.meter.usage())
        except Problem as problem:
            logger.warning("a turn was not ended", extra={"code": problem.code})

    async def _prepare(self, begun: DBBegunTurnRow, message: str) -> _Prepared:
        embedding = await self._embed(message)
        context = await self._conversations.context(begun["message_id"], embedding)
        return _Prepared(build_prompt(context, message), context, [] if embedding else ["embedding"])

    async def _embed(self, message: str) -> list[float] | None:
        try:
            with timed("ai"):
                async with asyncio.timeout_at(self._gemini.deadline(EMBEDDING_SHARE)):
                    return await self._gemini.embed_query(message)
        except (Problem, TimeoutError) as error:
            logger.warning("a message was not embedded", extra={"error": type(error).__name__})
            return None

    async def _complete(self, turn: _Turn, prepared: _Prepared, generated: Generated) -> DBChatAnswerRow:
        finished = _finished(turn, prepared, generated)
        answer = await self._conversations.complete_turn(turn.message_id, finished)
        self._chores.add(self.embed_memories())
        return answer


def _finished(turn: _Turn, prepared: _Prepared, generated: Generated) -> dict[str, Any]:
    """The turn that complete_chat_turn stores."""
    draft = generated.draft or REFUSAL
    return {
        "reply": draft.reply,
        "expression": draft.expression,
        "suggestions": draft.suggestions,
        "memories": [memory.model_dump(mode="json") for memory in draft.memories],
        "usage": turn.meter.usage(),
        "refused": generated.draft is None,
        **_recalled(prepared),
    }


def _cut_off(turn: _Turn, prepared: _Prepared) -> dict[str, Any]:
    """The turn that complete_chat_turn stores when the reply is incomplete."""
    return {
        "reply": turn.said[:MAX_REPLY_LENGTH],
        "expression": "neutral",
        "usage": turn.meter.usage(),
        "cut_off": True,
        **_recalled(prepared),
    }


def _recalled(prepared: _Prepared) -> dict[str, Any]:
    used = [{"id": memory["id"], "score": memory["score"]} for memory in prepared.context["memories"]]
    return {"memories_used": used, "degraded": prepared.degraded}


def _shown(memory: Any) -> dict[str, Any]:
    return {name: memory[name] for name in ("id", "content", "kind", "score")}


async def _companion(request: Request, conversations: Conversations, embeddings: Embeddings) -> Companion:
    gemini = cast(Gemini | None, request.state.gemini)
    if gemini is None:
        raise ai_not_configured()
    return Companion(gemini, conversations, embeddings, cast(Chores, request.state.chores))


async def _limits(request: Request) -> ChatLimits:
    return cast(ChatLimits, request.state.chat_limits)


CurrentCompanion = Annotated[Companion, Depends(_companion)]
CurrentLimits = Annotated[ChatLimits, Depends(_limits)]
