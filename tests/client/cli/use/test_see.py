"""`ls`, `whoami` and `explain`."""

import json

import pytest

from tests.client.conftest import Asked, Reply, Serve
from tests.client.typed import TOKEN, answering, typed

GRANTS = [
    {"id": "one", "scope": "s3://b/reports/*", "permission": "READ", "maxDuration": 900},
    {"id": "two", "scope": "s3://b/\x1b[2J/*", "permission": "WRITE"},
]


pytestmark = pytest.mark.usefixtures("nobody")


def test_grants_are_listed_over_all_pages_and_steer_no_terminal(at: Serve) -> None:
    def page(asked: Asked) -> Reply:
        if "nextToken=t" in asked.path:
            return 200, {}, {"grants": GRANTS[1:]}
        return 200, {}, {"grants": GRANTS[:1], "nextToken": "t"}

    at(answering({"GET /grants": page}))
    assert typed("ls", "--output", "json").json == {"grants": GRANTS}
    shown = typed("ls").out.splitlines()
    assert shown[0].split() == ["GRANT", "PERMISSION", "SCOPE", "MAX", "DURATION", "EXPIRES"]
    assert shown[1].split() == ["one", "READ", "s3://b/reports/*", "15m"]
    assert shown[2].split() == ["two", "WRITE", r"s3://b/\x1b[2J/*"]


def test_whoami_says_where_the_identity_was_found(at: Serve) -> None:
    answer = {"door": "web-identity", "issuer": "https://i", "subject": "me", "claims": {"a": "b"}}
    served = at(answering({"GET /identity": answer}))
    shown = typed("whoami").out
    for line in ("subject   me", "identity  S3VEND_TOKEN", f"service   {served.url}", "claim a  b"):
        assert line in shown
    assert TOKEN not in shown
    assert typed("whoami", "-o", "json").json == answer


@pytest.mark.parametrize(("decision", "code"), [("granted", 0), ("refused", 1)])
def test_explain_ends_as_the_request_would(decision: str, code: int, at: Serve) -> None:
    answer = {
        "decision": decision,
        "reason": "NoGrant",
        "matchedGrantTargets": [],
        "limits": {},
        "sessionPolicy": json.dumps({"Statement": [{"Sid": "x"}]}),
    }
    at(answering({"POST /explanations": answer}))
    ended = typed("explain", "s3://b/k")
    assert (ended.code, ended.out.splitlines()[0]) == (code, decision)
    assert '"Sid": "x"' in ended.out
    assert typed("explain", "s3://b/k", "-o", "json").json == answer
