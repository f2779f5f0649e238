"""`doctor`, `canary`, `revoke` and `audit`: what they ask, what they make of the answers."""

import itertools
import time
from datetime import datetime, timezone
from email.utils import formatdate

import pytest

from s3vend.cli.watch import audit, canary
from tests.client.conftest import Asked, Reply, Serve
from tests.client.typed import answering, problem, typed

WELL = {"door": "web-identity", "subject": "me", "issuer": "https://i"}
GRANT = {"id": "g", "scope": "s3://b/*", "permission": "READ"}
ID = "abcdefghijklmnop"
REVOCATION = {"id": "0" * 16, "state": "active", "kind": "sessions", "grantId": "g"}
REVOCATION |= {"createdAt": "2026-01-01T00:00:00Z", "reason": "why"}

pytestmark = pytest.mark.usefixtures("nobody")


def service(other: "dict[str, object] | None" = None, ahead: float = 0.0) -> "dict[str, object]":
    date = {"Date": formatdate(time.time() + ahead, usegmt=True)}

    def known(asked: Asked) -> Reply:
        if "authorization" not in asked.headers:
            return 403, date, {"code": "NotAuthenticated", "detail": "No."}
        return 200, {}, WELL

    return {
        "GET /iam/identity": known,
        "GET /identity": known,
        "GET /grants": {"grants": [GRANT]},
        **(other or {}),
    }


def levels(out: str) -> "dict[str, str]":
    lines = [line for line in out.splitlines() if not line.startswith("      ")]
    return {line.split()[1].rstrip(":"): line.split()[0] for line in lines}


def test_where_all_is_well_every_line_says_ok(at: Serve) -> None:
    at(answering(service()))
    ended = typed("doctor")
    well = ("settings", "endpoint", "clock", "identity", "authentication", "grants")
    assert (ended.code, levels(ended.out)) == (0, dict.fromkeys(well, "ok"))
    assert [one["level"] for one in typed("doctor", "-o", "json").json["checks"]] == ["ok"] * 6


@pytest.mark.parametrize(
    ("ahead", "level", "code"), [(120, "warn", 0), (-120, "warn", 0), (600, "fail", 3)]
)
def test_a_clock_that_is_off_is_said(ahead: float, level: str, code: int, at: Serve) -> None:
    at(answering(service(ahead=ahead)))
    ended = typed("doctor")
    assert (ended.code, levels(ended.out)["clock"]) == (code, level)
    assert ("behind" if ahead > 0 else "ahead") in ended.out


@pytest.mark.parametrize(
    ("answers", "check", "level", "code"),
    [
        ({"GET /grants": {"grants": []}}, "grants", "warn", 0),
        ({"GET /identity": problem(401, "NotAuthenticated")}, "authentication", "fail", 3),
        ({"GET /iam/identity": (200, {}, {"hello": "world"})}, "endpoint", "fail", 2),
        ({"GET /grants": problem(503, "Unavailable")}, "grants", "fail", 4),
    ],
)
def test_what_is_wrong_is_the_line_that_says_so(
    answers: "dict[str, object]", check: str, level: str, code: int, at: Serve
) -> None:
    at(answering(service(answers)))
    ended = typed("doctor")
    assert (ended.code, levels(ended.out)[check]) == (code, level)
    assert len(ended.out.split(f"{check}:")[1].splitlines()) > 1, "it does not say what to do"


@pytest.mark.parametrize(
    ("settings", "check", "code"),
    [
        ({"S3VEND_URL": ""}, "settings", 2),
        ({"S3VEND_URL": "http://127.0.0.1:9"}, "endpoint", 4),
        ({"S3VEND_TOKEN": "", "S3VEND_TOKEN_FILE": "/no/such"}, "identity", 3),
    ],
)
def test_what_the_others_need_is_the_last_line(
    settings: "dict[str, str]", check: str, code: int, at: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    at(answering(service()))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    ended = typed("doctor")
    assert (ended.code, list(levels(ended.out).items())[-1]) == (code, (check, "fail"))


def test_a_target_is_looked_at_with_the_bucket_s_cors(at: Serve) -> None:
    here: list[str] = []

    def presigned(asked: Asked) -> Reply:
        method = asked.json["requests"][0]["method"]  # type: ignore[index]
        if method == "PUT":
            return problem(403, "AccessDenied")
        url = f"{here[0]}/b/k?X-Amz-Signature=s"
        end = "2099-01-01T00:00:00Z"
        return 200, {}, {"urls": [{"method": "GET", "url": url, "headers": {}, "expiresAt": end}]}

    def preflight(asked: Asked) -> Reply:
        assert "?" not in asked.path
        refused = asked.headers["origin"] == "https://refused.example.com"
        allows = {"Access-Control-Allow-Origin": "https://app.example.com"}
        return (403, {}, b"") if refused else (200, allows, b"")

    def explained(asked: Asked) -> Reply:
        granted = asked.json["permission"] == "READ"
        decision = "granted" if granted else "refused"
        return 200, {}, {"decision": decision, "reason": "NoGrant"}

    answers: dict[str, object] = {
        "POST /presigned-urls": presigned,
        "OPTIONS /b/k": preflight,
        "POST /explanations": explained,
    }
    served = at(answering(service(answers)))
    here.append(served.url)
    ended = typed("doctor", "s3://b/k", "--origin", "https://app.example.com")
    assert (ended.code, levels(ended.out)["cors"]) == (0, "ok")
    assert "READ on s3://b/k would be granted" in ended.out
    for other in ("https://refused.example.com", "https://other.example.com"):
        ended = typed("doctor", "s3://b/k", "--origin", other)
        assert (ended.code, levels(ended.out)["cors"]) == (0, "warn")


@pytest.mark.parametrize(
    ("answers", "seconds"),
    [
        ([True] * 12, 0.0),
        ([False, False] + [True] * 12, 2.0),
        ([True] * 5 + [False] + [True] * 12, 6.0),
        ([False] * 99, None),
    ],
)
def test_a_url_is_denied_once_it_is_refused_ten_times_in_a_row(
    answers: "list[bool]", seconds: "float | None"
) -> None:
    clock = itertools.count(0.0)
    told = iter(answers)
    found = canary.until_denied(lambda: next(told), lambda: next(clock), 30, lambda _: None)
    assert found == seconds


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
        *(ID, "https://i", "me", "g", "t", "3")
    ]
    assert typed("audit", "vend", ID).json == vend


@pytest.mark.parametrize(
    ("typed_", "sent"),
    [
        ("2h", "2026-01-01T10:00:00Z"),
        ("30m", "2026-01-01T11:30:00Z"),
        ("1d", "2025-12-31T12:00:00Z"),
        ("2026-01-01T00:00:00+09:00", "2026-01-01T00:00:00+09:00"),
        (None, None),
    ],
)
def test_a_time_may_be_said_as_how_long_ago(typed_: "str | None", sent: "str | None") -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=timezone.utc)
    assert audit.moment(typed_, noon) == sent
