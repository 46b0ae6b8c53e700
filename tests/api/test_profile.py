import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from httpx import Response

from tests.support import Connect, Person, a_set, assert_problem, one_gateway, paths
from tools.stack.users import ROLE as AUTH_ROLE


async def test_a_new_user_has_a_profile(athlete: Person) -> None:
    response = await athlete.get("/profile")
    assert response.status_code == 200
    body = response.json()
    for moment in ("created_at", "updated_at"):
        assert abs(datetime.now(UTC) - datetime.fromisoformat(body.pop(moment))).total_seconds() < 60
    assert body == {
        "user_id": str(athlete.id),
        "display_name": athlete.user.email.partition("@")[0],
        "birth_date": None,
        "fitness_level": None,
        "goals": [],
        "weight_unit": "kg",
        "timezone": "UTC",
        "equipment": [],
        "injuries": [],
        "weekly_target": 3,
        "preferences": {},
        "revision": 1,
        "affinity": {"score": 0, "level": 1, "title": "New Acquaintance", "next_level_at": 30},
    }


CHANGES = {
    "display_name": "Ana 💪",
    "birth_date": "1990-05-17",
    "fitness_level": "advanced",
    "goals": ["Squat 200 kg", "Schlüssel zum Glück"],
    "weight_unit": "lb",
    "timezone": "Asia/Kathmandu",
    "equipment": ["rack", "barbell"],
    "injuries": ["shoulder", "knee"],
    "weekly_target": 7,
    "preferences": {"theme": "dark", "nested": [1.5, None, {"ü": True}], "zero": 0},
}


def fields(profile: Response) -> dict[str, Any]:
    """What a change leaves as it was."""
    return {name: value for name, value in profile.json().items() if name not in ("updated_at", "revision")}


async def test_every_field_can_be_changed_and_read_back(athlete: Person) -> None:
    before = await athlete.get("/profile")
    response = await athlete.patch("/profile", CHANGES)
    assert response.status_code == 200
    assert fields(response) == fields(before) | CHANGES
    assert (await athlete.get("/profile")).json() == response.json()


@pytest.mark.parametrize("name", CHANGES)
async def test_an_absent_field_keeps_its_value(athlete: Person, name: str) -> None:
    before = await athlete.patch("/profile", CHANGES)
    other = "weekly_target" if name != "weekly_target" else "goals"
    value: Any = 1 if other == "weekly_target" else []
    after = await athlete.patch("/profile", {other: value})
    assert fields(after) == fields(before) | {other: value}


async def test_an_empty_patch_changes_nothing(athlete: Person) -> None:
    before = (await athlete.get("/profile")).json()
    response = await athlete.patch("/profile", {})
    assert response.status_code == 200
    assert response.json() == before


async def test_if_match_protects_the_profile(athlete: Person) -> None:
    read = await athlete.get("/profile")
    known = {"If-Match": read.headers["etag"]}
    changed = await athlete.ask("PATCH", "/profile", json={"weekly_target": 5}, headers=known)
    assert (changed.status_code, changed.json()["revision"]) == (200, 2)
    for outdated in (read.headers["etag"], '"1"', "2", '"x"', ""):
        refused = await athlete.ask("PATCH", "/profile", json={"weekly_target": 7}, headers={"If-Match": outdated})
        assert_problem(refused, 412, "profile_changed")
    assert (await athlete.get("/profile")).json() == changed.json()
    for current in (changed.headers["etag"], '"1", "3"', "*"):
        again = await athlete.ask("PATCH", "/profile", json={"goals": [current]}, headers={"If-Match": current})
        assert again.status_code == 200


@one_gateway
async def test_a_workout_changes_the_tag_of_the_profile_but_not_its_revision(athlete: Person) -> None:
    before = await athlete.get("/profile")
    unchanged = await athlete.ask("GET", "/profile", headers={"If-None-Match": before.headers["etag"]})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    await athlete.log(a_set())
    after = await athlete.ask("GET", "/profile", headers={"If-None-Match": before.headers["etag"]})
    assert after.json()["affinity"]["score"] > 0
    assert after.json()["revision"] == before.json()["revision"]
    changed = await athlete.ask(
        "PATCH", "/profile", json={"weekly_target": 5}, headers={"If-Match": before.headers["etag"]}
    )
    assert changed.status_code == 200


async def test_null_clears_an_optional_field(athlete: Person) -> None:
    await athlete.patch("/profile", CHANGES)
    after = (await athlete.patch("/profile", {"birth_date": None, "fitness_level": None})).json()
    assert after["birth_date"] is None
    assert after["fitness_level"] is None


