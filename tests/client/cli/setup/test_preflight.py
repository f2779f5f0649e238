"""Origins as browsers send them, and preflights as browsers read the answers."""

import pytest

from s3vend.cli.setup.preflight import allows, names, parse_origin
from s3vend.cli.terminal.refusal import Refusal
from s3vend.http.wire import Answer

APP = "https://app.example.com"
ASKED = ("authorization", "content-type")
WELL = {
    "access-control-allow-origin": APP,
    "access-control-allow-methods": "GET, PUT",
    "access-control-allow-headers": "Authorization,Content-Type",
}


@pytest.mark.parametrize(
    "origin",
    [APP, f"{APP}:8443", "http://localhost", "http://127.0.0.1:5173", "http://[::1]:80443"],
)
def test_an_origin_is_taken_as_it_is(origin: str) -> None:
    assert parse_origin(origin) == origin


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        (f"{APP}/", APP),
        (f"{APP}/uploads/index.html", APP),
        (f"{APP}?x=1", APP),
        ("HTTPS://App.Example.com", APP),
        (f"{APP}:443", APP),
        ("http://localhost:80/", "http://localhost"),
        ("https://a.example:8443/", "https://a.example:8443"),
        ("app.example.com", "one such as"),
        ("null", "one such as"),
        ("*", "one such as"),
        ("", "one such as"),
        ("https://*.example.com", "one such as"),
        ("https://[", "one such as"),
        ("file:///tmp/x", "one such as"),
        (f"{APP}\n", APP),
    ],
)
def test_another_text_is_refused_with_what_is_meant(text: str, meant: str) -> None:
    with pytest.raises(Refusal, match="not an origin as browsers send it") as refused:
        parse_origin(text)
    assert str(refused.value).partition("; use ")[2].startswith(meant)


@pytest.mark.parametrize(
    ("status", "other", "allowed"),
    [
        (200, {}, True),
        (204, {}, True),
        (403, {}, False),
        (302, {}, False),
        (200, {"access-control-allow-origin": "*"}, True),
        (200, {"access-control-allow-origin": "null"}, False),
        (200, {"access-control-allow-origin": f"{APP}, {APP}"}, False),
        (200, {"access-control-allow-origin": ""}, False),
        (200, {"access-control-allow-methods": "GET"}, False),
        (200, {"access-control-allow-methods": "*"}, True),
        (200, {"access-control-allow-headers": "content-type"}, False),
        (200, {"access-control-allow-headers": "*"}, False),  # never the token's header
    ],
)
def test_a_preflight_is_read_as_browsers_read_it(
    status: int, other: "dict[str, str]", allowed: bool
) -> None:
    answer = Answer(status, {**WELL, **other}, b"")
    assert allows(answer, APP, "PUT", ASKED) is allowed


def test_a_page_reads_what_names_it() -> None:
    assert names(Answer(401, WELL, b""), APP)
    assert not names(Answer(200, WELL, b""), "https://other.example.com")
    assert not names(Answer(200, {}, b""), APP)
