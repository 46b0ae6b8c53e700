"""The API as `poe dev` serves it: `uvicorn --factory tools.stack.api:app`.

Its Swagger UI is signed in as a demo user.
"""

import json
import os
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse
from fastapi.routing import APIRoute

from backend import main
from tools.stack.stack import DEMO_EMAILS, StateDir, mint_token

# Swagger UI knows the scheme once it has read openapi.json, and until then returns null.
_SIGN_IN = """<script>
const signIn = setInterval(() => { if (ui.preauthorizeApiKey("bearer", %s)) clearInterval(signIn) }, 100)
</script>
</body>"""


def app() -> FastAPI:
    """The API of the stack in the folder STANDIN_STATE_DIR."""
    state = StateDir(Path(os.environ["STANDIN_STATE_DIR"]))
    api = main.app()
    docs = next(route for route in api.routes if isinstance(route, APIRoute) and route.path == "/docs")

    async def show_signed_in() -> HTMLResponse:
        page = (await docs.endpoint()).body.decode()
        token = json.dumps(mint_token(DEMO_EMAILS[0], state))
        return HTMLResponse(page.replace("</body>", _SIGN_IN % token))

    api.router.routes.insert(0, APIRoute("/docs", show_signed_in, include_in_schema=False))
    return api
