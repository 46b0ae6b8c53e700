"""Measure requests per second: `uv run poe bench`.

Four ways to the same function are measured side by side, in alternating rounds on the same data: (a) pgbench calls it,
(b) a client calls it through PostgREST, (c) a client asks the API, which calls it directly, with as many workers as
there are cores and with one, and (d) a client asks the API, which calls it through PostgREST. Ratios between them hold
on any machine; requests per second do not. The median of the rounds counts, and noise is how far they lie apart.
"""

import argparse
import json
import os
import re
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from tqdm import tqdm

from tools import ROOT
from tools.benchmarks import chart, training
from tools.benchmarks.load import Load, Request, send
from tools.benchmarks.servers import Served, Servers, serving
from tools.stack.database import PROGRAMS

CONNECTIONS = 16
USERS, WORKOUTS = 120, 300
QUICK_USERS, QUICK_WORKOUTS = 30, 100
NOISY = 0.25
RESULTS = ROOT / "bench" / "results" / "latest.json"
CHART = ROOT / "docs" / "performance.svg"
LOGGED = json.dumps(training.WORKOUT)


@dataclass(frozen=True)
class Subject:
    """What is measured: a call in SQL, its arguments for PostgREST, and the request for the API, for user n."""

    name: str
    sql: str
    function: str
    arguments: Callable[[int], dict[str, Any]]
    method: str
    path: Callable[[int], str]
    body: str = ""


def workout_id(user: int) -> str:
    """The id of a workout of the user."""
    return str(training.fixed_id(f"workout {user} {1 + user % QUICK_WORKOUTS}"))


SUBJECTS = (
    Subject(
        "GET /workouts", "public.list_workouts()", "list_workouts", lambda _: {}, "GET", lambda _: "/workouts"
    ),
    Subject(
        "GET /workouts/{id}",
        f"public.get_workout(md5('workout ' || :n || ' ' || (1 + :n % {QUICK_WORKOUTS}))::uuid)",
        "get_workout",
        lambda user: {"p_id": workout_id(user)},
        "GET",
        lambda user: f"/workouts/{workout_id(user)}",
    ),
    Subject(
        "GET /exercises?q=",
        "public.search_exercises('squat')",
        "search_exercises",
        lambda _: {"p_q": "squat"},
        "GET",
        lambda _: "/exercises?q=squat",
    ),
    Subject(
        "GET /exercises/facets", "public.count_exercises()", "count_exercises", lambda _: {}, "GET",
        lambda _: "/exercises/facets",
    ),
    Subject(
        "GET /progress/summary",
        "public.get_progress_summary()",
        "get_progress_summary",
        lambda _: {},
        "GET",
        lambda _: "/progress/summary",
    ),
    Subject(
        "GET /progress/records",
        "public.list_records()",
        "list_records",
        lambda _: {},
        "GET",
        lambda _: "/progress/records",
    ),
    Subject(
        "POST /workouts/log",
        f"public.log_workout('{LOGGED}')",
        "log_workout",
        lambda _: {"p_workout": training.WORKOUT},
        "POST",
        lambda _: "/workouts/log",
        LOGGED,
    ),
)  # fmt: skip
WAYS = {
    "a": "pgbench, the function itself",
    "b": "PostgREST",
    "c": "the API, a worker for each core",
    "c1": "the API, one worker",
    "d": "the API over PostgREST",
}


class Bench:
    """The servers, and a way to measure each subject in each way."""

    def __init__(self, servers: Servers, running: ExitStack, users: int, workouts: int) -> None:
        self._users = users
        self._socket_directory = servers.database.socket_directory
        self._scripts = Path(running.enter_context(tempfile.TemporaryDirectory()))
        with servers.database.connect("supabase_admin") as superuser:
            training.add_users(superuser, 1, users)
            training.add_workouts(superuser, (1, users), (1, workouts))
            superuser.execute("vacuum analyze")
        self._tokens = [servers.token_of(number) for number in range(1, users + 1)]
        self.postgrest_url = servers.start_postgrest()
        cores = os.cpu_count() or 1
        self.apis: dict[str, Served] = {
            "c": running.enter_context(servers.api("postgres", workers=cores)),
            "c1": running.enter_context(servers.api("postgres", workers=1)),
            "d": running.enter_context(servers.api("postgrest", workers=cores, postgrest_url=self.postgrest_url)),
        }

    def measure(self, subject: Subject, way: str, seconds: int) -> tuple[Load, float]:
        """The load, and the CPU time of the API in milliseconds for each request; 0 without an API."""
        if way == "a":
            return self._pgbench(subject, seconds), 0.0
        if way == "b":
            return self._send(self.postgrest_url, self._rpc(subject), seconds), 0.0
        return self.ask(way, self._http(subject), seconds)

    def ask(self, way: str, requests: list[Request], seconds: int) -> tuple[Load, float]:
        """The same for requests to the API."""
        api = self.apis[way]
        before = api.cpu_seconds()
        load = self._send(api.url, requests, seconds)
        return load, (api.cpu_seconds() - before) / load.requests * 1000

    def me(self) -> list[Request]:
        """Requests that need no database."""
        return [
            Request(method="GET", path="/api/v1/auth/me", headers=self._headers(n), body="") for n in self._numbers()
        ]

    def _send(self, url: str, requests: list[Request], seconds: int) -> Load:
        return send(url, requests, connections=CONNECTIONS, seconds=seconds)

    def _numbers(self) -> Iterator[int]:
        yield from range(1, self._users + 1)

    def _headers(self, user: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self._tokens[user - 1]}", "Content-Type": "application/json"}

    def _rpc(self, subject: Subject) -> list[Request]:
        path = f"/rpc/{subject.function}"
        return [
            Request(method="POST", path=path, headers=self._headers(n), body=json.dumps(subject.arguments(n)))
            for n in self._numbers()
        ]

    def _http(self, subject: Subject) -> list[Request]:
        return [
            Request(
                method=subject.method, path=f"/api/v1{subject.path(n)}", headers=self._headers(n), body=subject.body
            )
            for n in self._numbers()
        ]

    def _pgbench(self, subject: Subject, seconds: int) -> Load:
        script = self._scripts / "call.sql"
        script.write_text(training.as_user(subject.sql, self._users))
        command: list[str | Path] = [
            PROGRAMS / "pgbench", "--no-vacuum",
            "--host", self._socket_directory, "--username", "authenticator",
            "--file", script, "--client", str(CONNECTIONS), "--time", str(seconds), "postgres",
        ]  # fmt: skip
        answer = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        per_second, latency = (
            float(re.search(pattern, answer)[1])  # type: ignore[index]  # pgbench always prints both
            for pattern in (r"tps = ([\d.]+)", r"latency average = ([\d.]+)")
        )
        return Load(round(per_second * seconds), per_second, latency, 0.0)


