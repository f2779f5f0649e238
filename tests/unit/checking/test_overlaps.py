"""Keys that different grantees share, and tenants that are not apart: once, at one of the grants."""

from typing import Any

import pytest

from tests.support.checking import checked, file, found, grant, holders, role
from tests.support.make import ACCOUNT

AUDIT = role("Audit")


def warned(*grants: dict[str, Any], code: str) -> list[str]:
    return [pointer for one, _, pointer in found(file(*grants)) if one == code]


@pytest.mark.parametrize(
    ("sentence", "grants", "expected"),
    [
        ("the wider one has it", [grant("a", "*", AUDIT), grant("b", "hr/*")], [0]),
        ("wherever it stands", [grant("b", "hr/*"), grant("a", "*", AUDIT)], [1]),
        ("the later one of two alike", [grant("a", "hr/*", AUDIT), grant("b", "hr/*")], [1]),
        ("one key is enough", [grant("a", "hr/*", AUDIT), grant("b", "hr/x")], [0]),
        ("whatever the permission", [grant("a", "*", AUDIT), grant("b", "hr/*", permission="WRITE")], [0]),
        ("keys apart", [grant("a", "pay/*", AUDIT), grant("b", "hr/*")], []),
        ("a name that begins alike", [grant("a", "hr/*", AUDIT), grant("b", "hr2/*")], []),
        ("one grantee", [grant("a", "*"), grant("b", "hr/*", permission="WRITE")], []),
        ("an account and a role of it", [grant("a", "*", {"iam": ACCOUNT}), grant("b", "hr/*")], []),
        ("variables", [grant("a", "t/acme/*", AUDIT), grant("b", "t/${claim.tenant}/*", holders(group="g"))], [1]),
        ("a variable that cannot be so", [grant("a", "t/*", AUDIT), grant("b", "t/${claim.tenant}", holders(group="g"))], [0]),
        ("one has ended", [grant("a", "*", AUDIT, expires="2001-01-01T00:00:00Z", acknowledge={"Expired": "x"}), grant("b", "hr/*")], []),
    ],
)  # fmt: skip
def test_keys_of_different_grantees_are_a_warning_at_one_of_the_grants(
    sentence: str, grants: list[dict[str, Any]], expected: list[int]
) -> None:
    found = [f"/grants/{at}/scope" for at in expected]
    assert warned(*grants, code="GranteesOverlap") == found


def test_a_grant_that_spans_many_has_one_warning_with_the_first_of_them() -> None:
    teams = [grant(f"t{at}", f"t{at}/*", role(f"Team{at}")) for at in range(5)]
    [warning] = checked(file(grant("a", "*", AUDIT), *teams)).findings
    assert warning.detail == (
        "opens keys that others reach too: role Team0 by 't0' (READ), for example s3://bkt/t0/x; "
        "role Team1 by 't1' (READ), for example s3://bkt/t1/x; role Team2 by 't2' (READ), for "
        "example s3://bkt/t2/x; and with more grants"
    )


def test_one_reason_acknowledges_all_of_them() -> None:
    audit = grant("a", "*", AUDIT, acknowledge={"GranteesOverlap": "auditors read everything"})
    assert found(file(audit, grant("b", "hr/*"), grant("c", "pay/*", role("Pay")))) == []


def test_an_acknowledgement_of_nothing_is_a_warning() -> None:
    alone = grant("a", "*", acknowledge={"GranteesOverlap": "x"})
    expected = [("NothingAcknowledged", 0, "/grants/0/acknowledge/GranteesOverlap")]
    assert found(file(alone)) == expected


USERS = holders(group="users")
OWN = grant("own", "t/${claim.tenant}/*", USERS)


@pytest.mark.parametrize(
    ("sentence", "grants", "expected"),
    [
        ("each its own", [OWN], []),
        ("all tenants, for the same callers", [OWN, grant("b", "t/*", USERS)], [1]),
        ("in any order", [grant("b", "t/*", USERS), OWN], [0]),
        ("one of the tenants", [OWN, grant("b", "t/acme/*", USERS)], [1]),
        ("another grantee, which is an overlap", [OWN, grant("b", "t/*", holders(group="auditors"))], []),
        ("somewhere else", [OWN, grant("b", "shared/*", USERS)], []),
        ("the paths of tenants nest by themselves", [grant("p", "t/${claim.tenant:path}/*", USERS, acknowledge={"NestedScope": "x"})], []),
        ("the name of a role", [grant("a", "home/${caller.kind}/${caller.name}/*", {"iam": ACCOUNT}), grant("b", "home/*", {"iam": ACCOUNT})], [1]),
        ("only those of that tenant", [OWN, grant("b", "t/acme/*", holders(tenant="acme"))], []),
    ],
)  # fmt: skip
def test_tenants_that_are_not_apart_are_a_warning(
    sentence: str, grants: list[dict[str, Any]], expected: list[int]
) -> None:
    found = [f"/grants/{at}/scope" for at in expected]
    assert warned(*grants, code="NestedTenants") == found


def test_tenants_are_named_with_the_key_that_both_reach() -> None:
    findings = checked(file(OWN, grant("b", "t/*", USERS))).findings
    [detail] = [one.detail for one in findings if one.code == "NestedTenants"]
    assert detail.startswith(
        "with 'own', callers whose claim.tenant differs reach the same key: s3://bkt/t/"
    )
