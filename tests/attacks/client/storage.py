"""Answers of S3, or of whoever is in its place, to a download; only the object's bytes get its name"""

from typing import Any

import s3vend
from tests.attacks.client.attack import Attack, Stage
from tests.attacks.sources import rule
from tests.client.conftest import Asked, Reply
from tests.client.storing import TARGET, Stored, md5, names, serving_object, sha256

PARTS = [b"a" * 100, b"b" * 100, b"c" * 9]
DATA = b"".join(PARTS)
UNEVEN = [b"a" * 10, b"b" * 100, b"c" * 99]
CHECKSUMS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html"
RANGES = "https://www.rfc-editor.org/rfc/rfc9110#section-14.4"


def outcome(given: Stored, stage: Stage) -> str:
    """Download the object over an older file; return what came of it."""
    path = stage.home / "down/report.csv"
    path.parent.mkdir()
    path.write_bytes(b"from before")
    remarks: list[str] = []
    try:
        service = serving_object(given, stage.serve)
        got = s3vend.download(
            TARGET, path, part_size=80, parallel=2, remark=remarks.append, service=service
        )
        ended = f"downloaded, {got.verified}"
        assert bool(remarks) is (got.verified == "not verified")
    except s3vend.S3VendError as error:
        ended = type(error).__name__
    assert names(path.parent)[-1:] == ["report.csv"]
    found = path.read_bytes()
    kept = {given.data: "the object", b"from before": "the file from before"}
    return f"{ended}; {kept.get(found, 'OTHER BYTES')}"


def gets(change: Any) -> Any:
    """Answers to GET are changed by a function of headers and body."""

    def instead(asked: Asked, reply: Reply) -> Reply:
        status, headers, body = reply
        if asked.method != "GET" or status != 206:
            return reply
        changed: Reply = change(dict(headers), body)
        return changed

    return instead


def flip(headers: "dict[str, str]", body: bytes) -> Reply:
    return 206, headers, body[:-1] + bytes([body[-1] ^ 1])


def swapped(asked: Asked, reply: Reply) -> Reply:
    """The bytes of the last range for all that are as long."""
    status, headers, body = reply
    return (status, headers, b"x" * len(body)) if asked.method == "GET" and isinstance(body, bytes) else reply  # fmt: skip


def heads(**headers: str) -> Any:
    """Answers to HEAD have other headers; an empty one is left out."""
    changed = {name.replace("_", "-"): value for name, value in headers.items()}

    def instead(asked: Asked, reply: Reply) -> Reply:
        merged = {**reply[1], **changed} if asked.method == "HEAD" else reply[1]
        return reply[0], {name: value for name, value in merged.items() if value}, reply[2]

    return instead


def parts(change: Any) -> Any:
    """Answers to HEAD of a part are changed."""

    def instead(asked: Asked, reply: Reply) -> Reply:
        changed: Reply = change(dict(reply[1])) if "partNumber" in asked.path else reply
        return changed

    return instead


def status(code: int, **headers: str) -> Any:
    return lambda asked, reply: (code, headers, b"") if asked.method == "GET" else reply


def changing(asked: Asked, reply: Reply) -> Reply:
    """Another ETag at each look-up of a part, as when somebody writes all the time."""
    return (412, {}, b"") if "partNumber" in asked.path else reply


