"""CVE-2020-16250, HashiCorp Vault: an answer was believed that the caller could steer.

Callers sent a signed request for Vault to pass on to AWS, and Vault read who they were from what
came back. A caller could have another operation answer, with text of the caller's own in it, and
the parser skipped what stood around the forged part.
https://googleprojectzero.blogspot.com/2020/10/enter-the-vault-auth-issues-hashicorp-vault.html
"""

import json
from typing import Any

import pytest

from tests.support.make import ACCOUNT, NOW, USER_ARN, record
from tests.support.tokens import (
    AUDIENCE,
    ISSUER,
    accept,
    claims,
    issuer,
    jwk,
    jwks,
    rsa_key,
    served,
    sign,
)
from vending.aws.api.gateway import Request
from vending.aws.services.issuers import fetch
from vending.callers.identity import IamIdentity
from vending.callers.issuer import Issuer
from vending.callers.issuer_keys import IssuerSaysNo
from vending.callers.web_identity import authenticate, read_keys
from vending.errors import NotAuthenticated, TokenRefused, Unavailable

USER_ID = "AIDA2EXAMPLEEXAMPLE1"
ROOT = f"arn:aws:iam::{ACCOUNT}:user/Root"
IDENTITY = {
    "userArn": USER_ARN,
    "caller": USER_ID,
    "accountId": ACCOUNT,
    "sourceIp": "192.0.2.7",
}
FORGED = {"userArn": ROOT, "caller": "AIDA2ROOTROOTROOTRO", "accountId": ACCOUNT}
DISCOVERY = "/.well-known/openid-configuration"


def event(path: str = "/iam/credentials", /, **members: object) -> dict[str, Any]:
    context = {"resourcePath": path, "httpMethod": "POST", "stage": "v1", "identity": IDENTITY}
    return {"requestContext": context} | members


@pytest.mark.parametrize(
    "members",
    [
        {"multiValueHeaders": {name: [value] for name, value in FORGED.items()}},
        {"headers": {"X-Amzn-Caller-Arn": ROOT, "X-Forwarded-For": "10.0.0.1"}},
        {"body": json.dumps({"requestContext": {"identity": FORGED}})},
        {"body": f"<GetCallerIdentityResponse><Arn>{ROOT}</Arn></GetCallerIdentityResponse>"},
        {"multiValueQueryStringParameters": {"userArn": [ROOT]}},
        {"pathParameters": {"userArn": ROOT}, "stageVariables": FORGED},
        {"identity": FORGED, "userArn": ROOT, "authorizer": {"caller": json.dumps(FORGED)}},
    ],
)
def test_who_asks_is_read_from_the_request_context_alone(members: dict[str, object]) -> None:
    identity = Request(event(**members)).caller().identity
    assert isinstance(identity, IamIdentity)
    assert (identity.principal.arn, identity.unique_id) == (USER_ARN, USER_ID)


@pytest.mark.parametrize(
    "members",
    [
        {"userArn": f"{ROOT} {USER_ARN}"},
        {"userArn": f"<Arn>{USER_ARN}</Arn>"},
        {"userArn": json.dumps({"Arn": USER_ARN})},
        {"userArn": f"{USER_ARN}\n"},
        {"userArn": [USER_ARN]},
        {"accountId": "210987654321"},
        {"caller": f"AROA2EXAMPLEEXAMPLE1:{USER_ID}"},
    ],
)
def test_a_context_that_has_more_around_it_or_disagrees_is_refused(
    members: dict[str, object],
) -> None:
    asked = event()
    asked["requestContext"]["identity"] = IDENTITY | members
    with pytest.raises(NotAuthenticated):
        Request(asked).caller()


