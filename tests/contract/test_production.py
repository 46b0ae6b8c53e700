"""A deployment has every package that the service imports."""

import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from typing import Any

import pytest

from tools import ROOT

IMPORTS = "import backend.main, sys; print(*{name.partition('.')[0] for name in sys.modules})"
# httpx imports these for its command line, if they are installed; coverage measures the tests.
OPTIONAL = {"coverage", "pygments", "rich"}


def normalised(name: str) -> str:
    return name.lower().replace("_", "-")


def imported_packages() -> set[str]:
    """Return the packages that importing the service loads in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", IMPORTS], cwd=ROOT, capture_output=True, text=True, check=True)
    owners = packages_distributions()
    return {normalised(package) for module in done.stdout.split() for package in owners.get(module, ())}


def deployed_packages() -> set[str]:
    """Return the packages that `uv sync --no-dev` installs, read from the lock file."""
    lock = tomllib.loads((ROOT / "uv.lock").read_text())
    packages: dict[str, dict[str, Any]] = {package["name"]: package for package in lock["package"]}
    found: set[str] = set()
    waiting = list(packages["slow-burn-backend"]["dependencies"])
    while waiting:
        dependency = waiting.pop()
        package = packages[dependency["name"]]
        needed = list(package.get("dependencies", ()))
        for extra in dependency.get("extra", ()):
            needed += package["optional-dependencies"][extra]
        found.add(dependency["name"])
        waiting += [each for each in needed if each["name"] not in found]
    return found


@pytest.mark.slow
def test_the_service_imports_only_deployed_packages() -> None:
    imported = imported_packages() - OPTIONAL
    assert {"fastapi", "psycopg", "pyjwt"} <= imported
    assert imported <= deployed_packages()
