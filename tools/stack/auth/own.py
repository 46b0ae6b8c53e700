"""What signed-in users do with their own account."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tools.stack.auth import accounts, answers, codes, passwords, sessions
from tools.stack.auth.accounts import Account
from tools.stack.auth.call import Call
from tools.stack.auth.codes import Letter
from tools.stack.auth.entry import send_email_change
from tools.stack.auth.errors import EMAIL_EXISTS, AuthError, invalid

RECENT = timedelta(hours=24)


def read(call: Call) -> dict[str, Any]:
    """The user."""
    account, _, _ = call.signed_in()
    return answers.user_json(call.connection, account)


def update(call: Call) -> dict[str, Any]:
    """Change the password and the metadata, and begin to change the email."""
    account, session_id, since = call.signed_in()
    if call.body.get("app_metadata") is not None:
        raise AuthError(403, "not_admin", "Updating app_metadata requires admin privileges")
    email, password, data = call.email(), call.text("password"), call.object("data")
    changes_email = bool(email) and email != account.email
    if changes_email and accounts.find_by_email(call.connection, email) is not None:
        raise EMAIL_EXISTS
    if "password" in call.body:
        _check_new_password(call, account, email, since)
        account = accounts.change(call.connection, account.id, encrypted_password=accounts.hashed(password))
        sessions.end(call.connection, account.id, session_id, "others")
    if data is not None:
        # A null removes a key.
        merged = {name: value for name, value in (account.user_metadata | data).items() if value is not None}
        account = accounts.change(call.connection, account.id, raw_user_meta_data=merged)
    if changes_email and account.is_anonymous and not call.service.settings.confirm_email:
        account = accounts.confirm(call.connection, account, email)
    elif changes_email:
        send_email_change(call, account, email)
    return answers.user_json(call.connection, account)


def _check_new_password(call: Call, account: Account, email: str, since: datetime) -> None:
    settings, password = call.service.settings, call.text("password")
    passwords.check(password, settings)
    if account.is_anonymous and not email:
        message = "Updating password of an anonymous user without an email or phone is not allowed"
        raise AuthError(422, "validation_failed", message)
    if settings.recent_sign_in_for_password and datetime.now(UTC) - since > RECENT:
        _check_nonce(call, account)
    if account.has_password(password):
        raise AuthError(422, "same_password", "New password should be different from the old password.")


def _check_nonce(call: Call, account: Account) -> None:
    nonce = call.text("nonce")
    if not nonce:
        raise AuthError(400, "reauthentication_needed", "Password update requires reauthentication")
    token_hash = codes.hash_of(account.email or "", nonce)
    sent = call.service.codes.spend(call.connection, token_hash, ("reauthentication",))
    if sent is None or sent.user_id != account.id:
        raise AuthError(422, "reauthentication_not_valid", "Nonce has expired or is invalid")


def reauthenticate(call: Call) -> dict[str, Any]:
    """Send a code that allows a new password in a session of more than a day."""
    account, _, _ = call.signed_in()
    if account.email is None:
        raise invalid("Reauthentication requires the user to have an email or a phone number")
    letter = Letter("reauthentication", "reauthentication", account.email, None)
    call.service.codes.send(call.connection, account, letter)
    return {}


def log_out(call: Call) -> None:
    """End sessions: all, this one, or all others."""
    scope = call.query.get("scope", "global")
    if scope not in ("global", "local", "others"):
        raise invalid(f'Unsupported logout scope "{scope}"')
    account, session_id, _ = call.signed_in()
    sessions.end(call.connection, account.id, session_id, scope)
