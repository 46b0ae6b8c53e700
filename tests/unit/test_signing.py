"""The key that signs the laptop stack's tokens."""

import stat
from pathlib import Path

from tools.stack.signing import SigningKey


def test_only_its_owner_can_read_the_key(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    first = SigningKey.load_or_create(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert SigningKey.load_or_create(path).jwks() == first.jwks()
