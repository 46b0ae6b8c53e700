"""Search: the queries that users type, and the exercises that they mean."""

import psycopg
import pytest

from tests.support import Person, assert_problem, one_gateway

QUERIES = [
    # The name itself, in any case, and its beginning.
    ("Back Squat", "back-squat"),
    ("bench press", "bench-press"),
    ("DEADLIFT", "deadlift"),
    ("pull-up", "pull-up"),
    ("bench", "bench-press"),
    ("romanian", "romanian-deadlift"),
    ("bulg", "bulgarian-split-squat"),
    ("hip thr", "hip-thrust"),
    # Other names that lifters use.
    ("squat", "back-squat"),
    ("RDL", "romanian-deadlift"),
    ("OHP", "overhead-press"),
    ("skull crusher", "lying-triceps-extension"),
    ("skullcrushers", "lying-triceps-extension"),
    ("military press", "overhead-press"),
    ("row", "barbell-row"),
    ("curl", "biceps-curl"),
    ("hex bar deadlift", "trap-bar-deadlift"),
    ("farmers walk", "farmers-carry"),
    ("good mornings", "good-morning"),
    ("db bench", "dumbbell-bench-press"),
    ("kb swing", "kettlebell-swing"),
    ("air squat", "bodyweight-squat"),
    # Words in any order.
    ("press bench incline", "incline-bench-press"),
    ("squat front", "front-squat"),
    ("curl leg seated", "seated-leg-curl"),
    ("raise lateral cable", "cable-lateral-raise"),
    # One word or two, hyphen or none.
    ("pushup", "push-up"),
    ("push ups", "push-up"),
    ("chinups", "chin-up"),
    ("dead lift", "deadlift"),
    ("pull down", "lat-pulldown"),
    ("step up", "step-up"),
    ("kettle bell swing", "kettlebell-swing"),
    # Typing errors.
    ("benchpres", "bench-press"),
    ("sqaut", "back-squat"),
    ("dumbell curl", "biceps-curl"),
    ("deadlfit", "deadlift"),
    ("romainian deadlift", "romanian-deadlift"),
    ("bulgarian spilt squat", "bulgarian-split-squat"),
    ("latteral raise", "lateral-raise"),
    ("tricep pushdwon", "triceps-pushdown"),
    ("shoulder pres", "dumbbell-shoulder-press"),
    ("kettelbell swing", "kettlebell-swing"),
    ("plnak", "plank"),
    ("burpes", "burpee"),
    # Accents, apostrophes, plurals, signs, filler words.
    ("Développé squât front", None),
    ("frónt sqüat", "front-squat"),
    ("farmer\u2019s carry", "farmers-carry"),
    ("childs pose", "childs-pose"),
    ("lunges", "forward-lunge"),
    ("barbell rows", "barbell-row"),
    ("clean & jerk", "clean-and-jerk"),
    ("clean and jerk", "clean-and-jerk"),
    ("the plank", "plank"),
    ("🏋️ front squat!", "front-squat"),
    # Queries whose results once surprised users.
    ("calves", "calf-raise"),
    ("calves raise", "calf-raise"),
    ("dumbells rows", "dumbbell-row"),
    ("sqauts", "back-squat"),
    ("dumbbell chest press", "dumbbell-bench-press"),
    ("machine leg press", "leg-press"),
    ("seated leg press", "leg-press"),
    ("machine leg extension", "leg-extension"),
    ("cable lat pulldown", "lat-pulldown"),
    ("barbell clean", "clean"),
    ("bodyweight push up", "push-up"),
    ("bp", "bench-press"),
]


@one_gateway
@pytest.mark.parametrize(("q", "first"), QUERIES)
async def test_the_intended_exercise_comes_first(athlete: Person, q: str, first: str | None) -> None:
    items = (await athlete.get("/exercises", params={"q": q, "per_page": 5})).json()["items"]
    assert (items[0]["slug"] if items else None) == first, [item["slug"] for item in items]


def test_the_table_has_at_least_50_different_queries() -> None:
    assert len({q for q, _ in QUERIES}) == len(QUERIES) >= 50


@one_gateway
@pytest.mark.parametrize(
    "q",
    ["underwater basket weaving", "xqzzw", "💪", "%", "_", "\\", "' or true --", "squat xqzzw", "!!!", "ab:*|cd", "'"],
)
async def test_a_query_that_matches_nothing_returns_nothing(athlete: Person, q: str) -> None:
    body = (await athlete.get("/exercises", params={"q": q})).json()
    assert body == {"items": [], "total": 0, "page": 1, "per_page": 20}


@pytest.mark.slow
@one_gateway
async def test_every_name_finds_its_exercise_first(athlete: Person, admin: psycopg.Connection) -> None:
    rows = admin.execute("select name, slug from private.exercises where user_id is null").fetchall()
    missed = []
    for name, slug in rows:
        items = (await athlete.get("/exercises", params={"q": name, "per_page": 1})).json()["items"]
        if not items or items[0]["slug"] != slug:
            missed.append((name, [item["slug"] for item in items]))
    assert missed == []


@pytest.mark.slow
@one_gateway
async def test_every_alias_finds_its_exercise_first(athlete: Person, admin: psycopg.Connection) -> None:
    rows = admin.execute(
        "select alias, slug from private.exercises cross join unnest(aliases) as alias where user_id is null"
    ).fetchall()
    missed = []
    for alias, slug in rows:
        items = (await athlete.get("/exercises", params={"q": alias, "per_page": 1})).json()["items"]
        if not items or items[0]["slug"] != slug:
            missed.append((alias, [item["slug"] for item in items]))
    assert missed == []


def swap_letters(word: str, place: int) -> str:
    return word[:place] + word[place + 1] + word[place] + word[place + 2 :]


async def test_a_name_with_two_swapped_letters_finds_its_exercise(athlete: Person, admin: psycopg.Connection) -> None:
    """Swap the letters in the middle of each one-word name that is long enough to correct."""
    rows = admin.execute(
        "select name, slug from private.exercises where user_id is null and name ~ '^[A-Za-z]{6,}$' order by slug"
    ).fetchall()
    assert len(rows) > 10
    for name, slug in rows:
        q = swap_letters(name, len(name) // 2)
        items = (await athlete.get("/exercises", params={"q": q, "per_page": 3})).json()["items"]
        assert slug in [item["slug"] for item in items], q


async def test_what_a_filter_names_cannot_break_the_answer(athlete: Person) -> None:
    # Over the Data API, the message of an error becomes a line of the answer's head.
    for value in ("x\r\nSet-Cookie: a=b", "\u0007\u0085", "ü" * 50, "\u202e🏋️"):
        response = await athlete.get("/exercises", params={"equipment": [f"{value}{n}" for n in range(10)]})
        problem = assert_problem(response, 422, "unknown_equipment")
        assert "set-cookie" not in response.headers
        assert len(problem["detail"]) <= 500
