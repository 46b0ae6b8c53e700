import pytest

from backend.exercises.labels import labelled


@pytest.mark.parametrize(
    ("facet", "value", "name", "label"),
    [
        ("muscles", "lower_back", "Lower Back", "Lower Back"),
        ("equipment", "ez_bar", "EZ Bar", "EZ Bar"),
        ("equipment", "none", None, "No Equipment"),
        ("movement_patterns", "anti_extension", None, "Anti Extension"),
        ("forces", "push", None, "Push"),
    ],
)
def test_values_get_labels(facet: str, value: str, name: str | None, label: str) -> None:
    facets = labelled({facet: [{"value": value, "name": name, "count": 3}]})
    assert facets == {facet: [{"value": value, "label": label, "count": 3}]}
