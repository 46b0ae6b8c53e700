"""Function calls and row types in Python match the database."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, get_type_hints
from uuid import UUID, uuid4

import psycopg
import pytest
from pydantic import ConfigDict, TypeAdapter

from backend.account.repository import AccountRepository
from backend.affinity.repository import AffinityRepository, DBAffinityEventRow, DBAffinityLevelRow
from backend.companion.repository import ChatLimits, ConversationRepository, EmbeddingRepository
from backend.core.caller import Caller
from backend.core.models import PageQuery, SeriesQuery
from backend.core.settings import Settings
from backend.exercises.models import AlternativesQuery, ExerciseFilters, ExerciseQuery
from backend.exercises.repository import DBExerciseRow, ExerciseRepository
from backend.following.repository import FollowingRepository
from backend.gateway import RpcGateway
from backend.imports.repository import ImportRepository, ImportRequest
from backend.main import make_gateway
from backend.measurements.models import MeasurementQuery, MeasurementSeriesQuery
from backend.measurements.repository import MeasurementRepository
from backend.memories.models import MemoryQuery
from backend.memories.repository import DBMemoryRow, MemoryRepository
from backend.plans.models import PlanQuery
from backend.plans.repository import DBPlanDayRow, DBPlanSetRow, DBPlanSummaryRow, PlanRepository
from backend.profiles.repository import DBProfileRow, ProfileRepository
from backend.progress.models import RecordQuery
from backend.progress.repository import ProgressRepository
from backend.sync.models import SyncQuery
from backend.sync.repository import SyncRepository
from backend.validation import RuleRepository
from backend.workouts.models import WorkoutQuery
from backend.workouts.repository import DBWorkoutSetRow, DBWorkoutSummaryRow, WorkoutRepository
from tests.support import Person, a_set, exercise_id

OUR_SCHEMAS = ["public", "private"]
over_postgres = pytest.mark.parametrize("gateway", ["postgres"], indirect=True, scope="session")


class Repositories:
    """All repositories, with one gateway and one caller."""

    def __init__(self, gateway: RpcGateway, caller: Caller) -> None:
        self.profiles = ProfileRepository(gateway, caller)
        self.exercises = ExerciseRepository(gateway, caller)
        self.plans = PlanRepository(gateway, caller)
        self.following = FollowingRepository(gateway, caller)
        self.workouts = WorkoutRepository(gateway, caller)
        self.imports = ImportRepository(gateway, caller)
        self.progress = ProgressRepository(gateway, caller)
        self.affinities = AffinityRepository(gateway, caller)
        self.conversations = ConversationRepository(gateway, caller)
        self.embeddings = EmbeddingRepository(gateway, caller)
        self.measurements = MeasurementRepository(gateway, caller)
        self.memories = MemoryRepository(gateway, caller)
        self.sync = SyncRepository(gateway, caller)
        self.rules = RuleRepository(gateway, caller)
        self.account = AccountRepository(gateway, caller)


def caller_for(user_id: UUID, token: str = "") -> Caller:
    claims = json.dumps({"sub": str(user_id), "role": "authenticated"})
    return Caller(user_id, None, "authenticated", datetime.now(UTC), token, claims)


class RecordingGateway:
    """Records the calls of repositories and returns what looks like the beginning of an import."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, set[str]]] = []

    async def call(self, function: str, arguments: Mapping[str, Any], caller: Caller) -> object:
        self.calls.append((function, set(arguments)))
        return {"report": None, "faults": []}

    is_full = False

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def schema_version(self) -> str | None:
        return None


