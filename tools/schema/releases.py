"""Keeps the checksums of released migrations, which must not change."""

import hashlib
from pathlib import Path

from tools import ToolError

RELEASED = "released.sha256"
"""Beside the migrations, in the format of sha256sum: `sha256sum --check released.sha256` works there."""


def changed_migrations(migrations: Path) -> list[str]:
    """The names of released migrations that were edited or deleted since."""
    return [name for name, checksum in _released(migrations).items() if _checksum(migrations / name) != checksum]


def release_migrations(migrations: Path) -> list[str]:
    """Record every migration that is not released yet, and return their names.

    Raises ToolError if a released migration changed.
    """
    if changed := changed_migrations(migrations):
        raise ToolError(
            f"Released migrations were changed: {', '.join(changed)}. Undo that, and change the database with a new "
            "migration: uv run poe new-migration NAME"
        )
    released = _released(migrations)
    new = [path for path in sorted(migrations.glob("*.sql")) if path.name not in released]
    with (migrations / RELEASED).open("a", encoding="utf-8") as file:
        file.writelines(f"{_checksum(path)}  {path.name}\n" for path in new)
    return [path.name for path in new]


def _released(migrations: Path) -> dict[str, str]:
    path = migrations / RELEASED
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    pairs = [line.split(maxsplit=1) for line in lines]
    return {name: checksum for checksum, name in pairs}


def _checksum(path: Path) -> str | None:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.exists() else None
