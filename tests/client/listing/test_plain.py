"""A list in its usual form is read without the XML parser, and says the same."""

from html import escape

import pytest
from hypothesis import given, settings, strategies

from s3vend.errors import TransferError
from s3vend.listing.page import NotWhole, Page, read_page
from s3vend.listing.plain import PLACE, take_out
from s3vend.listing.target import Below
from tests.client.shelf import contents, listing

BELOW = Below("b", "p/")
OBJECT = "<Contents>"
ODD = f"{OBJECT}<?odd?>"
AMAZON = (
    "<Contents><Key>{key}</Key><LastModified>2026-11-28T10:20:30.000Z</LastModified>"
    "<ETag>&quot;d41d8cd98f00b204e9800998ecf8427e&quot;</ETag>"
    "<ChecksumAlgorithm>CRC64NVME</ChecksumAlgorithm><ChecksumType>FULL_OBJECT</ChecksumType>"
    "<Size>4096</Size><StorageClass>STANDARD_IA</StorageClass></Contents>"
)
SEAWEEDFS = (
    "<Contents><Key>{key}</Key><ETag>&#34;d41d8cd98f00b204e9800998ecf8427e&#34;</ETag>"
    "<Size>4096</Size><StorageClass>STANDARD</StorageClass>"
    "<LastModified>2026-11-28T10:20:30Z</LastModified></Contents>"
)
RCLONE = """
  <Contents>
    <Key>{key}</Key>
    <LastModified>2026-11-28T10:20:30.777Z</LastModified>
    <ETag>d41d8cd98f00b204e9800998ecf8427e</ETag>
    <Size>4096</Size>
    <StorageClass>STANDARD</StorageClass>
  </Contents>"""
BARE = (
    "<Contents><Key>{key}</Key><LastModified>2026-11-28T10:20:30Z</LastModified>"
    "<Size>4096</Size></Contents>"
)
PREFIXES = "<CommonPrefixes><Prefix>p/a/</Prefix></CommonPrefixes>"
STORAGES = [AMAZON, SEAWEEDFS, RCLONE, BARE]


def said(body: bytes) -> Page | str | None:
    try:
        return read_page(body, BELOW)
    except NotWhole:
        return "not whole"
    except TransferError as error:
        return str(error)


def by_the_parser(body: bytes) -> bytes:
    """The same list, with an instruction in each object that only the XML parser takes."""
    return body.replace(OBJECT.encode(), ODD.encode())


def is_taken(body: bytes) -> bool:
    return take_out(body.decode()) is not None


@pytest.mark.parametrize("storage", STORAGES)
def test_the_lists_of_known_storages_are_in_the_usual_form(storage: str) -> None:
    body = listing(*(storage.format(key=f"p/{number}") for number in range(3)))
    assert is_taken(body)
    assert not is_taken(by_the_parser(body))
    assert isinstance(page := said(body), Page)
    assert page == said(by_the_parser(body))
    assert [one.key for one in page.objects] == ["p/0", "p/1", "p/2"]


CHARACTERS = "ab%+& <>\"']\u00e4\u3000\U0001f600\x7f\x85\ufffe\uffff\x00\t\n"
KEYS = strategies.text(strategies.sampled_from(CHARACTERS), max_size=3).map("p/{}".format)
USUAL = {
    "Key": KEYS.map(escape),
    "Size": strategies.sampled_from(["0", "4096", "9" * 18]),
    "LastModified": strategies.sampled_from(["2026-11-28T10:20:30Z", "2026-11-28T10:20:30.5Z"]),
    "ETag": strategies.sampled_from(["", "e", '"e"', "&quot;e&quot;", "&#34;e"]),
    "StorageClass": strategies.sampled_from(["STANDARD", "GLACIER"]),
    "ChecksumType": strategies.sampled_from(["", "FULL_OBJECT"]),
}
ODD_ONES = {
    "Key": KEYS | strategies.sampled_from(["", "q/a", "p/%FF"]),
    "Size": strategies.sampled_from(["9" * 19, "-1", "", "\u0661", " 1"]),
    "LastModified": strategies.sampled_from(["2026-13-28T10:20:30Z", "2026-11-28 10:20:30Z", ""]),
    "ETag": strategies.sampled_from(["&amp;", "a&quot;b", "\u20ac", "]]>", "<!---->"]),
    "StorageClass": strategies.sampled_from(["", "a b", "<ID>1</ID>"]),
    "ChecksumType": strategies.sampled_from(["&amp;", "&", ">", "]]>", "\x00", "<ID>1</ID>"]),
}
SPACES = strategies.sampled_from(["", "", "\n  ", "\t", "\r\n", "\x0b", "\xa0", "x", "<x/>"])


