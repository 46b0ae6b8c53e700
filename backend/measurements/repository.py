"""Measurements in the database."""

from collections.abc import Sequence
from typing import Annotated, Any, TypedDict, cast
from uuid import UUID

from fastapi import Depends

from backend.di import repository_of
from backend.gateway.repository import DBPageRow, Repository, as_text
from backend.measurements.models import MeasurementQuery, MeasurementSeriesQuery


class DBMeasurementRow(TypedDict):
    """A measurement."""

    id: str
    kind: str
    value: float
    unit: str
    measured_at: str
    created_at: str
    updated_at: str
    revision: int


class DBCreatedMeasurementRow(DBMeasurementRow):
    """What create_measurement returns."""

    replayed: bool


class DBMeasurementPointRow(TypedDict):
    """A measurement in a series."""

    measurement_id: str
    measured_at: str
    date: str
    value: float


class DBMeasurementSeriesRow(TypedDict):
    """What get_measurement_series returns."""

    kind: str
    unit: str
    trend_per_week: float | None
    points: list[DBMeasurementPointRow]


class MeasurementRepository(Repository):
    """Stores, reads and deletes the caller's measurements."""

    async def list(self, query: MeasurementQuery) -> DBPageRow[DBMeasurementRow]:
        """A page of the measurements that match, latest first."""
        row = await self._call(
            "list_measurements",
            p_kinds=query.kind,
            p_from=as_text(query.from_),
            p_to=as_text(query.to),
            p_page=query.page,
            p_per_page=query.per_page,
        )
        return cast(DBPageRow[DBMeasurementRow], row)

    async def series(self, query: MeasurementSeriesQuery) -> DBMeasurementSeriesRow:
        """All measurements of a kind in the caller's unit, with their trend."""
        row = await self._call(
            "get_measurement_series",
            p_kind=query.kind,
            p_from=as_text(query.from_),
            p_to=as_text(query.to),
        )
        return cast(DBMeasurementSeriesRow, row)

    async def create(self, measurement: dict[str, Any], idempotency_key: str | None) -> DBCreatedMeasurementRow:
        """Store a measurement."""
        row = await self._call("create_measurement", p_measurement=measurement, p_idempotency_key=idempotency_key)
        return cast(DBCreatedMeasurementRow, row)

    async def get(self, measurement_id: UUID) -> DBMeasurementRow:
        """One measurement."""
        return cast(DBMeasurementRow, await self._call("get_measurement", p_id=str(measurement_id)))

    async def delete(self, measurement_id: UUID, if_revisions: Sequence[int] | None) -> None:
        """Delete one measurement; a 412 Problem at another revision."""
        await self._call("delete_measurement", p_id=str(measurement_id), p_if_revisions=if_revisions)


Measurements = Annotated[MeasurementRepository, Depends(repository_of(MeasurementRepository))]
