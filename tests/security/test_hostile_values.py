"""Hostile values in every parameter of every function, through the Data API as any client may call it.

The functions and their parameters come from the catalogue. A value may be refused, or stored if it is harmless; but no
call is a fault of ours, and no value that was stored makes any read fail.
"""

import json
import random
from collections.abc import Awaitable, Callable, Iterator
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest

from backend.gateway.errors import problem_from_database
from tests.security.catalogue import functions
from tests.security.subject import SERVICE_SECRET, Subject
from tests.support import NewPerson, exercise_id

pytestmark = pytest.mark.slow
over_postgrest = pytest.mark.parametrize("gateway", ["postgrest"], indirect=True, scope="session")

LONG, MANY = "x" * 200_000, "[" + ",".join(["1"] * 1_000_000) + "]"
DEEP = "[" * 3000 + "]" * 3000
# As JSON texts: a JSON library could not write some of them.
ANYWHERE = (
    "null",
    "true",
    '""',
    '" "',
    '"x"',
    r'"a\u0000b"',
    r'"\ud800"',
    '"😀\u202e"',
    "0",
    "-1",
    "1.5",
    "2147483648",
    "1e5000",
    '"NaN"',
    '"infinity"',
    "[]",
    "{}",
    "[null]",
    '[["x"]]',
)
NUMBERS = (
    "-0.0",
    "-5",
    "0.00049",
    "-9223372036854775809",
    "1e40",
    "1e308",
    "-1e5000",
    "1e-5000",
    "1e200000",
    '"1e400"',
    '"-Infinity"',
    "0.1000000000000000055511151231257827",
)
TEXTS = (
    '"-infinity"',
    '"now"',
    '"epoch"',
    '"0001-01-01"',
    '"9999-12-31T23:59:59Z"',
    '"294276-12-31T23:59:59Z"',
    '"5874897-12-31"',
    '"1969-12-31T23:59:59Z"',
    '"2026-02-30"',
    '"00000000-0000-0000-0000-000000000000"',
    f'"{LONG}"',
    '"[1,2,3]"',
    '"[NaN]"',
    '"{1,2}"',
    r'"\u0000"',
)
WHOLE = (MANY, DEEP)
DOCUMENTS = ('{"x": 1e5000}', r'{"x": "\ud800"}', r'{"\u0000": 1}', "[[]]", "[{}]", r'["\u0000"]')


def hostile_values(valid: Any) -> tuple[str, ...]:
    """Values that may harm in place of a valid one."""
    if isinstance(valid, bool):
        return ANYWHERE
    if isinstance(valid, int | float):
        return ANYWHERE + NUMBERS
    return ANYWHERE + (DOCUMENTS if isinstance(valid, dict | list) else TEXTS)


# Those that were faults of one gateway alone.
HARMFUL = (r'"\ud800"', r'"a\u0000b"', "1e5000", "NaN", '"infinity"')
MARK = "the place of a hostile value"


def places(value: Any) -> Iterator[tuple[Any, ...]]:
    """The path of every value in a document, the whole one included."""
    yield ()
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from ((name, *path) for path in places(inner))
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            yield from ((place, *path) for path in places(inner))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    for place in path:
        value = value[place]
    return value


def marked(value: Any, path: tuple[Any, ...], mark: str = MARK) -> Any:
    """The document with a mark at a path."""
    if not path:
        return mark
    if isinstance(value, dict):
        return {name: marked(inner, path[1:], mark) if name == path[0] else inner for name, inner in value.items()}
    return [marked(inner, path[1:], mark) if place == path[0] else inner for place, inner in enumerate(value)]


def is_our_fault(answer: httpx.Response) -> bool:
    """Whether our API would answer with a 500 where PostgREST answers so."""
    if answer.is_success:
        return False
    error = answer.json()
    if error["code"].startswith("PGRST"):
        return answer.status_code >= 500
    detail = error["details"] if isinstance(error["details"], str) else None
    return problem_from_database(error["code"], error["message"] or "", detail, error["hint"]).status_code >= 500


@pytest.fixture
async def new_subject(
    new_person: NewPerson, data_api: httpx.Client, admin: psycopg.Connection
) -> Callable[[], Awaitable[Subject]]:
    admin.execute("select private.add_service_secret(%s)", (SERVICE_SECRET,))

    async def new_subject() -> Subject:
        subject = Subject(new_person(), data_api)
        await subject.fill()
        return subject

    return new_subject


