"""Response models of /auth."""

from datetime import datetime
from uuid import UUID

from backend.core.examples import example
from backend.core.models import Output
from backend.identity import examples


class Identity(Output):
    """Who the access token says you are."""

    model_config = example(examples.IDENTITY)

    user_id: UUID
    email: str | None
    role: str
    expires_at: datetime


class Greeting(Output):
    """A greeting for anyone."""

    model_config = example(examples.GREETING)

    message: str
