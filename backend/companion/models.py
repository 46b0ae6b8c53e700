"""Request and response models of /chat and /conversations."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from backend.companion import examples
from backend.core.examples import example
from backend.core.fields import Id, StoredId, Text
from backend.core.models import Input, Output, Page
from backend.core.problems import ProblemDetails
from backend.core.vocabulary import AffinityChange, MemoryKind

type Speaker = Literal["user", "companion"]
type Degradation = Literal["embedding"]
type Expression = Literal["neutral", "happy", "excited", "proud", "concerned", "playful", "shy", "determined"]


def _not_blank(value: str) -> str:
    if not value.strip():
        raise PydanticCustomError("blank", "The message must not be blank")
    return value


class ChatMessage(Input):
    """What the user says."""

    model_config = example(examples.CHAT_MESSAGE)

    message: Annotated[Text, Field(min_length=1, max_length=4000), AfterValidator(_not_blank)]
    conversation_id: Id | None = Field(default=None, description="Default: a new conversation.")


class RecalledMemory(Output):
    """A memory that went into the prompt."""

    id: StoredId
    content: str
    kind: MemoryKind
    score: float | None = Field(
        description="How well it matches the message; null for a memory that is recalled only because it is pinned."
    )


class SavedMemory(Output):
    """A memory that the message created or confirmed."""

    id: StoredId
    content: str
    kind: MemoryKind


class ChatAffinity(AffinityChange):
    """What the message did to the affinity."""


class Usage(Output):
    """The tokens that the answer took."""

    prompt_tokens: int
    output_tokens: int


class ChatAnswer(Output):
    """The companion's answer."""

    model_config = example(examples.ANSWER)

    conversation_id: StoredId
    message_id: StoredId = Field(description="The id of the reply.")
    reply: str
    expression: Expression
    suggestions: list[str] = Field(description="Up to three quick replies.")
    memories_used: list[RecalledMemory]
    memories_saved: list[SavedMemory]
    affinity: ChatAffinity
    usage: Usage
    degraded: list[Degradation] = Field(
        description="`embedding`: memories were found by their words only, because no embedding was available."
    )
    cut_off: bool = Field(description="Whether the reply is incomplete, because the client or the model disconnected.")
    refused: bool = Field(description="Whether the model's safety filters stopped the reply.")


class RecalledMemories(Output):
    """The memories that the model gets for this reply."""

    memories_used: list[RecalledMemory]


class ReplyPart(Output):
    """The next part of the reply."""

    text: str


class ContextEvent(Output):
    """The first event of a stream."""

    event: Literal["context"]
    data: RecalledMemories


class DeltaEvent(Output):
    """An event for each part of the reply, in order."""

    event: Literal["delta"]
    data: ReplyPart


class DoneEvent(Output):
    """The last event of a stream that succeeded. Its reply is all parts together."""

    event: Literal["done"]
    data: ChatAnswer


class ErrorEvent(Output):
    """The last event of a stream that failed."""

    event: Literal["error"]
    data: ProblemDetails


type ChatEvent = Annotated[ContextEvent | DeltaEvent | DoneEvent | ErrorEvent, Field(discriminator="event")]
"""An event of /chat/stream: the name of the event, and its data, which is JSON on one line."""


class Conversation(Output):
    """A conversation as lists show it."""

    model_config = example(examples.CONVERSATION)

    id: StoredId
    title: str = Field(description="The beginning of its first message.")
    created_at: datetime
    last_message_at: datetime
    messages: int


class ConversationPage(Page[Conversation]):
    """A page of conversations, the latest first."""

    model_config = example(examples.CONVERSATION_PAGE)


class Message(Output):
    """A message of a conversation."""

    id: StoredId
    role: Speaker
    content: str
    created_at: datetime
    expression: Expression | None = Field(description="Null for the user's messages.")
    cut_off: bool


class MessagePage(Page[Message]):
    """A page of messages, the latest first."""

    model_config = example(examples.MESSAGE_PAGE)
