"""The benchmarks measure real servers over the data that they make."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tools.benchmarks import explain, growth, training
from tools.benchmarks.requests import SUBJECTS, Bench
from tools.benchmarks.servers import Servers, serving

pytestmark = pytest.mark.slow

USERS, WORKOUTS = 3, 4


@pytest.fixture(scope="module")
def servers() -> Iterator[Servers]:
    with serving() as servers:
        yield servers


@pytest.fixture(scope="module")
def bench(servers: Servers, postgrest: Path) -> Iterator[Bench]:
    assert postgrest.exists()
    with ExitStack() as running:
        yield Bench(servers, running, USERS, WORKOUTS)


def test_the_data_are_as_many_as_asked_for(servers: Servers, bench: Bench) -> None:
    del bench
    with servers.database.connect("supabase_admin") as superuser:
        counted = superuser.execute(
            "select count(distinct user_id), count(*), sum(total_sets), count(*) filter (where has_work) "
            "from private.workouts"
        ).fetchone()
    assert counted == (USERS, USERS * WORKOUTS, USERS * WORKOUTS * training.SETS, USERS * WORKOUTS)


@pytest.mark.parametrize("way", ["a", "b", "c", "c1", "d"])
def test_a_call_is_measured_each_way(bench: Bench, way: str) -> None:
    load, cpu_ms = bench.measure(SUBJECTS[0], way, 1)
    assert load.requests > 0
    assert load.per_second > 0
    assert (cpu_ms > 0) == (way in bench.apis)


def test_growth_measures_every_call(servers: Servers, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(growth, "ROUNDS", 1)
    with servers.database.connect("supabase_admin") as superuser:
        times = growth.measure(servers, superuser, bench.apis["c1"].url, 1, WORKOUTS)
    assert len(times) > 10
    assert all(milliseconds > 0 for milliseconds in times.values())


def test_explain_shows_the_plans_of_a_function_and_of_what_it_calls(servers: Servers, bench: Bench) -> None:
    del bench
    with servers.database.connect("supabase_admin") as superuser:
        before = superuser.execute("select count(*) from private.workouts").fetchone()
        plans = explain.explain(superuser, explain.call_of("log_workout"))
        after = superuser.execute("select count(*) from private.workouts").fetchone()
    assert before == after
    inserts = [plan for plan in plans if plan.statement.startswith("insert into private.workout_sets")]
    callers = [[call.partition(":")[0] for call in plan.path] for plan in inserts]
    assert callers == [["private.insert_sets", "private.insert_workout", "public.log_workout"]]
    assert all(re.fullmatch(r"[a-z_.]+:\d+", call) for call in inserts[0].path)
    assert inserts[0].steps[0].startswith("modifytable")
    # Which kind of scan it is depends on how many workouts there are.
    reads = {step for plan in plans if plan.path[:1] == ["private.find_workout:5"] for step in plan.steps}
    assert any("scan" in step and step.endswith("workouts (1 rows)") for step in reads)
