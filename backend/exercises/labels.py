"""The labels of facet values."""

from typing import Any

from backend.exercises.repository import DBExerciseFacetsRow, DBFacetValueRow


def labelled(facets: DBExerciseFacetsRow) -> dict[str, list[dict[str, Any]]]:
    """The facets as {value, label, count}, in the order of the rows."""
    return {
        facet: [{"value": row["value"], "label": _label(facet, row), "count": row["count"]} for row in rows]
        for facet, rows in facets.items()
    }


def _label(facet: str, row: DBFacetValueRow) -> str:
    if row["name"] is not None:
        return row["name"]
    if facet == "equipment" and row["value"] == "none":
        return "No Equipment"
    return " ".join(word.capitalize() for word in row["value"].split("_"))