@one_gateway
@pytest.mark.parametrize("name", sorted(CHANGES.keys() - {"birth_date", "fitness_level"}))
async def test_null_is_refused_for_a_required_field(athlete: Person, name: str) -> None:
    before = (await athlete.get("/profile")).json()
    problem = assert_problem(await athlete.patch("/profile", {name: None}), 422, "invalid_request")
    assert paths(problem) == [name]
    assert (await athlete.get("/profile")).json() == before


@one_gateway
@pytest.mark.parametrize(
    ("changes", "path"),
    [
        ({"display_name": ""}, "display_name"),
        ({"display_name": "  "}, "display_name"),
        ({"display_name": "x" * 51}, "display_name"),
        ({"display_name": "a\0b"}, "display_name"),
        ({"display_name": 7}, "display_name"),
        ({"birth_date": "1899-12-31"}, "birth_date"),
        ({"birth_date": "2023-02-29"}, "birth_date"),
        ({"birth_date": "1990-05-17T00:00:00Z"}, "birth_date"),
        ({"birth_date": 641_865_600}, "birth_date"),
        ({"birth_date": "17.5.1990"}, "birth_date"),
        ({"fitness_level": "elite"}, "fitness_level"),
        ({"goals": "strength"}, "goals"),
        ({"goals": ["x"] * 11}, "goals"),
        ({"goals": ["ok", ""]}, "goals.1"),
        ({"goals": ["x" * 201]}, "goals.0"),
        ({"goals": [None]}, "goals.0"),
        ({"weight_unit": "stone"}, "weight_unit"),
        ({"weight_unit": "KG"}, "weight_unit"),
        ({"timezone": "a\0b"}, "timezone"),
        ({"equipment": ["x" * 101]}, "equipment.0"),
        ({"injuries": ["soul"]}, "injuries.0"),
        ({"weekly_target": 0}, "weekly_target"),
        ({"weekly_target": 8}, "weekly_target"),
        ({"weekly_target": 3.5}, "weekly_target"),
        ({"weekly_target": "3"}, "weekly_target"),
        ({"weekly_target": True}, "weekly_target"),
        ({"preferences": []}, "preferences"),
        ({"preferences": {"x": "y" * 8192}}, "preferences"),
        ({"preferences": {"x": "a\0b"}}, "preferences"),
        ({"preferences": {"a\0b": 1}}, "preferences"),
        ({"preferences": {"x": json.loads("[" * 300 + "]" * 300)}}, "preferences"),
        ({"affinity_score": 9000}, "affinity_score"),
        ({"user_id": str(uuid4())}, "user_id"),
        ({"Weight_unit": "kg"}, "Weight_unit"),
    ],
)
async def test_a_wrong_field_is_named(athlete: Person, changes: dict[str, Any], path: str) -> None:
    before = (await athlete.get("/profile")).json()
    problem = assert_problem(await athlete.patch("/profile", {"weekly_target": 5} | changes), 422, "invalid_request")
    assert paths(problem) == [path]
    assert (await athlete.get("/profile")).json() == before


@pytest.mark.parametrize(
    ("changes", "code", "path"),
    [
        ({"timezone": "Mars/Olympus"}, "unknown_timezone", "timezone"),
        ({"timezone": ""}, "unknown_timezone", "timezone"),
        ({"timezone": "'; drop table profiles; --"}, "unknown_timezone", "timezone"),
        ({"equipment": ["barbell", "anvil"]}, "unknown_equipment", "equipment"),
        ({"birth_date": datetime.now(UTC).date().isoformat()}, "too_young", "birth_date"),
        ({"birth_date": "9999-12-31"}, "too_young", "birth_date"),
        ({"preferences": {"x": [1e308] * 100}}, "preferences_too_large", "preferences"),
    ],
)
async def test_a_field_that_the_database_refuses_is_named(
    athlete: Person, changes: dict[str, Any], code: str, path: str
) -> None:
    before = (await athlete.get("/profile")).json()
    problem = assert_problem(await athlete.patch("/profile", {"weekly_target": 5} | changes), 422, code)
    assert paths(problem) == [path]
    assert (await athlete.get("/profile")).json() == before


async def test_a_user_can_turn_thirteen_today(athlete: Person, admin: psycopg.Connection) -> None:
    row = admin.execute("select (current_date - interval '13 years')::date").fetchone()
    assert row is not None
    response = await athlete.patch("/profile", {"birth_date": row[0].isoformat()})
    assert response.status_code == 200


