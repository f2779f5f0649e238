"""Proxies, redirects and silence."""

import threading

import pytest

import s3vend
from s3vend.http.wire import Wire, origin
from tests.client.asking import service
from tests.client.conftest import Serve


def test_a_server_that_is_silent_is_left(serve: Serve) -> None:
    never = threading.Event()
    url = serve(lambda asked: (200, {}, {"late": never.wait(0.5)})).url
    with pytest.raises(s3vend.Unreachable, match=r"127\.0\.0\.1"):
        Wire(read=0.05).send("GET", url)


def test_a_redirect_is_not_followed_with_the_token(serve: Serve) -> None:
    other = serve(lambda asked: (200, {}, {}))
    first = serve(lambda asked: (307, {"Location": other.url}, {}))
    with pytest.raises(s3vend.ServiceError):
        service(first.url).ask("credentials", {})
    assert other.asked == []


def test_plain_http_to_this_machine_goes_through_no_proxy(
    serve: Serve, alone: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda asked: (200, {}, {}))
    alone.setenv("HTTP_PROXY", proxy.url)
    served = serve(lambda asked: (200, {}, {"fine": 1}))
    assert service(served.url).ask("identity", {}) == {"fine": 1}
    assert proxy.asked == []
    Wire().send("GET", "http://storage.example.com/a", seconds=2)
    assert [one.path for one in proxy.asked] == ["http://storage.example.com/a"]


def test_a_proxys_password_is_sent_to_it_and_shown_to_nobody(
    serve: Serve, alone: pytest.MonkeyPatch
) -> None:
    proxy = serve(lambda asked: (200, {}, {}))
    alone.setenv("HTTP_PROXY", proxy.url.replace("//", "//user:hunter2@"))
    Wire().send("GET", "http://storage.example.com/a", seconds=2)
    assert proxy.asked[0].headers["proxy-authorization"].startswith("Basic ")
    alone.setenv("HTTP_PROXY", "http://user:hunter2@127.0.0.1:9")
    with pytest.raises(s3vend.Unreachable) as refused:
        Wire().send("GET", "http://storage.example.com/a", seconds=2)
    assert "hunter2" not in str(refused.value)


def test_a_signature_is_not_in_what_is_raised(serve: Serve) -> None:
    with pytest.raises(s3vend.Unreachable) as refused:
        Wire().send("GET", "http://127.0.0.1:9/key?X-Amz-Signature=abcdef")
    assert "abcdef" not in f"{refused.value}{refused.value!r}"


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://Vend.example.com/v1?a=secret", "https://vend.example.com"),
        ("http://[::1]:9/v1", "http://[::1]:9"),
        ("https://us:secret@h:8443/#secret", "https://h:8443"),
    ],
)
def test_of_an_address_only_scheme_host_and_port_are_shown(url: str, shown: str) -> None:
    assert origin(url) == shown


def test_what_needs_no_tls_makes_no_context_and_shares_no_pool_with_what_does(serve: Serve) -> None:
    wire, served = Wire(environment={}), serve(lambda asked: (200, {}, {}))
    assert wire.send("GET", served.url).status == 200
    assert wire.context.cache_info().currsize == 0
    for _ in range(2):
        with pytest.raises(s3vend.Unreachable):
            wire.send("GET", served.url.replace("http://", "https://"))
    assert wire.context.cache_info().misses == 1
    plain, secure = wire._pools.values()  # noqa: SLF001
    assert secure.connection_pool_kw["ssl_context"] is wire.context()
    assert plain.connection_pool_kw["ssl_context"] is None
