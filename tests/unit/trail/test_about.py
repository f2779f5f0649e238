"""Searches for a key or prefix, and for the name of a caller."""

from typing import Any

import pytest

from tests.support.logged import identifier, reading, vended
from tests.support.make import NOW
from tests.unit.trail.test_search import listed
from tests.unit.trail.test_sessions_out import out
from vending.errors import InvalidRequest
from vending.trail.about import About
from vending.trail.search import Search

A_KEY, A_PREFIX = "s3://bkt/a/x", "s3://bkt/a/*"
ROLE = "arn:aws:iam::123456789012:role/Reader"
MANY: dict[str, Any] = {"targetCount": 21}


@pytest.mark.parametrize(
    ("target", "record", "fits"),
    [
        (A_KEY, {"targets": [A_KEY]}, True),
        (A_KEY, {"targets": ["s3://bkt/b", A_KEY], "targetCount": 2}, True),
        (A_KEY, {"targets": [A_PREFIX]}, True),
        (A_KEY, {"targets": ["s3://bkt/*"]}, True),
        (A_KEY, {"targets": ["s3://bkt/a/xy"]}, False),
        (A_KEY, {"targets": ["s3://other/a/x"]}, False),
        (A_PREFIX, {"targets": [A_KEY]}, True),
        (A_PREFIX, {"targets": ["s3://bkt/*"]}, True),
        (A_PREFIX, {"targets": ["s3://bkt/a/b/*"]}, True),
        (A_PREFIX, {"targets": ["s3://bkt/ab/x"]}, False),
        (A_PREFIX, {"targets": [{"bucket": "bkt", "key": "a/*"}]}, True),
        ("s3://bkt/*", {"targets": ["s3://bkt/b"]}, True),
        # One of the targets that are not listed may be meant.
        (A_KEY, {"targets": ["s3://bkt/b"], **MANY}, True),
        (A_KEY, {"targets": ["s3://other/b"], **MANY}, False),
        # Of URLs under several grants, some of each.
        (A_KEY, {"targets": ["s3://other/b"], "sessions": [{"targets": ["s3://other/b"]}, {"targets": [A_KEY]}], **MANY}, True),
        (A_KEY, {"targets": ["s3://other/b"], "sessions": [{"targets": ["s3://bkt/b"], **MANY}], **MANY}, True),
        (A_KEY, {"targets": ["s3://other/b"], "sessions": [{"targets": ["s3://bkt/b"], "targetCount": 1}], **MANY}, False),
        (A_KEY, {"targets": ["s3://other/b", A_KEY], "targetCount": 2, "sessions": [{"targets": ["s3://other/b"]}]}, True),
        (A_KEY, {"targets": []}, False),
        (A_KEY, {}, False),
        (A_KEY, {"targets": A_KEY}, False),
        (A_KEY, {"targets": [None, 7, {}, {"bucket": "bkt"}, "s3://", "bkt/a/x"]}, False),
    ],
)  # fmt: skip
def test_a_record_is_about_a_target_if_they_have_a_key_in_common(
    target: str, record: dict[str, Any], fits: bool
) -> None:
    about = Search.from_query({"target": target}, NOW).about
    assert about.fits({"targetCount": 1} | record) is fits


@pytest.mark.parametrize(
    ("name", "record", "fits"),
    [
        ("Reader", {"caller": ROLE}, True),
        ("Reader", {"caller": "arn:aws:iam::123456789012:user/Reader"}, True),
        ("Read", {"caller": ROLE}, False),
        ("role/Reader", {"caller": ROLE}, False),
        ("alice", {"issuer": "https://i", "subject": "alice"}, True),
        ("repo:octo/app", {"issuer": "https://i", "subject": "repo:octo/app"}, True),
        ("app", {"issuer": "https://i", "subject": "repo:octo/app"}, False),
        # What callers choose is not who they are.
        ("Reader", {"caller": "arn:aws:iam::123456789012:role/Other", "callerSession": "Reader"}, False),
        ("Reader", {}, False),
    ],
)  # fmt: skip
def test_a_name_is_that_of_a_role_a_user_or_a_subject(
    name: str, record: dict[str, Any], fits: bool
) -> None:
    assert About(caller_name=name).fits(record) is fits


def test_a_search_without_either_is_about_everything() -> None:
    assert About().fits({})
    assert About().words == ()


def test_pages_of_a_search_have_what_it_is_about_and_no_gaps() -> None:
    lines = [
        (n - 60, vended(n, targets=[A_KEY if n % 3 == 0 else "s3://bkt/b"])) for n in range(30)
    ]
    asked: list[Any] = []
    pages = listed(reading(*lines, asked=asked), {"target": A_PREFIX}, limit=4)
    assert [id_ for page in pages for id_ in page] == [identifier(n) for n in range(0, 30, 3)]
    assert all(len(page) == 4 for page in pages[:-1])


def test_both_and_members_must_fit() -> None:
    read = reading(
        (-9, vended(1, targets=[A_KEY])),
        (-8, vended(2, targets=["s3://bkt/b"])),
        (-7, vended(3, targets=[A_KEY], caller=ROLE)),
        (-6, vended(4, targets=[A_KEY], caller=ROLE, outcome="refused")),
    )
    query = {"target": A_KEY, "callerName": "Reader", "outcome": "granted"}
    assert listed(read, query) == [[identifier(3)]]


def test_sessions_are_found_by_target_and_name_with_all_their_vends() -> None:
    other = identifier(1001)
    read = reading(
        (0, vended(1, targets=["s3://bkt/b"])),
        (1, vended(2, targets=[A_KEY])),
        (2, vended(3, targets=["s3://bkt/c"], sessionId=other, caller=ROLE)),
    )
    (session,) = out(read, {"target": A_KEY})
    assert [vend["vendId"] for vend in session["vends"]] == [identifier(1), identifier(2)]
    assert [one["sessionId"] for one in out(read, {"callerName": "Reader"})] == [other]
    assert out(read, {"callerName": "Nobody"}) == []


@pytest.mark.parametrize(
    "query",
    [
        {"target": "bkt/a"},
        {"target": "s3://bkt"},
        {"target": "s3://bkt/a*"},
        {"target": ""},
        {"callerName": ""},
        {"callerName": "x" * 2049},
    ],
)
def test_what_no_record_could_be_about_is_refused(query: dict[str, str]) -> None:
    with pytest.raises(InvalidRequest) as refused:
        Search.from_query(query, NOW)
    assert [fault.pointer for fault in refused.value.faults] == [f"/{name}" for name in query]
