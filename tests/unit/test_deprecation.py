"""An operation that will go says so in openapi.json and with each answer, whatever it answers."""

from datetime import date
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, HTTPException

from backend.core.deprecation import retiring
from backend.core.middleware import RequestContext
from tools.openapi_changes import Level, compare

RETIRING = retiring(since=date(2027, 1, 1), until=date(2027, 7, 1), successor="/new")


def an_api(**arguments: Any) -> FastAPI:
    app = FastAPI()

    @app.get("/old", **arguments)
    async def old(*, fail: bool = False) -> str:
        if fail:
            raise HTTPException(404)
        return "old"

    return app


async def answer(app: FastAPI, path: str) -> httpx.Response:
    transport = httpx.ASGITransport(RequestContext(app, b""))
    async with httpx.AsyncClient(transport=transport, base_url="http://api.test") as client:
        return await client.get(path)


@pytest.mark.parametrize(("path", "status"), [("/old", 200), ("/old?fail=true", 404), ("/old?fail=7", 422)])
async def test_its_answers_say_since_when_until_when_and_what_takes_its_place(path: str, status: int) -> None:
    response = await answer(an_api(**RETIRING), path)
    assert response.status_code == status
    assert response.headers["deprecation"] == "@1798761600"
    assert response.headers["sunset"] == "Thu, 01 Jul 2027 00:00:00 GMT"
    assert response.headers["link"] == '</new>; rel="successor-version"'


async def test_others_say_nothing() -> None:
    response = await answer(an_api(), "/old")
    assert not {"deprecation", "sunset", "link"} & set(response.headers)


def test_openapi_json_says_so_and_the_version_must_rise() -> None:
    before, after = an_api().openapi(), an_api(**RETIRING).openapi()
    operation = after["paths"]["/old"]["get"]
    assert (operation["deprecated"], operation["x-sunset"]) == (True, "2027-07-01")
    assert max(change.level for change in compare(before, after)) is Level.MINOR