@pytest.fixture
async def calls() -> list[tuple[str, set[str]]]:
    """Each call of the repositories: the function and the names of its arguments."""
    gateway = RecordingGateway()
    an_id = uuid4()
    to = Repositories(gateway, caller_for(an_id))
    every: list[Awaitable[object]] = [
        to.profiles.get(),
        to.profiles.update({}, None),
        to.exercises.search(ExerciseQuery()),
        to.exercises.count(ExerciseFilters()),
        to.exercises.get(an_id),
        to.exercises.alternatives(an_id, AlternativesQuery()),
        to.exercises.create({}, None),
        to.exercises.update(an_id, {}, None),
        to.exercises.delete(an_id, None),
        to.plans.create({}, None),
        to.plans.list(PlanQuery()),
        to.plans.get(an_id),
        to.plans.replace(an_id, {}, None),
        to.plans.delete(an_id, None),
        to.plans.copy(an_id, {}, None),
        to.plans.versions(an_id, PageQuery()),
        to.following.next_session(an_id, 0),
        to.following.adherence(an_id),
        to.workouts.log({}, None),
        to.workouts.update(an_id, {}, None),
        to.workouts.list(WorkoutQuery()),
        to.workouts.get(an_id),
        to.workouts.delete(an_id, None),
        to.imports.begin(ImportRequest(an_id, None, {})),
        to.imports.store([], create_missing=False),
        to.imports.end(ImportRequest(an_id, None, {}), None),
        to.progress.summary(1),
        to.progress.records(RecordQuery()),
        to.progress.exercise(an_id, SeriesQuery()),
        to.progress.pause(1, None, None),
        to.progress.resume(),
        to.affinities.get(PageQuery()),
        to.conversations.begin_turn("Hi", None, None, ChatLimits(1, 1)),
        to.conversations.context(str(an_id), None),
        to.conversations.complete_turn(str(an_id), {}),
        to.conversations.end_turn(str(an_id), {}),
        to.conversations.list(PageQuery()),
        to.conversations.messages(an_id, PageQuery()),
        to.conversations.delete(an_id, keep_memories=True),
        to.embeddings.claim(),
        to.embeddings.store([]),
        to.measurements.create({}, None),
        to.measurements.list(MeasurementQuery()),
        to.measurements.series(MeasurementSeriesQuery(kind="waist")),
        to.measurements.get(an_id),
        to.measurements.delete(an_id, None),
        to.memories.list(MemoryQuery()),
        to.memories.create({}, None),
        to.memories.update(an_id, {}, None),
        to.memories.get(an_id),
        to.memories.delete(an_id, None),
        to.memories.delete_all(),
        to.sync.changes(SyncQuery()),
        to.rules.find("workout", {}, None),
        to.account.export_page(None),
        to.account.workouts_page(None),
        to.account.delete(""),
    ]
    for call in every:
        await call
    return gateway.calls


def test_every_call_names_a_function_and_its_parameters(
    calls: list[tuple[str, set[str]]], admin: psycopg.Connection
) -> None:
    for name, arguments in calls:
        rows = admin.execute(
            "select coalesce(proargnames, '{}'), pronargs - pronargdefaults from pg_proc "
            "where pronamespace = 'public'::regnamespace and proname = %s",
            (name,),
        ).fetchall()
        assert len(rows) == 1, name
        ((parameters, required),) = rows
        assert arguments <= set(parameters), name
        assert set(parameters[:required]) <= arguments, name


def test_every_exposed_function_is_called(calls: list[tuple[str, set[str]]], admin: psycopg.Connection) -> None:
    rows = admin.execute("select proname from pg_proc where pronamespace = 'public'::regnamespace").fetchall()
    # get_chat_context calls match_memories, and the gateways get_schema_version, without a user.
    assert {name for (name,) in rows} == {"match_memories", "get_schema_version", *(function for function, _ in calls)}


