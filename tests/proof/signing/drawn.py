"""Values drawn by chance, with a liking for what has broken signers before."""

import string
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from random import Random

type Draw = Callable[[Random], str | int]

KEY_BYTES = 1024
TOKEN_CHARACTERS = 2000
REGIONS = {
    **dict.fromkeys(["us-east-1", "us-west-2", "ap-northeast-1", "eu-central-2"], "aws"),
    **dict.fromkeys(["cn-north-1", "cn-northwest-1"], "aws-cn"),
    **dict.fromkeys(["us-gov-west-1", "us-gov-east-1"], "aws-us-gov"),
}
_LOWER = string.ascii_lowercase + string.digits
_OPAQUE = string.ascii_letters + string.digits + "+/=-_.~%"
_KINDS = [
    string.ascii_letters + string.digits,
    string.punctuation + " ",
    "".join(map(chr, [*range(0x20), 0x7F])),
    "".join(map(chr, range(0x80, 0x100))),
    "日本語キー漢字한국어ไทยعربي",
    "e\u0301o\u0328\u0308n\u0303u\u200d\u200f\ufe0f",
    "🚀👩\u200d👧🇯🇵𝒳𠮷😀",
]
_PIECES = ["//", "/", "%", "%2F", "%2f", "%25", "+", " ", "  ", "..", "./", "../", "?", "#", "&"]


def text(chance: Random, most: int) -> str:
    """Characters of several kinds, and now and then any one of Unicode."""
    made = ""
    while len(made) < most:
        kind = chance.randrange(len(_KINDS) + 2)
        if kind < len(_KINDS):
            made += "".join(chance.choices(_KINDS[kind], k=chance.randint(1, 8)))
        elif kind == len(_KINDS):
            made += chance.choice(_PIECES)
        else:
            first, end = chance.choice([(0, 0x800), (0x800, 0xD800), (0xE000, 0x110000)])
            made += chr(chance.randrange(first, end))
    return made[:most]


def key(chance: Random) -> str:
    """Some characters; one in twenty is as long as S3 allows, to the byte."""
    if chance.randrange(20):
        return text(chance, chance.randint(1, 40))
    cut = text(chance, KEY_BYTES).encode()[:KEY_BYTES].decode(errors="ignore")
    return cut + "x" * (KEY_BYTES - len(cut.encode()))


def opaque(chance: Random, length: int) -> str:
    """Of the characters of base64, and of those that encoders treat in their own way."""
    return "".join(chance.choices(_OPAQUE, k=length))


def token(chance: Random) -> str:
    """A session token of any length; now and then none."""
    return opaque(chance, chance.choice([0, 1, chance.randint(2, 2000), TOKEN_CHARACTERS]))


def bucket(chance: Random) -> str:
    """Of one label, or of two or three with dots between."""
    labels = chance.choice([1, 1, 1, 2, 3])
    return ".".join("".join(chance.choices(_LOWER, k=chance.randint(3, 20))) for _ in range(labels))


def when(chance: Random) -> datetime:
    """Any time of this century, in any zone."""
    zone = timezone(timedelta(minutes=chance.randint(-720, 840)))
    start = datetime(2000, 1, 2, tzinfo=UTC)
    return (start + timedelta(seconds=chance.random() * 3.1e9)).astimezone(zone)


def checksum(size: int) -> Draw:
    """So many bytes in base64."""
    return lambda chance: b64encode(chance.randbytes(size)).decode()


def one_of(*values: str) -> Draw:
    """Any of these."""
    return lambda chance: chance.choice(values)


def number(most: int) -> Draw:
    """From 1 on."""
    return lambda chance: chance.randint(1, most)