MISMATCH, UNREACHABLE = (
    "ChecksumMismatch; the file from before",
    "Unreachable; the file from before",
)
TRANSFER, CHANGED = "TransferError; the file from before", "ObjectChanged; the file from before"
STORAGE = "StorageError; the file from before"
WHOLE, COMPOSITE = sha256(DATA), sha256(*PARTS)
ATTACKS = [
    Attack("other bytes than the checksum of the whole object", Stored(PARTS, WHOLE, instead=gets(flip)), MISMATCH, CHECKSUMS),
    Attack("other bytes than the checksums of the parts", Stored(PARTS, COMPOSITE, instead=gets(flip)), MISMATCH, CHECKSUMS),
    Attack("other bytes than the checksums of uneven parts", Stored(UNEVEN, sha256(*UNEVEN), instead=gets(flip)), MISMATCH, CHECKSUMS),
    Attack("other bytes than the MD5", Stored([DATA], etag=md5(DATA), instead=gets(flip)), MISMATCH, CHECKSUMS),
    Attack("other bytes of the same length", Stored(PARTS, COMPOSITE, instead=swapped), MISMATCH, CHECKSUMS),
    Attack("a checksum of too few bytes", Stored(PARTS, {"x-amz-checksum-sha256": "AAAA"}), MISMATCH, CHECKSUMS),
    Attack("a checksum of the parts in another order", Stored(PARTS, sha256(*reversed(PARTS))), MISMATCH, CHECKSUMS),
    Attack("no checksum at all", Stored(PARTS), "downloaded, not verified; the object", CHECKSUMS),
    Attack("a checksum that is empty", Stored(PARTS, {"x-amz-checksum-sha256": ""}), "downloaded, not verified; the object", CHECKSUMS),
    Attack("a checksum of no parts", Stored(PARTS, {"x-amz-checksum-sha256": f"{WHOLE['x-amz-checksum-sha256']}-0"}), "downloaded, not verified; the object", CHECKSUMS),
    Attack("a checksum of more parts than there are", Stored(PARTS, {"x-amz-checksum-sha256": f"{WHOLE['x-amz-checksum-sha256']}-99999"}), "downloaded, not verified; the object", CHECKSUMS),
    Attack("a checksum of parts without their number", Stored(PARTS, WHOLE | {"x-amz-checksum-type": "COMPOSITE"}), "downloaded, not verified; the object", CHECKSUMS),
    Attack("parts whose sizes are not told", Stored(PARTS, COMPOSITE, instead=parts(lambda headers: (200, {"ETag": '"an-etag"', "Content-Length": "209"}, b""))), "downloaded, not verified; the object", CHECKSUMS),
    Attack("parts that are more than the object", Stored(PARTS, COMPOSITE, instead=parts(lambda headers: (206, headers | {"Content-Length": "500"}, b""))), "downloaded, not verified; the object", CHECKSUMS),
    Attack("parts without bytes", Stored(PARTS, COMPOSITE, instead=parts(lambda headers: (206, headers | {"Content-Length": "0"}, b""))), "downloaded, not verified; the object", CHECKSUMS),
    Attack("parts that S3 refuses to tell", Stored(PARTS, COMPOSITE, instead=parts(lambda headers: (403, {}, b""))), STORAGE, rule(12)),
    Attack("an object that changes while its parts are looked up", Stored(PARTS, COMPOSITE, instead=changing), CHANGED, rule(12)),
    Attack("an MD5 of an object that a KMS key encrypts", Stored([DATA], etag=md5(b"other"), instead=heads(X_Amz_Server_side_encryption="aws:kms")), "downloaded, not verified; the object", CHECKSUMS),
    Attack("half of the bytes that the range has", Stored(PARTS, WHOLE, instead=gets(lambda headers, body: (206, headers, body[: len(body) // 2 or 1]))), "downloaded, SHA256; the object", RANGES),
    Attack("always a byte less than the range has", Stored(PARTS, WHOLE, instead=gets(lambda headers, body: (206, headers, body[:-1]))), UNREACHABLE, RANGES),
    Attack("no bytes of any range", Stored(PARTS, WHOLE, instead=gets(lambda headers, body: (206, headers, b""))), UNREACHABLE, RANGES),
    Attack("more bytes than the range has", Stored(PARTS, WHOLE, instead=gets(lambda headers, body: (206, headers, body + b"more"))), TRANSFER, RANGES),
    Attack("another range than requested", Stored(PARTS, WHOLE, instead=gets(lambda headers, body: (206, headers | {"Content-Range": "bytes 1-80/209"}, body))), TRANSFER, RANGES),
    Attack("a range of an object of another size", Stored(PARTS, WHOLE, instead=gets(lambda headers, body: (206, headers | {"Content-Range": "bytes 0-79/999"}, body))), CHANGED, RANGES),
    Attack("a range of an object with another ETag", Stored(PARTS, WHOLE, instead=gets(lambda headers, body: (206, headers | {"ETag": '"new"'}, body))), CHANGED, RANGES),
    Attack("a range that is moved to another server", Stored(PARTS, WHOLE, instead=status(307, Location="http://127.0.0.1:9/")), STORAGE, rule(12)),
    Attack("a range that is not modified", Stored(PARTS, WHOLE, instead=status(304)), STORAGE, rule(12)),
    Attack("an object without an ETag", Stored(PARTS, WHOLE, instead=heads(ETag="")), TRANSFER, rule(12)),
    Attack("an object that is larger than any disk", Stored(PARTS, WHOLE, instead=heads(Content_Length="4611686018427387904")), "DiskFull; the file from before", rule(12)),
]  # fmt: skip