async def unreadable(subject: Subject) -> list[str]:
    """The reads that fail for a user: every GET route of the API, and every function that reads."""
    paths = [
        "/profile",
        "/affinity",
        "/exercises",
        "/exercises/facets",
        "/plans",
        "/workouts",
        "/memories?superseded=true",
        "/measurements",
        "/measurements/series?kind=waist",
        "/conversations",
        "/progress/summary",
        "/progress/records",
        "/account/export",
        "/account/export/workouts.csv",
        f"/progress/exercises/{exercise_id('back-squat')}",
        f"/exercises/{subject.ids['exercise']}",
        f"/exercises/{subject.ids['exercise']}/alternatives",
        "/memories?q=x",
        "/workouts?q=x",
        "/exercises?q=x",
    ]
    for kind, more in (
        ("plans", ("", "/versions", "/next", "/adherence")),
        ("workouts", ("",)),
        ("conversations", ("/messages",)),
    ):
        for item in (await subject.person.get(f"/{kind}?per_page=20")).json().get("items", ())[:20]:
            paths += [f"/{kind}/{item['id']}{suffix}" for suffix in more]
    failed = []
    for path in paths:
        response = await subject.person.get(path)
        if response.status_code != 200:
            failed.append(f"{path}: {response.status_code}")
    return failed


def cases(admin: psycopg.Connection) -> list[tuple[str, str]]:
    return [(name, parameter) for name, parameters in functions(admin, "public").items() for parameter in parameters]


@over_postgrest
async def test_no_value_in_any_parameter_is_a_fault_or_makes_a_read_fail(
    new_subject: Callable[[], Awaitable[Subject]], admin: psycopg.Connection
) -> None:
    faults, tried = [], 0
    subject = await new_subject()
    writing = {
        name
        for (name,) in admin.execute(
            "select proname::text from pg_proc where pronamespace = 'public'::regnamespace and provolatile = 'v'"
        )
        if not name.startswith(("delete_", "end_", "claim_"))
    }
    for function, parameters in functions(admin, "public").items():
        if function in ("delete_memories", "delete_account"):
            continue
        for parameter in parameters:
            valid = subject.arguments(function)[parameter]
            # A change takes the same documents as what creates the thing, so a sample is enough.
            step = 4 if function.startswith(("update_", "replace_")) else 1
            for path in places(valid):
                for hostile in (hostile_values(at(valid, path)) + (() if path else WHOLE))[::step]:
                    arguments = {name: subject.arguments(function)[name] for name in parameters}
                    if function.startswith("delete_"):
                        arguments["p_id"] = str(uuid4())
                    arguments[parameter] = marked(arguments[parameter], path)
                    body = json.dumps(arguments).replace(f'"{MARK}"', hostile)
                    tried += 1
                    try:
                        answer = subject.call(function, body)
                    except httpx.HTTPError as error:
                        faults.append(f"{function} {parameter} {path} {hostile[:40]}: {error!r}")
                        continue
                    if is_our_fault(answer):
                        where = ".".join(map(str, path))
                        faults.append(
                            f"{function} {parameter} {where} {hostile[:40]}: {answer.status_code} {answer.text[:160]}"
                        )
        broken = await unreadable(subject) if function in writing else []
        if broken:
            faults.append(f"after {function}: {broken}")
            subject = await new_subject()
    assert tried > 5000
    assert faults == [], "\n".join([f"{len(faults)} of {tried}", *faults[:80]])


# The routes that take a document, and the parameter of a function that takes the same.
ROUTES = {
    ("PATCH", "/profile"): ("update_profile", "p_changes"),
    ("POST", "/exercises"): ("create_exercise", "p_exercise"),
    ("PATCH", "/exercises/{exercise}"): ("update_exercise", "p_changes"),
    ("POST", "/plans"): ("create_plan", "p_plan"),
    ("POST", "/workouts/log"): ("log_workout", "p_workout"),
    ("PUT", "/workouts/{workout}"): ("update_workout", "p_workout"),
    ("POST", "/memories"): ("create_memory", "p_memory"),
}
SMALL = {"message": "Hello", "conversation_id": None}
MORE_ROUTES: dict[tuple[str, str], Any] = {
    ("POST", "/chat"): SMALL,
    ("POST", "/chat/stream"): SMALL,
    ("POST", "/progress/pause"): {"weeks": 1, "from": "2026-03-01"},
    ("DELETE", "/account"): {"confirm": "no"},
    ("POST", "/plans/{plan}/copy"): {"name": "A copy"},
    ("PATCH", "/memories/{memory}"): {
        "content": "x",
        "kind": "fact",
        "importance": 0.5,
        "pinned": True,
        "expires_at": "x",
    },
}


