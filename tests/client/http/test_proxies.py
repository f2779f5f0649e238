"""Which proxy is used for an address, and that its password is shown to nobody."""

from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path

import pytest

import s3vend
from s3vend.http.proxies import SYSTEM, Proxies, Proxy, bypasses
from s3vend.http.wire import Wire
from tests.client.certificates import authority, issued
from tests.client.listening import listening, secure, socks, tunnels

URL = "https://vend.example.com/v1"
HTTP, OTHER = "http://proxy.example.com:3128", "http://other.example.com:3128"
SOCKS = "socks5h://proxy.example.com:1080"


def chosen(environment: Mapping[str, str], url: str = URL, *, extra: bool = True) -> Proxy | None:
    return Proxies(environment, dict, lambda host: False, lambda: extra).proxy(url)


@pytest.mark.parametrize(
    ("environment", "url", "source"),
    [
        ({}, None, None),
        ({"HTTPS_PROXY": ""}, None, None),
        ({"HTTPS_PROXY": HTTP}, HTTP, "HTTPS_PROXY"),
        ({"https_proxy": HTTP}, HTTP, "https_proxy"),
        ({"https_proxy": HTTP, "HTTPS_PROXY": OTHER}, HTTP, "https_proxy"),
        ({"https_proxy": "", "HTTPS_PROXY": OTHER}, None, None),
        ({"HTTP_PROXY": HTTP}, None, None),
        ({"HTTPS_PROXY": "proxy.example.com:3128"}, HTTP, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "//proxy.example.com:3128"}, HTTP, "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "https://proxy.example.com"}, "https://proxy.example.com", "HTTPS_PROXY"),
        ({"ALL_PROXY": HTTP}, HTTP, "ALL_PROXY"),
        ({"all_proxy": HTTP}, HTTP, "all_proxy"),
        ({"ALL_PROXY": OTHER, "HTTPS_PROXY": HTTP}, HTTP, "HTTPS_PROXY"),
        ({"ALL_PROXY": SOCKS}, SOCKS, "ALL_PROXY"),
        ({"HTTPS_PROXY": SOCKS}, SOCKS, "HTTPS_PROXY"),
        ({"ALL_PROXY": "socks://p:1"}, None, None),
        ({"HTTPS_PROXY": HTTP, "NO_PROXY": "example.com"}, None, None),
        ({"ALL_PROXY": SOCKS, "no_proxy": "*"}, None, None),
        ({"HTTPS_PROXY": HTTP, "no_proxy": "", "NO_PROXY": "*"}, HTTP, "HTTPS_PROXY"),
    ],
)
def test_the_variables_mean_what_they_mean_to_other_tools(
    environment: "dict[str, str]", url: "str | None", source: "str | None"
) -> None:
    proxy = chosen(environment)
    assert (proxy and proxy.url, proxy and proxy.source) == (url, source)


@pytest.mark.parametrize(
    ("no_proxy", "yes", "no"),
    [
        ("", "", "vend.example.com 10.1.2.3"),
        ("*", "vend.example.com 10.1.2.3 ::1", ""),
        ("a, *", "vend.example.com", ""),
        ("example.com", "example.com vend.example.com VEND.example.COM", "badexample.com com"),
        (".example.com", "example.com vend.example.com", "badexample.com"),
        ("*.example.com", "vend.example.com", "badexample.com"),
        ("example.com.", "vend.example.com vend.example.com.", "example.org"),
        ("a.org,example.com", "vend.example.com", "example.org"),
        ("a.org example.com", "vend.example.com a.org", "example.org"),
        ("vend.example.com:443", "vend.example.com", "example.com"),
        ("vend.example.com:8443", "", "vend.example.com"),
        (".example.com:443", "vend.example.com", "example.org"),
        ("10.1.2.3", "10.1.2.3", "10.1.2.30 vend.example.com"),
        ("10.1.2.3:443", "10.1.2.3", "10.1.2.4"),
        ("10.1.2.3:80", "", "10.1.2.3"),
        ("10.0.0.0/8", "10.1.2.3", "11.1.2.3 vend.example.com ::1"),
        ("10.1.2.3/8", "10.9.9.9", "11.1.2.3"),
        ("10.0.0.0/99,example.com", "vend.example.com", "10.1.2.3"),
        ("2.3", "", "10.1.2.3"),
        ("fd00::/8", "fd12::1", "fe80::1 10.1.2.3"),
        ("::1", "::1", "::2"),
        ("[::1]", "::1", "::2"),
        ("[::1]:443", "::1", "::2"),
        ("[::1]:80", "", "::1"),
        (":443", "", "vend.example.com"),
    ],
)
def test_an_entry_of_no_proxy_names_hosts(no_proxy: str, yes: str, no: str) -> None:
    assert [host for host in yes.split() if not bypasses(no_proxy, host, 443)] == []
    assert [host for host in no.split() if bypasses(no_proxy, host, 443)] == []


