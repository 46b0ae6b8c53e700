from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.support import Person, a_set, assert_problem, exercise_id, one_gateway, paths

SQUAT = exercise_id("back-squat")


@pytest.fixture
def own_exercise(athlete: Person, admin: psycopg.Connection) -> str:
    """A custom exercise of the athlete."""
    row = admin.execute(
        "insert into private.exercises (user_id, name) values (%s, 'Garage Lift') returning id",
        (athlete.id,),
    ).fetchone()
    assert row is not None
    return str(row[0])


async def names(person: Person, **filters: Any) -> list[str]:
    response = await person.get("/exercises", params={"per_page": 100, **filters})
    assert response.status_code == 200, response.text
    return [item["name"] for item in response.json()["items"]]


async def test_the_catalogue_is_listed(athlete: Person) -> None:
    body = (await athlete.get("/exercises")).json()
    assert body["total"] >= 320
    assert (len(body["items"]), body["page"], body["per_page"]) == (20, 1, 20)
    for item in body["items"]:
        assert item["primary_muscles"]
        assert item["custom"] is False


async def test_one_exercise_has_all_details(athlete: Person) -> None:
    response = await athlete.get(f"/exercises/{exercise_id('back-squat')}")
    assert response.status_code == 200
    body = response.json()
    assert body["name"] == "Back Squat"
    assert body["equipment"] == ["barbell", "rack"]
    assert "quadriceps" in body["primary_muscles"]
    assert "hamstrings" in body["secondary_muscles"]
    assert body["measured_in"] == "weight_and_reps"
    assert len(body["instructions"]) >= 3
    assert body["cues"]
    assert "knee" in body["joints"]
    assert {"kind": "variation", "exercise_id": exercise_id("front-squat"), "name": "Front Squat"} in body["relations"]
    assert (body["source"], body["license"], body["archived"]) == (None, None, False)


async def test_the_documented_example_matches_the_catalogue(athlete: Person) -> None:
    document = (await athlete.client.get("/openapi.json")).json()
    (shown,) = document["components"]["schemas"]["ExercisePage"]["example"]["items"]
    real = (await athlete.get(f"/exercises/{shown['id']}")).json()
    of_the_user = {"available", "times_done", "last_done_at"}
    assert {name: real[name] for name in shown if name not in of_the_user} == {
        name: value for name, value in shown.items() if name not in of_the_user
    }
    whole = document["components"]["schemas"]["Exercise"]["example"]
    assert whole["relations"][0] in real["relations"]


async def test_an_unknown_exercise_is_not_found(athlete: Person) -> None:
    assert_problem(await athlete.get(f"/exercises/{uuid4()}"), 404, "exercise_not_found")


async def test_an_id_that_is_not_a_uuid_is_refused(athlete: Person) -> None:
    problem = assert_problem(await athlete.get("/exercises/back-squat"), 422, "invalid_request")
    assert problem["errors"][0]["in"] == "path"
    assert paths(problem) == ["exercise_id"]


async def test_an_empty_query_finds_everything(athlete: Person) -> None:
    everything = (await athlete.get("/exercises")).json()["total"]
    for q in ("", "   "):
        assert (await athlete.get("/exercises", params={"q": q})).json()["total"] == everything


