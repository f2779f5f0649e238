"""The grammars of Content-Type and Content-Disposition."""

from urllib.parse import quote

import pytest

from s3vend.presigning.disposition import attachment
from tests.client.presigning.test_disposition import NAMES
from vending.bodies.header_values import content_type, disposition

EURO = "%E2%82%AC"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("text/csv", "text/csv"),
        ("TEXT/CSV", "TEXT/CSV"),
        ("text/plain;charset=utf-8", "text/plain; charset=utf-8"),
        ("text/plain \t;\t  Charset=UTF-8", "text/plain; Charset=UTF-8"),
        ('text/plain; charset="utf-8"', 'text/plain; charset="utf-8"'),
        ('multipart/mixed; boundary="a b; c=d, e"', 'multipart/mixed; boundary="a b; c=d, e"'),
        ('text/plain; a="\\"\\\\"', 'text/plain; a="\\"\\\\"'),
        ("application/vnd.a+json; a=1; b=2; c=3", "application/vnd.a+json; a=1; b=2; c=3"),
        ("video/mp4; codecs=avc1.640028", "video/mp4; codecs=avc1.640028"),
        ("text/x; a=!#$%&'*+.^_`|~-", "text/x; a=!#$%&'*+.^_`|~-"),
        (f"text/{'x' * 127}", f"text/{'x' * 127}"),
    ],
)
def test_a_content_type_is_what_rfc_9110_allows(given: str, read: str) -> None:
    assert content_type(given) == read
    assert content_type(read) == read


@pytest.mark.parametrize(
    "given",
    [
        *("", "text", "text/", "/csv", "text/*", "*/*", "text/csv ", " text/csv", "text /csv"),
        *("text/csv;", "text/csv; charset", "text/csv; charset =utf-8", "text/csv; charset= utf-8"),
        *(
            'text/csv; a="b',
            'text/csv; a="b"c',
            'text/csv; a=b"c"',
            "text/csv; a=",
            'text/csv; a="\\',
        ),
        *("text/csv, text/html", "text/csv; a=b, text/html", "text/csv; a=b c"),
        *("text/csv; a=1; A=2", "text/csv; a=\u20ac", 'text/csv; a="\u20ac"', 'text/csv; a="\t"'),
        *("text/csv\r\nx-amz-acl: public-read", 'text/csv; a="b\r\nx-amz-acl: public-read"'),
        *("text/csv; a=b\r\n", "text/csv;\r\n a=b", 'text/csv; a="\x00"', "text/csv\x0b; a=b"),
        "text/csv" + "".join(f"; a{n}=b" for n in range(11)),
        f'text/csv; a="{"x" * 512}"',
        f"text/{'x' * 128}",
    ],
)
def test_all_else_is_no_content_type(given: str) -> None:
    with pytest.raises(ValueError, match="must"):
        content_type(given)


LONGEST = "\u20ac" * 85  # 255 bytes


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("attachment", "attachment"),
        ("INLINE", "INLINE"),
        ("Attachment; FileName=a.csv", "Attachment; FileName=a.csv"),
        ('attachment;filename="a b.csv"', 'attachment; filename="a b.csv"'),
        ('attachment  ;  filename = "a"', 'attachment; filename="a"'),
        ("attachment\t;\tfilename\t=\ta", "attachment; filename=a"),
        ('attachment; filename="a\\"b\\\\.csv"', 'attachment; filename="a\\"b\\\\.csv"'),
        ('attachment; filename="a; filename=b"', 'attachment; filename="a; filename=b"'),
        (
            f"attachment; filename=\"EURO.csv\"; FILENAME* = utf-8'de'{EURO}.csv",
            f"attachment; filename=\"EURO.csv\"; FILENAME*=utf-8'de'{EURO}.csv",
        ),
        (f"inline; filename*=UTF-8''{EURO}", f"inline; filename*=UTF-8''{EURO}"),
        (f'attachment; filename="{"x" * 255}"', f'attachment; filename="{"x" * 255}"'),
        ("attachment; x=y", "attachment; x=y"),
        *(
            (value, value)
            for value in (
                f"attachment; filename=\"{'_' * 85}\"; filename*=UTF-8''{quote(LONGEST)}",
            )
        ),
    ],
)
def test_a_disposition_is_what_rfc_6266_and_8187_allow(given: str, read: str) -> None:
    assert disposition(given) == read
    assert disposition(read) == read


@pytest.mark.parametrize(
    "given",
    [
        *("", "form-data", "attachment;", "attachments", "attachment filename=a", ";filename=a"),
        *("attachment; filename", "attachment; filename=", "attachment; =a", "attachment; a b=c"),
        *(
            'attachment; filename="\u20ac"',
            "attachment; filename=\u20ac",
            'attachment; filename="a\n"',
        ),
        *(
            "attachment; filename=a; FILENAME=b",
            "attachment; filename*=UTF-8''a; filename*=UTF-8''b",
        ),
        *(
            "attachment; filename*=a",
            "attachment; filename*=\"UTF-8''a\"",
            "attachment; filename*=UTF-8''",
        ),
        *("attachment; filename*=ISO-8859-1''%E4", "attachment; filename*=UTF-8''%E4"),
        *(
            "attachment; filename*=UTF-8''%0d%0aSet-Cookie:a",
            "attachment; filename*=UTF-8''%0D%0Aa",
        ),
        *("attachment; filename*=UTF-8''%00", "attachment; filename*=UTF-8''%C2%85a"),
        *("attachment; filename*=UTF-8''%E2%80%A8a", "attachment; filename*=UTF-8''%7F"),
        *("attachment; filename*=UTF-8''%4", "attachment; filename*=UTF-8''%ZZ", "inline; x*=y"),
        *("attachment\r\nSet-Cookie: a=b", "attachment; filename=a\r\nSet-Cookie: a=b"),
        *(
            'attachment; filename="a\r\n b"',
            "attachment;\n filename=a",
            "attachment; filename=a\x00",
        ),
        *(
            'attachment; filename="a',
            'attachment; filename="a\\"',
            "attachment; filename=a, inline",
        ),
        f'attachment; filename="{"x" * 2048}"',
    ],
)
def test_all_else_is_no_disposition(given: str) -> None:
    with pytest.raises(ValueError, match="must"):
        disposition(given)


@pytest.mark.parametrize("given", [None, 7, ["attachment"], {"filename": "a"}])
def test_neither_is_anything_but_text(given: object) -> None:
    for read in (content_type, disposition):
        with pytest.raises(ValueError, match="must be text"):
            read(given)


@pytest.mark.parametrize("name", NAMES)
def test_the_disposition_that_the_client_makes_of_a_name_is_taken_as_it_is(name: str) -> None:
    assert disposition(attachment(name)) == attachment(name)
