"""Ids and short hashes: how long they are, and of which characters."""

import re
from base64 import b32encode
from hashlib import sha256

import pytest

from vending.ids import identifier, short_hash


def base32(data: bytes) -> str:
    return b32encode(data).decode().lower()


@pytest.mark.parametrize(
    "random",
    [bytes(10), bytes(range(10)), b"\xff" * 10, bytes(range(255, 245, -1)), b"\x0f\xf0" * 5],
)
def test_an_id_has_sixteen_characters_of_base32(random: bytes) -> None:
    assert identifier(random) == base32(random)
    assert len(identifier(random)) == 16


@pytest.mark.parametrize("text", ["", "a-grant", "日本語", "https://login.example.com alice"])
def test_a_short_hash_is_the_start_of_the_sha_256_of_its_text(text: str) -> None:
    for length in (1, 8, 13, 16):
        assert short_hash(text, length) == base32(sha256(text.encode()).digest())[:length]


@pytest.mark.parametrize(("length", "characters"), [(8, 8), (13, 13), (16, 16), (17, 16), (40, 16)])
def test_a_short_hash_has_the_characters_that_are_asked_for_and_at_most_sixteen(
    length: int, characters: int
) -> None:
    assert re.fullmatch(f"[a-z2-7]{{{characters}}}", short_hash("a-grant", length))


def test_a_shorter_hash_is_the_start_of_a_longer_one_and_of_other_text_another() -> None:
    assert short_hash("a-grant", 16).startswith(short_hash("a-grant", 8))
    assert short_hash("a-grant", 8) != short_hash("another-grant", 8)