async def everything(person: Person, **filters: Any) -> list[dict[str, Any]]:
    """Read all matching exercises, page by page."""
    items: list[dict[str, Any]] = []
    while True:
        page = len(items) // 100 + 1
        response = await person.get("/exercises", params={"sort": "name", "per_page": 100, "page": page, **filters})
        assert response.status_code == 200, response.text
        body = response.json()
        items += body["items"]
        if len(items) >= body["total"]:
            assert len(items) == body["total"]
            return items


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ({"muscle": "biceps"}, lambda e: "biceps" in e["primary_muscles"] + e["secondary_muscles"]),
        ({"equipment": "kettlebell"}, lambda e: "kettlebell" in e["equipment"]),
        ({"equipment": "none"}, lambda e: not e["equipment"]),
        ({"equipment": ["none", "bench"]}, lambda e: not e["equipment"] or "bench" in e["equipment"]),
        ({"category": "core"}, lambda e: e["category"] == "core"),
        ({"movement_pattern": ["squat", "lunge"]}, lambda e: e["movement_pattern"] in ("squat", "lunge")),
        ({"level": ["beginner", "advanced"]}, lambda e: e["level"] in ("beginner", "advanced")),
        ({"mechanic": "isolation"}, lambda e: e["mechanic"] == "isolation"),
        ({"force": "pull"}, lambda e: e["force"] == "pull"),
        ({"custom": "false"}, lambda e: not e["custom"]),
        ({"available": "true"}, lambda e: set(e["equipment"]) <= {"dumbbell", "bench"}),
        ({"available": "false"}, lambda e: not set(e["equipment"]) <= {"dumbbell", "bench"}),
        ({"safe": "true"}, lambda e: not {"shoulder", "knee"} & set(e["joints"])),
        ({"safe": "false"}, lambda e: {"shoulder", "knee"} & set(e["joints"])),
        ({"force": "push", "equipment": "dumbbell"}, lambda e: e["force"] == "push" and "dumbbell" in e["equipment"]),
    ],
)
async def test_filters_find_exactly_the_matching_exercises(
    athlete: Person, filters: dict[str, Any], holds: Any
) -> None:
    await athlete.patch("/profile", {"equipment": ["dumbbell", "bench"], "injuries": ["shoulder", "knee"]})
    expected = [item for item in await everything(athlete) if holds(item)]
    assert expected
    assert await everything(athlete, **filters) == expected


async def test_a_query_and_filters_combine(athlete: Person) -> None:
    found = await everything(athlete, q="squat", equipment="kettlebell")
    assert found
    assert all("kettlebell" in item["equipment"] for item in found)
    assert await names(athlete, q="bench press", muscle="calves") == []


async def test_the_list_shows_whether_an_exercise_is_available_and_safe(athlete: Person) -> None:
    squat = (await athlete.get("/exercises", params={"q": "back squat"})).json()["items"][0]
    assert (squat["available"], squat["safe"]) == (False, True)
    await athlete.patch("/profile", {"equipment": ["rack", "barbell", "bench"], "injuries": ["knee"]})
    squat = (await athlete.get("/exercises", params={"q": "back squat"})).json()["items"][0]
    assert (squat["available"], squat["safe"]) == (True, False)


async def test_without_injuries_everything_is_safe(athlete: Person) -> None:
    assert (await athlete.get("/exercises", params={"safe": "false"})).json()["total"] == 0


async def test_an_exercise_with_unknown_joints_is_not_safe_for_an_injured_user(
    athlete: Person, own_exercise: str
) -> None:
    own = {"custom": "true"}
    assert await names(athlete, safe="true", **own) == ["Garage Lift"]
    await athlete.patch("/profile", {"injuries": ["neck"]})
    assert await names(athlete, safe="true", **own) == []
    await athlete.patch(f"/exercises/{own_exercise}", {"joints": ["knee"]})
    assert await names(athlete, safe="true", **own) == ["Garage Lift"]
    await athlete.patch(f"/exercises/{own_exercise}", {"joints": []})
    assert await names(athlete, safe="true", **own) == ["Garage Lift"]
    await athlete.patch(f"/exercises/{own_exercise}", {"joints": None})
    assert await names(athlete, safe="true", **own) == []


