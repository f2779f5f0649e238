"""Changes against the tests that are stored, and tests that change."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.support.documents import HERE, SETTING, document, entry, faults, line, planned, stored
from tests.support.make import NOW, USER_ARN, location
from tests.support.tokens import ISSUER
from vending.catalogue.plan import Plan, buckets_to_judge, plan
from vending.catalogue.proposal import Stored
from vending.documents.document import EXPECTATIONS
from vending.errors import InvalidRequest

Members = dict[str, Any]
ISSUERS = [entry(claims=["tenant_id", "groups", "job_id"], tenancy="own")]
USERS = {"issuer": ISSUER, "claims": {"groups": "users"}}
OWN = line("own", grantee=USERS, scope="s3://bkt/tenants/${claim.tenant_id}/*")
APART: Members = {"id": "apart", "disjoint": "claim.tenant_id", "within": "s3://bkt/tenants/*"}
REACHES: Members = {
    "id": "acme-reads",
    "as": {"issuer": ISSUER, "claims": {"groups": "users", "tenant_id": "acme"}},
    "reaches": {"READ": "s3://bkt/tenants/acme/x"},
}
REFUSED: Members = {
    "id": "nobody-writes",
    "as": {"iam": USER_ARN},
    "refused": {"WRITE": "s3://bkt/*"},
}
ONLY: Members = {"id": "payroll", "scope": "s3://bkt/payroll/*", "onlyReachedBy": []}
ALL = [APART, REACHES, REFUSED, ONLY]
SHARED = line("shared", grantee=USERS, scope="s3://bkt/tenants/acme/*")
WRITER = line("writer", permission="WRITE")
PAID = line("paid", scope="s3://bkt/payroll/x")


def having(*grants: Members, tests: list[Members] = ALL) -> Stored:
    """A table with these grants and tests."""
    return stored(*grants, issuers=ISSUERS, tests=tests)


def outcome(have: Stored, **members: object) -> Plan:
    return plan(document(**members), have, SETTING)


@pytest.mark.parametrize(
    ("added", "test", "says"),
    [
        (SHARED, "apart", "reach s3://bkt/tenants/acme/x"),
        (WRITER, "nobody-writes", f"the grant 'writer' lets {USER_ARN} WRITE s3://bkt/a/x"),
        (PAID, "payroll", f"the grant 'paid' lets {USER_ARN} READ s3://bkt/payroll/x"),
        (WRITER | {"sourceIp": ["192.0.2.0/24"]}, "nobody-writes", "'writer'"),
        (PAID | {"vpcEndpoint": "vpce-0a1b2c3d"}, "payroll", "'paid'"),
        (WRITER | {"expires": "2027-01-01T00:00:00Z"}, "nobody-writes", "'writer'"),
        (SHARED | {"maxDuration": "15m", "rateLimit": {"requests": 1}}, "apart", "'shared'"),
    ],
)
def test_a_grant_that_breaks_a_test_is_refused_with_grants_caller_and_key(
    added: Members, test: str, says: str
) -> None:
    found = faults(having(OWN), grants=[added])
    assert found.keys() == {"/tests"}
    assert found["/tests"].startswith(f"the test {test!r} holds now, and would not after")
    assert says in found["/tests"]


def test_a_test_that_the_document_names_is_where_the_fault_is() -> None:
    found = faults(having(OWN), grants=[PAID], tests=[APART, ONLY])
    assert found.keys() == {"/tests/1/onlyReachedBy"}


@pytest.mark.parametrize(
    "added",
    [
        line("n"),
        SHARED | {"expires": "2026-01-01T00:00:00Z"},
        PAID | {"scope": "s3://bkt/payrolls/x"},
        line("ours", grantee=USERS, scope="s3://bkt/tenants/${claim.tenant_id}/x"),
    ],
)
def test_a_grant_that_breaks_no_test_is_planned(added: Members) -> None:
    found = outcome(having(OWN), grants=[added])
    assert [change.id for change in found.changes] == [added["id"]]
    assert found.failing == []


# What stands before, the change, and whether it is refused; by a grant that breaks a test.
BROKEN = {"apart": SHARED, "nobody-writes": WRITER, "payroll": PAID}


@pytest.mark.parametrize("test", [APART, REFUSED, ONLY], ids=lambda one: str(one["id"]))
def test_a_test_that_failed_before_refuses_nothing_and_is_a_warning(test: Members) -> None:
    breaks = BROKEN[test["id"]]
    have = having(OWN, breaks, tests=[test])
    found = outcome(have, grants=[line("n")], issuers=[ISSUERS[0] | {"maxTokenLifetime": "2h"}])
    [warning] = [one for one in found.warnings if one.code == "TestFails"]
    assert warning.pointer == "/tests"
    assert warning.detail.startswith(f"the test {test['id']!r} did not hold before either: ")
    assert found.failing == [test["id"]]
    assert outcome(have, grants=[OWN], prune=True).failing == []  # the change mends it


@pytest.mark.parametrize("test", [APART, REFUSED, ONLY], ids=lambda one: str(one["id"]))
def test_a_new_test_holds_or_is_refused(test: Members) -> None:
    breaks, member = BROKEN[test["id"]], next(name for name in test if name not in ("id", "as"))
    if test is ONLY:
        member = "onlyReachedBy"
    have = having(OWN, tests=[])
    assert faults(have, tests=[test]) == {}
    found = faults(having(OWN, breaks, tests=[]), tests=[test])
    assert found.keys() == {f"/tests/0/{member}"}
    assert found[f"/tests/0/{member}"].startswith(f"the test {test['id']!r} does not hold: ")
    assert faults(have, tests=[test], grants=[breaks]).keys() == {f"/tests/0/{member}"}
    mended = having(OWN, breaks, tests=[])
    assert faults(mended, tests=[test], grants=[OWN], prune=True) == {}


def test_a_test_and_the_grants_that_it_needs_come_together() -> None:
    none = stored(issuers=ISSUERS)
    assert faults(none, tests=[REACHES]).keys() == {"/tests/0/reaches"}
    assert faults(none, tests=[REACHES], grants=[OWN]) == {}


NARROWER = OWN | {"grantee": USERS | {"claims": {"groups": "users", "job_id": "1"}}}


@pytest.mark.parametrize(
    ("sentence", "members"),
    [
        ("a grant is removed", {"grants": [], "prune": True}),
        ("a grant is narrower", {"grants": [NARROWER]}),
        ("and somebody else owns it", {"grants": [NARROWER | {"owner": "team-data"}]}),
        ("it ends", {"grants": [OWN | {"expires": "2026-01-01T00:00:00Z"}]}),
    ],
)
def test_a_change_that_only_narrows_is_not_refused_because_somebody_reaches_less(
    sentence: str, members: dict[str, Any]
) -> None:
    found = outcome(having(OWN), **members)
    assert found.failing == ["acme-reads"]
    [warning] = [one for one in found.warnings if one.code == "TestFails"]
    assert warning.detail.startswith("the test 'acme-reads' holds now, and would not after")
    assert "no grant lets" in warning.detail
    assert warning.detail.endswith("; the grant 'own' does now")


@pytest.mark.parametrize(
    ("sentence", "members"),
    [
        ("something is opened too", {"grants": [NARROWER, line("n")]}),
        ("a scope moves", {"grants": [OWN | {"scope": "s3://bkt/others/${claim.tenant_id}/*"}]}),
        ("a location changes too", {"grants": [NARROWER], "locations": [HERE | {"vpcEndpoint": "vpce-0a1b2c3d"}]}),
    ],
)  # fmt: skip
def test_any_other_change_is(sentence: str, members: dict[str, Any]) -> None:
    assert "no grant lets" in faults(having(OWN), **members)["/tests"]


def test_what_a_narrowing_broke_leaves_the_rest_of_the_test_in_force() -> None:
    both = REACHES | {"refused": {"READ": "s3://bkt/tenants/other/*"}}
    have = having(tests=[both])
    opens = line("o", grantee=USERS, scope="s3://bkt/tenants/other/*")
    assert "'o' lets" in faults(have, grants=[opens])["/tests"]


def test_time_alone_refuses_nothing() -> None:
    ends = OWN | {"expires": "2026-12-01T00:00:00Z"}
    have, later = having(ends), replace(SETTING, now=NOW + timedelta(days=30))
    assert outcome(have, grants=[line("n")]).failing == []
    assert faults(have, later, grants=[line("n")]) == {}
    longer = ends | {"expires": "2027-12-01T00:00:00Z"}
    assert faults(having(ends), later, grants=[longer]) == {}


def test_an_issuer_that_reads_tokens_otherwise_can_break_a_test() -> None:
    nested = [{"name": "tenant_id", "path": ["groups"]}, "groups", "job_id"]
    changed = ISSUERS[0] | {"claims": nested}
    assert "'acme-reads'" in faults(having(OWN), issuers=[changed])["/tests"]


def test_an_issuer_can_part_what_kept_callers_apart() -> None:
    """Two names for one member of a token are one claim, until one of them is read elsewhere."""
    names = [{"name": name, "path": ["tenant"]} for name in ("tenant_id", "job_id")]
    one = ISSUERS[0] | {"claims": [*names, "groups"]}
    own = OWN | {"scope": "s3://bkt/tenants/${claim.job_id}/*"}
    have = stored(own, issuers=[one], tests=[APART])
    parted = one | {"claims": [names[0], "job_id", "groups"]}
    assert "'own'" in faults(have, issuers=[parted])["/tests"]


@pytest.mark.parametrize(
    ("sentence", "changed", "weakens"),
    [
        ("removed", [], True),
        ("of fewer keys", [APART | {"within": "s3://bkt/tenants/a/*"}], True),
        ("of more keys", [APART | {"within": "s3://bkt/*"}], False),
        ("of another kind", [ONLY | {"id": "apart"}], True),
        ("with another owner", [APART | {"owner": "team-data"}], False),
        ("with another name", [APART | {"id": "renamed"}], True),
        ("as it is", [APART], False),
    ],
)
def test_a_test_is_removed_or_weakened_alone(
    sentence: str, changed: list[Members], weakens: bool
) -> None:
    have = having(OWN, tests=[APART])
    assert faults(have, tests=changed, prune=True) == {}
    others: list[dict[str, list[Members]]] = [
        {"grants": [OWN, line("n")]},
        {"grants": []},
        {"grants": [OWN], "locations": [HERE | {"owner": "team-data"}]},
    ]
    for beside in others:
        found = faults(have, SETTING, tests=changed, prune=True, **beside)
        named = [one for one in found.values() if "send changes of tests alone" in one]
        assert bool(named) is weakens, beside
        assert all("the test 'apart'" in one for one in named)


def test_without_prune_a_test_that_is_not_named_stays() -> None:
    assert faults(having(OWN), tests=[], grants=[PAID]).keys() == {"/tests"}
    assert planned(document(tests=[]), having(OWN)) == []


def test_an_owner_prunes_its_own_tests_alone() -> None:
    mine = APART | {"owner": "team-data"}
    have = having(OWN, tests=[mine, ONLY])
    found = outcome(have, tests=[], owner="team-data", prune=True)
    assert [(one.action, one.kind, one.id) for one in found.changes] == [
        ("remove", "test", "apart")
    ]
    taken = faults(have, tests=[ONLY | {"owner": "team-data"}], owner="team-data")
    assert "has no owner" in taken["/tests/0/id"]


def test_a_test_about_nobody_is_refused_when_it_is_new_and_when_its_issuer_goes() -> None:
    assert (
        "does not list the claim z"
        in faults(having(OWN), tests=[REACHES | {"as": {"issuer": ISSUER, "claims": {"z": 1}}}])[
            "/tests/0/as"
        ]
    )
    have = having(tests=[REACHES])
    gone = outcome(have, issuers=[], prune=True)  # it only narrows
    assert {one.code for one in gone.warnings} == {"TestFails"}
    assert any("no such issuer" in one.detail for one in gone.warnings)
    found = faults(have, issuers=[], grants=[line("n")], prune=True)
    assert "no such issuer" in found["/tests"]


def test_a_stored_test_about_nobody_refuses_nothing_and_is_said() -> None:
    lost = REFUSED | {"as": {"issuer": "https://gone.example.com", "subject": "x"}}
    have = having(OWN, tests=[lost, APART])
    change = outcome(have, locations=[HERE | {"region": "eu-west-1"}])
    assert [(one.code, one.pointer) for one in change.warnings] == [("TestFails", "/tests")]
    assert "no such issuer" in change.warnings[0].detail
    assert "/tests/0/as" in faults(have, tests=[lost | {"refused": {"READ": "s3://bkt/*"}}])


def test_ids_are_unique_and_changes_of_tests_end_nothing() -> None:
    assert "/tests/1/id" in faults(having(OWN, tests=[]), tests=[APART, APART])
    [change] = planned(document(tests=[], prune=True), having(OWN, tests=[APART]))
    assert change.as_answered() == {
        "action": "remove",
        "kind": "test",
        "id": "apart",
        "pointer": "/tests",
        "before": APART,
        "after": None,
    }


def test_there_are_only_as_many_tests_as_each_change_can_read() -> None:
    many = [ONLY | {"id": f"t{number}"} for number in range(EXPECTATIONS)]
    have = having(OWN, tests=many)
    assert faults(have, tests=[ONLY | {"id": "t0", "owner": "team-data"}]) == {}
    assert faults(have, tests=[ONLY]) == {
        "/tests": f"there would be {EXPECTATIONS + 1} tests; at most {EXPECTATIONS} are allowed"
    }


@pytest.mark.parametrize(
    ("members", "buckets"),
    [
        ({"grants": [line("n")]}, {"bkt"}),
        ({"grants": [OWN]}, set()),
        ({"grants": [OWN | {"owner": "team-data"}]}, set()),
        ({"grants": [line("n", scope="s3://bkt2/x")]}, set()),
        ({"grants": [OWN | {"scope": "s3://bkt2/${claim.tenant_id}/*"}]}, {"bkt"}),
        ({"locations": [HERE | {"region": "eu-west-1"}]}, {"bkt"}),
        ({"locations": [HERE]}, set()),
        ({"tests": [ONLY | {"id": "n", "scope": "s3://bkt3/*"}]}, {"bkt3"}),
        ({"tests": [ONLY | {"owner": "team-data"}]}, set()),
        ({"issuers": [ISSUERS[0] | {"maxTokenLifetime": "2h"}]}, {"bkt"}),
    ],
)
def test_only_the_buckets_of_tests_that_a_change_can_break_are_read(
    members: dict[str, Any], buckets: set[str]
) -> None:
    assert buckets_to_judge(document(**members), having(OWN)) == buckets


def test_grants_that_the_document_does_not_touch_are_judged_and_not_warned_of() -> None:
    whole = having(OWN)
    near = tuple(whole.grants.values())
    have = replace(whole, grants={}, locations={}, near_grants=near, near_locations=(location(),))
    request = document(tests=[ONLY | {"scope": "s3://bkt/tenants/*"}])
    with pytest.raises(InvalidRequest) as error:
        plan(request, have, SETTING)
    assert "the grant 'own' lets" in error.value.faults[0].detail


def tenant(name: str, prefix: str) -> Members:
    """The grant of a tenant that is named in it."""
    of = {"issuer": ISSUER, "claims": {"tenant_id": name}}
    return line(name, grantee=of, scope=f"s3://bkt/tenants/{prefix}")


def test_drive9_858_two_tenants_are_given_one_prefix() -> None:
    have = having(tenant("acme", "t-1/*"), tests=[APART])
    assert faults(have, grants=[tenant("other", "t-2/*")]) == {}
    found = faults(have, grants=[tenant("other", "t-1/*")])["/tests"]
    assert "'acme'" in found
    assert "'other'" in found
    assert "s3://bkt/tenants/t-1/x" in found


@pytest.mark.parametrize("prefix", ["${claim.tenant_id:path}/*", "sales/*"])
def test_camunda_56112_one_tenants_prefix_is_a_prefix_of_anothers(prefix: str) -> None:
    have = having(tenant("emea", "sales/emea/*"), tests=[APART])
    whole = line(
        "more", grantee=USERS | {"claims": {"groups": "users"}}, scope=f"s3://bkt/tenants/{prefix}"
    )
    assert "s3://bkt/tenants/sales/emea/x" in faults(have, grants=[whole])["/tests"]


JOBS: Members = {"id": "jobs", "disjoint": "claim.job_id", "within": "s3://bkt/jobs/*"}


@pytest.mark.parametrize("scope", ["jobs/*", "jobs/${claim.job_id:path}/*"])
def test_hawk_1205_one_jobs_pattern_matches_anothers_keys(scope: str) -> None:
    own = line("jobs", grantee=USERS, scope="s3://bkt/jobs/${claim.job_id}/*")
    have = having(own, tests=[JOBS])
    assert "s3://bkt/jobs/" in faults(have, grants=[own | {"scope": f"s3://bkt/{scope}"}])["/tests"]


def test_hawk_1205_a_pattern_that_ends_within_a_segment_is_not_a_scope() -> None:
    with pytest.raises(InvalidRequest) as error:
        document(grants=[line(scope="s3://bkt/jobs/7*")])
    assert error.value.faults[0].pointer == "/grants/0/scope"


OTHER = "https://other.example.com"


def renamed(**members: Any) -> Members:
    """A document after which the claim has another name, at one of the two issuers that list it."""
    claims = [{"name": "tenant", "path": ["tenant_id"]}, "groups"]
    return {"issuers": [entry(claims=claims, tenancy="own")], **members}


def test_callers_whose_claim_gets_another_name_do_not_leave_a_test() -> None:
    issuers = [*ISSUERS, entry(issuer=OTHER, claims=["tenant_id"], tenancy="own")]
    have = stored(OWN, issuers=issuers, tests=[APART])
    everything = line("all", grantee=USERS, scope="s3://bkt/tenants/*")
    own = OWN | {"scope": "s3://bkt/tenants/${claim.tenant}/*"}
    found = faults(have, **renamed(grants=[own, everything]))
    assert (
        "the entry of " + ISSUER + " does not list the claim tenant_id any more" in found["/tests"]
    )


def test_an_issuer_that_loses_a_claim_without_giving_anything_is_a_warning() -> None:
    issuers = [*ISSUERS, entry(issuer=OTHER, claims=["tenant_id"], tenancy="own")]
    have = stored(issuers=issuers, tests=[APART])
    result = outcome(have, issuers=[entry(claims=["groups"], tenancy="own")])
    assert [one.code for one in result.warnings] == ["TestFails"]
    assert result.failing == ["apart"]


def test_a_test_about_a_principal_that_cannot_call_the_stack_is_refused() -> None:
    foreign = REFUSED | {"as": {"iam": USER_ARN.replace("arn:aws:", "arn:aws-cn:")}}
    assert faults(having(), tests=[foreign]) == {
        "/tests/0/as": "the test 'nobody-writes': the caller is in the partition 'aws-cn', the "
        "stack in 'aws'"
    }
    assert faults(having(tests=[foreign]), grants=[line("n")]) == {}
