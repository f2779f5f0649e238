"""CVE-2026-32597, PyJWT before 2.12: unknown extensions in ``crit`` were ignored.

RFC 7515 (4.1.11) wants a token refused whose critical extensions are not understood. We understand
none, so that any ``crit`` refuses, and so do ``b64`` and whatever else would change the meaning.
https://github.com/jpadilla/pyjwt/security/advisories/GHSA-752w-5fwx-jx9f
"""

import pytest

from tests.support.tokens import KEY_ID, accept, claims, compact
from vending.errors import TokenRefused

HEADER = {"alg": "RS256", "kid": KEY_ID}


@pytest.mark.parametrize(
    "members",
    [
        {"crit": ["x-policy"], "x-policy": "deny"},
        {"crit": ["x-policy"]},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["alg"]},
        {"crit": ["b64"], "b64": False},
        {"crit": ["b64"], "b64": True},
        {"crit": ["cnf"], "cnf": {"jkt": "x"}},
        {"crit": []},
        {"crit": None},
        {"crit": "x"},
        {"crit": {}},
        {"b64": False},
        {"b64": True},
    ],
)
def test_a_critical_extension_is_refused(members: dict[str, object]) -> None:
    with pytest.raises(TokenRefused) as error:
        accept(compact(HEADER | members, claims()))
    assert error.value.reason == "HeaderNotAllowed"


def test_the_same_token_without_it_is_accepted() -> None:
    assert accept(compact(HEADER | {"x-policy": "deny"}, claims())).subject == "alice"
