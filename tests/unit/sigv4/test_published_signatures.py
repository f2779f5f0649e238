"""Our signatures agree with the examples of Signature Version 4 that AWS has published.

AWS's signing test suite signs for a service named ``service``, with the hash of the payload;
presigned S3 URLs have neither. So the suite tests the verifier in
`tests/proof/signing/sigv4.py`, which is written from the specification, and the verifier tests our
signatures of the suite's requests.
"""

import json
from base64 import b64encode
from datetime import UTC, datetime
from hmac import digest
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote

import pytest

from tests.proof.signing.presigners import ENDS
from tests.proof.signing.sigv4 import NO_PAYLOAD, UNSIGNED_PAYLOAD, signed_and_expected
from vending.sessions.session import Credentials
from vending.sigv4.presign import Endpoint, signer
from vending.sigv4.signing_key import signing_key

SUITE = json.loads(
    (Path(__file__).parents[2] / "published/aws-signing-test-suite.json").read_text("utf-8")
)
SECRET = (
    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"  # from S3's examples; the suite's secret has a '+'
)
every_case = pytest.mark.parametrize("case", SUITE["cases"].values(), ids=SUITE["cases"])


class Sent(NamedTuple):
    """A request of the suite, parsed."""

    key: str
    query: dict[str, str]  # without the parameters that the signature adds
    headers: dict[str, str]  # without the host
    token: str


def sent(case: dict[str, Any]) -> Sent:
    path, _, query = case["target"].partition("?")
    pairs = [one.partition("=") for one in query.split("&")]
    members = {unquote(name): unquote(value) for name, _, value in pairs}
    own = {name: value for name, value in members.items() if not name.startswith("X-Amz-")}
    headers = {name: value for name, value in case["headers"].items() if name != "Host"}
    return Sent(unquote(path)[1:], own, headers, members.get("X-Amz-Security-Token", ""))


@every_case
def test_the_receiving_side_expects_the_signature_that_the_suite_has(case: dict[str, Any]) -> None:
    signed, expected = signed_and_expected(
        SUITE["secretAccessKey"], case["method"], case["target"], case["headers"], NO_PAYLOAD
    )
    assert signed == expected


@every_case
def test_the_receiving_side_expects_our_signature_of_the_suites_request(
    case: dict[str, Any],
) -> None:
    request = sent(case)
    host = "https://example.amazonaws.com"
    sign = signer(
        Credentials("AKIDEXAMPLE", SUITE["secretAccessKey"], request.token, ENDS),
        Endpoint(f"{host}/", host.removeprefix("https://"), "/"),
        region="us-east-1",
        method=case["method"],
        expires=3600,
        now=datetime(2015, 8, 30, 12, 36, tzinfo=UTC),
        headers=request.headers,
        query=request.query,
    )
    url = sign(request.key)
    signed, expected = signed_and_expected(
        SUITE["secretAccessKey"],
        case["method"],
        url.removeprefix(host),
        case["headers"],
        UNSIGNED_PAYLOAD,
    )
    assert signed == expected
    assert sent({**case, "target": url.removeprefix(host)}) == request


def test_the_suite_has_the_cases_that_concern_a_presigned_url() -> None:
    assert len(SUITE["cases"]) == 16
    assert SUITE["licence"] == "Apache-2.0"


def test_the_presigned_url_of_s3s_documentation_is_made_to_the_letter() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-query-string-auth.html

    Its host is the global endpoint, which `endpoint_of` never returns.
    """
    sign = signer(
        Credentials("AKIAIOSFODNN7EXAMPLE", SECRET, "", ENDS),
        Endpoint("https://examplebucket.s3.amazonaws.com/", "examplebucket.s3.amazonaws.com", "/"),
        region="us-east-1",
        method="GET",
        expires=86400,
        now=datetime(2013, 5, 24, tzinfo=UTC),
    )
    assert sign("test.txt") == (
        "https://examplebucket.s3.amazonaws.com/test.txt"
        "?X-Amz-Algorithm=AWS4-HMAC-SHA256"
        "&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request"
        "&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host"
        "&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404"
    )


def test_the_policy_of_s3s_documentation_gets_the_signature_that_stands_there() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-post-example.html

    The lines end with carriage returns, as on the page; `form_fields` makes no such policy.
    """
    policy = "\r\n".join(
        [
            '{ "expiration": "2015-12-30T12:00:00.000Z",',
            '  "conditions": [',
            '    {"bucket": "sigv4examplebucket"},',
            '    ["starts-with", "$key", "user/user1/"],',
            '    {"acl": "public-read"},',
            '    {"success_action_redirect": "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"},',
            '    ["starts-with", "$Content-Type", "image/"],',
            '    {"x-amz-meta-uuid": "14365123651274"},',
            '    {"x-amz-server-side-encryption": "AES256"},',
            '    ["starts-with", "$x-amz-meta-tag", ""],',
            "",
            '    {"x-amz-credential": "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"},',
            '    {"x-amz-algorithm": "AWS4-HMAC-SHA256"},',
            '    {"x-amz-date": "20151229T000000Z" }',
            "  ]",
            "}",
        ]
    )
    key = signing_key(SECRET, "20151229/us-east-1/s3/aws4_request")
    signature = digest(key, b64encode(policy.encode()), "sha256").hex()
    assert signature == "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"


def test_the_signing_key_of_the_documentation_is_derived() -> None:
    """The example on https://docs.aws.amazon.com/general/latest/gr/sigv4-calculate-signature.html"""
    key = signing_key(
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "20150830/us-east-1/iam/aws4_request"
    )
    assert key.hex() == "c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9"
