"""Content types: which are inert, which a grant allows, and which members name one."""

import pytest
from pydantic import TypeAdapter, ValidationError

from vending.bodies.content_fields import (
    ContentType,
    ContentTypes,
    Crc32c,
    Crc64nvme,
    Disposition,
    Lengths,
    Sha256,
    Size,
    VersionId,
)
from vending.urls.content import is_among, is_inert


@pytest.mark.parametrize(
    ("content_type", "inert"),
    [
        ("text/plain", True),
        ("Text/Plain; charset=utf-8", True),
        ("image/png", True),
        ("video/mp4", True),
        ("application/pdf", True),
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", True),
        ("text/html", False),
        ("TEXT/HTML", False),
        ("text/html; charset=utf-8", False),
        ("text/javascript", False),
        ("text/css", False),
        ("text/xml", False),
        ("application/xhtml+xml", False),
        ("application/vnd.wap.xhtml+xml", False),
        ("image/svg+xml", False),
        ("audio/anything+xml", False),
        ("application/javascript", False),
        ("multipart/x-mixed-replace", False),
        ("application/x-shockwave-flash", False),
        ("text/unknown", False),
        ("", False),
    ],
)
def test_content_is_inert_only_if_no_browser_runs_it(content_type: str, inert: bool) -> None:
    assert is_inert(content_type) is inert


@pytest.mark.parametrize(
    ("content_type", "patterns", "among"),
    [
        ("image/png", ("image/png",), True),
        ("IMAGE/PNG", ("image/png",), True),
        ("image/png; q=1", ("image/*",), True),
        ("image/png", ("image/jpeg",), False),
        ("imagex/png", ("image/*",), False),
        ("image/png", ("text/*", "image/*"), True),
        ("image/png", (), False),
    ],
)
def test_a_type_is_among_those_named_or_of_a_kind_that_is(
    content_type: str, patterns: tuple[str, ...], among: bool
) -> None:
    assert is_among(content_type, patterns) is among


@pytest.mark.parametrize(
    ("text", "size"), [(1, 1), ("100MiB", 104857600), ("5GiB", 5 * 1024**3), ("7B", 7)]
)
def test_a_size_is_bytes_or_text(text: object, size: int) -> None:
    assert TypeAdapter(Size).validate_python(text) == size


GOOD: list[tuple[object, object]] = [
    (ContentType, "text/csv"),
    (ContentType, "text/plain; charset=utf-8"),
    (ContentType, "application/vnd.a+b"),
    (Disposition, "attachment"),
    (Disposition, "inline"),
    (Disposition, 'attachment; filename="Bericht 2026.csv"'),
    (Disposition, "attachment; filename*=UTF-8''%e2%82%ac.csv"),
    (VersionId, "null"),
    (VersionId, "3HL4kqtJlcpXroDTDmJ.rmSpXd3dIbrHY-MTRCxf3vjVBH40Nr8X8gdRQBpUMLUo"),
    (Sha256, "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="),
    (Crc32c, "yZRlqg=="),
    (Crc64nvme, "rosUhgp5mIg="),
    (Lengths, [0, 5 * 1024**3]),
    (Lengths, [7, 7]),
    (ContentTypes, ["image/*", "text/csv"]),
]
BAD: list[tuple[object, object]] = [
    (ContentType, "text"),
    (ContentType, "text/*"),
    (ContentType, "text/csv\r\nx-amz-acl: public-read"),
    (ContentType, "text/csv "),
    (ContentType, f"text/{'x' * 128}"),
    (ContentType, 7),
    (Disposition, "form-data"),
    (Disposition, "attachment;"),
    (Disposition, 'attachment; filename="\u20ac"'),
    (Disposition, 'attachment; filename="a\n"'),
    (VersionId, "a b"),
    (VersionId, ""),
    (Sha256, "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU="),
    (Sha256, "yZRlqg=="),
    (Crc32c, "yZRlqg="),
    (Crc64nvme, "rosUhgp5mIg"),
    (Lengths, [2, 1]),
    (Lengths, [-1, 1]),
    (Lengths, [0, 5 * 1024**3 + 1]),
    (Lengths, [True, 1]),
    (Lengths, [0]),
    (Lengths, "0-1"),
    (Size, 0),
    (Size, "0MiB"),
    (Size, "1MB"),
    (Size, "1.5GiB"),
    (Size, True),
    (Size, "50001GiB"),
    (ContentTypes, []),
    (ContentTypes, ["*/*"]),
    (ContentTypes, ["image"]),
    (ContentTypes, "image/png"),
    (ContentTypes, [f"image/{n}" for n in range(51)]),
]


@pytest.mark.parametrize(("kind", "value"), GOOD)
def test_a_member_takes_what_is_well_formed(kind: object, value: object) -> None:
    TypeAdapter(kind).validate_python(value, strict=True)


@pytest.mark.parametrize(("kind", "value"), BAD)
def test_a_member_refuses_what_is_not(kind: object, value: object) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(kind).validate_python(value, strict=True)
