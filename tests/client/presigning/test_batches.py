"""In which form URLs are requested, and in how many requests."""

from datetime import datetime, timezone

import pytest

import s3vend
from s3vend.presigning.batches import shared_prefix
from tests.client.asking import service
from tests.client.conftest import Serve
from tests.client.vending import END, presigning

P = "s3://bucket/reports/"


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
        ([P, P + "a"], None),
        ([P + "a", P + "b/*"], None),
        (["nonsense", "nonsense"], None),
    ],
)
def test_the_compact_form_is_for_several_keys_below_one_prefix(
    wanted: "list[str]", prefix: "str | None"
) -> None:
    assert shared_prefix(wanted) == prefix


def test_a_compact_answer_becomes_whole_urls(serve: Serve) -> None:
    served = presigning(serve)
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
    served = presigning(serve)
    made = s3vend.presign([f"{prefix}{n}" for n in range(count)], service=service(served.url))
    sizes = [len(one.json.get("keys") or one.json["requests"]) for one in served.asked]  # type: ignore[arg-type]
    assert (len(made), sizes) == (count, requests)


def test_long_keys_are_fewer_in_a_request(serve: Serve) -> None:
    served = presigning(serve)
    keys = [f"{P}{n:05}{'ä' * 500}" for n in range(2_000)]
    assert len(s3vend.presign(keys, service=service(served.url))) == 2_000
    assert all(len(one.body) < 4_200_000 for one in served.asked)
    assert len(served.asked) == 2


@pytest.mark.parametrize("prefix", [P, "s3://bucket/"])
def test_what_is_too_large_is_asked_for_in_halves_and_in_order(serve: Serve, prefix: str) -> None:
    served = presigning(serve, most=3)
    made = s3vend.presign([f"{prefix}{n}" for n in range(7)], service=service(served.url))
    assert [int("".join(filter(str.isdecimal, one.url))[-1]) for one in made] == list(range(7))


def test_one_that_is_too_large_is_refused(serve: Serve) -> None:
    with pytest.raises(s3vend.InvalidRequest, match="fewer"):
        s3vend.presign([P + "a", P + "b"], service=service(presigning(serve, most=0).url))


SESSIONS = [
    {"query": "q=1", "expiresAt": END, "sessionId": "s1"},
    {"query": "q=2", "expiresAt": "2026-11-25T00:05:00Z", "sessionId": "s2"},
]


def test_keys_under_several_grants_have_the_query_and_the_end_of_their_own_session(
    serve: Serve,
) -> None:
    answer = {
        "base": "https://s3/reports/",
        "headers": {"h": "1"},
        "sessions": SESSIONS,
        "urls": [["a", "sig-a", 1], ["b", "sig-b", 0], ["c", "sig-c", 1]],
    }
    made = s3vend.presign(
        [P + "a", P + "b", P + "c"], service=service(serve(lambda asked: (200, {}, answer)).url)
    )
    assert [one.url for one in made] == [
        "https://s3/reports/a?q=2&X-Amz-Signature=sig-a",
        "https://s3/reports/b?q=1&X-Amz-Signature=sig-b",
        "https://s3/reports/c?q=2&X-Amz-Signature=sig-c",
    ]
    assert [one.expires_at.minute for one in made] == [5, 0, 5]
    assert {tuple(one.headers.items()) for one in made} == {(("h", "1"),)}


@pytest.mark.parametrize(
    "urls",
    [
        [["a", "sig"], ["b", "sig", 1]],
        [["a", "sig", 2], ["b", "sig", 1]],
        [["a", "sig", -1], ["b", "sig", 1]],
        [["a", "sig", True], ["b", "sig", 1]],
        [["a", "sig", "0"], ["b", "sig", 1]],
        [["a", "sig", 0, 0], ["b", "sig", 1]],
        [["a b", "sig", 0], ["b", "sig", 1]],
    ],
    ids=str,
)
def test_a_url_of_several_sessions_that_does_not_say_which_is_refused(
    serve: Serve, urls: "list[object]"
) -> None:
    answer = {"base": "https://s3/reports/", "headers": {}, "sessions": SESSIONS, "urls": urls}
    with pytest.raises(s3vend.S3VendError, match="without a path or a signature"):
        s3vend.presign(
            [P + "a", P + "b"], service=service(serve(lambda asked: (200, {}, answer)).url)
        )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"base": "https://s3"}, "base of its URLs that does not end"),
        ({"base": "https://"}, "does not begin with https"),
        ({"base": "http://s3/reports/"}, "does not begin with https"),
        ({"urls": [["a b", "sig"], ["b", "sig"]]}, "without a path or a signature"),
        ({"urls": [["a", "sig\n"], ["b", "sig"]]}, "without a path or a signature"),
        ({"urls": [["a", ""], ["b", "sig"]]}, "without a path or a signature"),
        ({"urls": [["a"], ["b", "sig"]]}, "without a path or a signature"),
        ({"urls": [["a", "sig", 0], ["b", "sig", 0]]}, "without a path or a signature"),
    ],
    ids=str,
)
def test_a_compact_answer_that_could_lead_elsewhere_is_refused(
    serve: Serve, changed: "dict[str, object]", message: str
) -> None:
    whole = {"base": "https://s3/reports/", "query": "q=1", "headers": {}, "expiresAt": END}
    answer = {**whole, "urls": [["a", "sig"], ["b", "sig"]], **changed}
    with pytest.raises(s3vend.S3VendError, match=message):
        s3vend.presign(
            [P + "a", P + "b"], service=service(serve(lambda asked: (200, {}, answer)).url)
        )