async def test_the_list_shows_how_often_and_when_the_user_did_an_exercise(athlete: Person, stranger: Person) -> None:
    await stranger.log(a_set("plank"), completed_at="2026-02-01T10:00:00Z")
    await athlete.log(a_set("dip"), a_set("dip"), completed_at="2026-03-01T10:00:00Z")
    await athlete.log(a_set("dip"), completed_at="2026-03-03T10:00:00+01:00")
    await athlete.log(a_set("plank", duration_seconds=60), completed_at="2026-03-05T10:00:00Z")
    recent = (await athlete.get("/exercises", params={"sort": "recent", "per_page": 3})).json()["items"]
    assert [(item["slug"], item["times_done"], item["last_done_at"]) for item in recent[:2]] == [
        ("plank", 1, "2026-03-05T10:00:00Z"),
        ("dip", 2, "2026-03-03T09:00:00Z"),
    ]
    assert (recent[2]["times_done"], recent[2]["last_done_at"]) == (0, None)
    popular = (await athlete.get("/exercises", params={"sort": "popular", "per_page": 2})).json()["items"]
    assert [item["slug"] for item in popular] == ["dip", "plank"]
    one = (await athlete.get(f"/exercises/{exercise_id('dip')}")).json()
    assert (one["times_done"], one["last_done_at"]) == (2, "2026-03-03T09:00:00Z")


async def test_the_list_can_be_sorted_by_name(athlete: Person) -> None:
    by_name = [item["name"] for item in await everything(athlete, q="press")]
    assert by_name == sorted(by_name, key=str.casefold)
    assert by_name != await names(athlete, q="press", sort="relevance")
    nothing_asked = (await athlete.get("/exercises")).json()
    assert nothing_asked == (await athlete.get("/exercises", params={"sort": "name"})).json()


async def test_facets_count_the_exercises_that_each_value_would_find(athlete: Person) -> None:
    filters: dict[str, Any] = {"q": "press", "muscle": ["chest", "triceps"], "level": "beginner", "equipment": "none"}
    facets = (await athlete.get("/exercises/facets", params=filters)).json()
    parameters = {
        "muscles": "muscle",
        "equipment": "equipment",
        "categories": "category",
        "movement_patterns": "movement_pattern",
        "levels": "level",
        "mechanics": "mechanic",
        "forces": "force",
    }
    assert facets.keys() == parameters.keys()
    for facet, values in facets.items():
        assert values, facet
        assert [value["count"] for value in values] == sorted((value["count"] for value in values), reverse=True)
        for value in values:
            found = await athlete.get("/exercises", params={**filters, parameters[facet]: value["value"]})
            assert found.json()["total"] == value["count"], (facet, value)
    assert {"value": "upper_back", "label": "Upper Back"}.items() <= next(
        value for value in facets["muscles"] if value["value"] == "upper_back"
    ).items()


async def test_facets_are_empty_if_nothing_matches(athlete: Person) -> None:
    facets = (await athlete.get("/exercises/facets", params={"q": "xqzzw"})).json()
    assert len(facets) == 7
    assert not any(facets.values())


async def test_facets_count_custom_exercises_and_those_without_equipment(athlete: Person, own_exercise: str) -> None:
    facets = (await athlete.get("/exercises/facets", params={"custom": "true"})).json()
    assert facets["equipment"] == [{"value": "none", "label": "No Equipment", "count": 1}]
    assert facets["muscles"] == []
    assert facets["categories"] == [{"value": "strength", "label": "Strength", "count": 1}]


@pytest.mark.parametrize("path", ["/exercises", "/exercises/facets"])
@pytest.mark.parametrize(("field", "code"), [("muscle", "unknown_muscle"), ("equipment", "unknown_equipment")])
async def test_an_unknown_filter_value_is_named(athlete: Person, path: str, field: str, code: str) -> None:
    problem = assert_problem(await athlete.get(path, params={field: ["bench", "chest", "wings"]}), 422, code)
    assert "wings" in problem["detail"]
    assert [(error["in"], error["path"]) for error in problem["errors"]] == [("query", field)]


