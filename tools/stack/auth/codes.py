"""Codes that the stand-in for Supabase Auth sends by mail, each for one purpose and to be used once."""

import hashlib
import math
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple
from urllib.parse import urlencode
from uuid import UUID

import psycopg

from tools.stack.auth.accounts import Account
from tools.stack.auth.errors import AuthError
from tools.stack.auth.limits import Limits
from tools.stack.auth.mail import Mail, Outbox
from tools.stack.auth.pkce import PREFIX, Challenge
from tools.stack.auth.settings import AuthSettings

Purpose = Literal[
    "confirmation", "recovery", "email_change_current", "email_change_new", "email_change_confirmed", "reauthentication"
]
"""A new email may need a code from the present address and one from the new one. It is `email_change_confirmed`, which
has no code, while only the present address is missing.
"""
SUBJECTS: dict[str, str] = {
    "signup": "Confirm your signup",
    "magiclink": "Your magic link",
    "recovery": "Reset your password",
    "email_change": "Confirm your change of email",
    "reauthentication": "Confirm that it is you",
}
"""What the mail is about, by the type with which the client verifies the code."""


@dataclass(frozen=True)
class Sent:
    """A code that waits to be used."""

    user_id: UUID
    purpose: Purpose
    email: str
    sent_at: datetime
    challenge_method: str | None
    challenge_value: str | None

    @property
    def challenge(self) -> Challenge | None:
        """What the client that asked for the code has to meet, if it uses PKCE."""
        if self.challenge_method is None or self.challenge_value is None:
            return None
        return Challenge(self.challenge_method, self.challenge_value)


class Letter(NamedTuple):
    """A mail with a code: what for, of which type for the client, to whom, where its link leads in the end, and who may
    use the link.
    """

    purpose: Purpose
    mail_type: str
    to: str
    redirect_to: str | None
    challenge: Challenge | None = None


class Codes:
    """Sends codes and finds them again. Only their hashes are stored."""

    def __init__(self, settings: AuthSettings, limits: Limits, outbox: Outbox, auth_url: str) -> None:
        self._settings = settings
        self._limits = limits
        self._outbox = outbox
        self._auth_url = auth_url

    def send(self, connection: psycopg.Connection, account: Account, letter: Letter) -> None:
        """Send a code, which replaces an earlier one of the purpose. Raises AuthError if that is too soon."""
        purpose, mail_type, to, redirect_to, challenge = letter
        earlier = waiting(connection, account.id).get(purpose)
        if earlier is not None:
            waited = (datetime.now(UTC) - earlier.sent_at).total_seconds()
            if waited < self._settings.time_between_mails:
                seconds = math.ceil(self._settings.time_between_mails - waited)
                message = f"For security purposes, you can only request this after {seconds} seconds."
                raise AuthError(429, "over_email_send_rate_limit", message)
        self._limits.count_mail()
        length = self._settings.code_length
        code = f"{secrets.randbelow(10**length):0{length}d}"
        token_hash = hash_of(to, code)
        connection.execute(
            "insert into auth.one_time_tokens "
            "(user_id, purpose, email, token_hash, code_challenge_method, code_challenge) "
            "values (%s, %s, lower(%s), %s, %s, %s) on conflict (user_id, purpose) do update "
            "set email = excluded.email, token_hash = excluded.token_hash, sent_at = now(), "
            "code_challenge_method = excluded.code_challenge_method, code_challenge = excluded.code_challenge",
            (
                account.id,
                purpose,
                to,
                token_hash,
                *((challenge.method, challenge.value) if challenge else (None, None)),
            ),
        )
        token = token_hash if challenge is None else PREFIX + token_hash
        link = urlencode({"token": token, "type": mail_type, "redirect_to": self._settings.redirect(redirect_to)})
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self._outbox.send(Mail(to.lower(), SUBJECTS[mail_type], f"{self._auth_url}/verify?{link}", code, now))

    def spend(self, connection: psycopg.Connection, token_hash: str, purposes: tuple[Purpose, ...]) -> Sent | None:
        """Use up a code; None if there is no such code or it is too old."""
        row = connection.execute(
            "delete from auth.one_time_tokens where token_hash = %s and purpose = any(%s) "
            "and sent_at > now() - %s * interval '1 second' "
            "returning user_id, purpose, email, sent_at, code_challenge_method, code_challenge",
            (token_hash.removeprefix(PREFIX), list(purposes), self._settings.code_lifetime),
        ).fetchone()
        return None if row is None else Sent(*row)


def hash_of(email: str, code: str) -> str:
    """What a link has instead of the code, as Supabase Auth computes it."""
    return hashlib.sha224(f"{email.lower()}{code}".encode()).hexdigest()


def waiting(connection: psycopg.Connection, user_id: UUID) -> dict[Purpose, Sent]:
    """All codes of a user that wait to be used."""
    rows = connection.execute(
        "select user_id, purpose, email, sent_at, code_challenge_method, code_challenge "
        "from auth.one_time_tokens where user_id = %s",
        (user_id,),
    ).fetchall()
    return {row[1]: Sent(*row) for row in rows}


def keep(connection: psycopg.Connection, user_id: UUID, purpose: Purpose, email: str) -> None:
    """Note something about an email for which no code is sent."""
    connection.execute(
        "insert into auth.one_time_tokens (user_id, purpose, email, token_hash) values (%s, %s, %s, '')",
        (user_id, purpose, email),
    )


def forget(connection: psycopg.Connection, user_id: UUID) -> None:
    """Make all codes of a user invalid."""
    connection.execute("delete from auth.one_time_tokens where user_id = %s", (user_id,))
