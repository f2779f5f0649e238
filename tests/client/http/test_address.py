"""Which addresses of a service are taken."""

import pytest

from s3vend.errors import SettingsError
from s3vend.http.address import region_of, valid_address

API = "https://a1b2c3.execute-api.eu-west-1.amazonaws.com/v1"


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        ("https://vend.example.com/v1", "https://vend.example.com/v1"),
        ("https://vend.example.com/v1/", "https://vend.example.com/v1"),
        ("http://127.0.0.1:4566/v1", "http://127.0.0.1:4566/v1"),
        ("http://127.8.0.1", "http://127.8.0.1"),
        ("http://localhost:1", "http://localhost:1"),
        ("http://[::1]:1", "http://[::1]:1"),
    ],
)
def test_https_is_taken_and_plain_http_to_this_machine(given: str, taken: str) -> None:
    assert valid_address(given, "S3VEND_URL") == taken


@pytest.mark.parametrize(
    "given",
    [
        *("", "vend.example.com", "ftp://vend.example.com", "https://", "https://h:99999"),
        *("http://vend.example.com", "http://10.0.0.1", "http://0.0.0.0", "http://127.0.0.1.x.com"),
        *("http://localhost.evil.com", "https://user:pw@h", "https://h/?q", "https://h/#f"),
        *("https://a..b/v1", f"https://{'a' * 64}.example.com", "https://.example.com"),
        *("https://h/a b", "https://h\n", "https://[::1", "http://127.0.0.1@evil.com/"),
    ],
)
def test_every_other_address_is_refused_by_its_name(given: str) -> None:
    with pytest.raises(SettingsError, match="S3VEND_URL") as refused:
        valid_address(given, "S3VEND_URL")
    assert "pw" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "region"),
    [
        (API, "eu-west-1"),
        ("https://a.execute-api.cn-north-1.amazonaws.com.cn/v1", "cn-north-1"),
        ("https://a.execute-api.eusc-de-east-1.amazonaws.eu/v1", "eusc-de-east-1"),
        ("https://a.execute-api.us-isob-east-1.sc2s.sgov.gov/v1", "us-isob-east-1"),
        ("https://a-vpce-0a1b.execute-api.eu-west-1.vpce.amazonaws.com/v1", "eu-west-1"),
        ("https://execute-api.eu-west-1.amazonaws.com.evil.com", None),
        ("https://vend.example.com/v1", None),
        ("http://127.0.0.1:1/.execute-api.eu-west-1.amazonaws.com", None),
    ],
)
def test_the_region_stands_in_the_host_of_an_api(url: str, region: "str | None") -> None:
    assert region_of(url) == region
