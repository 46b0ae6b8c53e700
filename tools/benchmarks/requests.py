"""Measure requests per second, from the bare database to the whole API.

Run `uv run poe bench` while `uv run poe dev` is running. The reference is `select 1` over as many connections, a round
trip that every request needs. Every figure is the best of several rounds with a fixed concurrency, with client and API
in one process.
"""

import argparse
import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
from asgi_lifespan import LifespanManager
from psycopg_pool import AsyncConnectionPool

from backend.auth.jwks import JwksCache
from backend.auth.verification import TokenVerifier
from backend.core.settings import Settings
from backend.main import create_app, make_gateway
from tools import ROOT
from tools.stack.database import as_role
from tools.stack.stack import StateDir, mint_token

CONCURRENCY = 16
REQUESTS = 960
ROUNDS = 5
USERS = 50
WORKOUT = {"sets": [{"exercise_id": "bb6924d2-d3b5-68ea-1667-8a551e3569ff", "reps": 5, "weight": 100}] * 16}
ALTERNATIVES = "/exercises/bb6924d2-d3b5-68ea-1667-8a551e3569ff/alternatives?available=false"

type Act = Callable[[], Awaitable[Any]]


async def rate(act: Act) -> float:
    """Return the requests per second in the best of several rounds, after one to warm up."""

    async def worker() -> None:
        for _ in range(REQUESTS // CONCURRENCY):
            await act()

    rates = []
    for _ in range(ROUNDS + 1):
        started = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))
        rates.append(REQUESTS / (time.perf_counter() - started))
    return max(rates[1:])


async def measure_database(settings: Settings, url: str) -> float:
    """Measure the reference: `select 1` without any of our code."""
    size = settings.database_pool_size
    async with AsyncConnectionPool(url, min_size=size, max_size=size, kwargs={"autocommit": True}, open=False) as pool:

        async def select_one() -> None:
            async with pool.connection() as connection:
                await connection.execute("select 1")

        return await rate(select_one)


async def measure_gateway(settings: Settings, tokens: list[str]) -> float:
    """Measure one function call as a user, without HTTP."""
    gateway = make_gateway(settings)
    async with httpx.AsyncClient() as http:
        verifier = TokenVerifier(settings, JwksCache(settings.jwks_url, http))
        callers = itertools.cycle([await verifier.verify(token) for token in tokens])
    await gateway.open()
    try:
        return await rate(lambda: gateway.call("get_profile", {}, next(callers)))
    finally:
        await gateway.close()


async def measure_api(settings: Settings, tokens: list[str]) -> dict[str, float]:
    """Measure whole requests: small reads, lists, and logging a workout."""
    headers = itertools.cycle([{"Authorization": f"Bearer {token}"} for token in tokens])
    async with LifespanManager(create_app(settings)) as manager:
        transport = httpx.ASGITransport(manager.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://bench/api/v1") as client:

            async def ask(method: str, path: str, body: Any = None) -> None:
                (await client.request(method, path, json=body, headers=next(headers))).raise_for_status()

            return {
                "API: GET /profile": await rate(lambda: ask("GET", "/profile")),
                "API: GET /exercises?q=squat": await rate(lambda: ask("GET", "/exercises?q=squat")),
                "API: GET /exercises?q=sqaut (misspelled)": await rate(lambda: ask("GET", "/exercises?q=sqaut")),
                "API: GET /exercises/facets": await rate(lambda: ask("GET", "/exercises/facets")),
                "API: GET /exercises/…/alternatives": await rate(lambda: ask("GET", ALTERNATIVES)),
                "API: POST /workouts/log (16 sets)": await rate(lambda: ask("POST", "/workouts/log", WORKOUT)),
                "API: GET /workouts (20 of many)": await rate(lambda: ask("GET", "/workouts")),
                "API: GET /progress/summary (of many)": await rate(lambda: ask("GET", "/progress/summary")),
                "API: GET /progress/records (of many)": await rate(lambda: ask("GET", "/progress/records")),
            }


async def main(state: StateDir) -> None:
    """Measure everything and print it."""
    info = state.read_info()
    url = as_role(info["database_url"], "slow_burn_api")
    # Without limits on requests, which real users do not reach.
    limits = {"user_requests_per_minute": 1_000_000, "address_requests_per_minute": 1_000_000}
    settings = Settings.model_validate({"supabase_url": info["supabase_url"], "database_url": url, **limits})
    tokens = [mint_token(f"benchmark-{number}@example.com", state) for number in range(USERS)]
    reference = await measure_database(settings, url)
    figures = {
        "reference: select 1": reference,
        "gateway: get_profile()": await measure_gateway(settings, tokens),
        **await measure_api(settings, tokens),
    }
    print(f"{'':40}{'per second':>12}{'of reference':>14}")
    for name, figure in figures.items():
        print(f"{name:40}{figure:>12.0f}{figure / reference:>14.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--state-dir", type=Path, default=ROOT / ".local", help="where the running stack keeps its data"
    )
    asyncio.run(main(StateDir(parser.parse_args().state_dir)))
