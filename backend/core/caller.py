"""The verified user of a request: auth makes it, the gateways pass it on to the database."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified user. `token` and `claims` are left out of the repr, so they cannot slip into a log."""

    user_id: UUID
    email: str | None
    role: str
    expires_at: datetime
    token: str = field(repr=False)
    """The JWT as the client sent it."""
    claims: str = field(repr=False)
    """The verified claims that the database needs, as JSON: Postgres reads them from `request.jwt.claims`."""
