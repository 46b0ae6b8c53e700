"""A request to the stand-in for Supabase Auth, and what its endpoints share."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psycopg

from tools.stack.auth import answers, sessions
from tools.stack.auth.accounts import Account
from tools.stack.auth.codes import Codes
from tools.stack.auth.errors import AuthError, invalid
from tools.stack.auth.sessions import Session
from tools.stack.auth.settings import AuthSettings
from tools.stack.signing import SigningKey

LONGEST_EMAIL = 255
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.?[^\s@]*")


@dataclass(frozen=True)
class Service:
    """What every endpoint uses."""

    settings: AuthSettings
    key: SigningKey
    codes: Codes
    auth_url: str
    """The address of /auth/v1, which issues the tokens."""


@dataclass(frozen=True)
class Call:
    """A request: who asks for what."""

    service: Service
    connection: psycopg.Connection
    body: dict[str, Any]
    query: Mapping[str, str]
    headers: Mapping[str, str]
    path: Mapping[str, Any]

    def text(self, name: str) -> str:
        """A text of the body; empty if it is absent. Raises AuthError for another type, and for NUL and surrogates."""
        value = self.body.get(name)
        if value is None:
            return ""
        if not isinstance(value, str) or "\0" in value or not _is_unicode(value):
            raise invalid(f"{name} must be text")
        return value

    def object(self, name: str) -> dict[str, Any] | None:
        """An object of the body; None if it is absent."""
        value = self.body.get(name)
        if value is not None and not isinstance(value, dict):
            raise invalid(f"{name} must be an object")
        if value is not None and "\\u0000" in json.dumps(value):
            raise invalid(f"{name} must not have the NUL character")
        return value

    def email(self, name: str = "email") -> str:
        """The email of the body, in lower case; empty if it is absent. Raises AuthError for what is no email."""
        email = self.text(name).lower()
        if email and (len(email) > LONGEST_EMAIL or not _EMAIL.fullmatch(email) or not email.isprintable()):
            raise invalid("Unable to validate email address: invalid format")
        return email

    def signed_in(self) -> tuple[Account, UUID, Any]:
        """The user of the access token, their session and since when it is. Raises AuthError."""
        return sessions.of_token(self.connection, self.headers.get("authorization", ""), self.service.key)

    def session_json(self, session: Session) -> dict[str, Any]:
        """A session with its tokens and its user."""
        lifetime = self.service.settings.token_lifetime
        token, expires_at = sessions.access_token(session, self.service.key, self.service.auth_url, lifetime)
        return {
            "access_token": token,
            "token_type": "bearer",
            "expires_in": lifetime,
            "expires_at": expires_at,
            "refresh_token": session.refresh_token,
            "user": answers.user_json(self.connection, session.account),
        }


def read_body(body: bytes) -> dict[str, Any]:
    """The JSON object of a body; empty without one. Raises AuthError."""
    if not body:
        return {}
    try:
        read = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise AuthError(400, "bad_json", f"Could not parse request body as JSON: {error}") from None
    if not isinstance(read, dict):
        raise AuthError(400, "bad_json", "Could not parse request body as JSON: it is no object")
    return read


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
