"""Keys in both spellings: what they parse from, what they cover, and what IAM matches."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.evaluator import matches
from vending.grants.keys import Keys, wrong_keys

NASTY_KEYS = [
    "a",
    "a b",
    "a?b",
    "a*b",
    "a$b",
    "${*}",
    "$*?",
    "${caller.name}",
    "a#b",
    "a%2Fb",
    "a+b",
    "a//b",
    "/a",
    "a/",
    "é",
    "e\u0301",
    "🚀/🛰",
    "[a]",
    "a\\b",
    "a'b\"c",
    "...",
    ".hidden",
    "a/..b/c",
]


@pytest.mark.invariant(4)
@pytest.mark.parametrize(
    ("text", "bucket", "key", "is_prefix"),
    [
        ("s3://bkt/key", "bkt", "key", False),
        ("s3://bkt/a/b", "bkt", "a/b", False),
        ("s3://bkt/prefix/*", "bkt", "prefix/", True),
        ("s3://bkt/*", "bkt", "", True),
        ("s3://bkt//*", "bkt", "/", True),
        ("s3://bkt/a?b#c%2Fd e", "bkt", "a?b#c%2Fd e", False),
        ("s3://bkt/a*b/c", "bkt", "a*b/c", False),
        ("s3://bkt/a*b/*", "bkt", "a*b/", True),
        ("s3://my.dotted.bkt/k", "my.dotted.bkt", "k", False),
        ("s3://bkt/folder/", "bkt", "folder/", False),
    ],
)
def test_a_target_is_read_literally(text: str, bucket: str, key: str, is_prefix: bool) -> None:
    location = Keys.parse(text)
    assert (location.bucket, location.key, location.is_prefix) == (bucket, key, is_prefix)
    assert str(location) == text


@pytest.mark.invariant(4)
@pytest.mark.parametrize(
    "text",
    [
        "",
        "bkt/key",
        "S3://bkt/key",
        "s3:/bkt/key",
        "s3://bkt",
        "s3://bkt/",
        "s3:///x",
        "s3://Bkt/x",
        "s3://b/x",
        "s3://bkt/../x",
        "s3://bkt/a/./b",
        "s3://bkt/..",
        "s3://bkt/./*",
        "s3://bkt/pre*",
        "s3://bkt/a\nb",
        "s3://bkt/a\x00b",
        "s3://bkt/a\x7fb",
        "s3://bkt/a\x85b",
        "s3://bkt/\ud800",
        "s3://" + "b" * 64 + "/x",
        "s3://192.168.1.1/x",
        "s3://-bkt/x",
        "s3://bkt-/x",
        "s3://b..t/x",
        "s3://b.-t/x",
        "s3://b-.t/x",
        "s3://b_t/x",
        "s3://bkt\n/x",
        "s3://bkt--x-s3/x",
        "s3://bkt-s3alias/x",
        "s3://bkt--ol-s3/x",
        "s3://xn--bkt/x",
        "s3://bkt*/x",
        "s3://bké/x",
        "s3://bkt٣/x",
        "s3://arn:aws:s3:ap-northeast-1:123456789012:accesspoint/x/y",
        "s3://user@bkt/x",
        "s3://bkt:80/x",
    ],
)
def test_what_is_not_one_clear_target_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        Keys.parse(text)


@pytest.mark.invariant(4)
def test_a_key_has_at_most_1024_bytes_not_characters() -> None:
    assert Keys("bkt", "é" * 512).key == "é" * 512
    with pytest.raises(ValueError, match="1024 bytes"):
        Keys("bkt", "é" * 513)


def test_a_prefix_that_ends_in_the_middle_of_a_name_is_refused() -> None:
    with pytest.raises(ValueError, match="must end with '/'"):
        Keys("bkt", "tenant1", is_prefix=True)


def test_a_key_that_ends_in_a_star_is_spelled_with_members() -> None:
    assert Keys("bkt", "a*").as_json() == {"bucket": "bkt", "key": "a*"}
    assert Keys("bkt", "a/", is_prefix=True).as_json() == "s3://bkt/a/*"


@pytest.mark.parametrize(
    ("scope", "target", "covered"),
    [
        ("s3://bkt/data/*", "s3://bkt/data/x", True),
        ("s3://bkt/data/*", "s3://bkt/data/", True),
        ("s3://bkt/data/*", "s3://bkt/data/deep/er/*", True),
        ("s3://bkt/data/*", "s3://bkt/data/*", True),
        ("s3://bkt/*", "s3://bkt/anything", True),
        ("s3://bkt/*", "s3://bkt/*", True),
        ("s3://bkt/a", "s3://bkt/a", True),
        ("s3://bkt/data/*", "s3://bkt/data", False),
        ("s3://bkt/data/*", "s3://bkt/data-private/x", False),
        ("s3://bkt/data/*", "s3://bkt/*", False),
        ("s3://bkt/data/*", "s3://other/data/x", False),
        ("s3://bkt/tenant1/*", "s3://bkt/tenant10/x", False),
        ("s3://bkt/a", "s3://bkt/a/b", False),
        ("s3://bkt/a", "s3://bkt/a/*", False),
        ("s3://bkt/a", "s3://bkt/A", False),
        ("s3://bkt/é/*", "s3://bkt/e\u0301/x", False),
        ("s3://bkt/*/*", "s3://bkt/x/y", False),
        ("s3://bkt/?/*", "s3://bkt/x/y", False),
    ],
)
def test_a_scope_covers_its_own_keys_alone(scope: str, target: str, covered: bool) -> None:
    assert Keys.parse(scope).covers(Keys.parse(target)) is covered


@pytest.mark.invariant(3)
@pytest.mark.parametrize(
    ("location", "pattern"),
    [
        (Keys("bkt", "a*?$b"), "a${*}${?}${$}b"),
        (Keys("bkt", "${*}/", is_prefix=True), "${$}{${*}}/*"),
        (Keys("bkt", "", is_prefix=True), "*"),
        (Keys("bkt", "plain/key"), "plain/key"),
    ],
)
def test_special_characters_reach_iam_as_literals(location: Keys, pattern: str) -> None:
    assert location.iam_pattern == pattern


@pytest.mark.invariant(3)
@pytest.mark.parametrize("key", NASTY_KEYS)
def test_both_spellings_agree_over_the_corpus(key: str) -> None:
    prefix = f"{key.rstrip('/')}/"
    for scope in (Keys("bkt", key), Keys("bkt", prefix, is_prefix=True)):
        for other in NASTY_KEYS:
            for candidate in (other, key, f"{key}{other}", f"{prefix}{other}"):
                covered = scope.covers(Keys("bkt", candidate))
                assert covered is matches(scope.iam_pattern, candidate)


keys = st.text(st.sampled_from("ab/*?${}.é"), min_size=1, max_size=12).filter(
    lambda key: not {".", ".."} & set(key.split("/"))
)


@pytest.mark.invariant(3)
@given(keys, keys, st.booleans())
def test_both_spellings_agree_on_random_keys(key: str, other: str, is_prefix: bool) -> None:
    scope = Keys("bkt", f"{key}/" if is_prefix else key, is_prefix)
    for candidate in (other, scope.key + other, scope.key):
        target = Keys("bkt", candidate)
        assert scope.covers(target) is matches(scope.iam_pattern, candidate)


def test_the_matcher_of_these_tests_knows_wildcards() -> None:
    assert matches("a*c?", "abbcd")
    assert not matches("a${*}c", "abc")
    assert matches("a${*}c", "a*c")


@pytest.mark.parametrize(
    ("prefix", "keys", "wrong"),
    [
        ("p/", ["a" * 1022, "b"], []),
        ("p/", ["b", "a" * 1023], [1]),
        ("p" * 999 + "/", ["a" * 24], []),
        ("p" * 999 + "/", ["a" * 25], [0]),
        ("", ["🚀" * 256], []),
        ("", ["🚀" * 257], [0]),
        ("🚀" * 127 + "/", ["🚀" * 128], []),
        ("🚀" * 128 + "/", ["🚀" * 128], [0]),
        ("é" * 255 + "/", ["é" * 256], []),
        ("é" * 255 + "/", ["é" * 257], [0]),
        ("p/", ["a\nb"], [0]),
        ("p/", ["a", "\n"], [1]),
        ("p/", ["a", "b", "..", "c/.", "..."], [2, 3]),
        ("p/", ["", "a"], [0]),
        ("p/", ["", "ab"], [0]),
        ("p/", [".a", "b/.c", "b..", "..c"], []),
    ],
)
def test_keys_that_are_looked_at_together_are_judged_one_by_one(
    prefix: str, keys: list[str], wrong: list[int]
) -> None:
    assert [position for position, _ in wrong_keys(prefix, keys)] == wrong


@pytest.mark.parametrize("other", ["aaa", "zzz"])
def test_another_bucket_is_never_covered_whatever_its_name(other: str) -> None:
    for scope in (Keys("mmm", "", is_prefix=True), Keys("mmm", "k")):
        assert not scope.covers(Keys(other, "k"))


def test_a_key_covers_the_same_text_wherever_it_was_read() -> None:
    read, again = "a/key", "".join(["a/", "key"])
    assert read is not again
    assert Keys("bkt", read).covers(Keys("bkt", again))
    assert not Keys("bkt", read).covers(Keys("bkt", again + "s"))


@pytest.mark.parametrize(
    ("character", "allowed"),
    [
        *((character, True) for character in " !~\xa0\u200b\u2028\ue000🚀"),
        *((character, False) for character in "\0\x1f\x7f\x80\x9f\ud800"),
    ],
)
def test_control_characters_are_refused_and_others_are_not_though_nobody_can_print_them(
    character: str, allowed: bool
) -> None:
    key = f"a{character}b"
    if allowed:
        assert Keys("bkt", key).key == key
        assert list(wrong_keys("p/", [key, "c"])) == []
        return
    assert [place for place, _ in wrong_keys("p/", ["c", key])] == [1]
    with pytest.raises(ValueError, match="control characters"):
        Keys("bkt", key)
