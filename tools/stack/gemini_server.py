"""A stand-in for Gemini on a laptop and in tests: its REST protocol, without a model behind it.

The real SDK reaches it through GEMINI_BASE_URL. Each answer says that it is offline. It makes replies by plain rules
from the context of the request, and embeddings from the words and letters of a text, so that similar texts are close.
POST /_control {"faults": ["429", …], "operation": "generate"|"embed"} makes the next calls fail one by one, in any of
the ways in `FAULTS`. DELETE /_control ends that. GET /_control/requests returns the requests received.
"""

import asyncio
import hashlib
import json
import re
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

MODEL_VERSION = "offline-stand-in"
SLOW_SECONDS = 0.5
HANG_SECONDS = 3600
REMEMBERED_REQUESTS = 200
FAULTS = (
    "429", "500", "503", "hang", "reset", "invalid_json", "schema_violation", "safety", "max_tokens", "no_candidates",
    "empty", "invalid_key", "cut_stream", "slow",
)  # fmt: skip
_STATUSES = {"429": "RESOURCE_EXHAUSTED", "500": "INTERNAL", "503": "UNAVAILABLE"}
_WORD = re.compile(r"[^\W_]+")
_MEMORY = re.compile(r'"id": "\[m:([0-9a-f-]{36})\]",\s*"kind": "(\w+)",\s*"content": ("(?:[^"\\]|\\.)*")')
_NAME = re.compile(r'"display_name": ("(?:[^"\\]|\\.)*")')
_STATEMENTS = (
    ("injury", 0.9, re.compile(r"\b(hurt|injured|sprained|pulled|tore|aches?|sore)\b", re.IGNORECASE)),
    ("injury", 0.7, re.compile(r"\b(healed|recovered|pain.free)\b", re.IGNORECASE)),
    ("goal", 0.8, re.compile(r"\b(my goal|i want to|i aim)\b", re.IGNORECASE)),
    ("preference", 0.6, re.compile(r"\bi (like|love|prefer|hate|can't stand)\b", re.IGNORECASE)),
    ("equipment", 0.5, re.compile(r"\bi (bought|own|have a (barbell|kettlebell|rack|bench))\b", re.IGNORECASE)),
    ("fact", 0.5, re.compile(r"\b(i live|i work|i am allergic|i'm allergic|my name)\b", re.IGNORECASE)),
)
_REPLACES = re.compile(r"\b(healed|recovered|pain.free|any ?more|instead|now my goal|changed)\b", re.IGNORECASE)


class GeminiServer:
    """The endpoints under /v1beta, and those that control them."""

    def __init__(self) -> None:
        self._faults: deque[tuple[str, str | None]] = deque()
        self._requests: deque[dict[str, Any]] = deque(maxlen=REMEMBERED_REQUESTS)
        self.abandoned = 0

    async def call(self, request: Request) -> Response:
        """One call of a model's method."""
        model, _, method = request.path_params["call"].partition(":")
        body = await request.json()
        self._requests.append({"model": model, "method": method, "body": body})
        fault = self._next_fault("embed" if method.endswith(("embedContent", "EmbedContents")) else "generate")
        if request.headers.get("x-goog-api-key") in (None, "", "invalid") or fault == "invalid_key":
            return _error(400, "INVALID_ARGUMENT", "API key not valid. Please pass a valid API key.", "API_KEY_INVALID")
        if fault == "hang":
            await asyncio.sleep(HANG_SECONDS)
        if fault == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if fault == "reset":
            return _Reset()
        if fault in _STATUSES:
            return _error(int(fault), _STATUSES[fault], "A test asked for this fault.")
        return self._answered(method, body, fault)

    def _answered(self, method: str, body: dict[str, Any], fault: str | None) -> Response:
        if method == "batchEmbedContents":
            return _answer({"embeddings": [{"values": _embed(one)} for one in body["requests"]]})
        if method == "embedContent":
            return _answer({"embedding": {"values": _embed(body)}})
        if method == "generateContent":
            return _answer(_generated(body, fault))
        return StreamingResponse(self._stream(body, fault), media_type="text/event-stream")

    async def _stream(self, body: dict[str, Any], fault: str | None) -> AsyncIterator[bytes]:
        whole = _generated(body, fault)
        ended = False
        try:
            for part in _parts(whole):
                yield f"data: {json.dumps(part)}\r\n\r\n".encode()
                await asyncio.sleep(0.01)
                if fault == "cut_stream":
                    break
            ended = True
        finally:
            self.abandoned += not ended

    async def control(self, request: Request) -> Response:
        """Add faults, or remove all of them."""
        if request.method == "DELETE":
            self._faults.clear()
            self._requests.clear()
            return Response(status_code=204)
        asked = await request.json()
        if not set(asked["faults"]) <= set(FAULTS):
            return _error(400, "INVALID_ARGUMENT", f"Known faults: {', '.join(FAULTS)}")
        self._faults.extend((fault, asked.get("operation")) for fault in asked["faults"])
        return Response(status_code=204)

    async def requests(self, _request: Request) -> JSONResponse:
        """The requests received, and how many streams their clients left before the end."""
        return JSONResponse({"requests": list(self._requests), "abandoned": self.abandoned})

    def _next_fault(self, operation: str) -> str | None:
        for place, (fault, only) in enumerate(self._faults):
            if only in (None, operation):
                del self._faults[place]
                return fault
        return None


