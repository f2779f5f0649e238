"""Grants that nobody can use, and grants without which nobody reaches less."""

from typing import Any

import pytest

from tests.support.checking import checked, file, found, grant, holders, role


def warned(*grants: dict[str, Any], code: str) -> list[str]:
    return [pointer for one, _, pointer in found(file(*grants)) if one == code]


@pytest.mark.parametrize(
    ("sentence", "granted", "expected"),
    [
        ("text fills a variable", grant("a", "t/${claim.tenant}/*", holders(tenant="acme")), []),
        ("a number does not", grant("a", "t/${claim.number}/*", holders(number=1)), ["/grants/0"]),
        ("nor does a path, unless it may", grant("a", "t/${claim.tenant}/*", holders(tenant="a/b")), ["/grants/0"]),
        ("nor a dot", grant("a", "t/${claim.tenant}/*", holders(tenant="..")), ["/grants/0"]),
    ],
)  # fmt: skip
def test_a_grant_that_nobody_can_use_is_a_warning(
    sentence: str, granted: dict[str, Any], expected: list[str]
) -> None:
    assert warned(granted, code="NobodyReaches") == expected


ALL = grant("all", "*")


@pytest.mark.parametrize(
    ("sentence", "grants", "expected"),
    [
        ("a part of another", [ALL, grant("hr", "hr/*")], [1]),
        ("wherever it stands", [grant("hr", "hr/*"), ALL], [0]),
        ("more than another", [grant("a", "hr/x/*"), grant("b", "hr/y/*")], []),
        ("another permission", [ALL, grant("hr", "hr/*", permission="WRITE")], []),
        ("a part of a permission", [ALL | {"permission": "READWRITE"}, grant("hr", "hr/*")], [1]),
        ("two that allow it together", [ALL, grant("w", "*", permission="WRITE"), grant("hr", "hr/*", permission="READWRITE")], [2]),
        ("either of two ways, and not both", [grant("rw", "hr/*", permission="READWRITE"), grant("r", "hr/*"), grant("w", "hr/*", permission="WRITE")], [0]),
        ("another grantee", [grant("all", "*", role("Audit")), grant("hr", "hr/*")], []),
        ("an account", [grant("all", "*", {"iam": "123456789012"}), grant("hr", "hr/*")], [1]),
        ("stricter terms, since the closest grant answers", [ALL, grant("hr", "hr/*", sourceIp=["192.0.2.0/24"])], []),
        ("looser terms", [ALL | {"maxDuration": 900}, grant("hr", "hr/*")], []),
        ("a limit of its own", [ALL | {"rateLimit": {"requests": 9}}, grant("hr", "hr/*", rateLimit={"requests": 9})], []),
        ("a twin has another warning", [ALL, grant("twin", "*")], []),
        ("three in a row", [grant("c", "a/b/*"), grant("b", "a/*"), ALL], [0, 1]),
        ("one that has ended allows nothing", [grant("all", "*", expires="2001-01-01T00:00:00Z"), grant("hr", "hr/*", expires="2001-01-01T00:00:00Z")], []),
    ],
)  # fmt: skip
def test_a_grant_that_adds_nothing_is_a_warning(
    sentence: str, grants: list[dict[str, Any]], expected: list[int]
) -> None:
    assert warned(*grants, code="ShadowedGrant") == [f"/grants/{at}" for at in expected]


def test_without_all_that_are_named_nobody_reaches_less() -> None:
    """Two that allow the same by different names are not both named."""
    same = [
        grant("a", "hr/*", holders(group="g")),
        grant("b", "hr/*", holders(group="g"), description="another"),
        grant("c", "hr/*", holders(group="g", tenant="t")),
    ]
    whole = file(*same, grant("d", "hr/x/*", holders(group="g")))
    removed = {
        int(one.pointer.split("/")[2])
        for one in checked(whole).findings
        if one.code == "ShadowedGrant"
    }
    left = whole | {"grants": [one for at, one in enumerate(whole["grants"]) if at not in removed]}
    assert removed
    assert checked(left, against=[whole], prune=True).differences == []


def test_the_others_are_named() -> None:
    alone = checked(file(ALL, grant("hr", "hr/*"))).findings
    assert [one.detail.partition(" under")[0] for one in alone] == ["'all' allows all of it"]
    pair = [ALL, grant("w", "*", permission="WRITE")]
    both = checked(file(*pair, grant("hr", "hr/*", permission="READWRITE"))).findings
    assert [one.detail.partition(" under")[0] for one in both] == [
        "'all', 'w' together allow all of it"
    ]
