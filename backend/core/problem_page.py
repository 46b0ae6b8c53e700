"""The page to which the `type` of a problem leads: what each code means, as docs/api.md explains it."""

import re
from html import escape
from pathlib import Path

from fastapi import FastAPI
from fastapi.responses import HTMLResponse

_GUIDE = Path(__file__).parents[2] / "docs" / "api.md"
_ROW = re.compile(r"^\| (\d{3}) \| `(\w+)` \| (.+) \|$", re.MULTILINE)


def _page() -> str:
    rows = "\n".join(
        f'<tr id="{code}"><td>{status}</td><td><code>{code}</code></td><td>{escape(meaning.replace("`", ""))}</td></tr>'
        for status, code, meaning in _ROW.findall(_GUIDE.read_text())
    )
    return f"""<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Problems of the Slow Burn API</title></head>
<body>
<h1>Problems of the Slow Burn API</h1>
<table>
<tr><th>status</th><th>code</th><th>what it means</th></tr>
{rows}
</table>
</body>
</html>
"""


_PAGE = _page()


def add_problem_page(app: FastAPI) -> None:
    """Serve the page at /problems."""

    async def show_problems() -> HTMLResponse:
        return HTMLResponse(_PAGE)

    app.add_api_route("/problems", show_problems, include_in_schema=False)
