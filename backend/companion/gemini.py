"""Gemini through its own SDK: replies as structured JSON, and embeddings.

Whatever it does wrong becomes a Problem: 503 `ai_unavailable` when it cannot be reached, has no room or takes too long,
502 `ai_bad_response` when it answers something that is no reply, 503 `ai_not_configured` when it does not know the key.
What its safety filters stop is no error: it becomes a refusal. Nothing of what a user says is ever logged.
"""

import asyncio
import logging
import random
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any, Literal, NamedTuple, get_args

import httpx
from google import genai
from google.genai import errors, types
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from backend.companion.models import Expression, MemoryKind
from backend.core.errors import Problem

logger = logging.getLogger(__name__)

DIMENSIONS = 768
ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 0.25
MAX_MEMORIES = 5
MAX_SUGGESTIONS = 3
MAX_OUTPUT_TOKENS = 2048
MAX_REPLY_LENGTH = 4000
_BLOCKED = {"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"}
_FENCE = re.compile(r"^```(?:json)?\s*|\s*```$")


def _without_nul(text: object) -> object:
    # A model may say it; Postgres cannot keep it.
    return text.replace("\0", "") if isinstance(text, str) else text


Said = Annotated[str, BeforeValidator(_without_nul)]


class MemoryDraft(BaseModel):
    """What the model found worth remembering."""

    model_config = ConfigDict(extra="ignore")

    content: Annotated[Said, Field(min_length=1, max_length=500)]
    kind: MemoryKind
    importance: Annotated[float, AfterValidator(lambda value: min(max(value, 0), 1))] = 0.5
    replaces: str | None = None
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


def _valid_memories(drafts: object) -> object:
    """One that is malformed is no reason to lose the reply."""
    if not isinstance(drafts, list):
        return []
    kept = []
    for draft in drafts:
        try:
            kept.append(MemoryDraft.model_validate(draft))
        except ValidationError:
            continue
    return kept[:MAX_MEMORIES]


