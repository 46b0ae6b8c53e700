"""Measurements of the body: how they are stored, listed, drawn and deleted."""

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from httpx import Response

from tests.support import Person, assert_problem, one_gateway, paths

NOW = datetime.now(UTC).replace(microsecond=0)


async def store(person: Person, kind: str, value: float, **more: Any) -> dict[str, Any]:
    response = await person.ask("POST", "/measurements", json={"kind": kind, "value": value, **more})
    assert response.status_code == 201, response.text
    stored: dict[str, Any] = response.json()
    return stored


async def listed(person: Person, **query: Any) -> list[float]:
    page = (await person.get("/measurements", params=query)).json()
    assert page["total"] >= len(page["items"])
    return [item["value"] for item in page["items"]]


async def series(person: Person, kind: str, **query: Any) -> dict[str, Any]:
    response = await person.get("/measurements/series", params={"kind": kind, **query})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def test_a_measurement_is_stored_as_entered(athlete: Person) -> None:
    response = await athlete.ask("POST", "/measurements", json={"kind": "body_weight", "value": 82.125})
    stored = response.json()
    assert (stored["kind"], stored["value"], stored["unit"]) == ("body_weight", 82.125, "kg")
    assert abs(datetime.fromisoformat(stored["measured_at"]) - datetime.now(UTC)).total_seconds() < 60
    assert response.headers["location"] == f"/api/v1/measurements/{stored['id']}"
    read = await athlete.get(f"/measurements/{stored['id']}")
    assert (read.json(), read.headers["etag"]) == (stored, response.headers["etag"])
    moment = "2020-02-29T23:30:00+02:00"
    other = await store(athlete, "waist", 31.5, unit="in", measured_at=moment)
    assert (other["unit"], other["measured_at"]) == ("in", "2020-02-29T21:30:00Z")


@one_gateway
async def test_the_unit_is_that_of_the_profile(athlete: Person) -> None:
    await athlete.patch("/profile", {"weight_unit": "lb"})
    units = [(await store(athlete, *given))["unit"] for given in (("body_weight", 180), ("neck", 15), ("body_fat", 15))]
    assert units == ["lb", "in", "percent"]


@one_gateway
@pytest.mark.parametrize(
    ("wrong", "path", "code"),
    [
        ({"value": 0}, "value", "greater_than"),
        ({"value": -5}, "value", "greater_than"),
        ({"value": 2001}, "value", "less_than_equal"),
        ({"value": 80.1234}, "value", "too_precise"),
        ({"value": "80"}, "value", "float_type"),
        ({"value": None}, "value", "float_type"),
        ({"kind": "wrist"}, "kind", "literal_error"),
        ({"unit": "stone"}, "unit", "literal_error"),
        ({"unit": None}, "unit", "literal_error"),
        ({"measured_at": "yesterday"}, "measured_at", "timestamp"),
        ({"measured_at": "1969-12-31T23:59:59Z"}, "measured_at", "greater_than_equal"),
        ({"notes": "x"}, "notes", "extra_forbidden"),
        ({"value": 19.999}, "value", "impossible_value"),
        ({"value": 500.001}, "value", "impossible_value"),
        ({"value": 44, "unit": "lb"}, "value", "impossible_value"),
        ({"unit": "cm"}, "unit", "wrong_unit"),
        ({"kind": "body_fat", "value": 80}, "value", "impossible_value"),
        ({"kind": "body_fat", "value": 15, "unit": "kg"}, "unit", "wrong_unit"),
        ({"kind": "waist", "value": 10, "unit": "in"}, "value", "impossible_value"),
        ({"measured_at": "2999-01-01T00:00:00Z"}, "measured_at", "measured_in_future"),
    ],
)
async def test_a_wrong_field_is_named_and_nothing_is_stored(
    athlete: Person, wrong: dict[str, Any], path: str, code: str
) -> None:
    answer = await athlete.ask("POST", "/measurements", json={"kind": "body_weight", "value": 80, **wrong})
    assert answer.status_code == 422
    assert [(error["path"], error["code"]) for error in answer.json()["errors"]] == [(path, code)]
    assert await listed(athlete) == []


@one_gateway
async def test_limits_belong_to_what_is_possible(athlete: Person) -> None:
    for kind, value in (("body_weight", 20), ("body_weight", 500), ("body_fat", 1), ("body_fat", 75), ("waist", 300)):
        await store(athlete, kind, value)


async def test_all_faults_are_told_at_once(athlete: Person) -> None:
    wrong = {"kind": "body_weight", "value": 80, "unit": "cm", "measured_at": "2999-01-01T00:00:00Z"}
    for more in ({}, {"color": "red"}):
        answer = await athlete.ask("POST", "/measurements", json=wrong | more)
        problem = assert_problem(answer, 422, "invalid_request")
        assert sorted(paths(problem)) == sorted([*more, "measured_at", "unit"])


