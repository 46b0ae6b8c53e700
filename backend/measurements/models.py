"""Request and response models of /measurements."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import MISSING, Field

from backend.core.examples import example
from backend.core.fields import (
    AT_MOST_THREE_DECIMALS,
    WITHOUT_REPEATS,
    NewId,
    Revision,
    StoredId,
    Timestamp,
)
from backend.core.models import Input, Output, Page, PageQuery, SeriesQuery
from backend.measurements import examples

type MeasurementKind = Literal[
    "body_weight", "body_fat", "neck", "shoulders", "chest", "waist", "hips", "left_upper_arm", "right_upper_arm",
    "left_forearm", "right_forearm", "left_thigh", "right_thigh", "left_calf", "right_calf",
]  # fmt: skip
type MeasurementUnit = Literal["kg", "lb", "percent", "cm", "in"]


class NewMeasurement(Input):
    """A measurement of the caller's body."""

    model_config = example(examples.NEW)

    id: NewId | MISSING = MISSING
    kind: MeasurementKind
    value: Annotated[
        float,
        Field(gt=0, le=2000, allow_inf_nan=False, description="As entered, in `unit`; at most three decimals."),
        AT_MOST_THREE_DECIMALS,
    ]
    unit: (
        Annotated[
            MeasurementUnit,
            Field(
                description="kg or lb for weight, percent for fat, cm or in for lengths. Default: the profile's unit "
                "of weight, percent, and cm or in to match."
            ),
        ]
        | MISSING
    ) = MISSING
    measured_at: Annotated[Timestamp, Field(description="Default: now. Not in the future.")] | MISSING = MISSING


class MeasurementQuery(PageQuery):
    """Which measurements, and which page of them."""

    kind: Annotated[list[MeasurementKind], WITHOUT_REPEATS] | None = Field(
        default=None, description="Repeatable: matches any of the kinds."
    )
    from_: Timestamp | None = Field(default=None, alias="from", description="Measured at this moment or later.")
    to: Timestamp | None = Field(default=None, description="Measured before this moment.")


class MeasurementSeriesQuery(SeriesQuery):
    """Which kind, and which days in the profile's time zone; without them, all."""

    kind: Annotated[MeasurementKind, Field(description="What was measured.")]


class Measurement(Output):
    """A measurement as it was entered. To correct one, delete it and store another."""

    model_config = example(examples.MEASUREMENT)
    written_as = NewMeasurement

    id: StoredId
    kind: MeasurementKind
    value: float
    unit: MeasurementUnit
    measured_at: datetime
    created_at: datetime
    updated_at: datetime
    revision: Revision


class MeasurementPage(Page[Measurement]):
    """A page of measurements, latest first."""

    model_config = example(examples.PAGE)


class MeasurementPoint(Output):
    """A measurement in a series."""

    measurement_id: StoredId
    measured_at: datetime
    date: date
    value: float


class MeasurementSeries(Output):
    """All measurements of a kind in one unit, oldest first, and where they are going."""

    model_config = example(examples.SERIES)

    kind: MeasurementKind
    unit: MeasurementUnit
    trend_per_week: float | None = Field(
        description="The slope of a straight line through the points, in `unit` a week; null for a single moment."
    )
    points: list[MeasurementPoint]