class ReplyDraft(BaseModel):
    """What the model answers."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    # What is too long is not worth losing all of it.
    reply: Annotated[Said, Field(min_length=1), AfterValidator(lambda text: text[:MAX_REPLY_LENGTH])]
    expression: Expression
    suggestions: Annotated[
        list[Annotated[Said, AfterValidator(lambda text: text[:80])]],
        AfterValidator(lambda texts: [text for text in texts if text][:MAX_SUGGESTIONS]),
    ] = []
    memories: Annotated[list[MemoryDraft], BeforeValidator(_valid_memories)] = []


class Usage(NamedTuple):
    """Tokens."""

    prompt_tokens: int
    output_tokens: int


class Generated(NamedTuple):
    """A reply, what it took, and whether it is a refusal because the safety filters stopped the real one."""

    draft: ReplyDraft
    usage: Usage
    blocked: bool


class Turn(NamedTuple):
    """Something that was said."""

    role: Literal["user", "model"]
    text: str


_DRAFT = TypeAdapter(ReplyDraft)
_TEXT = types.Schema(type=types.Type.STRING)
_SCHEMA = types.Schema(
    type=types.Type.OBJECT,
    # The reply comes first, so that it can be heard while the rest is still being thought of.
    property_ordering=["reply", "expression", "suggestions", "memories"],
    required=["reply", "expression", "suggestions", "memories"],
    properties={
        "reply": _TEXT,
        "expression": types.Schema(type=types.Type.STRING, enum=list(get_args(Expression))),
        "suggestions": types.Schema(type=types.Type.ARRAY, items=_TEXT, max_items=MAX_SUGGESTIONS),
        "memories": types.Schema(
            type=types.Type.ARRAY,
            max_items=MAX_MEMORIES,
            items=types.Schema(
                type=types.Type.OBJECT,
                required=["content", "kind", "importance"],
                properties={
                    "content": _TEXT,
                    "kind": types.Schema(type=types.Type.STRING, enum=list(get_args(MemoryKind))),
                    "importance": types.Schema(type=types.Type.NUMBER),
                    "replaces": types.Schema(type=types.Type.STRING, nullable=True),
                    "expires_in_days": types.Schema(type=types.Type.INTEGER, nullable=True),
                },
            ),
        ),
    },
)


class Gemini:
    """The models, for the life of the service. `refusal` is what a safety block becomes."""

    def __init__(  # noqa: PLR0913  # each has to be told
        self,
        api_key: str,
        base_url: str | None,
        *,
        chat_model: str,
        embedding_model: str,
        budget_seconds: float,
        refusal: str,
    ) -> None:
        # A client of our own, so that it is httpx whatever else is installed, and closed when we close.
        self._http = httpx.AsyncClient(timeout=budget_seconds)
        options = types.HttpOptions(
            base_url=base_url,
            # Where schemas and embeddings of our size are; the SDK's own default has changed before.
            api_version="v1beta",
            timeout=int(budget_seconds * 1000),
            # Tries are counted here, inside the time that a turn has.
            retry_options=types.HttpRetryOptions(attempts=1),
            httpx_async_client=self._http,
        )
        self._models = genai.Client(api_key=api_key, http_options=options).aio.models
        self._chat_model = chat_model
        self._embedding_model = embedding_model
        self._budget = budget_seconds
        self._refusal = refusal

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def deadline(self, share: float = 1) -> float:
        """When a turn that begins now has to be over, or a share of its time, by the loop's clock."""
        return asyncio.get_running_loop().time() + share * self._budget

    async def generate(self, system: str, turns: Sequence[Turn], deadline: float) -> Generated:
        """A whole reply. Raises the Problems of this module."""

        async def ask() -> Generated:
            response = await self._models.generate_content(
                model=self._chat_model, contents=_contents(turns), config=_config(system)
            )
            return self._judged(response.text or "", [response])

        return await self._patiently(ask, deadline)

    async def stream(self, system: str, turns: Sequence[Turn], deadline: float) -> AsyncGenerator[str | Generated]:
        """The reply's text as it grows, and at last the whole. Raises the Problems of this module.

        Who stops listening closes the call. What has begun to be heard is never begun again.
        """
        responses = await self._patiently(lambda: self._begin_stream(system, turns), deadline)
        heard, text, parts = "", "", list[types.GenerateContentResponse]()
        try:
            while (response := await _before(deadline, anext(responses, None))) is not None:
                parts.append(response)
                text += response.text or ""
                said = _reply_so_far(text)
                if len(said) > len(heard):
                    yield said[len(heard) :]
                    heard = said
        except Exception as error:  # noqa: BLE001  # as above
            raise _problem(error) from None
        finally:
            await responses.aclose()
        generated = self._judged(text, parts)
        if not generated.blocked and len(generated.draft.reply) > len(heard):
            yield generated.draft.reply[len(heard) :]
        yield generated

    async def embed_query(self, text: str) -> list[float]:
        """The embedding of a message, of length 1."""
        return (await self._embed([text], "RETRIEVAL_QUERY"))[0]

    async def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """The embeddings of memories, in order, of length 1."""
        return await self._embed(texts, "RETRIEVAL_DOCUMENT")

    async def _embed(self, texts: Sequence[str], task: str) -> list[list[float]]:
        config = types.EmbedContentConfig(task_type=task, output_dimensionality=DIMENSIONS)

        async def ask() -> list[list[float]]:
            response = await self._models.embed_content(
                model=self._embedding_model, contents=list(texts), config=config
            )
            vectors = [embedding.values or [] for embedding in response.embeddings or []]
            if [len(vector) for vector in vectors] != [DIMENSIONS] * len(texts):
                raise _bad_response()
            return [_normalised(vector) for vector in vectors]

        return await self._patiently(ask, self.deadline())

    async def _begin_stream(self, system: str, turns: Sequence[Turn]) -> Any:
        return await self._models.generate_content_stream(
            model=self._chat_model, contents=_contents(turns), config=_config(system)
        )

    async def _patiently[Result](self, ask: Callable[[], Awaitable[Result]], deadline: float) -> Result:
        """Ask again after what passes, with growing pauses, until the deadline."""
        try:
            async with asyncio.timeout_at(deadline):
                for attempt in range(1, ATTEMPTS + 1):
                    try:
                        return await ask()
                    except Exception as error:  # noqa: BLE001  # the SDK raises what it and its transport raise
                        problem = _problem(error)
                        if attempt == ATTEMPTS or problem.code == "ai_not_configured":
                            raise problem from None
                    # Those that failed together shall not come again together.
                    await asyncio.sleep(random.uniform(0, FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311
        except TimeoutError:
            raise _unavailable() from None
        raise AssertionError("the last attempt returns or raises")

    def _judged(self, text: str, responses: Sequence[types.GenerateContentResponse]) -> Generated:
        """What an answer is worth: a reply, a refusal, or nothing."""
        usage = _usage(responses)
        reasons = [reason for response in responses for reason in _reasons(response)]
        if any(reason in _BLOCKED for reason in reasons):
            return Generated(ReplyDraft(reply=self._refusal, expression="concerned"), usage, blocked=True)
        if "MAX_TOKENS" in reasons:
            raise _bad_response()
        try:
            draft = _DRAFT.validate_python(from_json(_FENCE.sub("", text.strip())))
        except ValueError:
            raise _bad_response() from None
        return Generated(draft, usage, blocked=False)


def _contents(turns: Sequence[Turn]) -> list[types.ContentUnion]:
    return [types.Content(role=turn.role, parts=[types.Part(text=turn.text)]) for turn in turns]


def _config(system: str) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        system_instruction=system,
        response_mime_type="application/json",
        response_schema=_SCHEMA,
        max_output_tokens=MAX_OUTPUT_TOKENS,
        # A friend answers at once; thinking would take most of the budget, of time and of tokens.
        thinking_config=types.ThinkingConfig(thinking_budget=0),
    )


def _reasons(response: types.GenerateContentResponse) -> list[str]:
    """Why the model stopped; a blocked prompt has no candidates, and counts as stopped for safety."""
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        return ["SAFETY"]
    return [str(candidate.finish_reason.value) for candidate in response.candidates or [] if candidate.finish_reason]


def _usage(responses: Sequence[types.GenerateContentResponse]) -> Usage:
    told = [response.usage_metadata for response in responses if response.usage_metadata is not None]
    if not told:
        return Usage(0, 0)
    # Of a stream each part tells what it was until then.
    return Usage(told[-1].prompt_token_count or 0, told[-1].candidates_token_count or 0)


def _reply_so_far(text: str) -> str:
    try:
        begun = from_json(_FENCE.sub("", text.strip()), allow_partial="trailing-strings")
    except ValueError:
        return ""
    reply = begun.get("reply") if isinstance(begun, dict) else None
    return reply.replace("\0", "") if isinstance(reply, str) else ""


def _normalised(vector: list[float]) -> list[float]:
    # Below 3,072 numbers they come as they were cut.
    length = sum(number * number for number in vector) ** 0.5
    return [number / length for number in vector] if length else vector


async def _before[Result](deadline: float, work: Awaitable[Result]) -> Result:
    async with asyncio.timeout_at(deadline):
        return await work


def _problem(error: Exception) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, errors.APIError):
        if error.code == HTTPStatus.TOO_MANY_REQUESTS or error.code >= HTTPStatus.INTERNAL_SERVER_ERROR:
            return _unavailable()
        if error.code in (401, 403) or "API_KEY_INVALID" in str(error.details):
            logger.error("Gemini does not accept the key")
            return not_configured()
        logger.error("Gemini refused a request", extra={"status": error.code})
        return _bad_response()
    if isinstance(error, (httpx.HTTPError, OSError, TimeoutError)):
        return _unavailable()
    logger.warning("Gemini answered what cannot be read", extra={"error": type(error).__name__})
    return _bad_response()


def not_configured() -> Problem:
    """There is no key, or none that is accepted."""
    return Problem(503, "ai_not_configured", "The companion cannot talk here. Everything else works.")


def _unavailable() -> Problem:
    return Problem(503, "ai_unavailable", "The companion cannot be reached. Your message is kept: try again shortly.")


def _bad_response() -> Problem:
    return Problem(502, "ai_bad_response", "The companion lost the thread. Your message is kept: try again.")
