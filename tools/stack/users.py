"""Users of the stack, created without a sign-up."""

import psycopg

from tools.stack.auth import accounts
from tools.stack.auth.accounts import NewAccount
from tools.stack.signing import User

ROLE = "supabase_auth_admin"
"""The role that writes auth.users, as in Supabase."""


def create_user(connection: psycopg.Connection, email: str, password: str | None) -> User | None:
    """Create a user, or return None if the email is taken. Without a password, the user cannot sign in with one."""
    account = accounts.create(connection, NewAccount(email, password))
    return None if account is None else User(account.id, email.lower())


def find_or_create_user(connection: psycopg.Connection, email: str, password: str | None = None) -> User:
    """The user with this email, created if there is none."""
    created = create_user(connection, email, password)
    if created is not None:
        return created
    account = accounts.find_by_email(connection, email)
    assert account is not None
    return User(account.id, email.lower())
