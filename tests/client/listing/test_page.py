"""S3's answer to a list: read exactly, or refused."""

from datetime import datetime, timezone

import pytest

from s3vend.errors import TransferError
from s3vend.listing.entries import CommonPrefix, Listed
from s3vend.listing.page import NotWhole, read_page
from s3vend.listing.target import Below
from tests.client.shelf import contents, listing

BELOW = Below("b", "p/")
NASTY = [
    "p/",  # a marker of a directory
    "p/a/",
    "p//",
    "p/ spaces  and\ttabs ",
    "p/plus+and%2Bpercent%",
    "p/<&>\"'",
    "p/line\nbreak\r\x01\x7f",
    "p/\u00fc\u0301\u2028\u202e\ufffe\U0001f600",
    "p/*?[x]{a,b}~",
    "p/../../etc/passwd",
    "p/\\windows\\NUL",
]


@pytest.mark.parametrize("key", NASTY)
def test_every_key_is_read_as_it_is(key: str) -> None:
    page = read_page(listing(contents(key)), BELOW)
    assert page is not None
    [entry] = page.entries
    assert isinstance(entry, Listed)
    assert (entry.key, entry.target) == (key, f"s3://b/{key}")


def test_an_object_has_its_size_time_etag_and_class() -> None:
    body = listing(contents("p/k", 5_000_000_000, "2026-11-28T10:20:30.123Z", "GLACIER"))
    page = read_page(b"\xef\xbb\xbf" + body, BELOW)
    assert page is not None
    modified = datetime(2026, 11, 28, 10, 20, 30, 123_000, timezone.utc)
    assert page.entries == (Listed("s3://b/p/k", "p/k", 5_000_000_000, modified, '"e"', "GLACIER"),)
    assert page.token is None


@pytest.mark.parametrize(
    ("text", "microsecond"),
    [("30Z", 0), ("30.5Z", 500_000), ("30.123456Z", 123_456), ("30.123456789Z", 123_456)],
)
def test_times_are_read_as_different_storages_write_them(text: str, microsecond: int) -> None:
    page = read_page(listing(contents("p/k", 1, f"2026-11-28T10:20:{text}")), BELOW)
    assert page is not None
    [entry] = page.entries
    assert isinstance(entry, Listed)
    assert entry.modified == datetime(2026, 11, 28, 10, 20, 30, microsecond, timezone.utc)


def test_what_a_storage_leaves_out_has_its_usual_value() -> None:
    time = "<LastModified>2026-11-28T10:20:30Z</LastModified>"
    page = read_page(listing(f"<Contents><Key>p/k</Key>{time}<Size>0</Size></Contents>"), BELOW)
    assert page is not None
    [entry] = page.entries
    assert isinstance(entry, Listed)
    assert (entry.size, entry.etag, entry.storage_class) == (0, "", "STANDARD")


def test_keys_that_are_not_encoded_are_not_decoded() -> None:
    body = listing(contents("p/k")).replace(b"<EncodingType>url</EncodingType>", b"")
    page = read_page(body.replace(b"p/k", b"p/a+%20"), BELOW)
    assert page is not None
    assert [entry.target for entry in page.entries] == ["s3://b/p/a+%20"]


def test_objects_and_prefixes_are_in_one_order() -> None:
    prefixes = "".join(
        f"<CommonPrefixes><Prefix>p/{name}/</Prefix></CommonPrefixes>" for name in ("b", "%C3%A4")
    )
    body = listing(contents("p/a"), contents("p/c"), contents("p/\U0001f600"), prefixes)
    page = read_page(body, BELOW)
    assert page is not None
    assert page.entries[1] == CommonPrefix("s3://b/p/b/", "p/b/")
    names = [entry.target.removeprefix("s3://b/p/") for entry in page.entries]
    assert names == ["a", "b/", "c", "\u00e4/", "\U0001f600"]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (listing(contents("q/k")), "has the key 'q/k', which is not below s3://b/p/"),
        (listing(contents("p")), "the key 'p'"),
        (listing(contents("")), "the key ''"),
        (listing("<Contents></Contents>"), "the key ''"),
        (listing("<Contents><Key>p/%FF</Key></Contents>"), "the key 'p/%FF', which is not UTF-8"),
        (listing(contents("p/k", "-1")), "the size '-1' for 'p/k'"),
        (listing(contents("p/k", "1e3")), "the size '1e3'"),
        (listing(contents("p/k", "\u0661")), "the size"),
        (listing(contents("p/k", "9" * 99)), "the size"),
        (listing(contents("p/k", tag="&#13;&#10;X-Own: 1")), "the ETag '\\r\\nX-Own: 1' for 'p/k'"),
        (listing(contents("p/k", tag='"\u20ac"')), "the ETag"),
        (listing(contents("p/k", 1, "yesterday")), "the time 'yesterday' for 'p/k'"),
        (listing(contents("p/k", 1, "2026-13-28T10:20:30Z")), "the time '2026-13"),
        (listing(contents("p/k", 1, "2026-11-28T10:20:30")), "the time"),
        (listing("<CommonPrefixes><Prefix>q/a/</Prefix></CommonPrefixes>"), "the prefix 'q/a/'"),
        (listing("<CommonPrefixes><Prefix>p/</Prefix></CommonPrefixes>"), "the prefix 'p/'"),
        (listing("<CommonPrefixes><Prefix>p/a</Prefix></CommonPrefixes>"), "one level below"),
        (listing("<CommonPrefixes><Prefix>p/a/b/</Prefix></CommonPrefixes>"), "one level below"),
        (listing("<CommonPrefixes></CommonPrefixes>"), "the prefix ''"),
        (listing(is_truncated=True), "does not say whether more pages follow"),
        (
            listing(is_truncated=True, more="<NextContinuationToken>a b</NextContinuationToken>"),
            "how to get them",
        ),
        (listing().replace(b"false", b"maybe"), "whether more pages follow"),
        (
            b'<!DOCTYPE l [<!ENTITY a "p/k">]>' + listing("<Contents><Key>&a;</Key></Contents>"),
            "a document type",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(TransferError) as refused:
        read_page(body, BELOW)
    assert str(refused.value).startswith("S3's list ")
    assert said in str(refused.value)


def test_an_empty_key_is_refused_also_where_a_whole_bucket_is_listed() -> None:
    with pytest.raises(TransferError, match="the key ''"):
        read_page(listing(contents("")), Below("b", ""))


@pytest.mark.parametrize("end", [0, 1, 100, 250, -1])
def test_a_list_that_ends_early_is_not_whole(end: int) -> None:
    with pytest.raises(NotWhole):
        read_page(listing(contents("p/k"))[:end], BELOW)


@pytest.mark.parametrize("body", [b"<p>portal</p>" * 2, b"\xff\xfe", b"{}"])
def test_what_is_not_xml_is_not_whole(body: bytes) -> None:
    with pytest.raises(NotWhole):
        read_page(body, BELOW)


@pytest.mark.parametrize("body", [b"<Error><Code>SlowDown</Code></Error>", b"<html/>"])
def test_another_answer_is_not_a_page(body: bytes) -> None:
    assert read_page(body, BELOW) is None
