"""Gemini through Google's SDK: replies as structured JSON, and embeddings.

Failures become Problems: 503 `ai_unavailable` when Gemini cannot be reached, is overloaded or takes too long, 502
`ai_bad_response` when its answer is not a reply, 503 `ai_not_configured` when it rejects the key. A reply that its
safety filters stop is not a failure, but a reply without a draft. What a user says is never logged.
"""

import asyncio
import logging
import random
import re
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any, Literal, NamedTuple, get_args

import httpx
from google import genai
from google.genai import errors, types
from pydantic_core import from_json

from backend.companion.drafts import MAX_MEMORIES, MAX_SUGGESTIONS, ReplyDraft
from backend.companion.models import Expression
from backend.core.problems import Code, Problem, ai_not_configured
from backend.core.vocabulary import MemoryKind

logger = logging.getLogger(__name__)

DIMENSIONS = 768
ATTEMPTS = 3
FIRST_PAUSE_SECONDS = 0.25
MAX_OUTPUT_TOKENS = 2048
_BLOCKED = {"SAFETY", "PROHIBITED_CONTENT", "BLOCKLIST", "SPII", "RECITATION"}
_FENCE = re.compile(r"^```(?:json)?\s*|\s*```$")


class PromptMessage(NamedTuple):
    """A message of the conversation that the model continues."""

    role: Literal["user", "model"]
    text: str


class Meter:
    """Counts the tokens of a turn, those of failed attempts included."""

    def __init__(self) -> None:
        self.prompt_tokens = 0
        self.output_tokens = 0

    def add(self, responses: Sequence[types.GenerateContentResponse]) -> None:
        """Count a response, given as its parts so far."""
        reported = [response.usage_metadata for response in responses if response.usage_metadata is not None]
        if reported:
            # Each part of a stream reports the total so far.
            self.prompt_tokens += reported[-1].prompt_token_count or 0
            self.output_tokens += reported[-1].candidates_token_count or 0

    def usage(self) -> dict[str, int]:
        """The tokens so far: {prompt_tokens, output_tokens}."""
        return {"prompt_tokens": self.prompt_tokens, "output_tokens": self.output_tokens}


class Generated(NamedTuple):
    """A reply. `draft` is None when the safety filters stopped it."""

    draft: ReplyDraft | None


_TEXT = types.Schema(type=types.Type.STRING)
_SCHEMA = types.Schema(
    type=types.Type.OBJECT,
    # The reply comes first, so that it can be streamed while the model still generates the rest.
    property_ordering=["reply", "expression", "suggestions", "memories"],
    required=["reply", "expression", "suggestions", "memories"],
    properties={
        "reply": _TEXT,
        "expression": types.Schema(type=types.Type.STRING, enum=list(get_args(Expression.__value__))),
        "suggestions": types.Schema(type=types.Type.ARRAY, items=_TEXT, max_items=MAX_SUGGESTIONS),
        "memories": types.Schema(
            type=types.Type.ARRAY,
            max_items=MAX_MEMORIES,
            items=types.Schema(
                type=types.Type.OBJECT,
                required=["content", "kind", "importance"],
                properties={
                    "content": _TEXT,
                    "kind": types.Schema(type=types.Type.STRING, enum=list(get_args(MemoryKind.__value__))),
                    "importance": types.Schema(type=types.Type.NUMBER),
                    "replaces": types.Schema(type=types.Type.STRING, nullable=True),
                    "expires_in_days": types.Schema(type=types.Type.INTEGER, nullable=True),
                },
            ),
        ),
    },
)


