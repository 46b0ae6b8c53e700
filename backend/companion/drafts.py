"""What the model returns, checked: a reply is required, and anything else that is malformed is dropped or cut."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from backend.companion.models import Expression
from backend.core.vocabulary import MemoryKind

MAX_REPLY_LENGTH = 4000
MAX_SUGGESTIONS = 3
MAX_SUGGESTION_LENGTH = 80
MAX_MEMORIES = 5


def _storable(text: object) -> object:
    # A model may return NUL and lone surrogates, but Postgres cannot store them.
    return text.replace("\0", "").encode(errors="ignore").decode() if isinstance(text, str) else text


ModelText = Annotated[str, BeforeValidator(_storable)]


class MemoryDraft(BaseModel):
    """Something the model found worth remembering."""

    model_config = ConfigDict(extra="ignore")

    content: Annotated[ModelText, Field(min_length=1, max_length=500)]
    kind: MemoryKind
    importance: Annotated[float, Field(allow_inf_nan=False), AfterValidator(lambda value: min(max(value, 0), 1))] = 0.5
    replaces: ModelText | None = None
    expires_in_days: Annotated[int, Field(ge=1, le=3650)] | None = None


def _valid_memories(drafts: object) -> list[MemoryDraft]:
    """Drop malformed memories instead of rejecting the reply."""
    if not isinstance(drafts, list):
        return []
    kept = []
    for draft in drafts:
        try:
            kept.append(MemoryDraft.model_validate(draft))
        except ValidationError:
            continue
    return kept[:MAX_MEMORIES]


class ReplyDraft(BaseModel):
    """What the model answers."""

    model_config = ConfigDict(extra="ignore", str_strip_whitespace=True)

    # Truncate an overlong reply instead of rejecting it.
    reply: Annotated[ModelText, Field(min_length=1), AfterValidator(lambda text: text[:MAX_REPLY_LENGTH])]
    expression: Expression
    suggestions: Annotated[
        list[Annotated[ModelText, AfterValidator(lambda text: text[:MAX_SUGGESTION_LENGTH])]],
        AfterValidator(lambda texts: [text for text in texts if text][:MAX_SUGGESTIONS]),
    ] = []
    memories: Annotated[list[MemoryDraft], BeforeValidator(_valid_memories)] = []