class _Reset(Response):
    """An answer whose connection breaks in the middle."""

    async def __call__(self, _scope: Any, _receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"100")]})
        await send({"type": "http.response.body", "body": b"{", "more_body": False})


def _answer(content: dict[str, Any]) -> JSONResponse:
    return JSONResponse(content, headers={"X-Offline-Stand-In": "true"})


def _error(status: int, name: str, message: str, reason: str | None = None) -> JSONResponse:
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}] if reason else []
    error = {"code": status, "message": message, "status": name, "details": details}
    return JSONResponse({"error": error}, status_code=status)


def _generated(body: dict[str, Any], fault: str | None) -> dict[str, Any]:
    system = "".join(part["text"] for part in body.get("systemInstruction", {}).get("parts", ()))
    message = body["contents"][-1]["parts"][-1]["text"]
    usage = {"promptTokenCount": len(json.dumps(body)) // 4, "candidatesTokenCount": 0}
    answer: dict[str, Any] = {"modelVersion": MODEL_VERSION, "usageMetadata": usage}
    if fault == "no_candidates":
        return answer
    if fault == "safety":
        return answer | {"promptFeedback": {"blockReason": "SAFETY"}}
    text = json.dumps(_reply(system, message), ensure_ascii=False)
    text = {
        "invalid_json": "Sure! Here is your answer.",
        "schema_violation": json.dumps({"answer": 42}),
        "max_tokens": text[: len(text) // 2],
        "empty": "",
    }.get(fault or "", text)
    usage["candidatesTokenCount"] = len(text) // 4
    reason = "MAX_TOKENS" if fault == "max_tokens" else "STOP"
    return answer | {"candidates": [_candidate(text, reason)]}


def _candidate(text: str, reason: str | None) -> dict[str, Any]:
    ended = {"finishReason": reason} if reason else {}
    return {"content": {"role": "model", "parts": [{"text": text}]}, "index": 0, **ended}


def _parts(whole: dict[str, Any]) -> list[dict[str, Any]]:
    """Cut a whole answer into the pieces of a stream."""
    if "candidates" not in whole:
        return [whole]
    candidate = whole["candidates"][0]
    text = candidate["content"]["parts"][0]["text"]
    pieces = [text[start : start + 24] for start in range(0, len(text), 24)] or [""]
    parts = [whole | {"candidates": [_candidate(piece, None)]} for piece in pieces]
    parts[-1] = whole | {"candidates": [_candidate(pieces[-1], candidate["finishReason"])]}
    return parts


def _reply(system: str, message: str) -> dict[str, Any]:
    """An answer by plain rules: greet by name, mention a fitting memory, and remember what the message says."""
    words = _words(message)
    recalled = [(found[0], found[1], json.loads(found[2])) for found in _MEMORY.findall(system)]
    fitting = [memory for memory in recalled if words & _words(memory[2])]
    name = _NAME.search(system)
    greeting = f"Hey {json.loads(name[1])}!" if name else "Hey!"
    thought = f" I remember: {fitting[0][2]}" if fitting else " Tell me more."
    memories = _remembered(message, fitting)
    return {
        "reply": f"[offline] {greeting}{thought}",
        "expression": "concerned" if any(memory["kind"] == "injury" for memory in memories) else "happy",
        "suggestions": ["Sounds good", "Not today"],
        "memories": memories,
    }


def _remembered(message: str, fitting: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
    for kind, importance, statement in _STATEMENTS:
        if statement.search(message):
            replaced = next((memory[0] for memory in fitting if memory[1] == kind), None)
            return [
                {
                    "content": message[:300],
                    "kind": kind,
                    "importance": importance,
                    "replaces": replaced if _REPLACES.search(message) else None,
                    "expires_in_days": None,
                }
            ]
    return []


def _words(text: str) -> set[str]:
    return {word for word in _WORD.findall(text.lower()) if len(word) > 3}  # noqa: PLR2004  # shorter words mean little


def _embed(request: dict[str, Any]) -> list[float]:
    """A vector of hashed words and trigrams, with as many numbers as the request asks for. It is not normalised."""
    text = " ".join(part["text"] for part in request["content"]["parts"]).lower()
    dimensions = request.get("outputDimensionality", 3072)
    numbers = [0.0] * dimensions
    for word in _WORD.findall(text):
        edged = f" {word} "
        for feature, weight in [(word, 2.0), *((edged[i : i + 3], 0.5) for i in range(len(edged) - 2))]:
            digest = hashlib.blake2b(feature.encode(), digest_size=8).digest()
            place = int.from_bytes(digest[:4], "big") % dimensions
            numbers[place] += weight if digest[4] % 2 else -weight
    return numbers


def app() -> Starlette:
    """The stand-in."""
    server = GeminiServer()
    return Starlette(
        routes=[
            Route("/v1beta/models/{call:path}", server.call, methods=["POST"]),
            Route("/_control", server.control, methods=["POST", "DELETE"]),
            Route("/_control/requests", server.requests, methods=["GET"]),
        ]
    )