class Gemini:
    """A chat model and an embedding model, for the life of the service."""

    def __init__(
        self, api_key: str, base_url: str | None, *, chat_model: str, embedding_model: str, budget_seconds: float
    ) -> None:
        # With a client of our own the SDK uses httpx whatever else is installed, and we can close its connections.
        self._http = httpx.AsyncClient(timeout=budget_seconds)
        options = types.HttpOptions(
            base_url=base_url,
            # The version with schemas and with embeddings of our size; the SDK's own default has changed before.
            api_version="v1beta",
            timeout=int(budget_seconds * 1000),
            # We retry ourselves, to stay within the deadline.
            retry_options=types.HttpRetryOptions(attempts=1),
            httpx_async_client=self._http,
        )
        self._models = genai.Client(api_key=api_key, http_options=options).aio.models
        self._chat_model = chat_model
        self._embedding_model = embedding_model
        self._budget = budget_seconds

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    def deadline(self, share: float = 1) -> float:
        """When work that starts now has to be done, given a share of the budget, by the event loop's clock."""
        return asyncio.get_running_loop().time() + share * self._budget

    async def generate(
        self, system: str, messages: Sequence[PromptMessage], deadline: float, meter: Meter
    ) -> Generated:
        """A whole reply. Raises the Problems of this module."""

        async def ask() -> Generated:
            response = await self._models.generate_content(
                model=self._chat_model, contents=_contents(messages), config=_config(system)
            )
            meter.add([response])
            return _generated(response.text or "", [response])

        return await self._with_retries(ask, deadline)

    async def stream(
        self, system: str, messages: Sequence[PromptMessage], deadline: float, meter: Meter
    ) -> AsyncGenerator[str | Generated]:
        """The reply's text as it grows, then the whole reply. Raises the Problems of this module.

        Closing the generator closes the call. A stream is retried only before its first part arrives.
        """
        responses = await self._with_retries(lambda: self._start_stream(system, messages), deadline)
        sent, text, parts = "", "", list[types.GenerateContentResponse]()
        try:
            while (response := await _before(deadline, anext(responses, None))) is not None:
                parts.append(response)
                text += response.text or ""
                reply = _reply_so_far(text)
                if len(reply) > len(sent):
                    yield reply[len(sent) :]
                    sent = reply
        except Exception as error:  # noqa: BLE001  # the SDK also raises what its transport raises
            raise _problem(error) from None
        finally:
            meter.add(parts)
            await responses.aclose()
        generated = _generated(text, parts)
        if generated.draft is not None and len(generated.draft.reply) > len(sent):
            yield generated.draft.reply[len(sent) :]
        yield generated

    async def embed_query(self, text: str) -> list[float]:
        """The embedding of a message, of length 1."""
        return (await self._embed([text], "RETRIEVAL_QUERY"))[0]

    async def embed_documents(self, texts: Sequence[str]) -> list[list[float]]:
        """The embeddings of memories, in order, each of length 1."""
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

        return await self._with_retries(ask, self.deadline())

    async def _start_stream(self, system: str, messages: Sequence[PromptMessage]) -> Any:
        return await self._models.generate_content_stream(
            model=self._chat_model, contents=_contents(messages), config=_config(system)
        )

    async def _with_retries[Result](self, ask: Callable[[], Awaitable[Result]], deadline: float) -> Result:
        """Retry failures that may pass, with growing pauses, until the deadline."""
        try:
            async with asyncio.timeout_at(deadline):
                for attempt in range(1, ATTEMPTS + 1):
                    try:
                        return await ask()
                    except Exception as error:  # noqa: BLE001  # the SDK also raises what its transport raises
                        problem = _problem(error)
                        if attempt == ATTEMPTS or problem.code == Code.AI_NOT_CONFIGURED:
                            raise problem from None
                    # A random pause, so that calls that failed together do not return together.
                    await asyncio.sleep(random.uniform(0, FIRST_PAUSE_SECONDS * 2**attempt))  # noqa: S311
        except TimeoutError:
            raise _unavailable() from None
        raise AssertionError("the last attempt returns or raises")


def _generated(text: str, responses: Sequence[types.GenerateContentResponse]) -> Generated:
    """The reply in an answer. Raises a Problem when there is none."""
    reasons = [reason for response in responses for reason in _finish_reasons(response)]
    if any(reason in _BLOCKED for reason in reasons):
        return Generated(None)
    if "MAX_TOKENS" in reasons:
        raise _bad_response()
    try:
        draft = ReplyDraft.model_validate(from_json(_FENCE.sub("", text.strip())))
    except ValueError:
        raise _bad_response() from None
    return Generated(draft)


def _contents(messages: Sequence[PromptMessage]) -> list[types.ContentUnion]:
    return [types.Content(role=message.role, parts=[types.Part(text=message.text)]) for message in messages]


def _config(system: str) -> types.GenerateContentConfig:
    return types.GenerateContentConfig(
        system_instruction=system,
        response_mime_type="application/json",
        response_schema=_SCHEMA,
        max_output_tokens=MAX_OUTPUT_TOKENS,
        # Thinking would take most of the budget, of time and of tokens.
        thinking_config=types.ThinkingConfig(thinking_budget=0),
    )


def _finish_reasons(response: types.GenerateContentResponse) -> list[str]:
    """Why the model stopped. A blocked prompt has no candidates, and counts as stopped for safety."""
    feedback = response.prompt_feedback
    if feedback is not None and feedback.block_reason is not None:
        return ["SAFETY"]
    return [str(candidate.finish_reason.value) for candidate in response.candidates or [] if candidate.finish_reason]


def _reply_so_far(text: str) -> str:
    try:
        answer = from_json(_FENCE.sub("", text.strip()), allow_partial="trailing-strings")
    except ValueError:
        return ""
    reply = answer.get("reply") if isinstance(answer, dict) else None
    return reply.replace("\0", "") if isinstance(reply, str) else ""


def _normalised(vector: list[float]) -> list[float]:
    # Gemini normalises only embeddings of its full size, 3,072 numbers.
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
            logger.error("Gemini rejects the API key")
            return ai_not_configured()
        logger.error("Gemini refused a request", extra={"status": error.code})
        return _bad_response()
    if isinstance(error, (httpx.HTTPError, OSError, TimeoutError)):
        return _unavailable()
    logger.warning("Gemini's answer cannot be read", extra={"error": type(error).__name__})
    return _bad_response()


def _unavailable() -> Problem:
    detail = "The companion cannot be reached. Your message is stored: try again shortly."
    return Problem(503, Code.AI_UNAVAILABLE, detail)


def _bad_response() -> Problem:
    detail = "The companion's answer could not be read. Your message is stored: try again."
    return Problem(502, Code.AI_BAD_RESPONSE, detail)
