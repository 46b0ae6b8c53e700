"""The project's public keys, fetched rarely and kept through outages."""

import asyncio
import json
import logging
import math
from time import monotonic

import httpx
import jwt

from backend.core.problems import Code, Problem

logger = logging.getLogger(__name__)

TTL_SECONDS = 600
COOL_DOWN_SECONDS = 10
FETCH_TIMEOUT_SECONDS = 3
MAX_DOCUMENT_BYTES = 256 * 1024


class JwksCache:
    """Keys by key id (`kid`), from a JWKS endpoint.

    - There is one fetch at a time, and everyone who needs keys awaits the same one.
    - Keys older than `ttl` are refreshed in the background, so no request waits for that.
    - The last good keys stay in use while the endpoint is down or returns something without keys.
    - A cool-down follows every attempt, even a failed one, so tokens with unknown key ids cannot cause a fetch storm.
      Until it ends nobody knows whether such a key exists, so the answer is 503 and not 401.
    """

    def __init__(
        self, url: str, client: httpx.AsyncClient, *, ttl: float = TTL_SECONDS, cool_down: float = COOL_DOWN_SECONDS
    ) -> None:
        self._url = url
        self._client = client
        self._ttl = ttl
        self._cool_down = cool_down
        self._document: object = None
        self._keys: dict[str, jwt.PyJWK] = {}
        self._fetched_at: float | None = None
        self._attempted_at: float | None = None
        self._fetch: asyncio.Task[None] | None = None
        self.generation = 0
        """Grows whenever the published keys change: tokens verified before have to be verified again."""

    async def get(self, kid: str) -> jwt.PyJWK | None:
        """The key with this id, or None if the project has none.

        Raises a 503 Problem while no keys are known, or if this key may have appeared since the last fetch.
        """
        self.refresh_if_stale()
        if kid not in self._keys:
            if not self._may_fetch():
                raise self._unavailable()
            await asyncio.shield(self._fetch_once())
        self.check_known()
        return self._keys.get(kid)

    def check_known(self) -> None:
        """Raises a 503 Problem while no keys are known."""
        if self._fetched_at is None:
            raise self._unavailable()

    def refresh_if_stale(self) -> None:
        """Start a background fetch if there are no keys yet, or they are older than their time to live."""
        stale = self._fetched_at is None or monotonic() - self._fetched_at >= self._ttl
        if stale and self._may_fetch():
            self._fetch_once()

    async def wait_for_fetch(self) -> None:
        """Wait for a running fetch; start one if the keys are missing or old."""
        self.refresh_if_stale()
        if self._fetch is not None:
            await asyncio.shield(self._fetch)

    async def close(self) -> None:
        """Cancel a running fetch."""
        if self._fetch is not None:
            self._fetch.cancel()
            await asyncio.gather(self._fetch, return_exceptions=True)

    def _may_fetch(self) -> bool:
        running = self._fetch is not None and not self._fetch.done()
        return running or self._cooling() <= 0

    def _cooling(self) -> float:
        """The seconds until the next attempt is allowed."""
        return 0 if self._attempted_at is None else self._attempted_at + self._cool_down - monotonic()

    def _unavailable(self) -> Problem:
        return Problem(
            503,
            Code.AUTH_UNAVAILABLE,
            "The sign-in service cannot be asked for the key of this token now. Try again shortly.",
            headers={"Retry-After": str(max(1, math.ceil(self._cooling())))},
        )

    def _fetch_once(self) -> asyncio.Task[None]:
        if self._fetch is None or self._fetch.done():
            self._attempted_at = monotonic()
            self._fetch = asyncio.create_task(self._fetch_keys())
        return self._fetch

    async def _read(self) -> bytes:
        body = b""
        # httpx limits each read, not the whole: hence the time limit around this, and the size.
        async with self._client.stream("GET", self._url, timeout=FETCH_TIMEOUT_SECONDS) as response:
            response.raise_for_status()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > MAX_DOCUMENT_BYTES:
                    raise ValueError("too large")
        return body

    async def _fetch_keys(self) -> None:
        try:
            async with asyncio.timeout(FETCH_TIMEOUT_SECONDS):
                document = json.loads(await self._read())
            keys = _usable_keys(document)
            if self._keys and not keys:
                raise ValueError("no keys")  # noqa: TRY301  # one way to keep the good ones
        except (httpx.HTTPError, TimeoutError, ValueError, RecursionError) as error:
            logger.warning("the JWKS could not be fetched", extra={"error": type(error).__name__})
            return
        finally:
            self._attempted_at = monotonic()
        self._fetched_at = monotonic()
        if document != self._document:
            self._document, self._keys = document, keys
            self.generation += 1


def _usable_keys(document: object) -> dict[str, jwt.PyJWK]:
    """The asymmetric signing keys of a JWKS document by id. Raises ValueError if it is not a JWKS."""
    if not isinstance(document, dict) or not isinstance(document.get("keys"), list):
        raise ValueError("not a JWKS")  # noqa: TRY004  # the document is wrong, not the call
    keys = {}
    for entry in document["keys"]:
        # A symmetric key in a public document is not secret: anyone who reads it could sign.
        if not isinstance(entry, dict) or entry.get("kty") not in ("EC", "RSA") or entry.get("use", "sig") != "sig":
            continue
        try:
            key = jwt.PyJWK(entry)
        except (jwt.PyJWTError, TypeError, ValueError):
            continue
        if isinstance(key.key_id, str):
            keys[key.key_id] = key
    return keys
