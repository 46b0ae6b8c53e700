"""What Python believes of the database, compared with the database."""

import ast
import inspect
from pathlib import Path
from typing import Any, get_type_hints

import psycopg
import pytest

from backend.affinity import repository as affinity
from backend.companion import repository as companion
from backend.exercises import repository as exercises
from backend.plans import repository as plans
from backend.profile import repository as profile
from backend.progress import repository as progress
from backend.workouts import repository as workouts
from tests.support import Person, a_set, exercise_id
from tools import ROOT

REPOSITORIES = sorted((ROOT / "backend").glob("*/repository.py"))


def calls(path: Path) -> list[tuple[str, set[str]]]:
    """Each `gateway.call("name", {…})` of a file, with the names of its arguments."""
    found = []
    module = ast.parse(path.read_text())
    shared = {node.name: node.body[-1] for node in module.body if isinstance(node, ast.FunctionDef)}

    def keys_of(literal: ast.expr | None) -> set[str]:
        assert isinstance(literal, ast.Dict)
        keys: set[str] = set()
        for key, value in zip(literal.keys, literal.values, strict=True):
            if key is None:
                # `**_filters(query)`: what that function of the module returns.
                assert isinstance(value, ast.Call)
                assert isinstance(value.func, ast.Name)
                returned = shared[value.func.id]
                assert isinstance(returned, ast.Return)
                keys |= keys_of(returned.value)
            else:
                assert isinstance(key, ast.Constant)
                keys.add(str(key.value))
        return keys

    for method in ast.walk(module):
        if not isinstance(method, ast.AsyncFunctionDef):
            continue
        dicts = {
            node.targets[0].id: node.value
            for node in ast.walk(method)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }
        for node in ast.walk(method):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "call":
                name, arguments = node.args[0], node.args[1]
                literal = dicts[arguments.id] if isinstance(arguments, ast.Name) else arguments
                assert isinstance(name, ast.Constant)
                found.append((str(name.value), keys_of(literal)))
    return found


def test_every_call_names_a_function_and_its_parameters(admin: psycopg.Connection) -> None:
    every = [call for path in REPOSITORIES for call in calls(path)]
    assert len(every) >= 8
    for name, arguments in every:
        rows = admin.execute(
            "select coalesce(proargnames, '{}'), pronargs - pronargdefaults from pg_proc "
            "where pronamespace = 'public'::regnamespace and proname = %s",
            (name,),
        ).fetchall()
        ((parameters, required),) = rows
        assert arguments <= set(parameters), name
        assert set(parameters[:required]) <= arguments, name


def test_every_exposed_function_is_called(admin: psycopg.Connection) -> None:
    called = {name for path in REPOSITORIES for name, _ in calls(path)}
    # get_chat_context calls it, and so may clients of the Data API.
    called.add("match_memories")
    rows = admin.execute("select proname from pg_proc where pronamespace = 'public'::regnamespace").fetchall()
    assert {name for (name,) in rows} == called


def assert_shape(value: dict[str, Any], shape: Any) -> None:
    """The row has the TypedDict's keys, and no others."""
    assert set(value) == set(get_type_hints(shape)), shape.__name__


