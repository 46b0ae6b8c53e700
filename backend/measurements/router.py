"""Routes under /measurements."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from backend.core.http import CREATED, TAGGED, ByIdRoute, IfMatch, Keyed, problems, revisions, tag
from backend.core.models import to_database
from backend.measurements.models import (
    Measurement,
    MeasurementPage,
    MeasurementQuery,
    MeasurementSeries,
    MeasurementSeriesQuery,
    NewMeasurement,
)
from backend.measurements.repository import Measurements

router = APIRouter(prefix="/measurements", tags=["measurements"], route_class=ByIdRoute)


@router.get("", responses=problems(401, 422, 503))
async def list_measurements(query: Annotated[MeasurementQuery, Query()], measurements: Measurements) -> MeasurementPage:
    """The caller's measurements, latest first."""
    return MeasurementPage.model_validate(await measurements.list(query))


@router.post("", status_code=201, responses={**CREATED, **problems(401, 404, 409, 503, body=True)})
async def create_measurement(measurement: NewMeasurement, measurements: Measurements, keyed: Keyed) -> Measurement:
    """Store a measurement: 500 a day at most."""
    stored = await measurements.create(to_database(measurement), keyed.key)
    return Measurement.model_validate(keyed.created(stored, stored["id"], stored["revision"]))


@router.get("/series", responses=problems(401, 404, 422, 503))
async def read_measurement_series(
    query: Annotated[MeasurementSeriesQuery, Query()], measurements: Measurements
) -> MeasurementSeries:
    """One kind over time in the profile's unit, and the trend."""
    return MeasurementSeries.model_validate(await measurements.series(query))


@router.get("/{measurement_id}", responses={200: TAGGED, **problems(401, 404, 422, 503)})
async def read_measurement(measurement_id: UUID, measurements: Measurements, response: Response) -> Measurement:
    """One measurement."""
    stored = await measurements.get(measurement_id)
    tag(response, stored["revision"])
    return Measurement.model_validate(stored)


@router.delete("/{measurement_id}", status_code=204, responses=problems(401, 404, 412, 422, 503))
async def delete_measurement(measurement_id: UUID, measurements: Measurements, if_match: IfMatch = None) -> None:
    """Delete a measurement."""
    await measurements.delete(measurement_id, revisions(if_match))
