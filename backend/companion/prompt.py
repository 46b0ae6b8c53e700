"""What the model is sent: the persona and its rules, the tone of the affinity level, and data about the user.

The texts are in `persona/`, for writers: `persona.md` and, for each level, a section of `tones.md`.
"""

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from backend.companion.drafts import ReplyDraft
from backend.companion.gemini import PromptMessage

_FOLDER = Path(__file__).parent / "persona"
_SECTIONS = re.split(r"^# (\d+)\n+", (_FOLDER / "tones.md").read_text(), flags=re.MULTILINE)[1:]

PERSONA = (_FOLDER / "persona.md").read_text().strip()
TONES = {int(level): tone.strip() for level, tone in zip(_SECTIONS[::2], _SECTIONS[1::2], strict=True)}
"""By affinity level."""

ADULT = 18
_NO_ROMANCE = "decline it gently, every time, and speak of something else."
_NO_ROMANCE_WITH_MINORS = (
    "never, in no form, not in play either. This user may be a minor: no flirting, no pet names, no talk of bodies "
    "beyond training. Decline it plainly and speak of something else."
)
REFUSAL = ReplyDraft(
    reply="I'd rather not go there. Let's get back to something good for you: how is your training going?",
    expression="concerned",
)
"""What the companion says when the model's safety filters stop its reply."""


class Prompt(NamedTuple):
    """A system instruction, and the conversation up to the message to answer."""

    system: str
    messages: list[PromptMessage]


def build_prompt(context: Mapping[str, Any], message: str) -> Prompt:
    """The prompt for a message, given what get_chat_context returns."""
    age = context["user"]["age"]
    romance = _NO_ROMANCE if age is not None and age >= ADULT else _NO_ROMANCE_WITH_MINORS
    affinity = context["affinity"]
    tone = f"# How close you are\n\nLevel {affinity['level']}, {affinity['title']}. {TONES[affinity['level']]}"
    system = "\n\n".join([PERSONA.replace("{romance}", romance), tone, _fenced(context)])
    earlier = [
        PromptMessage("user" if said["role"] == "user" else "model", said["content"]) for said in context["messages"]
    ]
    return Prompt(system, [*earlier, PromptMessage("user", message)])


def _fenced(context: Mapping[str, Any]) -> str:
    """The data about the user, as JSON between tags. Angle brackets are escaped, so that no text can close the tag."""
    known = {
        "user": context["user"],
        "affinity": {name: context["affinity"][name] for name in ("score", "level", "title")},
        "memories": [
            {"id": f"[m:{memory['id']}]", **{name: memory[name] for name in ("kind", "content", "told_on")}}
            for memory in context["memories"]
        ],
        "training": context["training"],
    }
    data = json.dumps(known, ensure_ascii=False, indent=1).replace("<", "\\u003c").replace(">", "\\u003e")
    return f"<data>\n{data}\n</data>"