@pytest.mark.parametrize(
    "text",
    [
        'x{"issuer": "i", "subject": "s", "claims": {}, "tokenHash": "h"}',
        '{"issuer": "i", "subject": "s", "claims": {}, "tokenHash": "h"}x',
        '{"outer": {"issuer": "i", "subject": "s", "claims": {}, "tokenHash": "h"}}',
        '[{"issuer": "i", "subject": "s", "claims": {}, "tokenHash": "h"}]',
        '{"issuer": "i", "subject": "s", "claims": {}, "tokenHash": "h", "more": 1}',
        '{"issuer": "i", "claims": {"subject": "s"}, "tokenHash": "h"}',
    ],
)
def test_what_the_authorizer_says_is_read_whole_or_not_at_all(text: str) -> None:
    asked = event("/web-identity/credentials")
    asked["requestContext"]["authorizer"] = {"caller": text}
    with pytest.raises(NotAuthenticated):
        Request(asked).caller()


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example.com",
        f"{ISSUER}.evil.example.com",
        f"{ISSUER}@evil.example.com",
        f"https://evil.example.com/{ISSUER}",
        f"https://evil.example.com#{ISSUER}",
        f"https://evil.example.com?{ISSUER}",
    ],
)
def test_keys_are_never_asked_of_a_host_that_the_token_names(url: str) -> None:
    def find_key(one: Issuer, key_id: str, algorithm: str) -> None:
        pytest.fail(f"{one.url} was asked")

    for token in (
        sign(claims(iss=url), key=rsa_key("attacker")),
        sign(key=rsa_key("attacker"), jku=f"{url}/keys"),
        sign(key=rsa_key("attacker"), x5u=f"{url}/chain"),
    ):
        with pytest.raises(TokenRefused):
            authenticate(token, record(), issuers={ISSUER: issuer()}, find_key=find_key, now=NOW)


def test_a_url_in_the_claims_is_nothing_but_a_claim() -> None:
    brought = {"jwks_uri": "https://evil.example.com", "azp": ISSUER, "issuer": ISSUER}
    assert accept(sign(claims() | brought)).issuer == ISSUER


def test_keys_that_the_discovery_document_of_another_issuer_names_are_not_fetched() -> None:
    document = {"issuer": "https://evil.example.com", "jwks_uri": "$URL/keys"}
    with served({DISCOVERY: document, "/keys": json.loads(jwks())}) as (url, asked):
        with pytest.raises((IssuerSaysNo, Unavailable)) as error:
            fetch(issuer(url), allow_local=True)
        assert error.value.reason == "DiscoveryOfAnotherIssuer"
        assert asked == [DISCOVERY]


def test_a_document_within_a_document_is_not_found() -> None:
    """An error page that repeats what was asked is no discovery document, and no JWKS."""
    inner = {"issuer": "$URL", "jwks_uri": "$URL/keys"}
    for document in ({"error": inner}, [inner], json.dumps(inner), {"issuer": inner}):
        with served({DISCOVERY: document, "/keys": json.loads(jwks())}) as (url, asked):
            with pytest.raises((IssuerSaysNo, Unavailable)):
                fetch(issuer(url), allow_local=True)
            assert asked == [DISCOVERY]
    key = jwk(rsa_key("attacker"))
    for text in (
        f"<html>{json.dumps({'keys': [key]})}</html>",
        json.dumps({"error": {"keys": [key]}}),
        json.dumps([{"keys": [key]}]),
        json.dumps({"keys": {"keys": [key]}}),
    ):
        with pytest.raises(ValueError):  # noqa: PT011 - whatever it says, there is no key in it
            read_keys(text.encode())


def test_an_issuer_vouches_for_its_own_subjects_alone() -> None:
    """With keys of its own, and signed well, it cannot speak for another."""
    other = "https://other.example.com"
    issuers = {ISSUER: issuer(), other: issuer(other)}
    keys = {
        ISSUER: read_keys(jwks(jwk(rsa_key()))),
        other: read_keys(jwks(jwk(rsa_key("other")))),
    }

    def subject(token: str) -> str:
        return authenticate(
            token,
            record(),
            issuers=issuers,
            find_key=lambda one, key_id, algorithm: keys[one.url].get((key_id, algorithm)),
            now=NOW,
        ).canonical

    assert subject(sign(claims(iss=other), key=rsa_key("other"))) == f"{other} alice"
    assert subject(sign(claims(aud=[AUDIENCE]))) == f"{ISSUER} alice"
    with pytest.raises(TokenRefused):
        subject(sign(claims(), key=rsa_key("other")))
