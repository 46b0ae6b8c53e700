"""Sign-up and sign-in for the stack: the part of Supabase Auth that reads and writes auth.users."""

import hashlib
import hmac
import os

import psycopg
from psycopg.types.json import Jsonb

from tools.stack.signing import User

ROLE = "supabase_auth_admin"
"""The role that writes auth.users, as in Supabase."""


def create_user(connection: psycopg.Connection, email: str, password: str | None) -> User | None:
    """Create a user, or return None if the email is taken. Without a password, the user cannot sign in with one."""
    row = connection.execute(
        "insert into auth.users (email, encrypted_password, email_confirmed_at, raw_app_meta_data, raw_user_meta_data) "
        "values (lower(%s), %s, now(), %s, %s) on conflict (email) do nothing returning id, email",
        (email, None if password is None else _hashed(password), Jsonb({"provider": "email"}), Jsonb({})),
    ).fetchone()
    return User(*row) if row else None


def find_user(connection: psycopg.Connection, email: str) -> User | None:
    """The user with this email, if there is one."""
    row = connection.execute("select id, email from auth.users where email = lower(%s)", (email,)).fetchone()
    return User(*row) if row else None


def find_or_create_user(connection: psycopg.Connection, email: str, password: str | None = None) -> User:
    """The user with this email, created if there is none."""
    user = create_user(connection, email, password) or find_user(connection, email)
    assert user is not None
    return user


def delete_user(connection: psycopg.Connection, user_id: str) -> bool:
    """Delete a user, and return whether there was one."""
    return connection.execute("delete from auth.users where id = %s", (user_id,)).rowcount > 0


def authenticate(connection: psycopg.Connection, email: str, password: str) -> User | None:
    """The user with this email and password, if there is one."""
    row = connection.execute(
        "select id, email, encrypted_password from auth.users where email = lower(%s)", (email,)
    ).fetchone()
    if row is None or row[2] is None or not _matches(password, row[2]):
        return None
    connection.execute("update auth.users set last_sign_in_at = now() where id = %s", (row[0],))
    return User(*row[:2])


def _hashed(password: str, salt: bytes | None = None) -> str:
    salt = salt or os.urandom(16)
    return f"{salt.hex()}${hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1).hex()}"


def _matches(password: str, stored: str) -> bool:
    salt = bytes.fromhex(stored.partition("$")[0])
    return hmac.compare_digest(_hashed(password, salt), stored)
