"""The signing key of the stack, and access tokens with the claims of those of Supabase Auth."""

import hashlib
import time
from pathlib import Path
from typing import Any, NamedTuple, Self
from uuid import UUID, uuid4

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from jwt.algorithms import ECAlgorithm

# A day, so that a curl line copied in the morning still works in the evening.
TOKEN_LIFETIME_SECONDS = 24 * 60 * 60


class User(NamedTuple):
    """Someone who can sign in."""

    id: UUID
    email: str


class SigningKey:
    """An ES256 key."""

    def __init__(self, private_key: ec.EllipticCurvePrivateKey) -> None:
        self._private_key = private_key
        self.public_key = private_key.public_key()
        encoded = self.public_key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.kid = hashlib.sha256(encoded).hexdigest()[:32]
        self._jwk = ECAlgorithm.to_jwk(self.public_key, as_dict=True)

    @classmethod
    def generate(cls) -> Self:
        """A new key."""
        return cls(ec.generate_private_key(ec.SECP256R1()))

    @classmethod
    def load_or_create(cls, path: Path) -> Self:
        """The key in a file that only its owner can read, created if there is none."""
        if not path.exists():
            private_key = ec.generate_private_key(ec.SECP256R1())
            pem = private_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
            path.touch(mode=0o600, exist_ok=False)
            path.write_bytes(pem)
        stored = load_pem_private_key(path.read_bytes(), password=None)
        assert isinstance(stored, ec.EllipticCurvePrivateKey)
        return cls(stored)

    def jwks(self) -> dict[str, Any]:
        """The public half, as a JWKS."""
        return {"keys": [{**self._jwk, "kid": self.kid, "alg": "ES256", "use": "sig", "key_ops": ["verify"]}]}

    def sign(self, claims: dict[str, Any]) -> str:
        """A JWT with these claims."""
        return jwt.encode(claims, self._private_key, algorithm="ES256", headers={"kid": self.kid})

    def access_token(self, user: User, supabase_url: str) -> str:
        """An access token like the one that Supabase Auth issues at sign-in."""
        now = int(time.time())
        return self.sign(
            {
                "iss": f"{supabase_url}/auth/v1",
                "sub": str(user.id),
                "aud": "authenticated",
                "role": "authenticated",
                "email": user.email,
                "iat": now,
                "exp": now + TOKEN_LIFETIME_SECONDS,
                "session_id": str(uuid4()),
                "is_anonymous": False,
            }
        )
