"""The header under which a browser saves a file, whatever the key is called."""

import re

import pytest

from vending.bodies.header_values import disposition
from vending.shares.disposition import attachment, saved_name


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("a/b/report.csv", "report.csv"),
        ("名前.csv", "名前.csv"),
        ('quote".csv', "quote_.csv"),
        ("back\\slash.csv", "back_slash.csv"),
        ("\u202efdp.exe", "fdp.exe"),
        (".bashrc", "bashrc"),
        ("...", "file"),
        ("folder/", "folder"),
        ("x" * 500, "x" * 200),
    ],
)
def test_a_key_becomes_a_name_that_can_be_saved(key: str, name: str) -> None:
    assert saved_name(key) == name


@pytest.mark.parametrize(
    "key", ["a.csv", "é.csv", '"; filename=evil.exe', "a\r\nSet-Cookie: x", "a%0d%0a", "~*'();.txt"]
)
def test_no_name_ends_the_header_or_its_parameter(key: str) -> None:
    header = attachment(key)
    assert re.fullmatch(
        r"attachment; filename=\"[A-Za-z0-9 ()+,.=@\[\]_-]+\"; filename\*=UTF-8''[A-Za-z0-9._%-]+",
        header,
    )
    assert disposition(header) == header, "one that our own URLs would take"
