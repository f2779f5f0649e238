"""`revoke`: what is sent, and what is shown."""

import pytest

from tests.client.conftest import Serve
from tests.client.typed import answering, typed

ID = "abcdefghijklmnop"
REVOCATION = {"id": "0" * 16, "state": "active", "kind": "sessions", "grantId": "g"}
REVOCATION |= {"createdAt": "2026-01-01T00:00:00Z", "reason": "why"}

pytestmark = pytest.mark.usefixtures("nobody")


@pytest.mark.parametrize(
    ("words", "whose"),
    [
        (("--grant", "g"), {"grantId": "g"}),
        (("--caller", "arn:aws:iam::1:role/r"), {"caller": {"iam": "arn:aws:iam::1:role/r"}}),
        (
            ("--issuer", "https://i", "--subject", "s"),
            {"caller": {"issuer": "https://i", "subject": "s"}},
        ),
        (("--session", ID), {"sessionId": ID}),
        (("--vend", ID), {"vendId": ID}),
        (("--all", "--block"), {"all": True, "kind": "block"}),
    ],
)
def test_a_revocation_is_sent_as_it_was_typed(
    words: "tuple[str, ...]", whose: "dict[str, object]", at: Serve
) -> None:
    answer = {"revocation": REVOCATION, "denialWritten": True, "detail": "done", "notCovered": []}
    served = at(answering({"POST /admin/revocations": answer}))
    ended = typed("revoke", *words, "--reason", "why", "--yes")
    assert (ended.code, ended.err) == (0, "")
    assert served.asked[0].json == {"kind": "sessions", "reason": "why", **whose}


def test_a_revocation_that_is_not_in_force_ends_with_four(at: Serve) -> None:
    answer = {"revocation": REVOCATION, "denialWritten": False, "detail": "later"}
    at(answering({"POST /admin/revocations": answer}))
    ended = typed("revoke", "--grant", "g", "--reason", "why", "--yes")
    assert ended.code == 4
    assert "not in force yet" in ended.err


def test_revocations_are_listed_and_lifted(at: Serve) -> None:
    lifted = {"revocation": {**REVOCATION, "state": "lifted"}, "denialWritten": True}
    served = at(
        answering(
            {
                "GET /admin/revocations": {"revocations": [REVOCATION]},
                f"DELETE /admin/revocations/{'0' * 16}": lifted,
            }
        )
    )
    row = typed("revoke", "list").out.splitlines()[1].split()
    assert row == ["0" * 16, "active", "sessions", "g", "2026-01-01T00:00:00Z", "why"]
    assert typed("revoke", "lift", "0" * 16).code == 0
    assert typed("revoke", "lift", "../grants").code == 1
    assert served.asked[-1].path == "/admin/revocations/..%2Fgrants"