async def test_lists_are_filtered_and_paged_latest_first(athlete: Person) -> None:
    assert (await athlete.get("/measurements")).json() == {"items": [], "total": 0, "page": 1, "per_page": 20}
    for days, kind, value in ((3, "waist", 83), (1, "waist", 81), (2, "neck", 40), (2.5, "body_weight", 80)):
        await store(athlete, kind, value, measured_at=(NOW - timedelta(days=days)).isoformat())
    assert await listed(athlete) == [81, 40, 80, 83]
    assert await listed(athlete, per_page=2, page=2) == [80, 83]
    assert await listed(athlete, page=9) == []
    assert await listed(athlete, kind="waist") == [81, 83]
    assert await listed(athlete, kind=["waist", "neck"]) == [81, 40, 83]
    two_days_ago = (NOW - timedelta(days=2)).isoformat()
    assert await listed(athlete, **{"from": two_days_ago}) == [81, 40]
    assert await listed(athlete, to=two_days_ago) == [80, 83]
    assert_problem(await athlete.get("/measurements", params={"kind": "wrist"}), 422, "invalid_request")


async def test_a_series_is_in_the_unit_of_the_profile_with_its_trend(athlete: Person) -> None:
    assert await series(athlete, "body_weight") == {
        "kind": "body_weight", "unit": "kg", "trend_per_week": None, "points": [],
    }  # fmt: skip
    for weeks, value, unit in ((3, 81.5, "kg"), (2, 81, "kg"), (1, 80.5, "kg")):
        measured_at = (NOW - timedelta(weeks=weeks)).isoformat()
        await store(athlete, "body_weight", value, unit=unit, measured_at=measured_at)
    kilograms = await series(athlete, "body_weight")
    assert (kilograms["unit"], kilograms["trend_per_week"]) == ("kg", -0.5)
    assert [point["value"] for point in kilograms["points"]] == [81.5, 81, 80.5]
    await athlete.patch("/profile", {"weight_unit": "lb"})
    pounds = await series(athlete, "body_weight")
    assert (pounds["unit"], pounds["trend_per_week"]) == ("lb", -1.102)
    assert [point["value"] for point in pounds["points"]] == [179.677, 178.574, 177.472]
    await store(athlete, "waist", 100, unit="cm")
    assert [point["value"] for point in (await series(athlete, "waist"))["points"]] == [39.37]


async def test_the_days_of_a_series_are_those_of_the_user(athlete: Person) -> None:
    await athlete.patch("/profile", {"timezone": "Pacific/Auckland"})
    await store(athlete, "neck", 40, measured_at="2026-03-01T10:30:00Z")
    await store(athlete, "neck", 41, measured_at="2026-03-01T11:30:00Z")
    points = (await series(athlete, "neck"))["points"]
    assert [point["date"] for point in points] == ["2026-03-01", "2026-03-02"]
    assert [point["value"] for point in (await series(athlete, "neck", to="2026-03-01"))["points"]] == [40]
    assert [point["value"] for point in (await series(athlete, "neck", **{"from": "2026-03-02"}))["points"]] == [41]
    backwards = {"kind": "neck", "from": "2026-03-02", "to": "2026-03-01"}
    assert_problem(await athlete.get("/measurements/series", params=backwards), 422, "invalid_range")
    assert_problem(await athlete.get("/measurements/series"), 422, "invalid_request")
    assert_problem(await athlete.ask("DELETE", "/measurements/series"), 405, "method_not_allowed")


async def test_a_measurement_can_be_deleted_by_its_owner(athlete: Person, stranger: Person) -> None:
    stored = await store(athlete, "waist", 80)
    path = f"/measurements/{stored['id']}"

    async def delete(person: Person, if_match: str) -> Response:
        return await person.ask("DELETE", path, headers={"If-Match": if_match})

    assert_problem(await stranger.get(path), 404, "measurement_not_found")
    assert_problem(await delete(stranger, "*"), 404, "measurement_not_found")
    for outdated in ('"1"', '"x"', ""):
        assert_problem(await delete(athlete, outdated), 412, "measurement_changed")
    assert (await delete(athlete, f'"{stored["revision"]}"')).status_code == 204
    assert_problem(await athlete.get(path), 404, "measurement_not_found")
    assert_problem(await athlete.delete(path), 404, "measurement_not_found")
    assert await listed(stranger) == []


@one_gateway
async def test_a_user_stores_500_measurements_a_day(athlete: Person, admin: psycopg.Connection) -> None:
    admin.execute(
        "insert into private.measurements (user_id, kind, value, unit, created_at) "
        "select %s, 'neck', 40, 'cm', now() - interval '1 hour' from generate_series(1, 499)",
        (athlete.id,),
    )
    await store(athlete, "neck", 41)
    refused = await athlete.ask("POST", "/measurements", json={"kind": "neck", "value": 42})
    assert_problem(refused, 429, "too_many_measurements")
    assert 82_000 < int(refused.headers["retry-after"]) <= 82_800
