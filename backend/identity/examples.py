"""Examples of the identity models."""

from typing import Any

IDENTITY: dict[str, Any] = {
    "user_id": "7b9f2c51-3a8e-4d06-9c1f-5e2d8a4b6c70",
    "email": "athlete@example.com",
    "role": "authenticated",
    "expires_at": "2026-03-01T19:30:00Z",
}
GREETING: dict[str, Any] = {"message": "Hello! Sign in to train with your companion."}
