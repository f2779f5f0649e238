"""The usual body in the compact form: read in one pass to the same as by the strict reader."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from vending.bodies import strict_json
from vending.bodies.parse import checked
from vending.decision.wanted import as_recorded, each
from vending.errors import InvalidRequest
from vending.urls.compact import COMPACT, KEYS, Alike, Compact, parse_urls


def body(*keys: object, **members: object) -> dict[str, Any]:
    usual = {"format": "compact", "method": "GET", "prefix": "s3://bkt/a/", "expiresIn": 60}
    return {**usual, "keys": keys, **members}


def strict(text: str) -> Compact | None:
    """As the strict reader and pydantic read it; None where they refuse it."""
    try:
        members, faults = strict_json.read_strictly(text)
        assert isinstance(members, dict)
        return checked(COMPACT[members["method"]], members, faults)
    except (InvalidRequest, AssertionError, KeyError, TypeError):
        return None


def agrees(text: str) -> bool:
    """Whether it was read in one pass, and then to the same as by the strict reader."""
    alike, judged = Alike.read(text), strict(text)
    if alike is None:
        return False
    assert judged is not None, text
    assert alike.is_compact
    for member in ("method", "prefix", "keys", "expires_in", "pointer", "headers", "query"):
        assert getattr(alike, member) == getattr(judged, member), member
    assert tuple(each(alike.wanted)) == tuple(each(judged.wanted))
    assert as_recorded(alike.wanted) == as_recorded(judged.wanted)
    return True


READ: list[dict[str, Any]] = [
    body("x"),
    body("x", "x", "b c+d%2F?#&=", "日本/🚀", 'q"\\', '"PUTS"'),
    body(*map(str, range(KEYS)), method="DELETE"),
    body("x", method="HEAD", expiresIn=-1),
    body("x*", "*", "/x/", prefix="s3://bkt.with.dots/"),
    body("null", "NaN", prefix="s3://bkt/a*b//", expiresIn=10**30),
]


@pytest.mark.parametrize("members", READ, ids=lambda one: json.dumps(one)[:90])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_usual_body_is_read_in_one_pass(members: dict[str, Any], ascii_only: bool) -> None:
    assert agrees(json.dumps(members, ensure_ascii=ascii_only))
    assert agrees(json.dumps(members, ensure_ascii=ascii_only, indent=2, sort_keys=True))


TEXT = json.dumps(body("x"))
NOT_READ = [
    "", "null", "[]", "{}", TEXT[:-1], TEXT + "x", TEXT.replace("compact", "Compact"),
    TEXT.replace("60", "60.0"), TEXT.replace("60", "true"), TEXT.replace("60", "NaN"), TEXT.replace("60", '"60"'),
    TEXT.replace('"expiresIn"', '"expiresIn": 61, "expiresIn"'), TEXT.replace('"format"', '"format": 7, "format"'),
    TEXT.replace('"keys"', '"keys": [1, 2], "keys"'), TEXT.replace('"keys"', '"keys": [], "keys"'),
    TEXT.replace('"expiresIn": 60, ', ""), TEXT.replace('"format": "compact", ', ""),
    TEXT.replace("GET", "get"), TEXT.replace("GET", "POST"), TEXT.replace("GET", "LIST"), TEXT.replace("GET", "PUT"), TEXT.replace("GET", "\\u0050UT"),
    TEXT.replace('"GET"', "1"), TEXT.replace('"GET"', '["GET"]'),
    TEXT.replace("s3://bkt/a/", "s3://bkt/a"), TEXT.replace("s3://bkt/a/", "s3://bkt/a/*"), TEXT.replace("s3://", "S3://"),
    TEXT.replace("s3://bkt/a/", "s3://b/a/"), TEXT.replace("s3://bkt/a/", "s3://bkt/../"), TEXT.replace("s3://bkt/a/", "/"),
    TEXT.replace('"s3://bkt/a/"', '{"bucket": "bkt", "prefix": "a/"}'), TEXT.replace('"s3://bkt/a/"', "7"),
    TEXT.replace('["x"]', '"x"'), TEXT.replace('["x"]', '{"x": 1}'), TEXT.replace('["x"]', "[]"), TEXT.replace('["x"]', "7"),
    TEXT.replace('["x"]', '[["x"]]'), TEXT.replace('["x"]', '["x", 7]'), TEXT.replace('["x"]', '["x", null]'),
    json.dumps(body("")), json.dumps(body("x", "..")), json.dumps(body("./x")), json.dumps(body("x\n")),
    json.dumps(body("\ud800")), json.dumps(body("é" * 513)), json.dumps(body(*["x"] * (KEYS + 1))),
    json.dumps(body("x", more=1)), json.dumps(body("x", checksumMode="ENABLED")),
    json.dumps({**body("x"), "requests": []}), json.dumps(body('"requests')),
]  # fmt: skip


@pytest.mark.invariant(13)
@pytest.mark.parametrize("text", NOT_READ, ids=lambda one: one[:110])
def test_everything_else_is_judged_by_the_strict_reader(text: str) -> None:
    assert not agrees(text)


values = some.one_of(
    some.sampled_from(
        ["x", "", "..", "a/", '"', "\\", "é", "\x7f", "\ud800", "GET", "PUT", "s3://bkt/"]
    ),
    some.integers(-1, 1),
    some.none(),
    some.booleans(),
)
drawn_members = some.fixed_dictionaries(
    {},
    optional={
        "method": some.sampled_from(["GET", "HEAD", "PUT"]) | values,
        "prefix": some.sampled_from(["s3://bkt/", "s3://bkt/a/", "s3://two/é/", "s3://b/"])
        | values,
        "keys": some.lists(values, max_size=3)
        | values
        | some.dictionaries(some.text(), values, max_size=2),
        "expiresIn": values,
        "format": values,
        "more": values,
    },
)


@pytest.mark.invariant(13)
@given(drawn_members, some.booleans())
def test_whatever_is_read_in_one_pass_is_what_the_strict_reader_reads(
    members: dict[str, Any], ascii_only: bool
) -> None:
    try:
        text = json.dumps({**body("x"), **members}, ensure_ascii=ascii_only)
        text.encode()
    except UnicodeEncodeError:
        return
    agrees(text)
    for name in ("format", "method", "prefix", "keys", "expiresIn"):  # one of them twice
        for value in ('"GET"', "7", "[]", '["x"]'):
            twice = text.replace(f'"{name}"', f'"{name}": {value}, "{name}"', 1)
            if twice != text:
                assert Alike.read(twice) is None


@pytest.mark.invariant(4)
@given(
    some.lists(
        some.text(some.characters(exclude_categories=["Cs"]), min_size=1, max_size=12), max_size=5
    )
)
def test_any_key_is_read_literally_or_not_in_one_pass(drawn: list[str]) -> None:
    agrees(json.dumps(body(*drawn)))


def test_an_upload_is_judged_by_pydantic_since_a_grant_may_limit_it() -> None:
    assert isinstance(parse_urls(json.dumps(body("x", method="PUT"))), Compact)
    assert isinstance(parse_urls(TEXT), Alike)
