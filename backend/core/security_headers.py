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
# FastAPI writes an inline script, and both viewers write styles. Everything else comes from here.
DOCS_POLICY = (
    "default-src 'none'; connect-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; worker-src blob:; frame-ancestors 'none'"
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
