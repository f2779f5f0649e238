"""Which CAs are trusted, and that a certificate is refused for every other reason as before."""

import os
import re
import ssl
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

import s3vend
from s3vend.http.trust import Trust, trust
from s3vend.http.wire import Wire
from tests.client.certificates import DAY, Issued, authority, issued
from tests.client.listening import listening, secure

VARIABLES = ("AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
BUILT_IN = Path("/built-in.pem")


def get(certificate: Issued, environment: Mapping[str, str], key: Path, host: str) -> int:
    with listening(secure(certificate.server(key))) as port:
        return Wire(environment=environment).send("GET", f"https://{host}:{port}/").status


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize("usage", [True, False])
def test_a_company_s_ca_is_trusted_also_without_key_usage(
    variable: str, usage: bool, tmp_path: Path
) -> None:
    company = authority(usage=usage)
    environment = {variable: str(company.saved(tmp_path / "ca.pem"))}
    leaf = issued(company, ["localhost", "127.0.0.1"])
    for host in ("localhost", "127.0.0.1"):
        assert get(leaf, environment, tmp_path / "key.pem", host) == 200


@pytest.mark.parametrize("usage", [True, False])
@pytest.mark.parametrize(
    ("kind", "reason", "says"),
    [
        ("another host", "Hostname mismatch", "has the certificate of another host"),
        ("another address", "IP address mismatch", "has the certificate of another host"),
        ("expired", "certificate has expired", "has expired .* clock"),
        ("too early", "certificate is not yet valid", "is not valid yet"),
        ("unknown CA", "unable to get local issuer", r"is not trusted here .*ca\.pem \(AWS_CA_"),
        ("self-signed", "self.signed certificate", "only itself vouches for"),
        ("signed by a server", "", "has a certificate"),
    ],
)
def test_what_else_is_wrong_with_a_certificate_is_refused_with_openssl_s_reason(
    kind: str, reason: str, says: str, usage: bool, tmp_path: Path
) -> None:
    company = authority(usage=usage)
    leaf = {
        "another host": lambda: issued(company, ["vend.example.com"]),
        "another address": lambda: issued(company, ["127.0.0.2"]),
        "expired": lambda: issued(company, start=-2 * DAY, end=-timedelta(minutes=1)),
        "too early": lambda: issued(company, start=timedelta(hours=12)),
        "unknown CA": lambda: issued(authority(usage=usage)),
        "self-signed": lambda: issued(None),
        "signed by a server": lambda: issued(issued(company, ["Example Corp"])),
    }[kind]()
    environment = {"AWS_CA_BUNDLE": str(company.saved(tmp_path / "ca.pem"))}
    host = "127.0.0.1" if kind == "another address" else "localhost"
    with pytest.raises(s3vend.Unreachable, match=says) as refused:
        get(leaf, environment, tmp_path / "key.pem", host)
    assert re.search(reason, str(refused.value))
    assert "OpenSSL" in str(refused.value)
    assert refused.value.most_tries == 1


def test_without_a_choice_of_the_user_verification_is_python_s_own(tmp_path: Path) -> None:
    company = authority(usage=False)
    found = trust({}, lambda: company.saved(tmp_path / "ca.pem")).context()
    assert found.verify_flags == ssl.create_default_context().verify_flags
    assert (found.verify_mode, found.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("variable", VARIABLES)
def test_with_one_only_the_strictness_about_the_ca_is_less(variable: str, tmp_path: Path) -> None:
    own = trust({variable: str(authority().saved(tmp_path / "ca.pem"))}).context()
    usual = ssl.create_default_context().verify_flags
    assert own.verify_flags == usual & ~ssl.VERIFY_X509_STRICT
    assert (own.verify_mode, own.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert own.cert_store_stats()["x509_ca"] == 1, "no other CA is trusted"


@pytest.mark.parametrize(
    ("environment", "places", "variables"),
    [
        ({}, ["/built-in.pem"], ()),
        (dict.fromkeys((*VARIABLES, "SSL_CERT_DIR"), ""), ["/built-in.pem"], ()),
        ({"AWS_CA_BUNDLE": "/a", "REQUESTS_CA_BUNDLE": "/r"}, ["/a"], ("AWS_CA_BUNDLE",)),
        ({"AWS_CA_BUNDLE": "", "REQUESTS_CA_BUNDLE": "/r"}, ["/r"], ("REQUESTS_CA_BUNDLE",)),
        ({"REQUESTS_CA_BUNDLE": "/r", "SSL_CERT_FILE": "/s"}, ["/r"], ("REQUESTS_CA_BUNDLE",)),
        ({"REQUESTS_CA_BUNDLE": "", "SSL_CERT_FILE": "/s"}, ["/s"], ("SSL_CERT_FILE",)),
        ({"SSL_CERT_DIR": "/d"}, ["/d"], ("SSL_CERT_DIR",)),
        (
            {"SSL_CERT_FILE": "/s", "SSL_CERT_DIR": f"/d{os.pathsep}/"},
            ["/s", "/"],
            ("SSL_CERT_FILE", "SSL_CERT_DIR"),
        ),
    ],
)
def test_the_first_variable_that_is_not_empty_counts(
    environment: "dict[str, str]", places: "list[str]", variables: "tuple[str, ...]"
) -> None:
    assert trust(environment, lambda: BUILT_IN) == Trust(tuple(map(Path, places)), variables)


def test_a_directory_of_cas_is_read_as_openssl_names_its_files(tmp_path: Path) -> None:
    """Such as by `openssl rehash`: the name is the hash of CN=Example Corp."""
    company = authority()
    hashes = {"AWS_CA_BUNDLE": "a", "REQUESTS_CA_BUNDLE": "b", "SSL_CERT_DIR": "c"}
    for variable, name in hashes.items():
        directory = tmp_path / name
        directory.mkdir()
        company.saved(directory / "5486d840.0")
        leaf = issued(company)
        assert get(leaf, {variable: str(directory)}, tmp_path / "key.pem", "localhost") == 200


@pytest.mark.parametrize("variable", [*VARIABLES, "SSL_CERT_DIR"])
@pytest.mark.parametrize("text", ["nothing", "not a certificate"])
def test_a_bundle_that_cannot_be_read_is_named_with_its_variable(
    variable: str, text: str, tmp_path: Path
) -> None:
    path = tmp_path / "ca.pem"
    if text != "nothing":
        path.write_text(text)
    with pytest.raises(s3vend.SettingsError, match=r"ca\.pem is not a readable") as refused:
        Wire(environment={variable: str(path)}).send("GET", "https://127.0.0.1:9/")
    assert variable in str(refused.value)


def test_the_system_s_cas_are_trusted_where_there_is_no_bundle() -> None:
    assert str(trust({}, lambda: None)) == "the system's store"
    assert trust({}, lambda: None).context().verify_mode is ssl.CERT_REQUIRED
