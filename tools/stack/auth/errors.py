"""The errors of Supabase Auth."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

VERSION_HEADER = "x-supabase-api-version"
NEW_ERRORS = "2024-01-01"
"""The version of the API from which `code` is a word. supabase-js asks for it."""


class AuthError(Exception):
    """An error that the client gets, with the status, code and message of Supabase Auth."""

    def __init__(self, status: int, code: str, message: str, **more: Any) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.more = more


def error_response(request: Request, error: AuthError) -> JSONResponse:
    """An error in the form of the version that the client asks for."""
    headers = {"x-sb-error-code": error.code}
    if request.headers.get(VERSION_HEADER, "") >= NEW_ERRORS:
        headers[VERSION_HEADER] = NEW_ERRORS
        body: dict[str, Any] = {"code": error.code, "message": error.message}
    else:
        body = {"code": error.status, "error_code": error.code, "msg": error.message}
    return JSONResponse({**body, **error.more}, error.status, headers)


def invalid(message: str) -> AuthError:
    """A 400 for input that is wrong."""
    return AuthError(400, "validation_failed", message)


EMAIL_EXISTS = AuthError(422, "email_exists", "A user with this email address has already been registered")
