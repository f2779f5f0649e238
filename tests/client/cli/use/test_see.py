"""`whoami` and `explain`."""

import json

import pytest

from tests.client.conftest import Serve
from tests.client.typed import TOKEN, answering, problem, typed

pytestmark = pytest.mark.usefixtures("nobody")


def test_whoami_says_where_the_identity_was_found(at: Serve) -> None:
    answer = {"door": "web-identity", "issuer": "https://i", "subject": "me", "claims": {"a": "b"}}
    served = at(answering({"GET /identity": answer}))
    shown = typed("whoami").out
    for line in ("subject   me", "identity  S3VEND_TOKEN", f"service   {served.url}", "claim a  b"):
        assert line in shown
    assert TOKEN not in shown
    assert typed("whoami", "-o", "json").json == answer


@pytest.mark.parametrize(
    ("decision", "code", "said"), [("granted", 0, "work here"), ("refused", 1, "Nothing works")]
)
def test_explain_ends_as_the_request_would(decision: str, code: int, said: str, at: Serve) -> None:
    answer = {
        "decision": decision,
        "reason": "NoGrant",
        "matchedGrantTargets": [],
        "limits": {},
        "sessionPolicy": json.dumps({"Statement": [{"Sid": "x"}]}),
    }
    at(answering({"POST /explanations": answer}))
    ended = typed("explain", "s3://b/k")
    assert ended.code == code
    assert said in ended.out.splitlines()[0]
    assert f"credentials  {decision}: NoGrant" in ended.out
    assert '"Sid": "x"' in ended.out
    assert typed("explain", "s3://b/k", "-o", "json").json == answer


def test_a_refused_question_is_no_decision(at: Serve) -> None:
    at(answering({"POST /explanations": problem(400, "InvalidRequest")}))
    assert typed("explain", "s3://b/k").code == 2
    at(answering({"POST /admin/explanations": problem(400, "InvalidRequest")}))
    assert typed("explain", "s3://b/k", "--as", "https://i").code == 2


def test_explain_says_that_urls_work_where_credentials_do_not(at: Serve) -> None:
    urls = {"permission": "READ", "methods": ["GET", "HEAD"], "decision": "granted"}
    answer = {
        "decision": "refused",
        "code": "PresignOnly",
        "reason": "The grant 'g' allows at most 300 seconds.",
        "matchedGrantTargets": [],
        "limits": {"minDurationSeconds": 900, "maxDurationSeconds": 300, "maxExpiresIn": 300},
        "presignedUrls": [urls | {"reason": "The grant 'g' allows READ.", "maxExpiresIn": 300}],
    }
    at(answering({"POST /explanations": answer}))
    ended = typed("explain", "s3://b/k")
    lines = ended.out.splitlines()
    assert ended.code == 0
    assert lines[0] == (
        "s3vend cp and s3vend url work here; credentials do not, since the grant's maxDuration is "
        "5m."
    )
    assert "READ URLs     granted: The grant 'g' allows READ." in lines
    assert "READ methods  GET HEAD, for at most 5m" in lines
    assert typed("explain", "s3://b/k", "-o", "json").json == answer
