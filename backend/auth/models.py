"""What the /auth routes answer."""

from datetime import datetime
from uuid import UUID

from pydantic import ConfigDict

from backend.core.models import Output


class Identity(Output):
    """Who the access token says you are."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "user_id": "7b9f2c51-3a8e-4d06-9c1f-5e2d8a4b6c70",
                "email": "athlete@example.com",
                "role": "authenticated",
                "expires_at": "2026-03-01T19:30:00Z",
            }
        }
    )

    user_id: UUID
    email: str | None
    role: str
    expires_at: datetime


class Greeting(Output):
    """Something to say to anyone."""

    model_config = ConfigDict(
        json_schema_extra={"example": {"message": "Hello! Sign in to train with your companion."}}
    )

    message: str
