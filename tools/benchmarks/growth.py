"""Measure how calls slow down as data grow: `uv run poe bench-growth`.

One request after the other goes to an API with one worker, and the median of the answers counts. The first table is
about users with ever more workouts of their own, the second about the same user among ever more others, and the third
about memories. A ratio says how much slower the last column is than the first.
"""

import argparse
import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any

import httpx
import psycopg
from tqdm import tqdm

from tools.benchmarks import training
from tools.benchmarks.servers import Servers, serving

ROUNDS = 25
HISTORIES = (10, 100, 1000, 5000)
OTHERS = (10, 1000, 10_000)
WORKOUTS_OF_OTHERS = 10
MEMORIES = (10, 100, 1000)
MEMORIES_OF_OTHERS = 1_000_000
REMEMBERED = "my knee hurts and I want coffee"
SHORT, LONG = 1, 19
PLAN = {
    "name": "Strength",
    "days": [
        {
            "day": 1,
            "exercises": [
                {
                    "exercise_id": training.SQUAT,
                    "progression": {"scheme": "linear", "increment": 2.5},
                    # Nobody lifts this, so the search for the last success goes far back.
                    "sets": [{"reps_min": 5, "reps_max": 5, "weight": 400}],
                }
            ],
        }
    ],
}

type Ask = Callable[[str, str, Any], httpx.Response]


def calls(ask: Ask, plan: str, workouts: int) -> dict[str, Callable[[], Any]]:
    """The calls to measure, for a user who follows a plan and has some workouts."""
    ids = itertools.cycle([item["id"] for item in ask("GET", "/workouts", None).json()["items"]])
    return {
        "GET /workouts": lambda: ask("GET", "/workouts", None),
        "GET /workouts, last page": lambda: ask("GET", f"/workouts?page={(workouts - 1) // 20 + 1}", None),
        "GET /workouts?q=": lambda: ask("GET", "/workouts?q=workout+7", None),
        "GET /workouts?exercise_id=": lambda: ask("GET", f"/workouts?exercise_id={training.SQUAT}", None),
        "GET /workouts/{id}": lambda: ask("GET", f"/workouts/{next(ids)}", None),
        "POST /workouts/log": lambda: ask("POST", "/workouts/log", training.WORKOUT),
        "PUT /workouts/{id}": lambda: ask("PUT", f"/workouts/{next(ids)}", training.WORKOUT),
        "GET /exercises": lambda: ask("GET", "/exercises?sort=recent", None),
        "GET /exercises?q=": lambda: ask("GET", "/exercises?q=squat", None),
        "GET /exercises/facets": lambda: ask("GET", "/exercises/facets", None),
        "GET /progress/summary": lambda: ask("GET", "/progress/summary", None),
        "GET /progress/records": lambda: ask("GET", "/progress/records", None),
        "GET /plans/{id}/next": lambda: ask("GET", f"/plans/{plan}/next", None),
        "GET /plans/{id}/adherence": lambda: ask("GET", f"/plans/{plan}/adherence", None),
        "GET /plans?visibility=public": lambda: ask("GET", "/plans?visibility=public", None),
        "GET /affinity": lambda: ask("GET", "/affinity", None),
        "GET /profile": lambda: ask("GET", "/profile", None),
    }


@contextmanager
def client_of(servers: Servers, url: str, number: int) -> Iterator[Ask]:
    """Asks the API as a user."""
    headers = {"Authorization": f"Bearer {servers.token_of(number)}"}
    with httpx.Client(base_url=f"{url}/api/v1", headers=headers, timeout=60) as client:

        def ask(method: str, path: str, body: Any) -> httpx.Response:
            return client.request(method, path, json=body).raise_for_status()

        yield ask


def milliseconds(act: Callable[[], Any]) -> float:
    """The median of some calls."""
    taken = []
    for _ in range(ROUNDS + 3):
        started = time.perf_counter()
        act()
        taken.append((time.perf_counter() - started) * 1000)
    return median(taken[3:])