@pytest.mark.parametrize("gateway", ["postgres", "postgrest"], indirect=True, scope="session")
async def test_no_value_in_any_body_is_a_fault_of_the_api(
    new_subject: Callable[[], Awaitable[Subject]], gateway: str
) -> None:
    subject = await new_subject()
    documents = {route: subject.arguments(function)[parameter] for route, (function, parameter) in ROUTES.items()}
    faults, tried = [], 0
    for (method, path), valid in (documents | MORE_ROUTES).items():
        url = path.format(**subject.ids)
        for place in places(valid):
            for hostile in hostile_values(at(valid, place)):
                if len(hostile) > 1000 or (gateway == "postgrest" and hostile not in HARMFUL):
                    continue
                body = json.dumps(marked(valid, place)).replace(f'"{MARK}"', hostile)
                headers = {"Content-Type": "application/json"}
                response = await subject.person.ask(method, url, content=body, headers=headers)
                tried += 1
                if response.status_code >= 500:
                    faults.append(f"{method} {path} {place} {hostile}: {response.status_code}")
    faults += await unreadable(subject)
    assert tried > 500
    assert faults == [], "\n".join([f"{len(faults)} of {tried}", *faults[:80]])


@over_postgrest
async def test_an_id_of_somebody_else_is_like_one_that_does_not_exist(
    new_subject: Callable[[], Awaitable[Subject]], admin: psycopg.Connection
) -> None:
    victim, stranger = await new_subject(), await new_subject()
    theirs = {own: victim.ids[kind] for kind, own in stranger.ids.items()}
    tried = 0
    for function, parameters in functions(admin, "public").items():
        if function in ("delete_account", "delete_memories"):
            continue
        arguments = {name: stranger.arguments(function)[name] for name in parameters}
        for path in places(arguments):
            value = at(arguments, path)
            if not isinstance(value, str) or value not in theirs.keys() | {exercise_id("back-squat")}:
                continue
            tried += 1
            answers = []
            for other in (theirs.get(value, victim.ids["exercise"]), str(uuid4())):
                body = json.dumps(marked(arguments, path)).replace(MARK, other)
                answer = stranger.call(function, body)
                answers.append((answer.status_code, answer.text.replace(other, "")))
            same = answers[0] == answers[1]
            # A page of one's own rows, or a document that was stored, has ids and times of its own.
            assert same or all(status in (200, 201) for status, _ in answers), (function, path, answers)
            assert same or victim.ids["plan"] not in answers[0][1], (function, path)
    assert tried > 25


WRITERS = [*(call for call in ROUTES.values() if call[0] != "update_workout"), ("complete_chat_turn", "p_turn")]


@over_postgrest
async def test_documents_with_several_hostile_values_leave_everything_readable(
    new_subject: Callable[[], Awaitable[Subject]],
) -> None:
    """A fuzzer: it writes through the Data API and reads through the API. Each run makes the same documents."""
    chance = random.Random(20261126)
    subject = await new_subject()
    stored, faults = 0, []
    for _ in range(400):
        function, parameter = chance.choice(WRITERS)
        document = subject.arguments(function)[parameter]
        values = {}
        for number in range(chance.randint(1, 4)):
            path = chance.choice([path for path in places(document) if path])
            values[f"{MARK} {number}"] = chance.choice(hostile_values(at(document, path)))
            document = marked(document, path, f"{MARK} {number}")
        others = {
            "update_exercise": {"p_id": subject.ids["exercise"]},
            "complete_chat_turn": {"p_message_id": subject.ids["message"]},
        }
        body = json.dumps({**others.get(function, {}), parameter: document})
        for mark, hostile in values.items():
            body = body.replace(f'"{mark}"', hostile)
        answer = subject.call(function, body)
        stored += answer.is_success
        if is_our_fault(answer):
            faults.append(f"{function} {values}: {answer.text[:200]}")
    faults += await unreadable(subject)
    assert stored > 20
    assert faults == []