@dataclass
class Figures:
    """The rounds of one subject in one way."""

    per_second: list[float]
    p50: list[float]
    p99: list[float]
    cpu_ms: list[float]

    @classmethod
    def none(cls) -> "Figures":
        """Before the first round."""
        return cls([], [], [], [])

    def add(self, load: Load, cpu_ms: float) -> None:
        """Add a round."""
        self.per_second.append(load.per_second)
        self.p50.append(load.p50)
        self.p99.append(load.p99)
        self.cpu_ms.append(cpu_ms)

    def medians(self) -> dict[str, float]:
        """The figures that count."""
        noise = (max(self.per_second) - min(self.per_second)) / median(self.per_second)
        medians = {name: round(median(rounds), 3) for name, rounds in vars(self).items()}
        return {**medians, "noise": round(noise, 3)}


def run(bench: Bench, rounds: int, seconds: int) -> dict[str, dict[str, dict[str, float]]]:
    """Measure every subject in every way: {subject: {way: figures}}."""
    measured: dict[str, dict[str, Figures]] = defaultdict(lambda: defaultdict(Figures.none))
    # Logging makes the history longer, so it comes after everything that reads the history.
    reads = [subject for subject in SUBJECTS if subject.method == "GET"]
    writes = [subject for subject in SUBJECTS if subject.method != "GET"]
    turns = [
        (subject, way) for subjects in (reads, writes) for _ in range(rounds) for subject in subjects for way in WAYS
    ]
    for subject, way in tqdm(turns, desc="Measuring", unit="turn"):
        measured[subject.name][way].add(*bench.measure(subject, way, seconds))
    for _ in range(rounds):
        for way in bench.apis:
            measured["GET /auth/me"][way].add(*bench.ask(way, bench.me(), seconds))
    return {name: {way: figures.medians() for way, figures in ways.items()} for name, ways in measured.items()}


def table(results: dict[str, dict[str, dict[str, float]]]) -> str:
    """The results as a table in Markdown."""
    titles = [f"{name} ({way})" for way, name in WAYS.items()]
    titles += ["c/b", "c1/b", "c/a", "d/b", "CPU of the API, ms", "p50, ms", "p99, ms"]
    lines = [f"| requests per second | {' | '.join(titles)} |", f"|---{'|---' * len(titles)}|"]
    for name, ways in results.items():
        rates = {way: figures["per_second"] for way, figures in ways.items()}
        shown = [f"{rates[way]:,.0f}" if way in rates else "" for way in WAYS]
        pairs = (("c", "b"), ("c1", "b"), ("c", "a"), ("d", "b"))
        ratios = [f"{rates[one] / rates[other]:.2f}" if other in rates else "" for one, other in pairs]
        api = ways["c"]
        cells = [*shown, *ratios, *(f"{api[figure]:.2f}" for figure in ("cpu_ms", "p50", "p99"))]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def noisy(results: dict[str, dict[str, dict[str, float]]]) -> list[str]:
    """The figures whose rounds lie too far apart to be trusted."""
    return [
        f"{name} ({way}): ±{figures['noise'] / 2:.0%}"
        for name, ways in results.items()
        for way, figures in ways.items()
        if figures["noise"] > NOISY
    ]


def main() -> None:
    """Measure, print, and write the results and the chart."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="less data and one short round, in about a minute")
    quick = parser.parse_args().quick
    users, workouts, rounds, seconds = (QUICK_USERS, QUICK_WORKOUTS, 1, 1) if quick else (USERS, WORKOUTS, 3, 3)
    print(f"Starting Postgres, PostgREST and three APIs, with {users} users of {workouts} workouts", flush=True)
    with serving() as servers, ExitStack() as running:
        bench = Bench(servers, running, users, workouts)
        results = run(bench, rounds, seconds)
        memory = {way: round(api.worker_megabytes(), 1) for way, api in bench.apis.items()}
    print(f"\n{table(results)}\n\nMemory of a worker: {memory['c']} MB direct, {memory['d']} MB over PostgREST")
    if unsure := noisy(results):
        print(f"This machine is too noisy to trust these: {', '.join(unsure)}")
    if not quick:
        RESULTS.parent.mkdir(parents=True, exist_ok=True)
        written = {"measured_at": datetime.now(UTC).isoformat(timespec="seconds"), "memory": memory, "results": results}
        RESULTS.write_text(json.dumps(written, indent=2) + "\n")
        CHART.write_text(chart.bars(results, WAYS))


if __name__ == "__main__":
    main()
