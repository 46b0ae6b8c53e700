from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aiohttp
import httpx
import pytest

from backend.core.caller import Caller
from backend.core.problems import Problem
from backend.gateway.postgrest import PostgrestGateway
from tests.support import DATA_API_PREFIX, PUBLISHABLE_KEY, SERVICE_SECRET, SupabaseServer, serve_supabase
from tools.stack.signing import SigningKey

CALLER = Caller(uuid4(), None, "authenticated", datetime.now(UTC), "the.users.token", "{}")
REFUSED = b'{"code": "PT403", "message": "Only the service may call this.", "details": "service_only", "hint": null}'


async def call(supabase: SupabaseServer, service_secret: str | None) -> None:
    gateway = PostgrestGateway(
        supabase.url + DATA_API_PREFIX,
        PUBLISHABLE_KEY,
        service_secret=service_secret,
        connections=1,
        timeout_seconds=5,
    )
    try:
        await gateway.call("complete_chat_turn", {}, CALLER)
    finally:
        await gateway.close()


@pytest.mark.parametrize("secret", [SERVICE_SECRET, None])
async def test_every_call_carries_the_services_secret(secret: str | None) -> None:
    with serve_supabase(SigningKey.generate()) as supabase:
        supabase.data_api_answer = (200, "application/json", b"{}")
        await call(supabase, secret)
    (headers,) = supabase.data_api_headers
    assert headers.get("X-Service-Secret") == secret
    assert headers["Authorization"] == "Bearer the.users.token"
    assert headers["apikey"] == PUBLISHABLE_KEY


async def test_a_wrong_secret_is_logged_and_is_no_fault_of_the_user(caplog: pytest.LogCaptureFixture) -> None:
    with serve_supabase(SigningKey.generate()) as supabase:
        supabase.data_api_answer = (403, "application/json", REFUSED)
        with pytest.raises(Problem) as refusal:
            await call(supabase, None)
    assert (refusal.value.status_code, refusal.value.code) == (503, "ai_not_configured")
    assert "the database does not accept the service's secret" in caplog.messages


async def test_a_call_is_repeated_only_if_its_request_could_not_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    attempts: list[str] = []
    send = httpx.AsyncClient.send

    async def failing(client: httpx.AsyncClient, request: httpx.Request, **options: Any) -> httpx.Response:
        attempts.append(request.url.path)
        if len(attempts) == 1:
            raise httpx.ConnectTimeout("") from fault
        return await send(client, request, **options)

    monkeypatch.setattr(httpx.AsyncClient, "send", failing)
    with serve_supabase(SigningKey.generate()) as supabase:
        supabase.data_api_answer = (200, "application/json", b"{}")
        fault: aiohttp.ClientConnectionError = aiohttp.ClientConnectionResetError("closed while it was idle")
        await call(supabase, None)
        assert len(attempts) == 2
        attempts.clear()
        fault = aiohttp.ServerDisconnectedError("closed after it was sent")
        with pytest.raises(Problem):
            await call(supabase, None)
        assert len(attempts) == 1
