"""What is deployed has all that the service imports."""

import ast
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any

from tools import ROOT

TOOLS = {ROOT / "backend" / "local", ROOT / "backend" / "catalogue"}
SERVICE = [path for path in (ROOT / "backend").rglob("*.py") if not TOOLS & set(path.parents)]


def imported_modules(path: Path) -> Iterator[str]:
    """The top-level modules that a file imports, but for the standard library's and our own."""
    for node in ast.walk(ast.parse(path.read_text())):
        names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
        for name in names:
            module = name.partition(".")[0]
            if module != "backend" and module not in sys.stdlib_module_names:
                yield module


def deployed_packages() -> set[str]:
    """The packages that `uv sync --no-dev` installs, from the lock file."""
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


def test_the_service_imports_only_what_is_deployed_with_it() -> None:
    modules = {module for path in SERVICE for module in imported_modules(path)}
    owners = packages_distributions()
    used = {owners[module][0].lower().replace("_", "-") for module in modules}
    assert {"fastapi", "psycopg", "pyjwt"} <= used
    assert used <= deployed_packages()
