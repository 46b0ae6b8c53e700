"""PKCE: a link of a mail leads to a code that only the client that asked for the mail can exchange for a session."""

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass

import psycopg

from tools.stack.auth import accounts
from tools.stack.auth.accounts import Account
from tools.stack.auth.errors import AuthError, invalid

PREFIX = "pkce_"
"""Before the hash in a link whose client expects a code."""
LIFETIME_SECONDS = 300
_CHALLENGE = re.compile(r"[A-Za-z0-9._~-]{43,128}")


@dataclass(frozen=True)
class Challenge:
    """What the client makes known of its secret, the verifier: its SHA-256 (`s256`) or itself (`plain`)."""

    method: str
    value: str

    def is_met_by(self, verifier: str) -> bool:
        """Whether this is the secret."""
        if self.method == "s256":
            verifier = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        return hmac.compare_digest(verifier.encode(), self.value.encode())


def challenge(method: str, value: str) -> Challenge | None:
    """The challenge of a request; None if it has none. Raises AuthError."""
    if not method and not value:
        return None
    if not method or not value:
        raise invalid("PKCE flow requires code_challenge_method and code_challenge")
    if method.lower() not in ("s256", "plain"):
        raise invalid("Unsupported code_challenge_method")
    if not _CHALLENGE.fullmatch(value):
        raise invalid("Code challenge must consist of 43 to 128 letters, digits, -, ., _ and ~")
    return Challenge(method.lower(), value)


def issue(connection: psycopg.Connection, account: Account, given: Challenge) -> str:
    """A code that signs the user in."""
    row = connection.execute(
        "insert into auth.flow_state (user_id, code_challenge_method, code_challenge) values (%s, %s, %s) "
        "returning auth_code",
        (account.id, given.method, given.value),
    ).fetchone()
    assert row is not None
    return str(row[0])


def redeem(connection: psycopg.Connection, code: str, verifier: str) -> Account:
    """The user whose code it is, which is then used up. Raises AuthError."""
    if not code or not verifier:
        raise invalid("invalid request: both auth code and code verifier should be non-empty")
    with connection.transaction():
        row = connection.execute(
            "select user_id, code_challenge_method, code_challenge, "
            "created_at > now() - %s * interval '1 second' from auth.flow_state where auth_code::text = %s for update",
            (LIFETIME_SECONDS, code),
        ).fetchone()
        account = None if row is None else accounts.find(connection, row[0])
        if row is None or account is None:
            raise AuthError(404, "flow_state_not_found", "invalid flow state, no valid flow state found")
        _, method, value, in_time = row
        if not in_time:
            raise AuthError(422, "flow_state_expired", "invalid flow state, flow state has expired")
        if not Challenge(method, value).is_met_by(verifier):
            message = "code challenge does not match previously saved code verifier"
            raise AuthError(400, "bad_code_verifier", message)
        connection.execute("delete from auth.flow_state where auth_code::text = %s", (code,))
    return account