async def test_preferences_can_be_nested_and_contain_the_text_of_an_escape(athlete: Person) -> None:
    preferences = {"deep": json.loads("[" * 31 + "]" * 31), "text": "\\u0000"}
    response = await athlete.patch("/profile", {"preferences": preferences})
    assert response.status_code == 200
    assert response.json()["preferences"] == preferences


async def test_names_are_trimmed_and_repeated_values_dropped(athlete: Person) -> None:
    changes = {"display_name": "  Ana  ", "injuries": ["knee", "knee"], "equipment": ["rack", "bench", "rack"]}
    body = (await athlete.patch("/profile", changes)).json()
    assert body["display_name"] == "Ana"
    assert body["injuries"] == ["knee"]
    assert body["equipment"] == ["rack", "bench"]


@one_gateway
@pytest.mark.parametrize("body", [b"", b"[]", b"7", b'"text"', b"null"])
async def test_a_body_that_is_not_an_object_is_refused(athlete: Person, body: bytes) -> None:
    response = await athlete.ask("PATCH", "/profile", content=body, headers={"Content-Type": "application/json"})
    assert_problem(response, 422, "invalid_request")


async def test_incomplete_json_is_refused(athlete: Person) -> None:
    response = await athlete.ask("PATCH", "/profile", content=b'{"a": ', headers={"Content-Type": "application/json"})
    assert_problem(response, 422, "invalid_json")


@one_gateway
@pytest.mark.parametrize("body", [b"[" * 100_000, b'{"weekly_target": ' + b"9" * 5000 + b"}", b"\xfe"])
async def test_json_that_cannot_be_read_is_refused(athlete: Person, body: bytes) -> None:
    response = await athlete.ask("PATCH", "/profile", content=body, headers={"Content-Type": "application/json"})
    assert_problem(response, 400, "malformed_request")


@one_gateway
@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_is_accepted(athlete: Person, content_type: str) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = await athlete.ask("PATCH", "/profile", content=json.dumps({"weekly_target": 4}), headers=headers)
    assert_problem(response, 415, "not_json")


async def test_a_body_over_one_mebibyte_is_refused(athlete: Person) -> None:
    async def in_pieces() -> Any:
        for _ in range(17):
            yield b" " * 65_536

    for content in (b" " * (1024 * 1024 + 1), in_pieces()):
        response = await athlete.ask("PATCH", "/profile", content=content, headers={"Content-Type": "application/json"})
        assert_problem(response, 413, "body_too_large")


async def test_a_body_of_one_mebibyte_is_accepted(athlete: Person) -> None:
    content = b"{}" + b" " * (1024 * 1024 - 2)
    response = await athlete.ask("PATCH", "/profile", content=content, headers={"Content-Type": "application/json"})
    assert response.status_code == 200


# Sign-up: the database creates a profile for every user that Supabase Auth stores.


@pytest.mark.parametrize(
    ("email", "metadata", "name"),
    [
        ("ana@example.com", None, "ana"),
        ("ana@example.org", {}, "ana"),
        (None, None, "Athlete"),
        ("", None, "Athlete"),
        ("@example.com", None, "Athlete"),
        (None, {"full_name": "Ana Ruiz"}, "Ana Ruiz"),
        ("ana@example.net", {"display_name": "  ", "name": "Ana"}, "Ana"),
        ("ana@example.info", {"display_name": "x" * 80}, "x" * 50),
        ("ana@example.dev", {"display_name": {"odd": 1}}, '{"odd": 1}'),
        ("y" * 200 + "@example.com", None, "y" * 50),
    ],
)
def test_a_sign_up_always_gets_a_valid_name(
    connect: Connect, admin: psycopg.Connection, email: str | None, metadata: Any, name: str
) -> None:
    with connect(AUTH_ROLE) as connection:
        row = connection.execute(
            "insert into auth.users (email, raw_user_meta_data) values (%s, %s) returning id",
            (email, None if metadata is None else json.dumps(metadata)),
        ).fetchone()
    assert row is not None
    stored = admin.execute("select display_name from private.profiles where user_id = %s", row).fetchone()
    assert stored == (name,)


async def test_the_token_of_a_deleted_account_finds_no_profile(athlete: Person, admin: psycopg.Connection) -> None:
    admin.execute("delete from auth.users where id = %s", (athlete.id,))
    assert_problem(await athlete.get("/profile"), 404, "profile_not_found")
    assert_problem(await athlete.patch("/profile", {"weekly_target": 4}), 404, "profile_not_found")
