"""What the examples of several subjects share."""

from typing import Any

from pydantic import ConfigDict

SQUAT_ID = "bb6924d2-d3b5-68ea-1667-8a551e3569ff"
WORKOUT_ID = "0d7c9f3e-52b1-4a86-8f0a-6d1e2b3c4a59"
PLAN_ID = "5b1f0c9e-7d3a-4e2b-9a68-1c4d7e8f9a0b"
CONVERSATION_ID = "7f9c2ba4-e88f-427d-9f3b-1a2b3c4d5e6f"


def example(value: dict[str, Any]) -> ConfigDict:
    """The `model_config` of a model that shows this example in openapi.json."""
    return ConfigDict(json_schema_extra={"example": value})


def page_of(*items: dict[str, Any]) -> dict[str, Any]:
    """A first page with all these items."""
    return {"items": [*items], "total": len(items), "page": 1, "per_page": 20}
