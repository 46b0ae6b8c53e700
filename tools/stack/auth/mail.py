"""Mails that the stand-in for Supabase Auth would send. It prints them and keeps the last ones for /mail."""

from collections import deque
from dataclasses import asdict, dataclass
from typing import Any

KEPT = 100


@dataclass(frozen=True)
class Mail:
    """A mail: a link to click and a code to type, of which either does."""

    to: str
    subject: str
    link: str
    code: str
    sent_at: str


class Outbox:
    """The mails of this process, latest first."""

    def __init__(self) -> None:
        self._mails: deque[Mail] = deque(maxlen=KEPT)

    def send(self, mail: Mail) -> None:
        """Print a mail and keep it."""
        self._mails.appendleft(mail)
        print(f"\nMail to {mail.to}: {mail.subject}\n  Code {mail.code}\n  {mail.link}", flush=True)

    def listed(self, to: str | None) -> list[dict[str, Any]]:
        """All mails, or those to one address."""
        return [asdict(mail) for mail in self._mails if to is None or mail.to == to.lower()]
