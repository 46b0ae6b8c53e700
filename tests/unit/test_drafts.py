"""What is made of a model's answer: as much as can be kept."""

from typing import Any

import pytest
from pydantic import ValidationError

from backend.companion.drafts import ReplyDraft

MEMORY = {"content": "Likes tea", "kind": "preference", "importance": 0.4}


def draft(**fields: Any) -> ReplyDraft:
    return ReplyDraft.model_validate({"reply": "Hi", "expression": "happy", **fields})


@pytest.mark.parametrize("reply", ["", "  \n", None, 7])
def test_without_a_reply_there_is_no_answer(reply: object) -> None:
    with pytest.raises(ValidationError):
        draft(reply=reply)


def test_a_reply_is_cut_to_what_can_be_kept() -> None:
    assert draft(reply="x" * 5000).reply == "x" * 4000
    assert draft(reply=" a\0b ").reply == "ab"
    assert draft(reply="a\ud800b", suggestions=["\udfffx"]).model_dump(include={"reply", "suggestions"}) == {
        "reply": "ab",
        "suggestions": ["x"],
    }


def test_suggestions_are_few_and_short() -> None:
    assert draft(suggestions=["a" * 100, "", "b", "c", "d"]).suggestions == ["a" * 80, "b", "c"]


@pytest.mark.parametrize(
    "memories",
    [
        None,
        "none",
        [7],
        [{**MEMORY, "kind": "secret"}],
        [{**MEMORY, "content": ""}],
        [{}],
        [{**MEMORY, "importance": float("nan")}],
    ],
)
def test_a_malformed_memory_does_not_cost_the_reply(memories: object) -> None:
    assert draft(memories=memories).memories == []
    assert [m.content for m in draft(memories=[{}, MEMORY]).memories] == ["Likes tea"]


def test_memories_are_few_and_their_importance_is_in_bounds() -> None:
    kept = draft(memories=[{**MEMORY, "importance": 7}] * 9).memories
    assert [memory.importance for memory in kept] == [1] * 5
    assert draft(memories=[{**MEMORY, "importance": -1}]).memories[0].importance == 0