@pytest.mark.parametrize(
    "path",
    ["/exercises?q=squat", "/exercises/facets", f"/exercises/{SQUAT}", f"/exercises/{SQUAT}/alternatives"],
)
async def test_an_unchanged_response_is_not_sent_again(athlete: Person, stranger: Person, path: str) -> None:
    first = await athlete.get(path)
    assert first.headers["cache-control"] == "private, no-cache"
    assert "Authorization" in first.headers["vary"]
    etag = first.headers["etag"]
    for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
        again = await athlete.get(path, headers={"If-None-Match": known})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", etag)
        assert again.headers["cache-control"] == "private, no-cache"
    assert (await athlete.get(path, headers={"If-None-Match": '"other"'})).content == first.content
    # After a workout the same URL returns something else, but only to this user.
    if path == "/exercises?q=squat":
        await athlete.log(a_set())
        changed = await athlete.get(path, headers={"If-None-Match": etag})
        assert changed.status_code == 200
        assert changed.headers["etag"] != etag
        assert (await stranger.get(path, headers={"If-None-Match": etag})).status_code == 304


async def test_pages_contain_each_exercise_once(athlete: Person) -> None:
    total = (await athlete.get("/exercises")).json()["total"]
    seen: list[str] = []
    for page in range(1, total // 7 + 2):
        body = (await athlete.get("/exercises", params={"page": page, "per_page": 7})).json()
        assert body["total"] == total
        seen += [item["id"] for item in body["items"]]
    assert len(seen) == len(set(seen)) == total


@pytest.mark.parametrize("page", [1000, 2_147_483_647])
async def test_a_page_beyond_the_end_is_empty_with_the_right_total(athlete: Person, page: int) -> None:
    total = (await athlete.get("/exercises")).json()["total"]
    response = await athlete.get("/exercises", params={"page": page, "per_page": 100})
    assert response.status_code == 200
    assert response.json() == {"items": [], "total": total, "page": page, "per_page": 100}


@one_gateway
@pytest.mark.parametrize(
    ("params", "path"),
    [
        ({"page": 0}, "page"),
        ({"page": -1}, "page"),
        ({"page": "x"}, "page"),
        ({"page": 2_147_483_648}, "page"),
        ({"per_page": 0}, "per_page"),
        ({"per_page": 101}, "per_page"),
        ({"q": "a\0b"}, "q"),
        ({"q": "x" * 101}, "q"),
        ({"muscle": "a\0b"}, "muscle.0"),
        ({"category": "dance"}, "category.0"),
        ({"level": ["beginner", "hard"]}, "level.1"),
        ({"custom": "perhaps"}, "custom"),
        ({"available": "perhaps"}, "available"),
        ({"safe": 2}, "safe"),
        ({"sort": "random"}, "sort"),
        ({"movement_pattern": "dance"}, "movement_pattern.0"),
        ({"muscles": "biceps"}, "muscles"),
    ],
)
async def test_a_wrong_parameter_is_named(athlete: Person, params: dict[str, Any], path: str) -> None:
    problem = assert_problem(await athlete.get("/exercises", params=params), 422, "invalid_request")
    assert paths(problem) == [path]
    assert problem["errors"][0]["in"] == "query"


async def test_search_finds_the_users_own_exercise(athlete: Person, own_exercise: str) -> None:
    assert await names(athlete, custom="true") == ["Garage Lift"]
    assert await names(athlete, q="garage") == ["Garage Lift"]
    body = (await athlete.get(f"/exercises/{own_exercise}")).json()
    assert body["custom"] is True


async def test_search_does_not_find_exercises_of_others(stranger: Person, own_exercise: str) -> None:
    assert await names(stranger, custom="true") == []
    assert await names(stranger, q="garage") == []
    assert_problem(await stranger.get(f"/exercises/{own_exercise}"), 404, "exercise_not_found")


@pytest.fixture(autouse=True)
def _delete_users_with_exercises(admin: psycopg.Connection) -> Iterator[None]:
    yield
    admin.execute("delete from auth.users where id in (select user_id from private.exercises)")
