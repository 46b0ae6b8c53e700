"""Request and response models of /workouts/import."""

from pydantic import Field

from backend.core.examples import example
from backend.core.models import Output, QueryParameters
from backend.core.vocabulary import WeightUnit
from backend.imports import examples


class ImportQuery(QueryParameters):
    """How to read a file."""

    create_missing: bool = Field(default=False, description="Create exercises of the caller's own for unknown names.")
    weight_unit: WeightUnit | None = Field(
        default=None, description="The unit of weights for which the file gives none. Default: the profile's."
    )


class ImportFault(Output):
    """A line that was left out."""

    line: int = Field(description="From 1, the header included.")
    reason: str


class ImportReport(Output):
    """What an import did."""

    model_config = example(examples.REPORT)

    imported: int = Field(description="Workouts that were stored, or completed with sets left out before.")
    skipped: int = Field(description="Workouts that are already stored, or that have no readable set.")
    unmatched_exercises: list[str] = Field(description="Their sets were left out.")
    errors: list[ImportFault] = Field(
        description="The first 1,000 lines that cannot be read, or of which a value was left out, in order."
    )