@pytest.mark.parametrize("gateway", ["postgres"], indirect=True, scope="session")
async def test_rows_have_the_shapes_that_the_repositories_tell(athlete: Person) -> None:
    logged = (await athlete.log(a_set(weight=100))).json()
    assert_shape(logged | {"replayed": False}, workouts.DBLoggedWorkoutRow)
    assert_shape(logged["workout"], workouts.DBWorkoutRow)
    assert_shape(logged["workout"]["sets"][0], workouts.DBWorkoutSetRow)
    assert_shape(logged["workout"]["exercises"][0], workouts.DBWorkoutExerciseRow)
    page = (await athlete.get("/workouts")).json()
    assert_shape(page, workouts.DBWorkoutPageRow)
    assert_shape(page["items"][0], workouts.DBWorkoutSummaryRow)
    plan = {"name": "A", "days": [{"day": 1, "exercises": [{"exercise_id": exercise_id("plank"), "sets": [{}]}]}]}
    stored = (await athlete.ask("POST", "/plans", json=plan)).json()
    assert_shape(stored, plans.DBPlanRow)
    assert_shape(stored["days"][0], plans.DBPlanDayRow)
    assert_shape(stored["days"][0]["exercises"][0], plans.DBPlanExerciseRow)
    assert_shape(stored["days"][0]["exercises"][0]["sets"][0], plans.DBPlanSetRow)
    listed = (await athlete.get("/plans")).json()
    assert_shape(listed, plans.DBPlanPageRow)
    assert_shape(listed["items"][0], plans.DBPlanSummaryRow)
    versions = (await athlete.get(f"/plans/{stored['id']}/versions")).json()
    assert_shape(versions, plans.DBPlanVersionPageRow)
    assert_shape(versions["items"][0], plans.DBPlanRow)
    session = (await athlete.get(f"/plans/{stored['id']}/next", params={"dry_run_weeks": 1})).json()
    assert_shape(session, plans.DBNextSessionRow)
    assert_shape(session["exercises"][0], plans.DBDueExerciseRow)
    assert_shape(session["exercises"][0]["sets"][0], plans.DBSuggestedSetRow)
    assert_shape(session["dry_run"][0], plans.DBImaginedSessionRow)
    assert_shape(session["dry_run"][0]["exercises"][0], plans.DBSuggestedExerciseRow)
    assert_shape((await athlete.get(f"/plans/{stored['id']}/adherence")).json(), plans.DBAdherenceRow)
    me = (await athlete.get("/profile")).json()
    assert_shape(me, profile.DBProfileRow)
    assert_shape(me["affinity"], profile.DBAffinityStandingRow)
    found = (await athlete.get("/exercises")).json()
    assert_shape(found, exercises.DBExercisePageRow)
    assert_shape(found["items"][0], exercises.DBExerciseSummaryRow)
    bench = (await athlete.get(f"/exercises/{exercise_id('bench-press')}")).json()
    assert_shape(bench, exercises.DBExerciseRow)
    assert_shape(bench["relations"][0], exercises.DBExerciseRelationRow)
    facets = (await athlete.get("/exercises/facets")).json()
    assert_shape(facets, exercises.DBExerciseFacetsRow)
    assert_shape(facets["muscles"][0], exercises.DBFacetValueRow)
    alternatives = (await athlete.get(f"/exercises/{bench['id']}/alternatives")).json()
    assert_shape(alternatives, exercises.DBAlternativePageRow)
    assert_shape(alternatives["items"][0], exercises.DBAlternativeRow)


@pytest.mark.parametrize("gateway", ["postgres"], indirect=True, scope="session")
async def test_rows_of_progress_have_their_shapes(athlete: Person) -> None:
    assert (await athlete.log(a_set(weight=100))).status_code == 201
    summary = (await athlete.get("/progress/summary")).json()
    assert_shape(summary, progress.DBSummaryRow)
    assert_shape(summary["streak"], progress.DBStreakRow)
    assert_shape(summary["weeks"][0], progress.DBWeekRow)
    records = (await athlete.get("/progress/records")).json()
    assert_shape(records, progress.DBRecordPageRow)
    assert_shape(records["items"][0], progress.DBRecordRow)
    series = (await athlete.get(f"/progress/exercises/{exercise_id('back-squat')}")).json()
    assert_shape(series, progress.DBExerciseProgressRow)
    assert_shape(series["points"][0], progress.DBExercisePointRow)
    assert_shape((await athlete.ask("POST", "/progress/pause")).json(), progress.DBPausesRow)