def test_the_settings_of_the_system_count_where_no_variable_is_set() -> None:
    def of(environment: Mapping[str, str], *, bypassed: bool = False) -> "Proxy | None":
        system = {"https": HTTP}
        return Proxies(environment, lambda: system, lambda host: bypassed).proxy(URL)

    found = of({})
    assert found is not None
    assert (found.url, found.source) == (HTTP, SYSTEM)
    assert of({}, bypassed=True) is None
    assert of({"NO_PROXY": "example.com"}) is None
    assert of({"HTTP_PROXY": OTHER}) is None
    assert (of({"HTTPS_PROXY": OTHER}, bypassed=True) or found).url == OTHER


def test_without_the_extra_a_socks_proxy_is_left_aside_or_named() -> None:
    assert chosen({"ALL_PROXY": SOCKS}, extra=False) is None
    with pytest.raises(s3vend.SettingsError, match=r"HTTPS_PROXY names a SOCKS .*extra socks"):
        chosen({"HTTPS_PROXY": SOCKS}, extra=False)
    told = Proxies({"ALL_PROXY": SOCKS}, has_socks=lambda: False).left_aside()
    assert "extra socks" in told
    assert Proxies({"ALL_PROXY": SOCKS}, has_socks=lambda: True).left_aside() == ""


def test_a_header_of_a_cgi_request_is_not_a_proxy() -> None:
    cgi = {"HTTP_PROXY": HTTP, "REQUEST_METHOD": "GET"}
    assert chosen(cgi, "http://a.example.com/") is None
    assert chosen({"HTTP_PROXY": HTTP}, "http://a.example.com/") is not None


@pytest.mark.parametrize("text", ["ftp://u:hunter2@p", "http://", "http://u:hunter2@", "http://[p"])
def test_what_is_no_proxy_is_named_by_its_variable(text: str) -> None:
    with pytest.raises(s3vend.SettingsError, match="HTTPS_PROXY") as refused:
        chosen({"HTTPS_PROXY": text})
    assert "hunter2" not in str(refused.value)


def test_a_user_name_and_a_password_are_in_no_repr_and_in_no_address() -> None:
    proxy = chosen({"HTTPS_PROXY": "http://us%40er:p%40ss%3Aword@proxy.example.com:3128"})
    assert proxy is not None
    assert (proxy.user, proxy.password) == ("us@er", "p@ss:word")
    assert proxy.url == HTTP
    assert "word" not in repr(proxy)


def test_a_proxy_is_asked_for_a_tunnel_with_user_and_password(tmp_path: Path) -> None:
    company, heads = authority(), list[bytes]()
    server = issued(company, ["vend.example.com"]).server(tmp_path / "key.pem")
    bundle = str(company.saved(tmp_path / "ca.pem"))
    with listening(secure(server)) as port, listening(tunnels(heads)) as proxy:
        address = f"http://us%40er:p%C3%A4ss@127.0.0.1:{proxy}"
        wire = Wire(environment={"HTTPS_PROXY": address, "AWS_CA_BUNDLE": bundle})
        assert wire.send("GET", f"https://vend.example.com:{port}/secret").status == 200
        wire.close()
    [head] = heads
    assert head.startswith(f"CONNECT vend.example.com:{port} ".encode())
    assert b"Basic " + b64encode("us@er:päss".encode()) in head
    assert b"secret" not in head


@pytest.mark.parametrize("variable", ["ALL_PROXY", "HTTPS_PROXY"])
def test_a_socks_proxy_is_asked_for_the_host_by_its_name(variable: str, tmp_path: Path) -> None:
    company, asked = authority(), list[bytes]()
    server = issued(company, ["vend.example.com"]).server(tmp_path / "key.pem")
    bundle = str(company.saved(tmp_path / "ca.pem"))
    with listening(secure(server)) as port, listening(socks(asked)) as proxy:
        address = f"socks5h://us%40er:p%40ss@127.0.0.1:{proxy}"
        wire = Wire(environment={variable: address, "AWS_CA_BUNDLE": bundle})
        assert wire.send("GET", f"https://vend.example.com:{port}/").status == 200
        wire.close()
    assert asked == [b"us@er", b"p@ss", b"vend.example.com"]
