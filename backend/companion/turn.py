"""A turn with the companion: recall, ask the model, keep what came of it."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, NamedTuple

from backend.companion.chores import Chores
from backend.companion.gemini import MAX_REPLY_LENGTH, Gemini, Generated
from backend.companion.prompt import Prompt, build_prompt
from backend.companion.repository import (
    CompanionRepository,
    DBBegunTurnRow,
    DBChatAnswerRow,
    DBChatContextRow,
    MemoryRepository,
)
from backend.core.errors import Problem
from backend.core.identity import Caller
from backend.core.timing import timed

logger = logging.getLogger(__name__)

# Without it a turn only recalls less well, so it may not take the time that the reply needs.
EMBEDDING_SHARE = 0.2


class Event(NamedTuple):
    """What a stream tells: `context`, `delta` or `done` with its data, or `error` with a problem."""

    name: str
    data: dict[str, Any] | Problem


class _Prepared(NamedTuple):
    prompt: Prompt
    context: DBChatContextRow
    degraded: list[str]


class Companion:
    """Answers messages that are stored already, so that no failure loses one."""

    def __init__(self, gemini: Gemini, turns: CompanionRepository, memories: MemoryRepository, chores: Chores) -> None:
        self._gemini = gemini
        self._turns = turns
        self._memories = memories
        self._chores = chores

    async def answer(self, begun: DBBegunTurnRow, message: str, caller: Caller) -> DBChatAnswerRow:
        """The whole answer. Raises a Problem when the model is not to be had; the message stays."""
        deadline = self._gemini.deadline()
        prepared = await self._prepare(begun, message, caller)
        with timed("ai"):
            generated = await self._gemini.generate(*prepared.prompt, deadline)
        return await self._complete(begun, caller, _turn(prepared, generated))

    async def stream(self, begun: DBBegunTurnRow, message: str, caller: Caller) -> AsyncGenerator[Event]:
        """The answer as it grows. What was said to a client that left, or before the model did, is kept as cut off."""
        said, ended = "", False
        prepared = None
        deadline = self._gemini.deadline()
        try:
            prepared = await self._prepare(begun, message, caller)
            yield Event("context", {"memories_used": [_shown(memory) for memory in prepared.context["memories"]]})
            # Who leaves ends this at a yield: the call to the model ends with it, and not some time later.
            async with aclosing(self._gemini.stream(*prepared.prompt, deadline)) as parts:
                async for part in parts:
                    if isinstance(part, str):
                        said += part
                        yield Event("delta", {"text": part})
                    else:
                        answer = await self._complete(begun, caller, _turn(prepared, part))
                        ended = True
                        yield Event("done", dict(answer))
        except Problem as problem:
            yield Event("error", problem)
        finally:
            if said.strip() and not ended and prepared is not None:
                self._chores.add(self._turns.complete_turn(begun["message_id"], _cut_off(prepared, said), caller))

    async def embed_memories(self, caller: Caller) -> None:
        """Embed what waits for it. What fails now is found by its words, and embedded another time."""
        waiting = (await self._memories.claim_unembedded(caller))["memories"]
        if waiting:
            vectors = await self._gemini.embed_documents([memory["content"] for memory in waiting])
            embedded = [{**memory, "embedding": str(vector)} for memory, vector in zip(waiting, vectors, strict=True)]
            await self._memories.store_embeddings(embedded, caller)

    async def _prepare(self, begun: DBBegunTurnRow, message: str, caller: Caller) -> _Prepared:
        embedding = await self._embed(message)
        context = await self._turns.context(begun["message_id"], embedding, caller)
        return _Prepared(build_prompt(context, message), context, [] if embedding else ["embedding"])

    async def _embed(self, message: str) -> list[float] | None:
        try:
            with timed("ai"):
                async with asyncio.timeout_at(self._gemini.deadline(EMBEDDING_SHARE)):
                    return await self._gemini.embed_query(message)
        except (Problem, TimeoutError) as error:
            logger.warning("a message was not embedded", extra={"error": type(error).__name__})
            return None

    async def _complete(self, begun: DBBegunTurnRow, caller: Caller, turn: dict[str, Any]) -> DBChatAnswerRow:
        answer = await self._turns.complete_turn(begun["message_id"], turn, caller)
        self._chores.add(self.embed_memories(caller))
        return answer


def _turn(prepared: _Prepared, generated: Generated) -> dict[str, Any]:
    draft = generated.draft
    return {
        "reply": draft.reply,
        "expression": draft.expression,
        "suggestions": draft.suggestions,
        "memories": [memory.model_dump(mode="json") for memory in draft.memories],
        "usage": generated.usage._asdict(),
        "refused": generated.blocked,
        **_recalled(prepared),
    }


def _cut_off(prepared: _Prepared, said: str) -> dict[str, Any]:
    return {
        "reply": said[:MAX_REPLY_LENGTH],
        "expression": "neutral",
        "usage": {"prompt_tokens": 0, "output_tokens": 0},
        "cut_off": True,
        **_recalled(prepared),
    }


def _recalled(prepared: _Prepared) -> dict[str, Any]:
    used = [{"id": memory["id"], "score": memory["score"]} for memory in prepared.context["memories"]]
    return {"memories_used": used, "degraded": prepared.degraded}


def _shown(memory: Any) -> dict[str, Any]:
    return {name: memory[name] for name in ("id", "content", "kind", "score")}
