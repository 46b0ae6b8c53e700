"""Sessions: refresh tokens that rotate, and the access tokens that go with them."""

import secrets
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import jwt
import psycopg

from tools.stack.auth import accounts
from tools.stack.auth.accounts import Account
from tools.stack.auth.errors import AuthError, invalid
from tools.stack.signing import SigningKey

AUDIENCE = "authenticated"
SHORTEST_TOKEN = 12
ALREADY_USED = AuthError(400, "refresh_token_already_used", "Invalid Refresh Token: Already Used")


@dataclass(frozen=True)
class Session:
    """Where a user is signed in."""

    id: UUID
    account: Account
    method: str
    created_at: datetime
    refresh_token: str


def start(connection: psycopg.Connection, account: Account, method: str) -> Session:
    """Sign a user in, by `password`, `otp` or `anonymous`."""
    account = accounts.change(connection, account.id, last_sign_in_at=datetime.now().astimezone())
    row = connection.execute(
        "insert into auth.sessions (user_id, method) values (%s, %s) returning id, created_at", (account.id, method)
    ).fetchone()
    assert row is not None
    return Session(row[0], account, method, row[1], _issue(connection, row[0], None))


def refresh(connection: psycopg.Connection, token: str, reuse_interval: int) -> Session:
    """Exchange a refresh token for the next one. Raises AuthError.

    A token counts once. A client may not have received the next one, so the token before the current one gives the
    current one again, and any token may be used again within the interval, because two tabs may use it at once. After
    that, somebody else may have it, and the whole session ends.
    """
    if len(token) < SHORTEST_TOKEN:
        raise invalid("Refresh token is not valid")
    with connection.transaction():
        # The lock lets simultaneous requests rotate one after the other.
        row = connection.execute(
            "select s.id, s.user_id, s.method, s.created_at from auth.sessions as s "
            "inner join auth.refresh_tokens as t on s.id = t.session_id where t.token = %s for update of s",
            (token,),
        ).fetchone()
        if row is None:
            raise AuthError(400, "refresh_token_not_found", "Invalid Refresh Token: Refresh Token Not Found")
        session_id, user_id, method, created_at = row
        following = _rotate(connection, session_id, token, reuse_interval)
        account = accounts.find(connection, user_id)
    if following is None or account is None:
        raise ALREADY_USED
    return Session(session_id, account, method, created_at, following)


def _rotate(connection: psycopg.Connection, session_id: UUID, token: str, reuse_interval: int) -> str | None:
    """The token to use next; None if this one was used before, which ends the session."""
    row = connection.execute(
        "select t.revoked_at is not null, "
        "coalesce(t.revoked_at > clock_timestamp() - %s * interval '1 second', true), "
        "(select c.token from auth.refresh_tokens as c where c.session_id = t.session_id and c.revoked_at is null "
        "and c.parent = t.token order by c.created_at desc limit 1) from auth.refresh_tokens as t where t.token = %s",
        (reuse_interval, token),
    ).fetchone()
    assert row is not None
    revoked, in_time, current = row
    if current is not None:
        return str(current)
    if revoked and not in_time:
        connection.execute(
            "update auth.refresh_tokens set revoked_at = coalesce(revoked_at, '-infinity') where session_id = %s",
            (session_id,),
        )
        return None
    connection.execute("update auth.refresh_tokens set revoked_at = clock_timestamp() where token = %s", (token,))
    return _issue(connection, session_id, token)


def _issue(connection: psycopg.Connection, session_id: UUID, parent: str | None) -> str:
    token = secrets.token_urlsafe(16)
    connection.execute(
        "insert into auth.refresh_tokens (token, session_id, parent) values (%s, %s, %s)", (token, session_id, parent)
    )
    return token


def end(connection: psycopg.Connection, user_id: UUID, session_id: UUID | None, scope: str) -> None:
    """Sign a user out: everywhere (`global`, which needs no session), here (`local`) or everywhere else (`others`)."""
    connection.execute(
        "delete from auth.sessions where user_id = %s and case %s when 'local' then id = %s "
        "when 'others' then id <> %s else true end",
        (user_id, scope, session_id, session_id),
    )


def access_token(session: Session, key: SigningKey, issuer: str, lifetime: int) -> tuple[str, int]:
    """The JWT of a session, and when it expires."""
    account, now = session.account, int(time.time())
    claims = {
        "iss": issuer,
        "sub": str(account.id),
        "aud": AUDIENCE,
        "exp": now + lifetime,
        "iat": now,
        "email": account.email or "",
        "phone": "",
        "app_metadata": account.app_metadata,
        "user_metadata": account.user_metadata,
        "role": AUDIENCE,
        "aal": "aal1",
        "amr": [{"method": session.method, "timestamp": int(session.created_at.timestamp())}],
        "session_id": str(session.id),
        "is_anonymous": account.is_anonymous,
    }
    return key.sign(claims), now + lifetime


def of_token(connection: psycopg.Connection, authorization: str, key: SigningKey) -> tuple[Account, UUID, datetime]:
    """The user and the session of an access token, and since when the session is. Raises AuthError."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise AuthError(401, "no_authorization", "This endpoint requires a valid Bearer token")
    try:
        claims: dict[str, Any] = jwt.decode(token, key.public_key, algorithms=["ES256"], audience=AUDIENCE)
    except jwt.PyJWTError as error:
        message = f"invalid JWT: unable to parse or verify signature, {error}"
        raise AuthError(403, "bad_jwt", message) from None
    account = accounts.find(connection, claims.get("sub"))
    if account is None:
        raise AuthError(403, "user_not_found", "User from sub claim in JWT does not exist")
    row = connection.execute(
        "select id, created_at from auth.sessions where id = %s", (claims.get("session_id"),)
    ).fetchone()
    if row is None:
        raise AuthError(403, "session_not_found", "Session from session_id claim in JWT does not exist")
    return account, row[0], row[1]