@strategies.composite
def lists(draw: strategies.DrawFn) -> bytes:
    """Lists of objects with some members in some order, and at most a few odd ones."""
    order = strategies.permutations([*USUAL]) | strategies.lists(strategies.sampled_from([*USUAL]))
    names, nodes = draw(order), []
    space, between = draw(SPACES), draw(SPACES)
    odd = draw(strategies.sampled_from([None, None, *USUAL]))
    for _ in range(draw(strategies.integers(1, 4))):
        texts = [draw((ODD_ONES if name == odd else USUAL)[name]) for name in names]
        members = (f"<{name}>{text}</{name}>" for name, text in zip(names, texts, strict=True))
        nodes.append(f"<Contents>{space}{space.join(members)}{space}</Contents>{between}")
    more = draw(strategies.sampled_from(["", "", PREFIXES]))
    body = listing(*nodes, more, is_truncated=draw(strategies.sampled_from([False, False, True])))
    if draw(strategies.booleans()):
        body = body.replace(b"<EncodingType>url</EncodingType>", b"")
    return body


@settings(max_examples=1000)
@given(lists())
def test_both_ways_of_reading_say_the_same(body: bytes) -> None:
    assert said(body) == said(by_the_parser(body))


@given(lists(), strategies.data())
def test_they_say_the_same_of_a_list_that_is_damaged(
    body: bytes, data: strategies.DataObject
) -> None:
    at = body.index(OBJECT.encode()) + len(OBJECT)
    start = data.draw(strategies.integers(at, len(body)))
    end = data.draw(strategies.integers(start, min(start + 9, len(body))))
    put = data.draw(
        strategies.sampled_from(
            [b"", b"<", b">", b"&", b"</Key>", b"\x00", b"\xff", b"<Contents>", b"-->", b"]]>"]
        )
    )
    damaged = body[:start] + put + body[end:]
    assert said(damaged) == said(by_the_parser(damaged))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("<!-- ", " -->"),
        ("<![CDATA[", "]]>"),
        ("<Other>", "</Other>"),
        (PREFIXES, ""),
        ("<!-- ", f" -->{PREFIXES}"),
        ("<!-- ", f" --><Contents {contents('p/b')[len(OBJECT) - 1 :]}"),
        ("<!-- ", " --><Contents/>"),
        ("<!-- ", f" --><{PLACE}/>"),
        ("<Other>", f"</Other>{PREFIXES}"),
        ("<CommonPrefixes>", "<Prefix>p/a/</Prefix></CommonPrefixes>"),
        ("<Contents>", "<Key>p/b</Key></Contents>"),
        ("", "<Contents/>"),
        ("", f"<{PLACE}/>"),
        ("", "<Contents><Key>p/b</Key></Contents>"),
        ("", "text"),
    ],
)  # fmt: skip
def test_objects_count_only_where_s3_has_them(before: str, after: str) -> None:
    """What looks like objects, but is a comment or inside of something else."""
    objects = contents("p/a") + contents("p/c")
    body = listing(f"{before}{objects}{after}")
    assert said(body) == said(by_the_parser(body))


def test_a_list_that_is_not_closed_is_not_whole_though_its_objects_are() -> None:
    body = listing(contents("p/a"))
    assert is_taken(body[:-5])
    assert said(body[:-5]) == "not whole"


@pytest.mark.parametrize("text", ["]]>", "\ufffe", "\uffff", "\x00", "\x1f", "&", "&x;", "&#1;"])
@pytest.mark.parametrize("member", ["Key", "ETag", "StorageClass", "ChecksumType"])
def test_an_object_with_what_xml_does_not_have_is_not_whole(member: str, text: str) -> None:
    given = AMAZON.format(key="p/a")
    body = listing(given.replace(f"</{member}>", f"{text}</{member}>"), AMAZON.format(key="p/b"))
    assert said(body) == "not whole"
