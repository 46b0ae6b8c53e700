"""Who is asking. Made by auth, carried by the gateways down to the database."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Caller:
    """A verified user. `token` and `claims` never appear in a repr, so they cannot slip into a log."""

    user_id: UUID
    email: str | None
    role: str
    expires_at: datetime
    token: str = field(repr=False)
    """The JWT as it was sent."""
    claims: str = field(repr=False)
    """Its verified claims as JSON, as Postgres reads them from `request.jwt.claims`."""
