"""Which texts a segment may be, and which of them a witness gets."""

from itertools import islice

import pytest

from vending.callers.principal import Principal
from vending.reach.alphabets import (
    ACCOUNT,
    NAME,
    PLAIN,
    SEGMENT,
    TEXT,
    Alphabet,
    among,
    each_of_all,
)

EVERY = {"account": ACCOUNT, "name": NAME, "plain": PLAIN, "text": TEXT, "segment": SEGMENT}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x", {"name", "plain", "text", "segment"}),
        ("", {"segment"}),
        (".", set()),
        ("..", set()),
        ("...", {"name", "plain", "text", "segment"}),
        ("a/b", set()),
        ("a b", {"plain", "text", "segment"}),
        ("*", {"plain", "text", "segment"}),
        ("line\nfeed", {"plain", "text", "segment"}),
        ("123456789012", {"account", "name", "plain", "text", "segment"}),
        ("1234567890123", {"name", "plain", "text", "segment"}),
        ("n" * 64, {"name", "plain", "text", "segment"}),
        ("n" * 65, {"plain", "text", "segment"}),
        ("t" * 513, {"text", "segment"}),
        ("ü" * 256, {"plain", "text", "segment"}),
        ("ü" * 257, {"text", "segment"}),
        ("t" * 1025, set()),
    ],
)
def test_an_alphabet_has_its_texts(text: str, expected: set[str]) -> None:
    assert {name for name, one in EVERY.items() if one.accepts(text)} == expected


@pytest.mark.parametrize("alphabet", EVERY.values(), ids=EVERY)
def test_the_texts_of_a_witness_are_of_the_alphabet_and_come_by_their_length(
    alphabet: Alphabet,
) -> None:
    found = list(islice(each_of_all([alphabet]), 9000))
    assert len(set(found)) == len(found)
    assert all(map(alphabet.accepts, found))
    assert [len(one) for one in found] == sorted(map(len, found))


@pytest.mark.parametrize(("longest", "count"), [(1, 94), (2, 94 + 94**2)])
def test_an_alphabet_has_no_texts_beyond_its_longest(longest: int, count: int) -> None:
    texts = islice(Alphabet(9, "[^/]+", longest).each(), 9000)
    assert len(list(texts)) == count


def test_accounts_are_counted_up_from_that_of_aws_pages() -> None:
    assert list(islice(ACCOUNT.each(), 3)) == ["111122223333", "111122223334", "111122223335"]


def test_a_letter_is_any_that_is_printed_but_the_slash_and_the_dot() -> None:
    found = set(islice(each_of_all([TEXT]), 93))
    assert found == {chr(one) for one in range(32, 127)} - {"/", "."}


def test_a_text_of_several_alphabets_is_of_all() -> None:
    assert list(each_of_all([TEXT, among(["role", "user"]), NAME])) == ["role", "user"]
    assert list(each_of_all([among(["a/b", "", "c"]), TEXT])) == ["c"]
    assert list(each_of_all([ACCOUNT, among(["role", "user"])])) == []  # which ends
    assert next(each_of_all([NAME, ACCOUNT])) == "111122223333"
    assert next(each_of_all([SEGMENT, NAME])) == "x"


def test_a_witness_has_a_name_that_iam_accepts() -> None:
    for name in islice(each_of_all([NAME]), 200):
        assert Principal.parse(f"arn:aws:iam::111122223333:role/{name}").name == name
