"""A decision narrowed to a session: whose limits hold, what is answered, and what is refused."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal, cast

import pytest

from tests.support.effects import effects
from tests.support.make import caller, grant, knowing, record, wanted
from vending.credentials.narrow import Narrowed, narrow
from vending.decision.decide import decide_several
from vending.decision.wanted import Wanted
from vending.errors import DurationNotAllowed, Fault, PolicyTooLarge, PresignOnly
from vending.grants.grant import Grant

MINIMAL: Literal["Minimal"] = "Minimal"
# Equal to the name, and another object, as one that was read elsewhere.
DEFAULT = cast("Literal['Default']", "".join(["De", "fault"]))
LONG = f"s3://bkt/{'x' * 1000}/*"  # twice in a policy: its keys, and the lists of them


@dataclass(frozen=True, slots=True)
class Asked:
    """A request for credentials."""

    wanted: Sequence[Wanted]
    privilege: Literal["Minimal", "Default"] = MINIMAL
    duration_seconds: int | None = None


def narrowed(request: Asked, *grants: Grant) -> Narrowed:
    load = effects(knowing(*grants, buckets=("bkt", "two")))
    decisions = decide_several(caller(), request.wanted, record(), load)
    return narrow(caller(), request, decisions, load)


READS, WRITES = grant("s3://bkt/* READ", id="reads"), grant("s3://two/* WRITE", id="writes")
BOTH = wanted("s3://two/b WRITE", "s3://bkt/a/* READ")


@pytest.mark.parametrize(
    ("privilege", "answered"),
    [
        (MINIMAL, [("s3://two/b", "WRITE"), ("s3://bkt/a/*", "READ")]),
        (DEFAULT, [("s3://two/*", "WRITE"), ("s3://bkt/*", "READ")]),
    ],
)
def test_the_targets_are_lent_or_by_default_the_whole_scopes(
    privilege: Literal["Minimal", "Default"], answered: list[tuple[str, str]]
) -> None:
    found = narrowed(Asked(BOTH, privilege), READS, WRITES)
    assert [(str(target), str(permission)) for target, permission in found.answered] == answered
    assert found.as_answered()["matchedGrantTargets"] == [
        {"target": target, "permission": permission} for target, permission in answered
    ]
    statements = json.loads(found.session.policy)["Statement"]
    lent = [one["Resource"] for one in statements if "Object" in str(one["Action"])]
    assert lent == [target.replace("s3://", "arn:aws:s3:::") for target, _ in answered]
    assert [one.id for one in found.grants] == ["writes", "reads"]


def test_targets_are_answered_in_the_order_of_the_request_whichever_grants_cover_them() -> None:
    needs = wanted("s3://bkt/a READ", "s3://two/b WRITE", "s3://bkt/c READ")
    found = narrowed(Asked(needs), READS, WRITES)
    assert [str(target) for target, _ in found.answered] == [str(one.target) for one in needs]
    by_default = narrowed(Asked(needs, DEFAULT), READS, WRITES)
    assert [str(target) for target, _ in by_default.answered] == ["s3://bkt/*", "s3://two/*"]


def test_credentials_tell_the_regions_of_their_buckets() -> None:
    assert "s3:GetBucketLocation" in narrowed(Asked(BOTH), READS, WRITES).session.policy


def test_buckets_in_two_regions_have_none_in_common() -> None:
    found = narrowed(Asked(BOTH), READS, WRITES)
    first, second = found.decisions
    elsewhere = second._replace(location=replace(second.location, region="eu-west-1"))
    told = found._replace(decisions=(first, elsewhere)).as_answered()
    assert "region" not in told
    assert told["buckets"] == [
        {"bucket": "two", "region": "ap-northeast-1"},
        {"bucket": "bkt", "region": "eu-west-1"},
    ]


def test_one_permission_and_one_region_are_answered_once_for_all() -> None:
    both = grant("s3://bkt/* READWRITE", id="both")
    (only,) = wanted("s3://bkt/a READWRITE")
    assert narrowed(Asked([only]), both).as_answered() == {
        "matchedGrantTargets": ["s3://bkt/a"],
        "permission": "READWRITE",
        "region": "ap-northeast-1",
        "buckets": [{"bucket": "bkt", "region": "ap-northeast-1"}],
    }
    assert "permission" not in narrowed(Asked(BOTH), READS, WRITES).as_answered()


@pytest.mark.parametrize("most", [899, 300])
def test_a_grant_for_less_than_fifteen_minutes_lends_no_credentials(most: int) -> None:
    request = Asked(wanted("s3://bkt/a READ"))
    short = grant("s3://bkt/* READ", id="short", max_duration=most)
    with pytest.raises(PresignOnly) as refused:
        narrowed(request, short)
    assert refused.value.detail == (
        f"The grant 'short' allows at most {most} seconds, and credentials last at least 900 "
        "seconds. Request presigned URLs instead."
    )
    enough = grant("s3://bkt/* READ", id="enough", max_duration=900)
    assert narrowed(request, enough).session.duration == 900
    with pytest.raises(DurationNotAllowed):
        narrowed(Asked(request.wanted, duration_seconds=901), enough)


@pytest.mark.parametrize("permission", ["WRITE", "READWRITE"])
def test_a_grant_that_limits_uploads_lends_credentials_to_read_alone(permission: str) -> None:
    limited = grant("s3://bkt/* READWRITE", id="limited", max_object_size=9)
    with pytest.raises(PresignOnly) as refused:
        narrowed(Asked(wanted(f"s3://bkt/a {permission}")), limited)
    assert refused.value.detail == (
        "The grant 'limited' limits uploads, and credentials cannot enforce that. Request "
        "presigned URLs to write, or credentials with READ."
    )
    assert narrowed(Asked(wanted("s3://bkt/a READ")), limited)
    assert narrowed(Asked(wanted(f"s3://bkt/a {permission}")), grant("s3://bkt/* READWRITE"))


@pytest.mark.parametrize(
    ("pointers", "member"),
    [(["/target"], "/target"), (["/targets/0", "/targets/1"], "/targets")],
)
def test_a_policy_that_does_not_fit_is_the_fault_of_the_member_with_the_targets(
    pointers: list[str], member: str
) -> None:
    (long,) = wanted(f"{LONG} READ")
    request = Asked([Wanted(long.target, long.permission, pointer) for pointer in pointers])
    with pytest.raises(PolicyTooLarge) as refused:
        narrowed(request, READS)
    assert refused.value.faults == (Fault(member, "makes the session policy too long"),)
    assert "Shorten the key or prefix." in refused.value.detail
