"""Which passwords are strong enough."""

from tools.stack.auth.errors import AuthError, invalid
from tools.stack.auth.settings import AuthSettings

LONGEST = 72
"""In bytes: bcrypt reads no more."""


def weakness(password: str, settings: AuthSettings) -> dict[str, object] | None:
    """What a password lacks, {message, reasons}; None for a strong one."""
    messages, reasons = [], []
    if len(password) < settings.password_length:
        reasons.append("length")
        messages.append(f"Password should be at least {settings.password_length} characters.")
    if any(set(characters).isdisjoint(password) for characters in settings.password_characters):
        reasons.append("characters")
        wanted = ", ".join(settings.password_characters)
        messages.append(f"Password should contain at least one character of each: {wanted}.")
    return {"message": " ".join(messages), "reasons": reasons} if reasons else None


def check(password: str, settings: AuthSettings) -> None:
    """Raises AuthError for a password that is too long or too weak."""
    if len(password.encode()) > LONGEST:
        raise invalid(f"Password cannot be longer than {LONGEST} characters")
    weak = weakness(password, settings)
    if weak is not None:
        raise AuthError(422, "weak_password", str(weak["message"]), weak_password={"reasons": weak["reasons"]})
