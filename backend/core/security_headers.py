"""Middleware that tells browsers to trust nothing more than they need."""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

DOCS_PATHS = ("/docs", "/redoc")
HEADERS = {
    # Answers are what their Content-Type says, and no page may show them in a frame.
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "no-referrer",
    # Browsers heed this only over https.
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
}
_RAW = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
_NO_STORE = (b"cache-control", b"no-store")
# The pages come with FastAPI: an inline script, and the viewer from a CDN.
DOCS_POLICY = (
    "default-src 'none'; connect-src 'self'; script-src 'unsafe-inline' https://cdn.jsdelivr.net; "
    "style-src 'unsafe-inline' https://cdn.jsdelivr.net https://fonts.googleapis.com; "
    "font-src https://fonts.gstatic.com; img-src data: https://fastapi.tiangolo.com https://cdn.redoc.ly; "
    "worker-src blob:; frame-ancestors 'none'"
)


class SecurityHeaders:
    """Adds the headers to every response, and keeps answers out of caches unless the route says otherwise."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                # The app sets none of them itself.
                message["headers"] = [*message["headers"], *_headers(scope, Headers(raw=message["headers"]))]
            await send(message)

        await self.app(scope, receive, send_with_headers)


def _headers(scope: Scope, sent: Headers) -> list[tuple[bytes, bytes]]:
    """What to add to a response that has these headers."""
    added = _RAW if "cache-control" in sent else [*_RAW, _NO_STORE]
    if scope["path"] in DOCS_PATHS and sent.get("content-type", "").startswith("text/html"):
        policy = b"content-security-policy"
        return [(name, DOCS_POLICY.encode() if name == policy else value) for name, value in added]
    return added
