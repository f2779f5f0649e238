"""`revoke`: what is sent, and what is shown."""

import pytest

from s3vend.cli.grant.shown import applies_to
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
        (("--issuer", "https://i"), {"caller": {"issuer": "https://i"}}),
        (
            ("--issuer", "https://i", "--claim", "id=1", "--claim", "n:=2", "--claim", "a=b=:c"),
            {"caller": {"issuer": "https://i", "claims": {"id": "1", "n": 2, "a": "b=:c"}}},
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


@pytest.mark.parametrize(
    ("state", "written", "shown"),
    [
        ("active", True, "in force"),
        ("active", False, "pending"),
        ("lifted", True, "lifted"),
        ("lifted", False, "lifted, still denied"),
        ("ended", None, "ended"),
        ("active", None, "active"),  # of an older service
    ],
)
def test_a_revocation_is_listed_as_it_is_in_force(
    state: str, written: "bool | None", shown: str, at: Serve
) -> None:
    known = {} if written is None else {"denialWritten": written}
    listed = {"revocations": [REVOCATION | {"state": state} | known]}
    at(answering({"GET /admin/revocations": listed}))
    assert f"{'0' * 16}  {shown}  sessions" in typed("revoke", "list").out


def test_a_lift_says_what_is_still_denied_and_by_whom(at: Serve) -> None:
    revocation = REVOCATION | {"state": "lifted", "until": "2026-01-01T01:01:02Z"}
    answer = {"revocation": revocation, "denialWritten": True, "detail": "Until then.", "blockedBy": ["b"]}  # fmt: skip
    at(answering({f"DELETE /admin/revocations/{'0' * 16}": answer}))
    ended = typed("revoke", "lift", "0" * 16)
    assert (ended.code, ended.err) == (0, "")
    for text in ("lifted", "2026-01-01T01:01:02Z", "Until then.", '["b"]'):
        assert text in ended.out


def test_a_lift_that_is_not_in_force_says_that_the_policy_still_denies(at: Serve) -> None:
    answer = {"revocation": REVOCATION | {"state": "lifted"}, "denialWritten": False}
    at(answering({f"DELETE /admin/revocations/{'0' * 16}": answer}))
    ended = typed("revoke", "lift", "0" * 16)
    assert ended.code == 4
    assert "the role's policy still denies" in ended.err
    assert "lifted, still denied" in ended.out


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
    assert row == ["0" * 16, "active", "sessions", "grant", "g", "2026-01-01T00:00:00Z", "why"]
    assert typed("revoke", "lift", "0" * 16).code == 0
    assert typed("revoke", "lift", "../grants").code == 1
    assert served.asked[-1].path == "/admin/revocations/..%2Fgrants"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--subject", "s"), "go with --issuer"),
        (("--claim", "a=b"), "go with --issuer"),
        (("--issuer", "https://i", "--subject", "s", "--claim", "a=b"), "not both"),
        (("--issuer", "https://i", "--claim", "a"), "is not a claim"),
        (("--issuer", "https://i", "--claim", "a=b", "--claim", "a=c"), "'a' is given twice"),
        (("--issuer", "https://i", "--claim", "a:=b"), "is not a claim"),
        (("--issuer", "https://i", "--caller", "arn:aws:iam::1:role/r"), "exactly one"),
    ],
)
def test_a_revocation_that_is_not_clear_is_not_sent(
    words: "tuple[str, ...]", said: str, at: Serve
) -> None:
    served = at(answering({}))
    ended = typed("revoke", *words, "--reason", "why", "--yes")
    assert ended.code != 0
    assert said in ended.err
    assert not served.asked


def test_the_grants_that_a_blocked_subjects_caller_can_still_use_are_named(at: Serve) -> None:
    offered = [{"grantId": "apps", "kind": "block", "reason": "why"}]
    caller = {"issuer": "https://i", "claims": {"id": "1"}}
    answer = {"revocation": {**REVOCATION, "caller": caller}, "denialWritten": True}
    at(answering({"POST /admin/revocations": answer | {"grantsByClaims": offered}}))
    ended = typed("revoke", "--issuer", "https://i", "--subject", "s", "--reason", "y", "--yes")
    assert ended.code == 0
    assert "grants by claims: apps" in ended.err
    assert "https://i id=1" in ended.out


@pytest.mark.parametrize(
    ("revoked", "shown"),
    [
        ({"grantId": "reports"}, "grant reports"),
        ({"sessionId": ID}, f"session {ID}"),
        ({"vendId": ID}, f"vend {ID}"),
        ({"all": True}, "everybody"),
        ({"caller": {"iam": "arn:aws:iam::1:role/r"}}, "arn:aws:iam::1:role/r"),
        ({"caller": {"issuer": "https://i"}}, "https://i (everybody)"),
        ({"caller": {"issuer": "https://i", "subject": "s"}}, "https://i s"),
        (
            {"caller": {"issuer": "https://i", "claims": {"id": "1", "n": 1, "main": True}}},
            "https://i id=1 n:=1 main:=true",
        ),
    ],
)
def test_a_revocation_names_its_kind_and_claims_as_they_are_typed(
    revoked: "dict[str, object]", shown: str
) -> None:
    assert applies_to(revoked) == shown


def test_what_a_revocation_does_not_cover_is_said_in_words(at: Serve) -> None:
    until = "2026-01-01T01:00:00Z"
    remaining = [
        {"roleArn": "arn:aws:iam::1:role/other", "until": until},
        {"grantId": "reports", "until": until},
        {"sessionId": ID, "until": until},
        {"vendedAfter": "2026-01-01T00:00:00Z", "until": until},
        {"issuer": "https://i", "until": until},
        {"aLaterMember": 1},
    ]
    answer = {"revocation": REVOCATION, "denialWritten": True, "notCovered": remaining}
    at(answering({"POST /admin/revocations": answer}))
    out = typed("revoke", "--issuer", "https://i", "--claim", "a=b", "--reason", "y", "--yes").out
    assert "not covered    sessions of the role arn:aws:iam::1:role/other; ends by 2026" in out
    assert f"sessions under the grant reports whose records do not show the claims; ends by {until}" in out  # fmt: skip
    assert f"the session {ID}; ends by {until}" in out
    assert "what was vended after 2026-01-01T00:00:00Z (revoke again in a minute)" in out
    assert "sessions of https://i that a search of the audit records did not find" in out
    assert '{"aLaterMember": 1}' in out
