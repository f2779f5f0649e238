"""A plain batch is read in one pass, and as the strict reader reads it; or not in one pass."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tests.support.effects import presign_effects
from tests.support.make import NOW, Sts, caller, grant, knowing, record
from vending.aws.api.responses import encode
from vending.bodies import strict_json
from vending.bodies.parse import checked
from vending.decision.wanted import as_recorded, each
from vending.errors import AccessDenied, InvalidRequest, TooLarge
from vending.sessions.session import Credentials, Session
from vending.sessions.signing_sessions import SigningSessions
from vending.urls.answer import VendedUrls
from vending.urls.compact import PLAIN_CHARACTERS, Alike, parse_urls
from vending.urls.request import UrlsRequest
from vending.urls.vend import vend_alike, vend_presigned


def item(
    target: object = "s3://bkt/a", method: object = "GET", **members: object
) -> dict[str, Any]:
    return {"method": method, "target": target} | members


def body(*requests: object, **members: object) -> dict[str, Any]:
    return {"expiresIn": 60, "requests": requests} | members


def strict(text: str) -> UrlsRequest | None:
    """As the strict reader and pydantic read it; None where they refuse it."""
    try:
        return checked(UrlsRequest, *strict_json.read_strictly(text))
    except InvalidRequest:
        return None


def agrees(text: str) -> bool:
    """Whether it was read in one pass, and then to the same as by the strict reader."""
    alike, judged = Alike.read(text), strict(text)
    if alike is None:
        return False
    assert judged is not None, text
    assert alike.expires_in == judged.expires_in
    assert [(alike.method, key) for key in alike.keys] == [
        (one.method, one.target.key) for one in judged.requests
    ]
    assert alike.requests == judged.requests
    assert tuple(each(alike.wanted)) == tuple(judged.wanted)
    assert as_recorded(alike.wanted) == as_recorded(judged.wanted)
    return True


READ: list[dict[str, Any]] = [
    body(item()),
    body(item("s3://bkt/a"), item("s3://bkt/a"), item("s3://bkt/b c+d%2F?#&=")),
    body(item("s3://bkt/日本/🚀"), item('s3://bkt/a"b\\c')),
    body(item('s3://bkt/"method"'), item("s3://bkt/\\")),
    body(*[item(f"s3://bkt.with.dots/{n}", "DELETE") for n in range(1000)]),
    body(item(method="PUT"), item(method="PUT"), expiresIn=10**30),
    body(item(method="HEAD"), expiresIn=-1),
    body(item("s3://bkt//a/"), item("s3://bkt/a*b")),
]


@pytest.mark.parametrize("members", READ, ids=lambda one: json.dumps(one)[:90])
@pytest.mark.parametrize("ascii_only", [True, False])
def test_the_usual_batch_is_read_in_one_pass(members: dict[str, Any], ascii_only: bool) -> None:
    assert agrees(json.dumps(members, ensure_ascii=ascii_only))
    assert agrees(json.dumps(members, ensure_ascii=ascii_only, indent=2, sort_keys=True))


TEXT = '{"expiresIn":60,"requests":[{"method":"GET","target":"s3://bkt/a"}]}'
NOT_READ = [
    "", "null", "[]", "{}", "7", '"method"', TEXT[:-1], TEXT + "x", "[" * 100_000,
    TEXT.replace("60", "60.0"), TEXT.replace("60", "true"), TEXT.replace("60", "NaN"), TEXT.replace("60", "null"),
    TEXT.replace("60", '"60"'), TEXT.replace("60", "9" * 5000),
    TEXT.replace('"expiresIn":60', '"expiresIn":60,"expiresIn":61'),
    TEXT.replace('"expiresIn":60,', ""),
    TEXT.replace("{\"method", '{"target":"s3://bkt/b","method'),
    TEXT.replace("{\"method", '{"method":"PUT","method'),
    TEXT.replace("GET", "get"), TEXT.replace("GET", "POST"), TEXT.replace("GET", "LIST"), TEXT.replace('"GET"', "1"),
    TEXT.replace('"GET"', '["GET"]'), TEXT.replace('"GET"', '"m\\u0065thod"'),
    TEXT.replace("s3://", "S3://"), TEXT.replace("s3://", "https://"), TEXT.replace("s3://bkt/a", "s3://bkt"),
    TEXT.replace("bkt/", "b/"), TEXT.replace("bkt/", "xn--bkt/"), TEXT.replace("bkt/", "192.168.5.4/"),
    TEXT.replace("/a", "/"), TEXT.replace("/a", "/a*"), TEXT.replace("/a", "/*"), TEXT.replace("/a", "/a/*"),
    TEXT.replace("/a", "/../a"), TEXT.replace("/a", "/a/."), TEXT.replace("/a", "/a\\n"), TEXT.replace("/a", "/\\ud800"),
    TEXT.replace("/a", "/" + "é" * 513), TEXT.replace("/a", "/a\x00"),
    TEXT.replace('"s3://bkt/a"', '{"bucket":"bkt","key":"a"}'), TEXT.replace('"s3://bkt/a"', "[1]"),
    TEXT.replace('"s3://bkt/a"', "7"), TEXT.replace('"s3://bkt/a"', "null"),
    TEXT.replace("[{", "{").replace("}]", "}"), TEXT.replace("[{", "[[").replace("}]", "]]"),
    json.dumps(body()), json.dumps(body("ab")), json.dumps(body(item(), 7)), json.dumps(body(item(), more=1)),
    json.dumps(body(item(versionId="v"))), json.dumps(body(item(checksumMode="ENABLED"))),
    json.dumps(body(item(), item("s3://two/a"))), json.dumps(body(item(), item(method="HEAD"))),
    json.dumps(body(*[item()] * 1001)),
]  # fmt: skip


@pytest.mark.invariant(13)
@pytest.mark.parametrize("text", NOT_READ, ids=lambda one: one[:110])
def test_everything_else_is_judged_by_the_strict_reader(text: str) -> None:
    assert not agrees(text)


pieces = some.sampled_from(
    [
        *(
            "a",
            "b/",
            "/",
            ".",
            "..",
            "*",
            "?",
            '"',
            "\\",
            "%2F",
            " ",
            "é",
            "日",
            "🚀",
            "\x7f",
            "\n",
        ),
        *(
            "\u3000",
            "\ud800",
            "method",
            '"method"',
            "target",
            "s3://",
            "null",
            "NaN",
            "{",
            "}",
            ":",
        ),
    ]
)
some_targets = some.builds(
    lambda bucket, parts: f"s3://{bucket}/{''.join(parts)}",
    some.sampled_from(["bkt", "two", "b", "bkt.x", ""]),
    some.lists(pieces, max_size=5),
)
items = some.dictionaries(
    some.sampled_from(["method", "target", "target", "versionId", "m\u0065thod "]),
    some.one_of(
        some_targets, some.sampled_from(["GET", "PUT", "HEAD", "LIST", ""]), some.integers()
    ),
    max_size=3,
) | some.builds(item, some_targets, some.sampled_from(["GET", "GET", "PUT"]))


@pytest.mark.invariant(13)
@given(
    some.lists(items, max_size=4),
    some.sampled_from([60, 60, 0, True, 1.5, "60", None]),
    some.booleans(),
)
def test_whatever_is_read_in_one_pass_is_what_the_strict_reader_reads(
    listed: list[dict[str, Any]], expires_in: object, ascii_only: bool
) -> None:
    text = json.dumps(body(*listed, expiresIn=expires_in), ensure_ascii=ascii_only)
    agrees(text)
    for name in ("method", "target", "expiresIn", "requests"):  # one of them twice
        twice = text.replace(f'"{name}"', f'"{name}": "GET", "{name}"', 1)
        if twice != text:
            assert Alike.read(twice) is None


keys = some.lists(
    some.text(some.characters(exclude_categories=["Cs"]), min_size=1, max_size=12), max_size=5
)


@pytest.mark.invariant(4)
@given(keys)
def test_any_key_is_read_literally_or_not_in_one_pass(drawn: list[str]) -> None:
    agrees(json.dumps(body(*(item(f"s3://bkt/{key}") for key in drawn))))


def sign(members: dict[str, Any], *grants: Any, sts: Sts | None = None) -> dict[str, Any]:
    sessions = SigningSessions((sts or Sts()).assume_role, lambda: "asession", lambda: NOW)
    request = parse_urls(json.dumps(members, ensure_ascii=False))
    effects = presign_effects(knowing(*grants), sessions.lasting_until)
    answer = encode(vend_presigned(caller(), request, record(), effects).as_json())
    read: dict[str, Any] = json.loads(answer)
    return read


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE"])
def test_its_urls_are_those_of_the_items_one_by_one(method: str) -> None:
    granted = grant("s3://bkt/* READWRITE")
    targets = [
        f"s3://bkt/{key}" for key in ("a b", "日本", "a", "a", 'q"\\', "%2F\u2028", "é" * 99)
    ]
    plain = body(*(item(one, method) for one in targets))
    together = sign(plain, granted)
    literal = [{"bucket": "bkt", "key": one.removeprefix("s3://bkt/")} for one in targets]
    assert together == sign(body(*(item(one, method) for one in literal)), granted)
    assert len(together["urls"]) == len(targets)


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_what_is_written_as_text_is_what_the_values_say(method: str) -> None:
    sessions = SigningSessions(Sts().assume_role, lambda: "asession", lambda: NOW)
    effects = presign_effects(knowing(grant("s3://bkt/* READWRITE")), sessions.lasting_until)
    request = Alike.read(json.dumps(body(*(item(f"s3://bkt/{key}", method) for key in "aé'&"))))
    assert request
    vended = vend_alike(caller(), request, record(), effects)
    (signed,) = (session for _, session in vended.signed.queries)
    whole = VendedUrls(vended.urls, (signed,)).as_json()
    assert json.loads(encode(vended.as_json())) == json.loads(encode(whole))


def test_its_urls_may_be_under_several_grants() -> None:
    first, second = grant("s3://bkt/a/* READ", id="a"), grant("s3://bkt/b/* READ", id="b")
    targets = ["s3://bkt/a/x", "s3://bkt/b/y", "s3://bkt/a/z"]
    vended = sign(body(*map(item, targets)), first, second)
    urls = vended["urls"]
    assert [one["url"].partition("?")[0].rpartition("/")[2] for one in urls] == ["x", "y", "z"]
    literal = [{"bucket": "bkt", "key": one.removeprefix("s3://bkt/")} for one in targets]
    assert vended == sign(body(*map(item, literal)), first, second)


def test_a_longer_token_than_reserved_is_counted() -> None:
    class Long(Sts):
        def assume_role(self, session: Session, session_id: str) -> Credentials:
            return replace(super().assume_role(session, session_id), session_token="x" * 6000)

    many = body(*[item("s3://bkt/a")] * 1000)
    assert sign(many, grant("s3://bkt/* READ"))
    with pytest.raises(TooLarge, match=r"at most \d+ requests"):
        sign(many, grant("s3://bkt/* READ"), sts=Long())


@pytest.mark.invariant(1)
def test_its_faults_are_named_as_ever() -> None:
    sts, limited = Sts(), grant("s3://bkt/a/* WRITE", max_object_size=10)
    puts = [item("s3://bkt/b/x", "PUT"), item("s3://bkt/a/x", "PUT")]
    with pytest.raises(InvalidRequest) as refused:
        sign(body(*puts), limited, grant("s3://bkt/b/* WRITE", id="b"), sts=sts)
    assert [fault.pointer for fault in refused.value.faults] == ["/requests/1/contentLength"]
    with pytest.raises(AccessDenied) as denied:
        sign(body(*puts), limited, sts=sts)
    assert [fault.pointer for fault in denied.value.faults] == ["/requests/0/target"]
    assert denied.value.detail == "None of your grants allows WRITE on s3://bkt/b/x."
    with pytest.raises(TooLarge, match=r"at most \d+ requests"):
        sign(body(*[item("s3://bkt/a/" + "🚀" * 253, "PUT")] * 1000), limited, sts=sts)
    assert sts.asked == []


def test_a_body_that_is_too_large_is_not_read_in_one_pass() -> None:
    text = json.dumps(body(item()))
    assert isinstance(parse_urls(text), Alike)
    assert isinstance(parse_urls(text + " " * PLAIN_CHARACTERS), UrlsRequest)
    with pytest.raises(TooLarge):
        parse_urls(text + " " * 4 * PLAIN_CHARACTERS)