async def checked[**Parameters, Row](
    method: Callable[Parameters, Awaitable[Row]], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Row:
    """Call a method and check that its result has exactly the keys and types of its annotation."""
    row = await method(*args, **kwargs)
    hint = get_type_hints(method)["return"]
    # The configuration of a list reaches the TypedDicts in it.
    adapter = TypeAdapter(list[hint], config=ConfigDict(extra="forbid", strict=True))  # type: ignore[valid-type]
    adapter.validate_python([row])
    return row


@pytest.fixture
async def repositories(athlete: Person, settings: Settings) -> AsyncIterator[Repositories]:
    gateway = make_gateway(settings)
    await gateway.open()
    try:
        yield Repositories(gateway, caller_for(athlete.id, athlete.token))
    finally:
        await gateway.close()


@over_postgres
async def test_rows_of_profiles_and_exercises_match_their_types(repositories: Repositories) -> None:
    await checked(repositories.profiles.get)
    await checked(repositories.profiles.update, {}, None)
    bench = UUID(exercise_id("bench-press"))
    assert (await checked(repositories.exercises.search, ExerciseQuery()))["items"]
    assert (await checked(repositories.exercises.count, ExerciseFilters()))["muscles"]
    assert (await checked(repositories.exercises.get, bench))["relations"]
    assert (await checked(repositories.exercises.alternatives, bench, AlternativesQuery(available=False)))["items"]
    own = await checked(repositories.exercises.create, {"name": "Garage Lift"}, None)
    await checked(repositories.exercises.update, UUID(own["id"]), {"name": "Barn Lift"}, None)


@over_postgres
async def test_rows_of_plans_match_their_types(repositories: Repositories) -> None:
    exercise = {"exercise_id": exercise_id("plank"), "sets": [{"set_type": "working"}]}
    plan = {"name": "A", "days": [{"day": 1, "exercises": [exercise]}]}
    stored = await checked(repositories.plans.create, plan, None)
    plan_id = UUID(stored["id"])
    assert (await checked(repositories.plans.list, PlanQuery()))["items"]
    await checked(repositories.plans.get, plan_id)
    await checked(repositories.plans.replace, plan_id, plan, None)
    await checked(repositories.plans.copy, plan_id, {}, None)
    assert (await checked(repositories.plans.versions, plan_id, PageQuery()))["items"]
    session = await checked(repositories.following.next_session, plan_id, 1)
    assert session["exercises"]
    assert session["dry_run"]
    await checked(repositories.following.adherence, plan_id)


@over_postgres
async def test_rows_of_workouts_and_progress_match_their_types(repositories: Repositories) -> None:
    squat = UUID(exercise_id("back-squat"))
    workout = {"sets": [a_set(weight=100)]}
    logged = await checked(repositories.workouts.log, workout, None)
    workout_id = UUID(logged["workout"]["id"])
    await checked(repositories.workouts.update, workout_id, workout, None)
    assert (await checked(repositories.workouts.list, WorkoutQuery()))["items"]
    await checked(repositories.workouts.get, workout_id)
    await checked(repositories.imports.store, [], create_missing=False)
    assert (await checked(repositories.sync.changes, SyncQuery()))["items"]
    assert (await checked(repositories.progress.summary, 2))["weeks"]
    assert (await checked(repositories.progress.records, RecordQuery()))["items"]
    assert (await checked(repositories.progress.exercise, squat, SeriesQuery()))["points"]
    assert (await checked(repositories.progress.pause, 1, None, None))["paused_weeks"]
    await checked(repositories.progress.resume)
    measured = await checked(repositories.measurements.create, {"kind": "waist", "value": 80}, None)
    assert (await checked(repositories.measurements.list, MeasurementQuery()))["items"]
    assert (await checked(repositories.measurements.series, MeasurementSeriesQuery(kind="waist")))["points"]
    await checked(repositories.measurements.get, UUID(measured["id"]))
    assert (await checked(repositories.affinities.get, PageQuery()))["events"]["items"]


@over_postgres
async def test_rows_of_the_companion_match_their_types(repositories: Repositories) -> None:
    conversations, memories = repositories.conversations, repositories.memories
    begun = await checked(conversations.begin_turn, "I love squats", None, None, ChatLimits(10, 10))
    await checked(conversations.context, begun["message_id"], None)
    turn = {"reply": "Me too", "expression": "happy", "usage": {"prompt_tokens": 1, "output_tokens": 1}}
    await checked(conversations.complete_turn, begun["message_id"], turn)
    assert (await checked(conversations.list, PageQuery()))["items"]
    assert (await checked(conversations.messages, UUID(begun["conversation_id"]), PageQuery()))["items"]
    memory = await checked(memories.create, {"content": "Loves squats", "kind": "preference"}, None)
    await checked(memories.update, UUID(memory["id"]), {"pinned": True}, None)
    await checked(memories.get, UUID(memory["id"]))
    assert (await checked(memories.list, MemoryQuery()))["items"]
    assert (await checked(repositories.embeddings.claim))["memories"]
    await checked(memories.delete_all)


@over_postgres
async def test_rows_of_the_account_match_their_types(repositories: Repositories) -> None:
    assert (await checked(repositories.workouts.log, {"sets": [a_set(weight=100)]}, None))["workout"]
    assert (await checked(repositories.account.export_page, None))["next"]
    assert (await checked(repositories.account.workouts_page, None))["lines"]


PYTHON: dict[str, Any] = {
    "uuid": str,
    "text": str,
    "text[]": list[str],
    "timestamp with time zone": str,
    "date": str,
    "integer": int,
    "bigint": int,
    "numeric": float,
    "boolean": bool,
    "jsonb": dict[str, Any],
}


def columns(admin: psycopg.Connection, table: str) -> dict[str, Any]:
    """Return the columns of a table, with the Python types of their values in JSON."""
    rows = admin.execute(
        "select attname::text, atttypid::regtype::text, not attnotnull from pg_attribute "
        "join pg_class on pg_class.oid = attrelid "
        "where relname = %s and relnamespace::regnamespace::text = any(%s) and attnum > 0 and not attisdropped",
        (table, OUR_SCHEMAS),
    ).fetchall()
    # Types that no response shows, such as vectors, have no Python type.
    return {name: PYTHON[kind] | None if nullable else PYTHON[kind] for name, kind, nullable in rows if kind in PYTHON}


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("workout_sets", DBWorkoutSetRow),
        ("workouts", DBWorkoutSummaryRow),
        ("memories", DBMemoryRow),
        ("plan_sets", DBPlanSetRow),
        ("plan_days", DBPlanDayRow),
        ("plan_versions", DBPlanSummaryRow),
        ("profiles", DBProfileRow),
        ("affinity_events", DBAffinityEventRow),
        ("affinity_levels", DBAffinityLevelRow),
        ("exercises", DBExerciseRow),
    ],
)
def test_row_types_match_the_columns_of_their_table(admin: psycopg.Connection, table: str, row: type) -> None:
    hints, stored = get_type_hints(row), columns(admin, table)
    shared = hints.keys() & stored.keys()
    assert len(shared) >= 2
    assert {name: hints[name] for name in shared} == {name: stored[name] for name in shared}
