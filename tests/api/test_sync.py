"""Clients that keep copies: ids of their own, ETags, and what changed since the last time."""

import asyncio
import random
from typing import Any
from uuid import uuid4

import pytest
from httpx import Response

from tests.support import Person, a_set, assert_problem, exercise_id, one_gateway, paths

DAYS = [{"day": 1, "exercises": [{"exercise_id": exercise_id("back-squat"), "sets": [{}]}]}]
COLLECTIONS = {
    "workout": "/workouts",
    "plan": "/plans",
    "memory": "/memories",
    "exercise": "/exercises",
    "measurement": "/measurements",
}
CHANGEABLE = [kind for kind in COLLECTIONS if kind != "measurement"]


def new(kind: str, name: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """The path and the body of a request that creates something."""
    return {
        "workout": ("/workouts/log", {"title": name, "sets": [a_set()], **more}),
        "plan": ("/plans", {"name": name, "days": DAYS, **more}),
        "memory": ("/memories", {"content": name, "kind": "fact", **more}),
        "exercise": ("/exercises", {"name": name, **more}),
        "measurement": ("/measurements", {"kind": "waist", "value": 60 + len(name) / 8, **more}),
    }[kind]


async def create(person: Person, kind: str, name: str, key: str | None = None, **more: Any) -> Response:
    path, body = new(kind, name, **more)
    headers = {} if key is None else {"Idempotency-Key": key}
    return await person.ask("POST", path, json=body, headers=headers)


def thing(response: Response) -> dict[str, Any]:
    """What a response is about: of a logged workout, the workout."""
    body: dict[str, Any] = response.json()
    workout: dict[str, Any] = body.get("workout", body)
    return workout


async def change(person: Person, kind: str, thing_id: str, name: str, **headers: str) -> Response:
    _, body = new(kind, name)
    path = f"{COLLECTIONS[kind]}/{thing_id}"
    if kind in ("workout", "plan"):
        return await person.ask("PUT", path, json=body, headers=headers)
    named = {"content": name} if kind == "memory" else {"name": name}
    return await person.ask("PATCH", path, json=named, headers=headers)


async def changes(person: Person, **query: Any) -> dict[str, Any]:
    response = await person.get("/sync", params=query)
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


class Device:
    """A client that keeps a copy of everything."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.cursor: str | None = None
        self.copy: dict[tuple[str, str], dict[str, Any]] = {}

    async def sync(self, limit: int = 100) -> None:
        more = True
        while more:
            page = await changes(self.person, limit=limit, **({"since": self.cursor} if self.cursor else {}))
            for item in page["items"]:
                if item["value"] is None:
                    self.copy.pop((item["kind"], item["id"]), None)
                else:
                    self.copy[item["kind"], item["id"]] = item["value"]
            self.cursor, more = page["cursor"], page["has_more"]


@pytest.mark.parametrize("kind", COLLECTIONS)
async def test_a_client_can_choose_the_id(athlete: Person, stranger: Person, kind: str) -> None:
    chosen = str(uuid4())
    first = await create(athlete, kind, "Mine", id=chosen)
    assert first.status_code == 201, first.text
    assert thing(first)["id"] == chosen
    assert first.headers["location"].endswith(f"{COLLECTIONS[kind]}/{chosen}")
    assert "idempotency-replayed" not in first.headers
    again = await create(athlete, kind, "Mine", id=chosen)
    assert again.status_code == 201, again.text
    assert again.headers["idempotency-replayed"] == "true"
    assert thing(again) == thing(first)
    with_key = await create(athlete, kind, "Mine", key="another", id=chosen)
    assert thing(with_key) == thing(first)
    assert_problem(await create(athlete, kind, "Something else", id=chosen), 409, "id_taken")
    assert_problem(await create(stranger, kind, "Theirs", id=chosen), 409, "id_taken")
    assert (await athlete.delete(f"{COLLECTIONS[kind]}/{chosen}")).status_code == 204
    assert_problem(await create(athlete, kind, "Mine", id=chosen), 409, "idempotency_key_spent")
    assert_problem(await create(athlete, kind, "Mine", key="a third", id=chosen), 409, "id_taken")


@one_gateway
async def test_things_of_different_kinds_may_have_the_same_id(athlete: Person) -> None:
    chosen = str(uuid4())
    for kind in COLLECTIONS:
        assert (await create(athlete, kind, "Mine", id=chosen)).status_code == 201
    device = Device(athlete)
    await device.sync()
    assert len(device.copy) == len(COLLECTIONS)
    for path in COLLECTIONS.values():
        assert (await athlete.delete(f"{path}/{chosen}")).status_code == 204
    await device.sync()
    assert device.copy == {}


@one_gateway
@pytest.mark.parametrize("wrong", ["", "x", 7, None, "00000000-0000-4000-8000-00000000000g"])
async def test_an_id_is_a_uuid(athlete: Person, wrong: object) -> None:
    assert paths(assert_problem(await create(athlete, "plan", "Mine", id=wrong), 422, "invalid_request")) == ["id"]


@pytest.mark.parametrize("kind", COLLECTIONS)
async def test_devices_that_create_the_same_at_once_create_one(athlete: Person, kind: str) -> None:
    chosen = str(uuid4())
    answers = await asyncio.gather(*(create(athlete, kind, "Mine", id=chosen) for _ in range(5)))
    assert [answer.status_code for answer in answers] == [201] * 5
    assert sum("idempotency-replayed" not in answer.headers for answer in answers) == 1
    assert (
        await athlete.get(COLLECTIONS[kind], params={} if kind in ("plan", "measurement") else {"q": "Mine"})
    ).json()["total"] == 1


@pytest.mark.parametrize("kind", CHANGEABLE)
async def test_if_match_protects_every_change(athlete: Person, kind: str) -> None:
    created = await create(athlete, kind, "First")
    path = f"{COLLECTIONS[kind]}/{thing(created)['id']}"
    tag = created.headers["etag"]
    assert (await athlete.get(path)).headers["etag"].strip('"').partition("-")[0] == tag.strip('"')
    changed = await change(athlete, kind, thing(created)["id"], "Second", **{"If-Match": tag})
    assert changed.status_code == 200, changed.text
    assert changed.headers["etag"] != tag
    for outdated in (tag, '"x"', '"999999999999999999"', "no tag"):
        refused = await change(athlete, kind, thing(created)["id"], "Third", **{"If-Match": outdated})
        assert changed.headers["etag"] in assert_problem(refused, 412, f"{kind}_changed")["detail"]
        assert_problem(await athlete.ask("DELETE", path, headers={"If-Match": outdated}), 412, f"{kind}_changed")
    read = await athlete.get(path)
    assert "Second" in (read.json().get(field) for field in ("name", "title", "content"))
    deleted = await athlete.ask("DELETE", path, headers={"If-Match": read.headers["etag"]})
    assert deleted.status_code == 204


@pytest.mark.parametrize("kind", CHANGEABLE)
async def test_a_read_says_when_a_thing_was_changed(athlete: Person, kind: str) -> None:
    created = thing(await create(athlete, kind, "First"))
    changed = thing(await change(athlete, kind, created["id"], "Second"))
    assert created["created_at"] <= created["updated_at"] < changed["updated_at"]
    again = thing(await change(athlete, kind, created["id"], "Second"))
    if kind != "workout":  # an edit stores new sets
        assert again == changed


REPEATED = [
    *(new(kind, "Mine") for kind in COLLECTIONS),
    ("/plans/{plan}/copy", {}),
    ("/progress/pause", {"weeks": 2}),
]


@pytest.mark.parametrize(("path", "body"), REPEATED, ids=[path for path, _ in REPEATED])
async def test_every_post_can_be_repeated_with_its_key(athlete: Person, path: str, body: dict[str, Any]) -> None:
    path = path.format(plan=thing(await create(athlete, "plan", "Original"))["id"])
    headers = {"Idempotency-Key": "once"}
    first = await athlete.ask("POST", path, json=body, headers=headers)
    again = await athlete.ask("POST", path, json=body, headers=headers)
    assert (first.status_code, "idempotency-replayed" in first.headers) in ((200, False), (201, False)), first.text
    assert again.headers["idempotency-replayed"] == "true"
    assert again.json() == first.json()
    assert again.headers.get("location") == first.headers.get("location")
    other = {**body, **({"weeks": 3} if "weeks" in body else {"name": "Other"} if "copy" in path else new_name(body))}
    refused = await athlete.ask("POST", path, json=other, headers=headers)
    assert_problem(refused, 422, "idempotency_key_reused")


def new_name(body: dict[str, Any]) -> dict[str, Any]:
    return {"value": 99} if "value" in body else {f: "Other" for f in ("name", "title", "content") if f in body}


@one_gateway
async def test_an_import_can_be_repeated_with_its_key(athlete: Person) -> None:
    csv = "Date,Workout Name,Exercise Name,Set Order,Weight,Reps\n2026-03-01 10:00:00,Legs,Squat,1,100,5\n"
    headers = {"Idempotency-Key": "once", "Content-Type": "text/csv"}
    first = await athlete.ask("POST", "/workouts/import", content=csv, headers=headers)
    assert first.json()["imported"] == 1, first.text
    again = await athlete.ask("POST", "/workouts/import", content=csv, headers=headers)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await athlete.ask("POST", "/workouts/import", content=csv.replace("100", "90"), headers=headers)
    assert_problem(other, 422, "idempotency_key_reused")
    # An import that failed is not remembered.
    broken = {**headers, "Idempotency-Key": "twice"}
    assert_problem(await athlete.ask("POST", "/workouts/import", content="x", headers=broken), 422, "unreadable_file")
    assert (await athlete.ask("POST", "/workouts/import", content=csv, headers=broken)).json()["imported"] == 0


async def test_a_device_learns_what_another_did(athlete: Person) -> None:
    phone = Device(athlete)
    await phone.sync()
    assert phone.copy == {}
    ids = {kind: thing(await create(athlete, kind, kind))["id"] for kind in COLLECTIONS}
    await phone.sync(limit=3)
    assert phone.copy.keys() == set(ids.items())
    for (kind, stored_id), value in phone.copy.items():
        assert value == (await athlete.get(f"{COLLECTIONS[kind]}/{stored_id}")).json()
    await change(athlete, "workout", ids["workout"], "Changed")
    await athlete.delete(f"/plans/{ids['plan']}")
    page = await changes(athlete, since=phone.cursor)
    assert [(item["kind"], item["id"], item["value"] is None) for item in page["items"]] == [
        ("workout", ids["workout"], False),
        ("plan", ids["plan"], True),
    ]
    assert page["has_more"] is False
    await phone.sync()
    assert phone.copy["workout", ids["workout"]]["title"] == "Changed"
    assert ("plan", ids["plan"]) not in phone.copy


@one_gateway
async def test_a_copied_and_an_imported_thing_and_what_the_companion_learnt_are_there(athlete: Person) -> None:
    plan = thing(await create(athlete, "plan", "Original"))
    await athlete.ask("POST", f"/plans/{plan['id']}/copy")
    csv = "Date,Workout Name,Exercise Name,Set Order,Weight,Reps\n2026-03-01 10:00:00,Legs,Barn Lift,1,100,5\n"
    headers = {"Content-Type": "text/csv"}
    await athlete.ask("POST", "/workouts/import?create_missing=true", content=csv, headers=headers)
    chat = (await athlete.ask("POST", "/chat", json={"message": "Remember that I love cycling."})).json()
    device = Device(athlete)
    await device.sync()
    kinds = sorted(kind for kind, _ in device.copy)
    assert kinds == sorted(["plan", "plan", "exercise", "workout", *["memory"] * len(chat["memories_saved"])])


@one_gateway
@pytest.mark.parametrize("since", ["", "x", "1", "-1-1", "1-", "1e3-1", "99999999999999999999-1", "१-1"])
async def test_a_wrong_cursor_is_refused(athlete: Person, since: str) -> None:
    problem = assert_problem(await athlete.get("/sync", params={"since": since}), 422, "invalid_request")
    assert problem["errors"][0]["in"] == "query"
    assert paths(problem) == ["since"]


@one_gateway
async def test_a_cursor_of_last_year_is_gone(athlete: Person) -> None:
    assert_problem(await athlete.get("/sync", params={"since": "1-1700000000"}), 410, "cursor_expired")


@one_gateway
@pytest.mark.parametrize("limit", [0, 101, -1, "x"])
async def test_a_page_has_1_to_100_changes(athlete: Person, limit: object) -> None:
    assert_problem(await athlete.get("/sync", params={"limit": limit}), 422, "invalid_request")


async def test_devices_that_write_at_once_miss_nothing(athlete: Person) -> None:
    """Four devices create, change and delete while a fifth syncs: in the end its copy is what the API has."""
    reader, writing = Device(athlete), True

    async def write(number: int) -> None:
        chance, mine = random.Random(number), list[tuple[str, str]]()
        for step in range(12):
            kind = chance.choice(list(COLLECTIONS))
            if mine and chance.random() < 0.6:
                kind, known = chance.choice(mine)
                if chance.random() < 0.5:
                    mine.remove((kind, known))
                    await athlete.delete(f"{COLLECTIONS[kind]}/{known}")
                elif kind in CHANGEABLE:
                    await change(athlete, kind, known, f"Changed {kind} {number} {step}")
            else:
                created = await create(athlete, kind, f"New {kind} {number} {step}")
                mine.append((kind, thing(created)["id"]))

    async def read() -> None:
        while writing:
            await reader.sync(limit=3)

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write(number) for number in range(4)))
    writing = False
    await reading
    await reader.sync()
    fresh = Device(athlete)
    await fresh.sync()
    assert reader.copy == fresh.copy
    assert len(fresh.copy) > 10
    for kind, path in COLLECTIONS.items():
        query = {"per_page": 100, **({"custom": "true"} if kind == "exercise" else {})}
        listed = (await athlete.get(path, params=query)).json()
        assert {item["id"] for item in listed["items"]} == {known for found, known in fresh.copy if found == kind}
