"""`uv run poe example`: serve the page in `examples/page` for the laptop stack that runs."""

import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from tools import ROOT, ToolError, openapi_file
from tools.stack import npm

PAGE = ROOT / "examples" / "page"
TYPES = PAGE / "generated" / "api.d.ts"
STACK = ROOT / ".local" / "stack.json"
SETTINGS = ("api_url", "supabase_url", "publishable_key")
PORT = 5173
"""One of the ports whose pages may call the laptop stack."""


def prepare() -> None:
    """Install what the page needs from npm, and generate the types of its client from openapi.json."""
    npm.install()
    _run("openapi-typescript", openapi_file.PATH, "--output", TYPES)


def bundle(*options: str) -> None:
    """Make `dist/page.js`, which a browser can run."""
    _run(
        "esbuild", PAGE / "page.ts", "--bundle", "--format=esm", "--target=es2024", f"--outdir={PAGE / 'dist'}",
        "--log-level=warning", *options,
    )  # fmt: skip


def _run(program: str, *arguments: str | Path) -> None:
    # npm's programs look for node in the PATH, which `uv run` sets. esbuild serves for as long as its input is open.
    command = [npm.NODE_MODULES / ".bin" / program, *arguments]
    with subprocess.Popen(command, cwd=PAGE, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as process:
        if process.wait() != 0:
            raise ToolError(f"{program} failed.")


def main() -> None:
    """Serve the page until Ctrl-C."""
    if not STACK.exists():
        raise ToolError("There is no stack. Run `uv run poe dev` in another terminal first.")
    stack = json.loads(STACK.read_text())
    prepare()
    (PAGE / "settings.json").write_text(json.dumps({name: stack[name] for name in SETTINGS}))
    print(f"http://localhost:{PORT} shows the page. Press Ctrl-C to stop.")
    with suppress(KeyboardInterrupt):
        bundle(f"--servedir={PAGE}", f"--serve=127.0.0.1:{PORT}")


if __name__ == "__main__":
    try:
        main()
    except ToolError as error:
        sys.exit(str(error))
