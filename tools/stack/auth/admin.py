"""What whoever has the secret key may do with all users."""

import secrets
from typing import Any
from uuid import UUID

from tools.stack.auth import accounts, answers, codes, sessions
from tools.stack.auth.accounts import Account, NewAccount
from tools.stack.auth.call import Call
from tools.stack.auth.errors import EMAIL_EXISTS, AuthError, invalid

SECRET_KEY = "sb_secret_laptop"  # noqa: S105  # of the stand-in, which only this machine reaches
LARGEST_PAGE, LARGEST_NUMBER = 1000, 1_000_000


def list_users(call: Call) -> dict[str, Any]:
    """A page of all users."""
    _check_admin(call)
    page, per_page = (_number(call, name, default) for name, default in (("page", 1), ("per_page", 50)))
    found = accounts.listed(call.connection, page, min(per_page, LARGEST_PAGE))
    return {"users": [answers.user_json(call.connection, account) for account in found], "aud": "authenticated"}


def create_user(call: Call) -> dict[str, Any]:
    """Create a user, whose email counts as confirmed if `email_confirm` says so."""
    _check_admin(call)
    email = call.email()
    if not email:
        raise invalid("Cannot create a user without either an email or phone")
    new = NewAccount(
        email,
        call.text("password") or secrets.token_urlsafe(),
        confirmed=call.body.get("email_confirm") is True,
        user_metadata=call.object("user_metadata"),
        app_metadata=call.object("app_metadata"),
        id=_given_id(call),
    )
    account = accounts.create(call.connection, new)
    if account is None:
        raise EMAIL_EXISTS
    return answers.user_json(call.connection, account)


def read_user(call: Call) -> dict[str, Any]:
    """One user."""
    _check_admin(call)
    return answers.user_json(call.connection, _found(call))


def delete_user(call: Call) -> dict[str, Any]:
    """Delete a user for good, or so that the id stays and nothing else."""
    _check_admin(call)
    account = _found(call)
    if call.body.get("should_soft_delete") is True:
        accounts.empty(call.connection, account)
        sessions.end(call.connection, account.id, None, "global")
        codes.forget(call.connection, account.id)
    else:
        accounts.delete(call.connection, account.id)
    return {}


def _check_admin(call: Call) -> None:
    if SECRET_KEY in (call.headers.get("apikey"), call.headers.get("authorization", "").removeprefix("Bearer ")):
        return
    call.signed_in()
    raise AuthError(403, "not_admin", "User not allowed")


def _found(call: Call) -> Account:
    account = accounts.find(call.connection, call.path["user_id"])
    if account is None:
        raise AuthError(404, "user_not_found", "User not found")
    return account


def _given_id(call: Call) -> UUID | None:
    given = call.text("id")
    try:
        return UUID(given) if given else None
    except ValueError:
        raise invalid("ID must conform to the uuid v4 format") from None


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_NUMBER:
        raise invalid(f"Bad Pagination Parameters: {name}")
    return int(text)
