"""Users and sessions as Supabase Auth shows them."""

from datetime import datetime
from typing import Any
from uuid import uuid4, uuid5

import psycopg

from tools.stack.auth import codes
from tools.stack.auth.accounts import Account


def user_json(connection: psycopg.Connection, account: Account) -> dict[str, Any]:
    """A user with their identity. Moments that are not known are left out."""
    sent = codes.waiting(connection, account.id)
    change = sent.get("email_change_new") or sent.get("email_change_confirmed")
    moments = {
        "email_confirmed_at": account.email_confirmed_at,
        "confirmed_at": account.email_confirmed_at,
        "confirmation_sent_at": sent["confirmation"].sent_at if "confirmation" in sent else None,
        "recovery_sent_at": sent["recovery"].sent_at if "recovery" in sent else None,
        "email_change_sent_at": change.sent_at if change else None,
        "last_sign_in_at": account.last_sign_in_at,
        "deleted_at": account.deleted_at,
    }
    return {
        "id": str(account.id),
        "aud": "authenticated",
        "role": "authenticated",
        "email": account.email or "",
        "phone": "",
        **{name: _moment(moment) for name, moment in moments.items() if moment is not None},
        **({"new_email": change.email} if change else {}),
        "app_metadata": account.app_metadata,
        "user_metadata": account.user_metadata,
        "identities": [] if account.email is None else [_identity(account, account.email)],
        "created_at": _moment(account.created_at),
        "updated_at": _moment(account.updated_at),
        "is_anonymous": account.is_anonymous,
    }


def user_in_disguise(email: str, user_metadata: dict[str, Any]) -> dict[str, Any]:
    """What a sign-up with a taken email gets where emails are confirmed: a user who does not exist, so that nobody
    learns whose emails are known.
    """
    now = _moment(datetime.now().astimezone())
    return {
        "id": str(uuid4()),
        "aud": "authenticated",
        "role": "",
        "email": email,
        "phone": "",
        "confirmation_sent_at": now,
        "app_metadata": {"provider": "email", "providers": ["email"]},
        "user_metadata": user_metadata,
        "identities": [],
        "created_at": now,
        "updated_at": now,
        "is_anonymous": False,
    }


def _identity(account: Account, email: str) -> dict[str, Any]:
    confirmed = account.email_confirmed_at is not None
    return {
        "identity_id": str(uuid5(account.id, "email")),
        "id": str(account.id),
        "user_id": str(account.id),
        "identity_data": {
            "email": email,
            "email_verified": confirmed,
            "phone_verified": False,
            "sub": str(account.id),
        },
        "provider": "email",
        "last_sign_in_at": _moment(account.last_sign_in_at or account.created_at),
        "created_at": _moment(account.created_at),
        "updated_at": _moment(account.updated_at),
        "email": email,
    }


def _moment(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")
