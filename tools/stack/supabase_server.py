"""A stand-in for Supabase on a laptop: Auth, and the gate to the Data API. Under /gemini it serves the stand-in for
Gemini.

The stack sets its environment variables: SUPABASE_URL, STANDIN_DATABASE_URL, STANDIN_SIGNING_KEY (a path) and, if
PostgREST runs, STANDIN_PUBLISHABLE_KEY and STANDIN_DATA_API (the path of its Unix socket).
"""

import ipaddress
import os
from pathlib import Path
from urllib.parse import urlsplit

import httpx
from psycopg.conninfo import conninfo_to_dict
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tools import ToolError
from tools.stack.auth.errors import VERSION_HEADER
from tools.stack.auth.server import AuthServer
from tools.stack.auth.settings import load_auth_settings
from tools.stack.gemini_server import app as gemini_app
from tools.stack.signing import SigningKey

# Headers of one connection only, or of an encoding that httpx has removed.
NOT_PASSED_ON = (
    "host",
    "connection",
    "content-length",
    "content-encoding",
    "transfer-encoding",
    "accept-encoding",
    "apikey",
)


class DataApiGate:
    """Lets requests with the publishable key through to PostgREST, as Supabase's gateway does."""

    def __init__(self, publishable_key: str, socket: str) -> None:
        self._key = publishable_key
        self._http = httpx.AsyncClient(transport=httpx.AsyncHTTPTransport(uds=socket), base_url="http://postgrest")

    async def pass_on(self, request: Request) -> Response:
        """Return PostgREST's answer, 401 without the key, or 502 if PostgREST does not answer."""
        if request.headers.get("apikey") != self._key:
            return JSONResponse({"message": "No API key found in request"}, status_code=401)
        path = httpx.URL(path=request.path_params["path"], query=request.url.query.encode())
        headers = {name: value for name, value in request.headers.items() if name not in NOT_PASSED_ON}
        try:
            answer = await self._http.request(request.method, path, headers=headers, content=await request.body())
        except httpx.TransportError:
            return PlainTextResponse("Bad Gateway", status_code=502)
        kept = {name: value for name, value in answer.headers.items() if name not in NOT_PASSED_ON}
        return Response(answer.content, answer.status_code, kept)


class OnlyFromThisMachine:
    """Refuses requests from elsewhere: the stand-in knows no rate limits, and shows everybody's mail."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""
        if scope["type"] == "http" and not _is_here(scope["client"][0]):
            refusal = JSONResponse({"msg": "The stand-in for Supabase answers only this machine."}, 403)
            await refusal(scope, receive, send)
            return
        await self.app(scope, receive, send)


def _is_here(host: str | None) -> bool:
    """Whether an address is one of this machine only. A path is that of a Unix socket."""
    if host is None or host.startswith("/") or host == "localhost":
        return host is not None
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def check_laptop(supabase_url: str, database_url: str) -> None:
    """Raises ToolError unless the stand-in serves this machine only, with a database of this machine."""
    if not _is_here(urlsplit(supabase_url).hostname) or not _is_here(str(conninfo_to_dict(database_url).get("host"))):
        raise ToolError("The stand-in for Supabase runs only on a laptop, as part of `uv run poe dev`.")


def create_supabase_app(auth: AuthServer, gate: DataApiGate | None) -> Starlette:
    """The stand-in, for browsers on any origin."""
    routes = auth.routes()
    if gate is not None:
        routes.append(Route("/rest/v1{path:path}", gate.pass_on, methods=["GET", "POST", "PATCH", "PUT", "DELETE"]))
    cors = Middleware(
        CORSMiddleware, allow_origins=["*"], allow_methods=["*"], allow_headers=["*"], expose_headers=[VERSION_HEADER]
    )
    return Starlette(routes=routes, middleware=[Middleware(OnlyFromThisMachine), cors])


def app() -> Starlette:
    """For `uvicorn --factory tools.stack.supabase_server:app`."""
    key = SigningKey.load_or_create(Path(os.environ["STANDIN_SIGNING_KEY"]))
    supabase_url, database_url = os.environ["SUPABASE_URL"], os.environ["STANDIN_DATABASE_URL"]
    check_laptop(supabase_url, database_url)
    auth = AuthServer(key, supabase_url, database_url, load_auth_settings())
    socket = os.environ.get("STANDIN_DATA_API")
    gate = DataApiGate(os.environ["STANDIN_PUBLISHABLE_KEY"], socket) if socket else None
    # Both stand-ins share a process, each under its own path.
    return Starlette(routes=[Mount("/gemini", gemini_app()), Mount("/", create_supabase_app(auth, gate))])
