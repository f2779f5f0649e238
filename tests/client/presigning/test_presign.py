"""One target or many, and the members of their requests."""

import copy
import pickle
from dataclasses import asdict
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

import s3vend
from tests.client.asking import service
from tests.client.conftest import Serve, Served
from tests.client.vending import address, presigning

A, B, ELSEWHERE = "s3://bucket/reports/a", "s3://bucket/reports/b", "s3://other/c"
REQUESTS: "dict[str, Any]" = {
    "a list": lambda: [A, ELSEWHERE],
    "a tuple": lambda: (A, ELSEWHERE),
    "a generator": lambda: (one for one in (A, ELSEWHERE)),
    "the names of a mapping": {A: 1, ELSEWHERE: 2}.keys,
    "mappings": lambda: iter([{"target": A}, {"target": ELSEWHERE}]),
    "both": lambda: [A, {"target": ELSEWHERE}],
}


def asked(served: Served) -> "list[dict[str, Any]]":
    """The requests in the only request to the service."""
    [one] = served.asked
    requests: Any = one.json["requests"]
    return list(requests)


@pytest.mark.parametrize("wanted", [A, {"target": A}, {"target": A, "method": "GET"}], ids=str)
def test_one_target_is_one_url(serve: Serve, wanted: Any) -> None:
    served = presigning(serve)
    made = s3vend.presign(wanted, service=service(served.url))
    assert made == s3vend.Url("GET", address(A), {}, datetime(2026, 11, 25, tzinfo=timezone.utc))
    assert asked(served) == [{"method": "GET", "target": A}]


@pytest.mark.parametrize("wanted", REQUESTS)
def test_an_iterable_is_a_list_in_its_order(serve: Serve, wanted: str) -> None:
    made = s3vend.presign(REQUESTS[wanted](), service=service(presigning(serve).url))
    assert [one.url for one in made] == [address(A), address(ELSEWHERE)]


@pytest.mark.parametrize("wanted", [[A], (A,), {A}, [{"target": A}]], ids=str)
def test_an_iterable_of_one_is_a_list_of_one(serve: Serve, wanted: Any) -> None:
    [made] = s3vend.presign(wanted, service=service(presigning(serve).url))
    assert made.url == address(A)


@pytest.mark.parametrize("wanted", [[], (), {}.keys(), iter(())], ids=["[]", "()", "keys", "iter"])
def test_none_are_no_request(serve: Serve, wanted: Any) -> None:
    served = presigning(serve)
    assert s3vend.presign(wanted, service=service(served.url)) == []
    assert served.asked == []


def test_a_form_is_a_type_of_its_own(serve: Serve) -> None:
    asking = service(presigning(serve).url)
    form = s3vend.presign(A, method="POST", content_length_range=[1, 9], service=asking)
    assert (form.target, form.method, form.url, form.fields) == (
        A,
        "POST",
        address(A),
        {"policy": "p"},
    )
    assert "policy" not in repr(form)
    assert s3vend.presign({"target": A, "method": "POST"}, service=asking) == form
    assert s3vend.presign([A, B], method="POST", service=asking)[0] == form


@pytest.mark.parametrize("target", ["s3://bucket/reports/*", "s3://bucket/reports/"])
def test_a_list_is_a_url_for_a_prefix(target: str, serve: Serve) -> None:
    served = presigning(serve)
    made = s3vend.presign(target, method="LIST", max_keys=5, service=service(served.url))
    request = {"method": "LIST", "target": "s3://bucket/reports/*", "maxKeys": 5}
    assert asked(served) == [request]
    assert (type(made), made.method) == (s3vend.Url, "GET")


def test_lists_are_never_requested_in_the_compact_form(serve: Serve) -> None:
    """It is for keys, and its error would not say that these are not prefixes."""
    served = presigning(serve)
    s3vend.presign([A, B], method="LIST", service=service(served.url))
    assert asked(served) == [{"method": "LIST", "target": A}, {"method": "LIST", "target": B}]


def test_types_say_whether_it_is_one_or_many_and_a_url_or_a_form(serve: Serve) -> None:
    """For mypy: without the overloads, these assignments are errors."""
    asking = service(presigning(serve).url)
    url: s3vend.Url = s3vend.presign(A, method="PUT", service=asking)
    form: s3vend.Form = s3vend.presign(A, method="POST", service=asking)
    urls: list[s3vend.Url] = s3vend.presign((A, B), service=asking)
    forms: list[s3vend.Form] = s3vend.presign([A], method="POST", service=asking)
    mixed: list[s3vend.Url | s3vend.Form] = s3vend.presign([A, {"target": B}], service=asking)
    assert [type(one) for one in (url, form, urls, forms, mixed)] == [
        s3vend.Url,
        s3vend.Form,
        *[list] * 3,
    ]


