"""GHSA-7m6v-q233-q9j9 (CVE-2025-32963), MinIO Operator before 7.1: no audience of its own.

Its AssumeRoleWithWebIdentity asked Kubernetes about a service account's token without naming an
audience. So the token that every pod has for the API server was good for storage credentials, and
a token sent to the operator was good for the API server.
https://github.com/minio/operator/security/advisories/GHSA-7m6v-q233-q9j9
"""

import pytest

from tests.support.tokens import AUDIENCE, accept, claims, issuer, jwks, sign
from vending.documents.issuer import IssuerBody
from vending.errors import TokenRefused

CLUSTER = "https://kubernetes.default.svc"
SUBJECT = "system:serviceaccount:team:app"


def of_the_cluster(**members: object) -> str:
    return sign(claims(iss=CLUSTER, sub=SUBJECT) | members)


@pytest.mark.parametrize(
    "audience",
    [
        "https://kubernetes.default.svc",
        "https://kubernetes.default.svc.cluster.local",
        ["https://kubernetes.default.svc.cluster.local", "k3s"],
        "sts.amazonaws.com",
        "sts.min.io",
        "api",
        [],
        "",
        None,
    ],
)
def test_a_token_for_the_api_server_is_not_for_us(audience: object) -> None:
    with pytest.raises(TokenRefused) as error:
        accept(of_the_cluster(aud=audience), issuer(CLUSTER, jwks=jwks().decode()))
    assert error.value.reason == "AudienceWrong"


def test_a_token_without_an_audience_is_not_for_us() -> None:
    with pytest.raises(TokenRefused):
        accept(sign(claims(iss=CLUSTER, aud=None)), issuer(CLUSTER))


def test_a_token_that_names_us_is() -> None:
    token = of_the_cluster(aud=[AUDIENCE])
    assert accept(token, issuer(CLUSTER, jwks=jwks().decode())).subject == SUBJECT


@pytest.mark.parametrize("audience", [None, "", [], [""], {}])
def test_no_issuer_can_be_configured_without_an_audience(audience: object) -> None:
    entry = {"issuer": "https://login.example.com", "audience": audience}
    with pytest.raises(ValueError, match="audience"):
        IssuerBody.model_validate(entry)
    with pytest.raises(ValueError, match="audience"):
        IssuerBody.model_validate({"issuer": "https://login.example.com"})


@pytest.mark.parametrize("lifetime", [3601, 86_400, 31_536_000])
def test_a_token_that_lives_for_long_is_refused(lifetime: int) -> None:
    """The operator's pods had theirs for a year; how long is the issuer's entry's to say."""
    made = claims(iss=CLUSTER, sub=SUBJECT)
    with pytest.raises(TokenRefused) as error:
        accept(sign(made | {"exp": int(str(made["iat"])) + lifetime}), issuer(CLUSTER))
    assert error.value.reason == "LifetimeTooLong"
