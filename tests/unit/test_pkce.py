"""The challenges of PKCE; tests/frontend/auth.test.mjs goes through the flow with supabase-js."""

import pytest

from tools.stack.auth import pkce
from tools.stack.auth.errors import AuthError

# The example of RFC 7636, appendix B.
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(("method", "value"), [("s256", CHALLENGE), ("S256", CHALLENGE), ("plain", VERIFIER)])
def test_only_the_verifier_meets_a_challenge(method: str, value: str) -> None:
    challenge = pkce.challenge(method, value)
    assert challenge is not None
    assert challenge.is_met_by(VERIFIER)
    for wrong in (CHALLENGE if method != "plain" else CHALLENGE[::-1], VERIFIER[:-1], "", "ü"):
        assert not challenge.is_met_by(wrong)


def test_a_request_without_a_challenge_has_none() -> None:
    assert pkce.challenge("", "") is None


@pytest.mark.parametrize(
    ("method", "value"),
    [
        ("s256", ""),
        ("", CHALLENGE),
        ("md5", CHALLENGE),
        ("s256", CHALLENGE[:42]),
        ("s256", "x" * 129),
        ("plain", "ü" * 50),
    ],
)
def test_half_a_challenge_or_a_wrong_one_is_refused(method: str, value: str) -> None:
    with pytest.raises(AuthError) as refused:
        pkce.challenge(method, value)
    assert (refused.value.status, refused.value.code) == (400, "validation_failed")
