"""CVE-2026-48522, PyJWT before 2.13: PyJWKClient fetched keys from ``file:``, ``ftp:`` and ``data:``.

Whoever could choose the URL had local files read, or brought keys of their own in the URL itself.
https://github.com/jpadilla/pyjwt/security/advisories/GHSA-993g-76c3-p5m4
"""

from pathlib import Path

import pytest

from tests.support.documents import document, planned, stored
from tests.support.tokens import issuer, jwks, served
from vending.aws.services.issuers import fetch
from vending.callers.issuer_keys import IssuerSaysNo
from vending.errors import InvalidRequest, Unavailable

SCHEMES = [
    "file:///etc/passwd",
    "file://127.0.0.1/etc/passwd",
    "FILE:///etc/passwd",
    "ftp://login.example.com/keys",
    "data:application/json;base64,eyJrZXlzIjpbXX0=",
    "data:,{}",
    "jar:https://login.example.com!/keys",
    "unix:///var/run/docker.sock",
    "gopher://127.0.0.1:6379/_keys",
    "http://login.example.com/keys",
    "url:file:///etc/passwd",
    "/etc/passwd",
]


@pytest.mark.parametrize("url", SCHEMES)
def test_keys_come_over_https_alone(url: str) -> None:
    with served({"/.well-known/openid-configuration": {"issuer": "$URL", "jwks_uri": url}}) as (
        issuer_url,
        asked,
    ):
        with pytest.raises((IssuerSaysNo, Unavailable)) as error:
            fetch(issuer(issuer_url), allow_local=True)
        assert error.value.reason == "IssuerNotPublic"
        assert asked == ["/.well-known/openid-configuration"]


def test_keys_in_a_file_that_exists_are_not_read(tmp_path: Path) -> None:
    file = tmp_path / "keys.json"
    file.write_bytes(jwks())
    document = {"issuer": "$URL", "jwks_uri": file.as_uri()}
    with (
        served({"/.well-known/openid-configuration": document}) as (url, _),
        pytest.raises((IssuerSaysNo, Unavailable)),
    ):
        fetch(issuer(url), allow_local=True)


@pytest.mark.parametrize("url", SCHEMES)
@pytest.mark.parametrize("allow_local", [True, False])
def test_discovery_goes_over_https_alone(url: str, allow_local: bool) -> None:
    with pytest.raises((IssuerSaysNo, Unavailable)) as error:
        fetch(issuer(url), allow_local=allow_local)
    assert error.value.reason == "IssuerNotPublic"


@pytest.mark.parametrize("url", SCHEMES)
def test_no_such_issuer_can_be_configured(url: str) -> None:
    with pytest.raises((ValueError, InvalidRequest)) as error:
        planned(document(issuers=[{"issuer": url, "audience": "us"}]), stored())
    assert "issuer" in str(getattr(error.value, "faults", error.value))
