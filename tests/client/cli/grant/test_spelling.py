"""A name that no grant has may be misspelt: `revoke` says so, and still revokes."""

import pytest

from tests.client.conftest import Asked, Reply, Serve
from tests.client.typed import answering, problem, typed

ID = "abcdefghijklmnop"
ISSUER = "https://ci.example.com"
ARN = "arn:aws:iam::123456789012:role/Reader"
GRANTEES: "list[dict[str, object]]" = [
    {"iam": ARN},
    {"iam": "222222222222"},
    {"issuer": ISSUER, "subject": "me"},
    {"issuer": ISSUER, "subject": "you", "claims": {"id": "1"}},
]
GRANTS = [{"id": f"g{number}", "grantee": one} for number, one in enumerate(GRANTEES)]
GRANTS.append({"id": "apps", "grantee": {"issuer": "https://apps", "claims": {"id": "1"}}})
DOUBT = "check the spelling"

pytestmark = pytest.mark.usefixtures("nobody")


def revoked(at: Serve, *words: str, sessions: "list[dict[str, object]] | None" = None) -> str:
    revocation = {"id": "0" * 16, "state": "active", "kind": "sessions", "all": True}

    def pages(asked: Asked) -> Reply:
        first = "nextToken" not in asked.path
        return (
            200,
            {},
            {"grants": GRANTS[:3], "nextToken": "t"} if first else {"grants": GRANTS[3:]},
        )

    at(
        answering(
            {
                "POST /admin/revocations": {"revocation": revocation, "denialWritten": True},
                "GET /admin/grants": pages,
                "GET /admin/sessions": {"sessions": sessions or []},
            }
        )
    )
    ended = typed("revoke", *words, "--reason", "why", "--yes")
    assert ended.code == 0
    return ended.err


@pytest.mark.parametrize(
    "words",
    [
        ("--grant", "g1"),
        ("--caller", ARN),
        ("--caller", "arn:aws:iam::123456789012:role/with/a/path/Reader"),
        ("--caller", "arn:aws:iam::222222222222:user/anybody"),
        ("--issuer", ISSUER),
        ("--issuer", ISSUER, "--subject", "me"),
        ("--issuer", ISSUER, "--claim", "id=1"),
        ("--issuer", ISSUER, "--claim", "other=1"),
        ("--issuer", "https://apps", "--subject", "whoever"),
        ("--all",),
        ("--vend", ID),
    ],
)
def test_a_name_that_a_grant_has_is_not_doubted(words: "tuple[str, ...]", at: Serve) -> None:
    assert revoked(at, *words) == ""


@pytest.mark.invariant(19)
@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("--grant", "g9"), "s3vend audit sessions --grant g9"),
        (("--caller", f"{ARN}s"), f"s3vend audit sessions --caller {ARN}s"),
        (("--issuer", f"{ISSUER}/x"), f"s3vend audit sessions --issuer {ISSUER}/x"),
        (
            ("--issuer", ISSUER, "--subject", "m e"),
            f"s3vend audit sessions --issuer {ISSUER} --subject 'm e'",
        ),
        (("--issuer", "https://apps", "--claim", "id=2"), "s3vend audit sessions --issuer https://apps"),
        (("--session", ID), f"s3vend audit sessions --session {ID}"),
    ],
)  # fmt: skip
def test_a_name_that_nobody_has_is_doubted_with_the_line_that_looks_for_sessions(
    words: "tuple[str, ...]", line: str, at: Serve
) -> None:
    said = revoked(at, *words)
    assert DOUBT in said
    assert said.rstrip().endswith(f"run: {line}")


def test_a_session_that_is_out_is_not_doubted(at: Serve) -> None:
    assert revoked(at, "--session", ID, sessions=[{"sessionId": ID}]) == ""


def test_where_the_service_does_not_say_nothing_is_said(at: Serve) -> None:
    answer = {"revocation": {"id": "x", "state": "active"}, "denialWritten": True}
    at(
        answering(
            {"POST /admin/revocations": answer, "GET /admin/grants": problem(503, "Unavailable")}
        )
    )
    ended = typed("revoke", "--grant", "nobodys", "--reason", "why", "--yes")
    assert (ended.code, ended.err) == (0, "")
