"""Verifies the JWTs of Supabase Auth without a request to Supabase."""

import hashlib
import json
import time
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import jwt
from cachetools import TLRUCache
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1

from backend.auth.jwks import JwksCache
from backend.core.caller import Caller
from backend.core.problems import Code, Problem, invalid_token
from backend.core.settings import Settings

REMEMBERED_TOKENS = 4096
MAX_TOKEN_LENGTH = 16_384
ROLE = "authenticated"


class TokenVerifier:
    """Turns a token into its caller, or raises a 401 Problem.

    The kind of key decides the algorithm, never the token: ES256 for P-256 keys, RS256 for RSA keys if the settings
    allow it, HS256 only for the legacy secret. A verified token is remembered until it expires or the project's keys
    change.
    """

    def __init__(self, settings: Settings, jwks: JwksCache) -> None:
        self._jwks = jwks
        self._issuer = settings.jwt_issuer
        self._rs256 = settings.supabase_jwt_rs256
        secret = settings.supabase_jwt_secret
        self._legacy_secret = secret.get_secret_value() if secret else None
        self._generation = jwks.generation
        self._remembered: TLRUCache[bytes, Caller] = TLRUCache(
            REMEMBERED_TOKENS, ttu=lambda _digest, caller, _now: caller.expires_at.timestamp(), timer=time.time
        )

    async def verify(self, token: str) -> Caller:
        """The caller of a token. Raises a Problem: 401, or 503 while no keys could be fetched."""
        self._jwks.refresh_if_stale()
        self._forget_if_keys_changed()
        digest = hashlib.sha256(token.encode()).digest()
        caller = self._remembered.get(digest)
        if caller is None:
            caller = await self._verify(token)
            self._forget_if_keys_changed()
            self._remembered[digest] = caller
        return caller

    async def check_ready(self) -> None:
        """Raises a 503 Problem unless the project's keys are known, or a legacy secret makes them unnecessary."""
        if self._legacy_secret is None:
            await self._jwks.wait_for_fetch()
            self._jwks.check_known()

    def _forget_if_keys_changed(self) -> None:
        if self._generation != self._jwks.generation:
            self._generation = self._jwks.generation
            self._remembered.clear()

    async def _verify(self, token: str) -> Caller:
        if len(token) > MAX_TOKEN_LENGTH:
            raise invalid_token("The access token is too long.")
        try:
            return _caller(token, await self._claims(token))
        except jwt.ExpiredSignatureError:
            raise invalid_token("The access token has expired.", code=Code.TOKEN_EXPIRED) from None
        # The last two come from times that no calendar has.
        except (jwt.PyJWTError, ValueError, OverflowError, OSError):
            raise invalid_token() from None

    async def _claims(self, token: str) -> dict[str, Any]:
        if self._legacy_secret is not None:
            try:
                return self._decode(token, self._legacy_secret, "HS256")
            except (jwt.InvalidAlgorithmError, jwt.InvalidSignatureError):
                pass  # Not signed with the legacy secret; perhaps with one of the project's keys.
        kid = jwt.get_unverified_header(token).get("kid")
        key = await self._jwks.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise invalid_token()
        return self._decode(token, key.key, self._algorithm(key))

    def _algorithm(self, key: jwt.PyJWK) -> str:
        if key.key_type == "RSA" and self._rs256:
            return "RS256"
        if key.key_type == "EC" and isinstance(key.key.curve, SECP256R1):
            return "ES256"
        raise invalid_token()

    def _decode(self, token: str, key: Any, algorithm: str) -> dict[str, Any]:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[algorithm],
            audience=ROLE,
            issuer=self._issuer,
            # Clocks differ by seconds, and a token issued "in the future" is just as authentic.
            options={"require": ["exp", "sub", "aud", "iss"], "verify_iat": False},
        )
        return claims


def _caller(token: str, claims: dict[str, Any]) -> Caller:
    user_id = UUID(claims["sub"])
    if claims.get("role") != ROLE or str(user_id) != claims["sub"].lower():
        raise invalid_token()
    email = claims.get("email")
    return Caller(
        user_id=user_id,
        # Supabase writes an empty email for people who signed up by phone or anonymously.
        email=email if isinstance(email, str) and email else None,
        role=ROLE,
        expires_at=datetime.fromtimestamp(int(claims["exp"]), UTC),
        token=token,
        # The database reads no other claims, and what it does not get cannot reach its log.
        claims=json.dumps({"sub": claims["sub"], "role": ROLE}),
    )


def bearer_token(authorization: str | None) -> str:
    """The token in an Authorization header. Raises a 401 Problem if there is none."""
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise Problem(
            401,
            Code.MISSING_TOKEN,
            "Sign in first: send the access token as Authorization: Bearer <token>.",
            headers={"WWW-Authenticate": "Bearer"},
        )
    return token.strip()
