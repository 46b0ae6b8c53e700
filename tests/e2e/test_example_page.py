"""The page in `examples/page` is strictly typed, and works in a real browser, and so does Swagger UI on a laptop."""

import platform
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.stack import Stack, environment, running, temporary_folder
from tools import ROOT, example_page

pytestmark = pytest.mark.slow
# npm has a headless Chromium for this platform alone.
on_linux_x64 = pytest.mark.skipif((sys.platform, platform.machine()) != ("linux", "x86_64"), reason="needs Linux x64")

PROGRAMS = ROOT / "node_modules" / ".bin"


@pytest.fixture(scope="module")
def page(supabase_js: Path) -> Iterator[Path]:
    """The page, built."""
    assert supabase_js.exists()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", environment()["PATH"])
        example_page.prepare()
        example_page.bundle()
        yield example_page.PAGE


def test_the_page_is_strictly_typed(page: Path) -> None:
    checked = subprocess.run(
        [PROGRAMS / "tsc", "--project", page],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stdout
    for file in page.glob("*.ts"):
        code = re.sub(r"//.*|/\*.*?\*/|^import .*", "", file.read_text(), flags=re.MULTILINE)
        assert not re.search(r"\bas \w|: any\b|<any>|@ts-|!\.", code), file.name


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    with temporary_folder() as folder, running(folder / "state") as stack:
        yield stack


@on_linux_x64
@pytest.mark.parametrize("script", ["page", "docs"])
def test_it_works_in_a_browser(page: Path, stack: Stack, script: str) -> None:
    ran = subprocess.run(
        [Path(sys.executable).parent / "node", "--test", ROOT / "tests" / "frontend" / f"{script}.test.mjs"],
        env={
            **environment(),
            **{name.upper(): stack.info[name] for name in example_page.SETTINGS},
            "PAGE": str(page),
            "NO_PROXY": "127.0.0.1",
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