def measure(servers: Servers, superuser: psycopg.Connection, url: str, number: int, workouts: int) -> dict[str, float]:
    """The milliseconds of each call for one user, who follows a plan in every third workout."""
    with client_of(servers, url, number) as ask:
        plan = ask("POST", "/plans", PLAN).json()["id"]
        superuser.execute(
            "update private.workouts set plan_id = %s, plan_version = 1, plan_name = 'Strength', plan_day = 1 "
            "where user_id = %s and extract(day from completed_at)::integer %% 3 = 0",
            (plan, training.user(number).id),
        )
        superuser.execute("vacuum analyze")
        progress = tqdm(calls(ask, plan, workouts).items(), desc=f"User {number}", leave=False)
        return {name: milliseconds(act) for name, act in progress}


def recall(superuser: psycopg.Connection, number: int) -> float:
    """The milliseconds in which match_memories recalls memories of a user."""
    with superuser.transaction():
        training.become(superuser, number)
        asked = str([((place * 7919) % 101 - 50) / 50 for place in range(768)])
        return milliseconds(
            lambda: superuser.execute("select * from public.match_memories(%s, %s)", (asked, REMEMBERED)).fetchall()
        )


def recall_all(superuser: psycopg.Connection, first: int) -> dict[str, float]:
    """The milliseconds for the user with the first number, who has short memories, and the next, who has long ones."""
    superuser.execute("vacuum analyze private.memories")
    return {
        "match_memories, short texts": recall(superuser, first),
        "match_memories, long texts": recall(superuser, first + 1),
    }


def measure_memories(superuser: psycopg.Connection, first: int, of_others: int) -> dict[str, dict[str, float]]:
    """The milliseconds of match_memories for users from a number on, at last among many memories of others."""
    times = {}
    for number, memories in zip(itertools.count(first, 2), MEMORIES, strict=False):
        training.add_users(superuser, number, number + 1)
        training.add_memories(superuser, (number, number), memories, SHORT)
        training.add_memories(superuser, (number + 1, number + 1), memories, LONG)
        times[f"{memories:,}"] = recall_all(superuser, number)
    others = number + 2
    training.add_users(superuser, others, others + of_others // MEMORIES[-1] - 1)
    training.add_memories(superuser, (others, others + of_others // MEMORIES[-1] - 1), MEMORIES[-1], SHORT)
    times[f"{MEMORIES[-1]:,} among {of_others:,}"] = recall_all(superuser, number)
    return times


def table(title: str, columns: dict[str, dict[str, float]]) -> str:
    """A table in Markdown with a row for each call."""
    first, *_, last = columns.values()
    lines = [f"| {title} | {' | '.join(columns)} | ratio |", f"|---{'|---' * (len(columns) + 1)}|"]
    for name in first:
        cells = [f"{times[name]:.1f}" for times in columns.values()]
        lines.append(f"| {name} | {' | '.join(cells)} | {last[name] / first[name]:.2f} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--quick", action="store_true", help="at most 1,000 workouts and other users, and 20,000 memories of others"
    )
    quick = parser.parse_args().quick
    histories, others = (HISTORIES[:-1], OTHERS[:-1]) if quick else (HISTORIES, OTHERS)
    with serving() as servers, servers.database.connect("supabase_admin") as superuser:
        training.add_users(superuser, 1, len(histories) + len(others))
        with servers.api("postgres", workers=1) as api:
            own = {}
            for number, workouts in enumerate(histories, start=1):
                training.add_workouts(superuser, (number, number), (1, workouts))
                own[f"{workouts:,}"] = measure(servers, superuser, api.url, number, workouts)
            print(f"\n{table('own workouts: ms', own)}\n", flush=True)
            among, there = {}, 100
            for number, count in enumerate(others, start=len(histories) + 1):
                training.add_users(superuser, there, there + count - 1)
                training.add_workouts(superuser, (there, there + count - 1), (1, WORKOUTS_OF_OTHERS))
                there += count
                training.add_workouts(superuser, (number, number), (1, 100))
                among[f"{there - 100:,}"] = measure(servers, superuser, api.url, number, 100)
            print(f"{table('other users: ms', among)}\n", flush=True)
            of_others = MEMORIES_OF_OTHERS // 50 if quick else MEMORIES_OF_OTHERS
            print(table("own memories: ms", measure_memories(superuser, there, of_others)))


if __name__ == "__main__":
    main()
