"""`audit`: what it asks, and what it shows."""

import pytest

from tests.client.conftest import Serve
from tests.client.typed import answering, typed

ID = "abcdefghijklmnop"

pytestmark = pytest.mark.usefixtures("nobody")


def test_audit_asks_for_what_was_typed_and_shows_who_did_what(at: Serve) -> None:
    record = {"time": "t", "action": "credentials", "outcome": "refused", "code": "AccessDenied"}
    record |= {"vendId": ID, "caller": "arn:x", "targets": ["s3://b/k", {"bucket": "b"}]}  # type: ignore[dict-item]
    served = at(answering({"GET /admin/audit": {"records": [record]}}))
    ended = typed("audit", "--outcome", "refused", "--since", "2026-01-01T00:00:00Z")
    assert "refused AccessDenied" in ended.out
    assert served.asked[0].path.endswith(
        "?limit=1000&outcome=refused&since=2026-01-01T00%3A00%3A00Z"
    )
    assert typed("audit", "-o", "json").json == {"records": [record]}


def test_sessions_and_one_vend_are_shown(at: Serve) -> None:
    session = {"sessionId": ID, "grant": "g", "expiresAt": "t", "vendCount": 3, "subject": "me"}
    session["issuer"] = "https://i"
    vend = {"record": {"vendId": ID}}
    answers = {"GET /admin/sessions": {"sessions": [session]}, f"GET /admin/vends/{ID}": vend}
    at(answering(answers))
    assert typed("audit", "sessions").out.splitlines()[1].split() == [
        *(ID, "https://i", "me", "g", "valid", "t", "3")
    ]
    assert typed("audit", "vend", ID).json == vend


@pytest.mark.invariant(19)
@pytest.mark.parametrize(
    ("revocation", "shown"),
    [
        ("denied", "revoked  t"),
        ("pending", "revoked, pending"),
        ("notReached", "revoked, not reached"),
        (None, "valid"),
    ],
)
def test_a_revoked_session_is_shown_as_revoked(
    revocation: "str | None", shown: str, at: Serve
) -> None:
    session = {"sessionId": ID, "grant": "g", "expiresAt": "t", "vendCount": 3, "caller": "arn:x"}
    session |= {"revocation": revocation} if revocation else {}
    at(answering({"GET /admin/sessions": {"sessions": [session]}}))
    ended = typed("audit", "sessions")
    assert shown in ended.out
    assert typed("audit", "sessions", "-o", "json").json == {"sessions": [session]}


def asked(at: Serve, *words: str, records: "list[dict[str, object]] | None" = None) -> str:
    """The query of `audit WORDS`, in the order of its members."""
    served = at(answering({"GET /admin/audit": {"records": records or []}}))
    ended = typed("audit", *words)
    assert ended.code == 0, ended.err
    return served.asked[0].path.partition("?limit=1000")[2]


@pytest.mark.parametrize(
    ("words", "query"),
    [
        (("--caller", "arn:aws:iam::1:role/R"), "&caller=arn%3Aaws%3Aiam%3A%3A1%3Arole%2FR"),
        (("--caller", "ReportReader"), "&callerName=ReportReader"),
        (("--caller", "repo:octo/app"), "&callerName=repo%3Aocto%2Fapp"),
        (("--target", "s3://b/a/*"), "&target=s3%3A%2F%2Fb%2Fa%2F%2A"),
        (("--target", "s3://b/k"), "&target=s3%3A%2F%2Fb%2Fk"),
        (("--action", "plan"), "&action=changes"),
        (("--action", "apply"), "&action=changes"),
        (("--action", "credentials"), "&action=credentials"),
    ],
)
def test_the_service_filters_by_what_was_typed(
    words: "tuple[str, ...]", query: str, at: Serve
) -> None:
    assert asked(at, *words) == query


def test_sessions_are_filtered_by_a_name_and_a_target_as_well(at: Serve) -> None:
    served = at(answering({"GET /admin/sessions": {"sessions": []}}))
    assert typed("audit", "sessions", "--caller", "Reader", "--target", "s3://b/*").code == 0
    assert served.asked[0].path.endswith("?limit=1000&callerName=Reader&target=s3%3A%2F%2Fb%2F%2A")


@pytest.mark.parametrize("target", ["b/k", "s3://b", "s3://b/a/", "s3://b/a*"])
def test_a_target_that_is_not_clear_is_not_asked_for(target: str, at: Serve) -> None:
    served = at(answering({}))
    ended = typed("audit", "--target", target)
    assert (ended.code, served.asked) == (2, [])


@pytest.mark.invariant(19)
def test_a_plan_is_told_from_an_apply(at: Serve) -> None:
    planned = record_of("changes", changes=3, dryRun=True, revision=7)
    applied = record_of("changes", changes=1, dryRun=False, revision=8)
    refused = record_of("changes", outcome="refused", code="InvalidRequest", dryRun=True)
    at(answering({"GET /admin/audit": {"records": [planned, applied, refused]}}))
    lines = typed("audit").out.splitlines()
    assert "plan    granted " in lines[1]
    assert "3 changes planned" in lines[1]
    assert "apply   granted " in lines[2]
    assert "1 change, revision 8" in lines[2]
    assert "plan    refused InvalidRequest" in lines[3]
    for word, kept in (("plan", [planned, refused]), ("apply", [applied])):
        assert typed("audit", "--action", word, "-o", "json").json == {"records": kept}


def record_of(action: str, **members: object) -> "dict[str, object]":
    record = {"time": "t", "action": action, "outcome": "granted", "vendId": ID, "caller": "arn:x"}
    return {**record, **members}


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_list_says_which_time_it_is_about_and_what_may_be_missing(count: int, at: Serve) -> None:
    members = {"since": "2026-01-01T00:00:00Z", "until": "2026-01-01T01:00:00Z"}
    members |= {"settledUntil": "2026-01-01T00:59:50Z"}
    answer = {"records": [record_of("credentials")] * count, **members}
    at(answering({"GET /admin/audit": answer, "GET /admin/sessions": {"sessions": [], **members}}))
    said = typed("audit").err
    shown = ("no records", "1 record", "2 records")[count]
    assert f"{shown} from 2026-01-01T00:00:00Z to 2026-01-01T01:00:00Z" in said
    assert "later ones than 2026-01-01T00:59:50Z may still be missing" in said
    assert typed("audit", "--quiet").err == typed("audit", "-o", "json").err == ""
    assert "no sessions; " in typed("audit", "sessions").err


def test_a_time_that_is_settled_to_its_end_lacks_nothing(at: Serve) -> None:
    until = "2026-01-01T01:00:00Z"
    members = {"since": "2026-01-01T00:00:00Z", "until": until, "settledUntil": until}
    at(answering({"GET /admin/audit": {"records": [], **members}}))
    said = typed("audit").err
    assert said.endswith(f"no records from 2026-01-01T00:00:00Z to {until}\n")


def test_records_and_sessions_say_what_was_lent(at: Serve) -> None:
    lent = {"grants": ["from", "to"], "permission": "READ WRITE"}
    session = {"sessionId": ID, "vendCount": 1, **lent}
    vended = record_of("credentials") | lent
    found = {"GET /admin/audit": {"records": [vended]}, "GET /admin/sessions": {"sessions": [session]}}  # fmt: skip
    at(answering(found))
    for words in (("audit",), ("audit", "sessions")):
        head, row = typed(*words).out.splitlines()
        assert head.index("PERMISSION") == row.index("READ WRITE")
        assert head.index("GRANT") == row.index("from to")