def test_a_form_has_as_json_what_a_page_needs(serve: Serve) -> None:
    """As FastAPI and others answer with it, and Uppy's `signRequest` takes it."""
    form = s3vend.presign(A, method="POST", service=service(presigning(serve).url))
    assert asdict(form) == {
        "target": A,
        "url": address(A),
        "fields": {"policy": "p"},
        "expires_at": datetime(2026, 11, 25, tzinfo=timezone.utc),
        "headers": {},
        "method": "POST",
    }


@pytest.mark.parametrize("wanted", [A, [A, B], {"method": "POST", "target": A}], ids=str)
def test_the_results_are_plain_values_that_other_processes_can_have(
    serve: Serve, wanted: Any
) -> None:
    made = s3vend.presign(wanted, service=service(presigning(serve).url))
    assert pickle.loads(pickle.dumps(made)) == copy.deepcopy(made) == made  # noqa: S301 - our own
    for one in made if isinstance(made, list) else [made]:
        assert type(one.headers) is type(getattr(one, "fields", {})) is dict


@pytest.mark.parametrize(
    ("arguments", "members"),
    [
        ({"content_type": "text/csv"}, {"contentType": "text/csv"}),
        ({"contentType": "text/csv"}, {"contentType": "text/csv"}),
        ({"checksum_crc64nvme": "x", "kms_key": None}, {"checksumCrc64nvme": "x"}),
        ({"save_as": "a.csv"}, {"contentDisposition": 'attachment; filename="a.csv"'}),
    ],
)
def test_members_are_named_in_either_way_as_arguments_and_in_mappings(
    serve: Serve, arguments: "dict[str, Any]", members: "dict[str, object]"
) -> None:
    served = presigning(serve)
    s3vend.presign(A, method="PUT", service=service(served.url), **arguments)
    s3vend.presign({"method": "PUT", "target": A, **arguments}, service=service(served.url))
    request = {"method": "PUT", "target": A, **members}
    assert [one.json["requests"] for one in served.asked] == [[request], [request]]


def test_arguments_are_for_all_items_and_those_of_an_item_come_first(serve: Serve) -> None:
    served = presigning(serve)
    s3vend.presign(
        [A, {"target": ELSEWHERE, "responseContentType": "text/plain", "saveAs": "b"}],
        response_content_type="text/csv",
        save_as="a",
        service=service(served.url),
    )
    first, second = asked(served)
    assert (first["responseContentType"], second["responseContentType"]) == (
        "text/csv",
        "text/plain",
    )
    assert first["responseContentDisposition"] == 'attachment; filename="a"'
    assert second["responseContentDisposition"] == 'attachment; filename="b"'


def test_the_compact_form_names_members_too(serve: Serve) -> None:
    served = presigning(serve)
    s3vend.presign((A, B), response_content_type="text/csv", service=service(served.url))
    assert served.asked[0].json["responseContentType"] == "text/csv"


@pytest.mark.parametrize(
    ("wanted", "arguments", "message"),
    [
        (None, {}, r"^Give a target \(s3://bucket/key\), or .* iterable of these; not NoneType\."),
        (b"s3://bucket/a", {}, "not bytes"),
        (Path("a"), {}, "not .*Path"),
        (7, {}, "not int"),
        ([A, b"x"], {}, "^Item 1: give a target .*, not bytes"),
        ([A, [B]], {}, "^Item 1: .*, not list"),
        ({}, {}, "a request needs a target, such as s3://bucket/key"),
        ([{"target": None}], {}, "^Item 0: a request needs a target"),
        (A, {"method": "get"}, "^Unknown method 'get'; use GET, HEAD, PUT, POST, DELETE, LIST"),
        ([A, B], {"method": "get"}, "^Unknown method 'get'"),
        (
            A,
            {"expires": 60},
            r"^Unknown member 'expires' of a URL for GET; did you mean expires_in",
        ),
        ([A, B], {"expiresIn": 60}, "did you mean expires_in"),
        ([{"target": A, "expires_in": 60}], {}, "^Item 0: .*expires_in is an argument of presign"),
        ([A, {"targt": B}], {}, "^Item 1: a request needs a target"),
        ([{"target": A, "contentTyp": "x"}], {"method": "PUT"}, "did you mean content_type"),
        (
            [A, {"method": "PUT", "target": B}],
            {"response_content_type": "text/csv"},
            "^Item 1: response_content_type is not a member of a URL for PUT, but of a URL for GET",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_before_anything_is_sent(
    serve: Serve, wanted: Any, arguments: "dict[str, Any]", message: str
) -> None:
    served = presigning(serve)
    with pytest.raises(s3vend.SettingsError, match=message):
        s3vend.presign(wanted, service=service(served.url), **arguments)
    assert served.asked == []
