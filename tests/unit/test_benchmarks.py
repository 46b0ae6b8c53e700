"""What `poe bench` and `poe bench-growth` make of their figures."""

from xml.etree import ElementTree as ET

import pytest

from tools.benchmarks import chart, explain, growth
from tools.benchmarks.load import Load
from tools.benchmarks.requests import WAYS, Figures, noisy, table

RESULTS = {
    "GET /workouts": {
        way: {"per_second": rate, "p50": 2.0, "p99": 9.0, "cpu_ms": 0.5, "noise": noise}
        for way, rate, noise in (
            ("a", 1000.0, 0.1),
            ("b", 200.0, 0.3),
            ("c", 500.0, 0),
            ("c1", 300.0, 0),
            ("d", 90.0, 0),
        )
    },
    "GET /auth/me": {"c": {"per_second": 4000.0, "p50": 1.0, "p99": 2.0, "cpu_ms": 0.2, "noise": 0.0}},
}


def test_the_median_of_the_rounds_counts_and_noise_is_how_far_they_lie_apart() -> None:
    figures = Figures.none()
    for rate in (100.0, 150.0, 110.0):
        figures.add(Load(int(rate), rate, 2, 5), 0.4)
    assert figures.medians() == {"per_second": 110, "p50": 2, "p99": 5, "cpu_ms": 0.4, "noise": pytest.approx(0.455)}


def test_the_table_has_rates_and_ratios() -> None:
    lines = table(RESULTS).splitlines()
    assert (
        lines[2] == "| GET /workouts | 1,000 | 200 | 500 | 300 | 90 | 2.50 | 1.50 | 0.50 | 0.45 | 0.50 | 2.00 | 9.00 |"
    )
    assert lines[3] == "| GET /auth/me |  |  | 4,000 |  |  |  |  |  |  | 0.20 | 1.00 | 2.00 |"
    assert len({line.count("|") for line in lines}) == 1


def test_figures_whose_rounds_lie_far_apart_are_named() -> None:
    assert noisy(RESULTS) == ["GET /workouts (b): ±15%"]


def test_the_chart_has_a_bar_for_each_figure() -> None:
    drawing = ET.fromstring(chart.bars(RESULTS, WAYS))
    bars = [bar for bar in drawing.iter("{http://www.w3.org/2000/svg}rect") if bar.get("x") == str(chart.LABELS)]
    assert len(bars) == 6
    longest = max(float(bar.attrib["width"]) for bar in bars[:5])
    assert float(bars[1].attrib["width"]) == pytest.approx(longest / 5, abs=1)


def test_growth_compares_the_last_column_with_the_first() -> None:
    columns = {"10": {"GET /profile": 2.0}, "100": {"GET /profile": 9.0}, "1,000": {"GET /profile": 3.0}}
    assert growth.table("own workouts: ms", columns).splitlines() == [
        "| own workouts: ms | 10 | 100 | 1,000 | ratio |",
        "|---|---|---|---|---|",
        "| GET /profile | 2.0 | 9.0 | 3.0 | 1.50 |",
    ]


def test_a_plan_is_read_from_what_postgres_logs() -> None:
    logged = """{PLANNEDSTMT :commandType 1 :planTree {NESTLOOP :join.plan.plan_rows 2 :join.plan.lefttree {INDEXSCAN
    :scan.plan.plan_rows 2 :scan.plan.targetlist ({TARGETENTRY :expr {VAR :varno 1}}) :scan.scanrelid 1 :indexid
    30} :join.plan.righttree {SEQSCAN :scan.plan.plan_rows 1.5e+03 :scan.scanrelid 2}} :rtable ({RANGETBLENTRY
    :eref {ALIAS :aliasname w :colnames ("id")} :relid 10} {RANGETBLENTRY :relid
    20})}"""
    context = (
        'SQL statement "select w.*\n  from workouts as w"\n'
        "PL/pgSQL function private.find_workout(uuid,uuid) line 5 at SQL statement\n"
        'SQL function "listed" statement 1\n'
        'PL/pgSQL assignment "v := f()"\n'
        "PL/pgSQL function get_workout(uuid) line 3 during statement block local variable initialization"
    )
    plan = explain.read_plan(logged, context, {"10": "workouts", "20": "plans", "30": "workouts_pkey"})
    assert plan.statement == "select w.* from workouts as w"
    assert plan.path == ["private.find_workout:5", "listed:1", "get_workout:3"]
    assert plan.steps == [
        "nestloop (2 rows)", "  indexscan workouts_pkey workouts (2 rows)", "  seqscan plans (1500 rows)"
    ]  # fmt: skip


def test_explain_takes_a_function_or_any_call() -> None:
    assert explain.call_of("list_workouts") == "public.list_workouts()"
    assert ":n" not in explain.call_of("get_workout")
    assert explain.call_of("get_profile") == "public.get_profile()"
    assert explain.call_of("public.search_exercises('row')") == "public.search_exercises('row')"
