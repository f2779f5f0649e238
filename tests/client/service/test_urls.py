"""How URLs are asked for: in which form, and in how many requests."""

from datetime import datetime, timezone

import pytest

import s3vend
from s3vend.service import urls
from s3vend.service.urls import Url
from tests.client.asking import service
from tests.client.conftest import Asked, Reply, Serve, Served

END = "2026-11-25T00:00:00Z"
P = "s3://bucket/reports/"
NOW = datetime.now(timezone.utc)


def answering(serve: Serve, most: int = 10_000) -> Served:
    """Signs like the service; a request for more than ``most`` is too large."""

    def reply(asked: Asked) -> Reply:
        body = asked.json
        wanted = body.get("keys") or body.get("requests")
        assert isinstance(wanted, list)
        if len(wanted) > most:
            return 413, {}, {"code": "TooLarge", "detail": "fewer"}
        if "keys" in body:
            made = [[f"/reports/{key}", f"sig-{key}"] for key in wanted]
            shared = {"base": "https://s3", "query": "q=1", "headers": {"h": "1"}}
            return 200, {}, {**shared, "urls": made, "expiresAt": END}
        return (
            200,
            {},
            {
                "urls": [
                    {"method": one["method"], "url": one["target"], "headers": {}, "expiresAt": END}
                    for one in wanted
                ]
            },
        )

    return serve(reply)


@pytest.mark.parametrize(
    ("wanted", "prefix"),
    [
        ([P + "a", P + "b"], P),
        ([P + "a/x", P + "a/y"], P + "a/"),
        ([P + "a/x", P + "b/x"], P),
        ([P + "ab", P + "ac"], P),
        ([P + "a?/x", P + "a?/y"], P + "a?/"),
        ([P + "a", P + "a"], P),
        ([P + "a", P + "ab", P + "b"], P),
        ([P + "a"], None),
        (["s3://bucket/a", "s3://bucket/b"], None),
        ([P + "a", "s3://other/reports/b"], None),
        ([P + "a", {"method": "GET", "target": P + "b"}], None),
        ([P, P + "a"], None),
        ([P + "a", P + "b/*"], None),
        (["nonsense", "nonsense"], None),
    ],
)
def test_the_compact_form_is_for_several_keys_below_one_prefix(
    wanted: "list[urls.TargetOrRequest]", prefix: "str | None"
) -> None:
    assert urls._shared_prefix(wanted) == prefix  # noqa: SLF001 - a table says more


def test_a_compact_answer_becomes_whole_urls(serve: Serve) -> None:
    served = answering(serve)
    made = s3vend.presign(
        [P + "a", P + "b"], responseContentType="text/csv", service=service(served.url)
    )
    assert [one.url for one in made] == [
        "https://s3/reports/a?q=1&X-Amz-Signature=sig-a",
        "https://s3/reports/b?q=1&X-Amz-Signature=sig-b",
    ]
    assert made[0].expires_at == datetime(2026, 11, 25, tzinfo=timezone.utc)
    assert (made[0].method, made[0].headers) == ("GET", {"h": "1"})
    assert served.asked[0].json == {
        "format": "compact",
        "method": "GET",
        "prefix": P,
        "keys": ["a", "b"],
        "expiresIn": 900,
        "responseContentType": "text/csv",
    }
    assert "sig-a" not in repr(made)


@pytest.mark.parametrize(
    ("count", "prefix", "requests"),
    [
        (0, P, []),
        (1, P, [1]),
        (2, P, [2]),
        (10_000, P, [10_000]),
        (10_001, P, [10_000, 1]),
        (1_000, "s3://bucket/", [1_000]),
        (2_001, "s3://bucket/", [1_000, 1_000, 1]),
    ],
)
def test_each_request_has_as_many_as_it_takes(
    serve: Serve, count: int, prefix: str, requests: "list[int]"
) -> None:
    served = answering(serve)
    made = s3vend.presign([f"{prefix}{n}" for n in range(count)], service=service(served.url))
    sizes = [len(one.json.get("keys") or one.json["requests"]) for one in served.asked]  # type: ignore[arg-type]
    assert (len(made), sizes) == (count, requests)


def test_long_keys_are_fewer_in_a_request(serve: Serve) -> None:
    served = answering(serve)
    keys = [f"{P}{n:05}{'ä' * 500}" for n in range(2_000)]
    assert len(s3vend.presign(keys, service=service(served.url))) == 2_000
    assert all(len(one.body) < 4_200_000 for one in served.asked)
    assert len(served.asked) == 2


@pytest.mark.parametrize("prefix", [P, "s3://bucket/"])
def test_what_is_too_large_is_asked_for_in_halves_and_in_order(serve: Serve, prefix: str) -> None:
    served = answering(serve, most=3)
    made = s3vend.presign([f"{prefix}{n}" for n in range(7)], service=service(served.url))
    assert [int("".join(filter(str.isdecimal, one.url))[-1]) for one in made] == list(range(7))


def test_one_that_is_too_large_is_refused(serve: Serve) -> None:
    with pytest.raises(s3vend.InvalidRequest, match="fewer"):
        s3vend.presign([P + "a", P + "b"], service=service(answering(serve, most=0).url))


@pytest.mark.parametrize(
    "address",
    [
        *(
            "https://b.s3.amazonaws.com/k?X-Amz-Signature=s",
            "http://127.0.0.1:9/k",
            "http://[::1]/k",
        ),
        "http://localhost:4566/k",
    ],
)
def test_a_url_of_a_storage_can_be_used(address: str) -> None:
    Url("GET", address, {"x-amz-acl": "private", "a_b": "\u00e9"}, NOW).check()


@pytest.mark.parametrize(
    "address",
    [
        *("http://evil.example.com/k", "http://127.0.0.1.evil.example.com/k", "ftp://h/k", ""),
        *("file:///etc/passwd", "--output=/home/u/.bashrc", "-K/tmp/x", "//h/k", "http://[/k"),
        *(
            "https://h/a b",
            "https://h/\nk",
            "https://h/\u202ek",
            "HTTPS//h",
            "http://localhost@h/k",
        ),
    ],
)
def test_any_other_is_refused(address: str) -> None:
    with pytest.raises(s3vend.S3VendError, match="does not begin with https://") as refused:
        Url("GET", f"{address}?X-Amz-Signature=sig", {}, NOW).check()
    assert "Signature" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("@/etc/passwd", "x"),
        ("a b", "x"),
        ("", "x"),
        ("A\r\nB", "x"),
        ("a", "x\r\nB: y"),
        ("a", "\0"),
    ],
)
def test_a_header_that_is_something_else_is_refused(name: str, value: str) -> None:
    with pytest.raises(s3vend.S3VendError, match="cannot be sent"):
        Url("GET", "https://h/k", {name: value}, NOW).check()
