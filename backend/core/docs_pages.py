"""Swagger UI and ReDoc, with everything that they need: they work without the internet."""

import mimetypes
from pathlib import Path

import fastapi_offline
from fastapi import FastAPI
from fastapi.openapi.docs import get_redoc_html, get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

# Otherwise the first request for a file would read the system's lists of types, and others would wait.
mimetypes.init()

ASSETS_PATH = "/docs/assets"
_ASSETS = Path(fastapi_offline.__file__).parent / "static"


def add_docs_pages(app: FastAPI, openapi_url: str) -> None:
    """Serve the pages at /docs and /redoc, and the scripts and styles that they load."""
    app.docs_url = "/docs"
    app.mount(ASSETS_PATH, StaticFiles(directory=_ASSETS, check_dir=False))

    async def show_swagger_ui() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=openapi_url,
            title=app.title,
            swagger_js_url=f"{ASSETS_PATH}/swagger-ui-bundle.js",
            swagger_css_url=f"{ASSETS_PATH}/swagger-ui.css",
            swagger_favicon_url=f"{ASSETS_PATH}/favicon.png",
        )

    async def show_redoc() -> HTMLResponse:
        return get_redoc_html(
            openapi_url=openapi_url,
            title=app.title,
            redoc_js_url=f"{ASSETS_PATH}/redoc.standalone.js",
            redoc_favicon_url=f"{ASSETS_PATH}/favicon.png",
            with_google_fonts=False,
        )

    app.add_api_route("/docs", show_swagger_ui, include_in_schema=False)
    app.add_api_route("/redoc", show_redoc, include_in_schema=False)
