"""Users in auth.users, as the stand-in for Supabase Auth reads and writes them."""

import base64
import hashlib
import hmac
import os
from dataclasses import dataclass
from datetime import datetime
from typing import Any, LiteralString
from uuid import UUID, uuid4

import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb


@dataclass(frozen=True)
class Account:
    """A user."""

    id: UUID
    email: str | None
    encrypted_password: str | None
    email_confirmed_at: datetime | None
    last_sign_in_at: datetime | None
    app_metadata: dict[str, Any]
    user_metadata: dict[str, Any]
    is_anonymous: bool
    created_at: datetime
    updated_at: datetime
    deleted_at: datetime | None

    def has_password(self, password: str) -> bool:
        """Whether this is the user's password."""
        return self.encrypted_password is not None and _matches(password, self.encrypted_password)


@dataclass(frozen=True)
class NewAccount:
    """A user to create: anonymous without an email, and unable to sign in with a password without one."""

    email: str | None
    password: str | None
    confirmed: bool = True
    user_metadata: dict[str, Any] | None = None
    app_metadata: dict[str, Any] | None = None
    id: UUID | None = None


def create(connection: psycopg.Connection, new: NewAccount) -> Account | None:
    """Create a user, or return None if there is one with the email."""
    user_metadata, app_metadata = new.user_metadata or {}, new.app_metadata or {}
    if new.email is not None:
        user_metadata = {"email_verified": new.confirmed, **user_metadata}
        app_metadata = {"provider": "email", "providers": ["email"], **app_metadata}
    return _one(
        connection,
        "insert into auth.users (id, email, encrypted_password, email_confirmed_at, raw_app_meta_data, "
        "raw_user_meta_data, is_anonymous) "
        "values (%s, lower(%s), %s, case when %s then now() end, %s, %s, %s) on conflict do nothing returning *",
        (
            new.id or uuid4(),
            new.email,
            None if new.password is None else hashed(new.password),
            new.confirmed and new.email is not None,
            Jsonb(app_metadata),
            Jsonb(user_metadata),
            new.email is None,
        ),
    )


def find(connection: psycopg.Connection, user_id: object) -> Account | None:
    """The user with an id."""
    return _one(connection, "select * from auth.users where id = %s", (user_id,))


def find_by_email(connection: psycopg.Connection, email: str) -> Account | None:
    """The user with an email."""
    return _one(connection, "select * from auth.users where email = lower(%s)", (email,))


def listed(connection: psycopg.Connection, page: int, per_page: int) -> list[Account]:
    """A page of all users, oldest first."""
    with connection.cursor(row_factory=dict_row) as cursor:
        rows = cursor.execute(
            "select * from auth.users order by created_at, id offset %s limit %s", ((page - 1) * per_page, per_page)
        )
        return [_account(row) for row in rows]


def change(connection: psycopg.Connection, user_id: UUID, **columns: Any) -> Account:
    """Set columns of a user."""
    assignments = sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in columns)
    account = _one(
        connection,
        sql.SQL("update auth.users set {}, updated_at = now() where id = %s returning *").format(assignments),
        (*(Jsonb(value) if isinstance(value, dict) else value for value in columns.values()), user_id),
    )
    assert account is not None
    return account


def confirm(connection: psycopg.Connection, account: Account, email: str | None) -> Account:
    """Note that an address is the user's. With it, an anonymous user becomes one with an email."""
    return change(
        connection,
        account.id,
        email=email,
        is_anonymous=False,
        email_confirmed_at=account.email_confirmed_at or datetime.now().astimezone(),
        raw_app_meta_data=account.app_metadata | {"provider": "email", "providers": ["email"]},
        raw_user_meta_data=account.user_metadata | {"email_verified": True},
    )


def delete(connection: psycopg.Connection, user_id: object) -> bool:
    """Delete a user, and return whether there was one."""
    return connection.execute("delete from auth.users where id = %s", (user_id,)).rowcount > 0


def empty(connection: psycopg.Connection, account: Account) -> None:
    """Keep a deleted user's id and nothing else, so that the email is free again."""
    digest = hashlib.sha256(f"{account.id}{account.email or ''}".encode()).digest()
    change(
        connection,
        account.id,
        email=None if account.email is None else base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
        encrypted_password=None,
        raw_app_meta_data={},
        raw_user_meta_data={},
        deleted_at=datetime.now().astimezone(),
    )


def hashed(password: str, salt: bytes | None = None) -> str:
    """A password as auth.users keeps it here."""
    salt = salt or os.urandom(16)
    return f"{salt.hex()}${hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1).hex()}"


def _matches(password: str, stored: str) -> bool:
    salt = bytes.fromhex(stored.partition("$")[0])
    return hmac.compare_digest(hashed(password, salt), stored)


def _one(
    connection: psycopg.Connection, query: LiteralString | sql.Composed, values: tuple[Any, ...]
) -> Account | None:
    with connection.cursor(row_factory=dict_row) as cursor:
        row = cursor.execute(query, values).fetchone()
    return None if row is None else _account(row)


def _account(row: dict[str, Any]) -> Account:
    return Account(
        id=row["id"],
        email=row["email"],
        encrypted_password=row["encrypted_password"],
        email_confirmed_at=row["email_confirmed_at"],
        last_sign_in_at=row["last_sign_in_at"],
        app_metadata=row["raw_app_meta_data"] or {},
        user_metadata=row["raw_user_meta_data"] or {},
        is_anonymous=row["is_anonymous"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        deleted_at=row["deleted_at"],
    )
