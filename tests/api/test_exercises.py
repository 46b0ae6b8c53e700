from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest

from tests.support import Person, assert_problem, exercise_id, paths


@pytest.fixture
def own_exercise(athlete: Person, admin: psycopg.Connection) -> str:
    """An exercise of the athlete's own."""
    row = admin.execute(
        "insert into public.exercises (user_id, slug, name, category, level, measured_in) "
        "values (%s, 'garage-lift', 'Garage Lift', 'strength', 'beginner', 'weight_and_reps') returning id",
        (athlete.id,),
    ).fetchone()
    assert row is not None
    return str(row[0])


async def names(person: Person, **filters: Any) -> list[str]:
    response = await person.get("/exercises", params={"per_page": 100, **filters})
    assert response.status_code == 200, response.text
    return [item["name"] for item in response.json()["items"]]


async def test_the_catalogue_is_there(athlete: Person) -> None:
    body = (await athlete.get("/exercises")).json()
    assert body["total"] >= 60
    assert (len(body["items"]), body["page"], body["per_page"]) == (20, 1, 20)
    for item in body["items"]:
        assert item["primary_muscles"]
        assert item["custom"] is False


async def test_one_exercise_is_told_whole(athlete: Person) -> None:
    response = await athlete.get(f"/exercises/{exercise_id('back-squat')}")
    assert response.status_code == 200
    body = response.json()
    assert body["name"] == "Back Squat"
    assert body["equipment"] == ["barbell", "rack"]
    assert "quadriceps" in body["primary_muscles"]
    assert "hamstrings" in body["secondary_muscles"]
    assert body["measured_in"] == "weight_and_reps"
    assert len(body["instructions"]) >= 2


async def test_the_documented_example_is_the_real_thing(athlete: Person) -> None:
    document = (await athlete.client.get("/openapi.json")).json()
    (shown,) = document["components"]["schemas"]["ExercisePage"]["example"]["items"]
    real = (await athlete.get(f"/exercises/{shown['id']}")).json()
    assert {name: real[name] for name in shown} == shown


async def test_an_unknown_exercise_is_not_found(athlete: Person) -> None:
    assert_problem(await athlete.get(f"/exercises/{uuid4()}"), 404, "exercise_not_found")


async def test_an_id_that_is_none_is_a_wrong_field(athlete: Person) -> None:
    problem = assert_problem(await athlete.get("/exercises/back-squat"), 422, "invalid_request")
    assert problem["errors"][0]["in"] == "path"
    assert paths(problem) == ["exercise_id"]


@pytest.mark.parametrize(
    ("q", "first"),
    [
        ("Back Squat", "Back Squat"),
        ("  back   SQUAT ", "Back Squat"),
        ("squat back", "Back Squat"),
        ("bench press", "Bench Press"),
        ("deadlift", "Deadlift"),
        ("RDL", "Romanian Deadlift"),
    ],
)
async def test_the_exercise_one_means_comes_first(athlete: Person, q: str, first: str) -> None:
    assert (await names(athlete, q=q))[0] == first


async def test_no_match_is_an_empty_list(athlete: Person) -> None:
    body = (await athlete.get("/exercises", params={"q": "underwater basket weaving"})).json()
    assert body == {"items": [], "total": 0, "page": 1, "per_page": 20}


@pytest.mark.parametrize("q", ["%", "_", "\\", "squat%", "' or true --", "💪", "🏋️ squat"])
async def test_signs_in_a_query_mean_themselves(athlete: Person, q: str) -> None:
    assert await names(athlete, q=q) == []


async def test_an_empty_query_finds_everything(athlete: Person) -> None:
    everything = (await athlete.get("/exercises")).json()["total"]
    for q in ("", "   "):
        assert (await athlete.get("/exercises", params={"q": q})).json()["total"] == everything


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ({"muscle": "biceps"}, lambda e: "biceps" in e["primary_muscles"] + e["secondary_muscles"]),
        ({"equipment": "kettlebell"}, lambda e: "kettlebell" in e["equipment"]),
        ({"equipment": "none"}, lambda e: not e["equipment"]),
        ({"equipment": ["none", "bench"]}, lambda e: not e["equipment"] or "bench" in e["equipment"]),
        ({"category": "core"}, lambda e: e["category"] == "core"),
        ({"level": ["beginner", "advanced"]}, lambda e: e["level"] in ("beginner", "advanced")),
        ({"mechanic": "isolation"}, lambda e: e["mechanic"] == "isolation"),
        ({"force": "pull"}, lambda e: e["force"] == "pull"),
        ({"custom": "false"}, lambda e: not e["custom"]),
        ({"force": "push", "equipment": "dumbbell"}, lambda e: e["force"] == "push" and "dumbbell" in e["equipment"]),
    ],
)
async def test_filters_find_all_that_holds_and_nothing_else(
    athlete: Person, filters: dict[str, Any], holds: Any
) -> None:
    everything = (await athlete.get("/exercises", params={"per_page": 100})).json()
    assert everything["total"] <= 100
    found = (await athlete.get("/exercises", params={"per_page": 100, **filters})).json()
    expected = [item["name"] for item in everything["items"] if holds(item)]
    assert expected
    assert [item["name"] for item in found["items"]] == expected
    assert found["total"] == len(expected)


async def test_pages_hold_everything_once(athlete: Person) -> None:
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
        ({"muscles": "biceps"}, "muscles"),
    ],
)
async def test_a_wrong_parameter_is_named(athlete: Person, params: dict[str, Any], path: str) -> None:
    problem = assert_problem(await athlete.get("/exercises", params=params), 422, "invalid_request")
    assert paths(problem) == [path]
    assert problem["errors"][0]["in"] == "query"


async def test_ones_own_exercise_is_found(athlete: Person, own_exercise: str) -> None:
    assert await names(athlete, custom="true") == ["Garage Lift"]
    assert await names(athlete, q="garage") == ["Garage Lift"]
    body = (await athlete.get(f"/exercises/{own_exercise}")).json()
    assert body["custom"] is True


async def test_anothers_own_exercise_does_not_exist(stranger: Person, own_exercise: str) -> None:
    assert await names(stranger, custom="true") == []
    assert await names(stranger, q="garage") == []
    assert_problem(await stranger.get(f"/exercises/{own_exercise}"), 404, "exercise_not_found")


@pytest.fixture(autouse=True)
def _forget_own_exercises(admin: psycopg.Connection) -> Iterator[None]:
    yield
    admin.execute("delete from auth.users where id in (select user_id from public.exercises)")
