"""Request and response models of /account."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from backend.account import examples
from backend.core.examples import example
from backend.core.fields import StoredId, Text
from backend.core.models import Input, Output


class ExportedUser(Output):
    """Whose export it is."""

    id: StoredId
    email: str | None


class AccountExport(Output):
    """Everything about a user."""

    model_config = example(examples.EXPORT)

    format: Literal["slow-burn-account"]
    version: int = Field(description="Rises when readers of earlier exports have to change.")
    exported_at: datetime
    user: ExportedUser
    tables: dict[str, list[dict[str, Any]]] = Field(
        description="The user's rows of each table, named as in docs/database.md, and under `used_exercises` the names "
        "of the exercises in them."
    )


class AccountDeletion(Input):
    """The confirmation that an account shall be deleted."""

    model_config = example(examples.DELETION)

    confirm: Text = Field(description="The words `delete my account`.")


class AccountDeleted(Output):
    """What was deleted."""

    model_config = example(examples.DELETED)

    deleted: Literal[True] = Field(description="All data are deleted.")
    sign_in_deleted: bool = Field(description="Whether the sign-in is deleted, too.")
    left_to_do: str | None = Field(description="A sentence for the user; null if nothing is left to do.")
