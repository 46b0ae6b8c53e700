"""Request and response models of /memories."""

from datetime import datetime
from typing import Annotated

from pydantic import MISSING, Field

from backend.core.examples import example
from backend.core.fields import WHOLE, WITHOUT_REPEATS, Name, NewId, Revision, StoredId, Text, Timestamp
from backend.core.models import Input, Output, Page, PageQuery
from backend.core.vocabulary import MemoryKind
from backend.memories import examples

Content = Annotated[Name, Field(max_length=500)]
Importance = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class MemoryCreate(Input):
    """What the companion should know."""

    model_config = example(examples.CREATE)

    id: NewId | MISSING = MISSING
    content: Content
    kind: MemoryKind
    importance: Annotated[Importance, Field(description="Default: 0.5.")] | MISSING = MISSING
    pinned: (
        Annotated[bool, Field(description="Default: false. Pinned memories are always in the prompt.")] | MISSING
    ) = MISSING
    expires_in_days: Annotated[int, Field(ge=1, le=3650), WHOLE] | None = None


class MemoryUpdate(Input):
    """What to correct: an absent field stays as it is."""

    model_config = example(examples.UPDATE)

    content: Content | MISSING = MISSING
    kind: MemoryKind | MISSING = MISSING
    importance: Importance | MISSING = MISSING
    pinned: bool | MISSING = MISSING
    expires_at: Timestamp | None = None


class MemoryQuery(PageQuery):
    """Which memories, and which page of them."""

    q: Annotated[Text, Field(max_length=100)] | None = Field(
        default=None, description="Words, or beginnings of words, that the content has to contain."
    )
    kind: Annotated[list[MemoryKind], WITHOUT_REPEATS] | None = Field(
        default=None, description="Repeatable: matches any of the kinds."
    )
    superseded: bool = Field(
        default=False, description="Include memories that were replaced or removed to make room for others."
    )


class LearntFrom(Output):
    """The message that a memory was learnt from."""

    conversation_id: StoredId
    message_id: StoredId
    said: str


class Memory(Output):
    """Something the companion knows, and where it comes from."""

    model_config = example(examples.MEMORY)
    written_as = MemoryUpdate

    id: StoredId
    content: str
    kind: MemoryKind
    importance: float
    pinned: bool
    times_told: int
    last_told_at: datetime
    expires_at: datetime | None
    superseded_at: datetime | None = Field(description="When it was replaced; it is never recalled after that.")
    superseded_by: StoredId | None
    created_at: datetime
    updated_at: datetime
    revision: Revision
    learnt_from: LearntFrom | None = Field(
        description="Null for a memory that the user wrote, or whose conversation was deleted."
    )


class MemoryPage(Page[Memory]):
    """A page of memories, pinned ones first, then the latest."""

    model_config = example(examples.PAGE)


class Forgotten(Output):
    """How many memories were deleted."""

    model_config = example(examples.FORGOTTEN)

    forgotten: int