@pytest.mark.parametrize("gateway", ["postgres"], indirect=True, scope="session")
async def test_rows_of_affinity_have_their_shapes(athlete: Person) -> None:
    assert (await athlete.log(a_set(weight=100))).status_code == 201
    found = (await athlete.get("/affinity")).json()
    assert_shape(found, affinity.DBAffinityRow)
    assert_shape(found["today"], affinity.DBAffinityTodayRow)
    assert_shape(found["today"]["by_kind"][0], affinity.DBAffinityKindRow)
    assert_shape(found["levels"][0], affinity.DBAffinityLevelRow)
    assert_shape(found["events"], affinity.DBAffinityEventPageRow)
    assert_shape(found["events"]["items"][0], affinity.DBAffinityEventRow)


@pytest.mark.parametrize("gateway", ["postgres"], indirect=True, scope="session")
async def test_rows_of_the_companion_have_their_shapes(athlete: Person) -> None:
    answer = (await athlete.ask("POST", "/chat", json={"message": "I love squats"})).json()
    assert_shape(answer, companion.DBChatAnswerRow)
    listed = (await athlete.get("/conversations")).json()
    assert_shape(listed, companion.DBConversationPageRow)
    assert_shape(listed["items"][0], companion.DBConversationRow)
    said = (await athlete.get(f"/conversations/{answer['conversation_id']}/messages")).json()
    assert_shape(said, companion.DBMessagePageRow)
    assert_shape(said["items"][0], companion.DBMessageRow)
    known = (await athlete.get("/memories")).json()
    assert_shape(known, companion.DBMemoryPageRow)
    assert_shape(known["items"][0], companion.DBMemoryRow)


def columns(admin: psycopg.Connection, table: str) -> dict[str, tuple[str, bool]]:
    """The columns of a table: their types, and whether they may be null."""
    rows = admin.execute(
        "select attname::text, atttypid::regtype::text, not attnotnull from pg_attribute "
        "where attrelid = %s::regclass and attnum > 0 and not attisdropped",
        (f"private.{table}",),
    ).fetchall()
    return {name: (kind, nullable) for name, kind, nullable in rows}


PLAN_KEYS = {"user_id", "plan_id", "version", "day"}
PYTHON = {
    "uuid": "str",
    "text": "str",
    "text[]": "list[str]",
    "timestamp with time zone": "str",
    "date": "str",
    "integer": "int",
    "bigint": "int",
    "numeric": "float",
    "boolean": "bool",
    "jsonb": "dict[str, typing.Any]",
}


@pytest.mark.parametrize(
    ("table", "shape", "left_out"),
    [
        ("workout_sets", workouts.DBWorkoutSetRow, {"user_id", "workout_id", "performed_at"}),
        ("workouts", workouts.DBWorkoutSummaryRow, {"user_id", "import_key", "import_incomplete"}),
        (
            "memories",
            companion.DBMemoryRow,
            {"user_id", "message_id", "embedding", "embedding_claimed_at", "gist", "search_document"},
        ),
        ("plan_sets", plans.DBPlanSetRow, PLAN_KEYS | {"exercise_position", "position"}),
        ("plan_days", plans.DBPlanDayRow, {"user_id", "plan_id", "version"}),
        ("plan_versions", plans.DBPlanSummaryRow, {"user_id", "plan_id"}),
        ("profiles", profile.DBProfileRow, {"affinity_score"}),
        ("affinity_events", affinity.DBAffinityEventRow, {"user_id", "source"}),
        ("affinity_levels", affinity.DBAffinityLevelRow, set()),
        (
            "exercises",
            exercises.DBExerciseRow,
            {"user_id", "created_at", "archived_at", "search_document", "search_pairs"},
        ),
    ],
)
def test_a_typed_dict_has_its_tables_types(
    admin: psycopg.Connection, table: str, shape: type, left_out: set[str]
) -> None:
    hints = {
        name: inspect.formatannotation(hint)
        .replace("Optional[str]", "str | None")
        .replace("Optional[list[str]]", "list[str] | None")
        for name, hint in get_type_hints(shape).items()
    }
    for name, (kind, nullable) in columns(admin, table).items():
        if name in left_out:
            assert name not in hints
        else:
            assert hints[name] == PYTHON[kind] + (" | None" if nullable else ""), name
