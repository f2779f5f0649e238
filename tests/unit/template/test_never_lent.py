"""The boundary of the lent role, and the rules, against buckets that are never lent."""

import json
import re
from typing import Any, Final

import pytest

from tests.evaluator import Policies, Request, allows, decide
from tests.evaluator.statements import Answer, listed, said
from tests.support.stack.policies import ACCOUNT, REGION, broken_rules, stack, template
from tests.unit.grants.test_never_lent import NAMES
from vending.grants.never_lent import NEVER_LENT

POLICY_CHARACTERS: Final = 6144  # of a managed policy, without white space
NAMED: Final = {"AllowedBuckets": "reports-prod,data-*"}
ADDED: Final = {"NeverLentBuckets": "deploys,tf-state-*"}
TRAIL: Final = {"AuditTrail": "true"}
FULL: Final = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}  # fmt: skip
ACTIONS: Final = ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:PutObjectAcl")
OF_BUCKETS: Final = ("s3:ListBucket", "s3:PutBucketPolicy", "s3:CreateBucket", "s3:DeleteBucket")


def boundary(**parameters: str) -> dict[str, Any]:
    document: dict[str, Any] = stack(**parameters).properties("AllowedAssumeS3RoleBoundary")[
        "PolicyDocument"
    ]
    return document


def answer(action: str, resource: str, **parameters: str) -> Answer:
    """To a session that everything else allows everything."""
    policies = Policies(identity=[FULL], boundary=boundary(**parameters), session=FULL)
    return decide(policies, Request(action, resource))


@pytest.mark.invariant(17)
@pytest.mark.parametrize("partition", ["aws", "aws-cn", "aws-us-gov"])
@pytest.mark.parametrize("bucket", NAMES)
def test_the_boundary_denies_every_bucket_that_is_never_lent(bucket: str, partition: str) -> None:
    for action in OF_BUCKETS:
        assert answer(action, f"arn:{partition}:s3:::{bucket}") is Answer.DENIED
    for action in ACTIONS:
        for key in ("k", "a/deep/key", "*", "${x}"):
            assert answer(action, f"arn:{partition}:s3:::{bucket}/{key}") is Answer.DENIED


def test_the_boundary_and_the_code_have_one_list() -> None:
    (denied,) = (one for one in boundary()["Statement"] if one["Effect"] == "Deny")
    buckets = [one for one in denied["Resource"] if "accesspoint" not in one]
    names = {one.removeprefix("arn:*:s3:::").removesuffix("/*") for one in buckets}
    assert names == NEVER_LENT.keys()
    for pattern in NEVER_LENT:  # a bucket's name that ends in * takes its objects with it
        assert pattern.endswith("*") or f"arn:*:s3:::{pattern}/*" in buckets


@pytest.mark.invariant(17)
def test_a_deny_wins_over_a_bucket_that_an_operator_allowed_by_name() -> None:
    bucket = "cf-templates-1a2b3c4d5e6f-ap-northeast-1"
    for allowed in (bucket, "cf-*"):
        seen = answer("s3:GetObject", f"arn:aws:s3:::{bucket}/k", AllowedBuckets=allowed)
        assert seen is Answer.DENIED


@pytest.mark.invariant(17)
def test_a_deny_wins_over_a_bucket_policy_that_names_a_session() -> None:
    """Such a policy gives what neither boundary nor session policy allows; a deny still holds."""
    bucket = "aws-sam-cli-managed-default-samclisourcebucket-1a2b3c4d5e6f7"
    request = Request("s3:PutObject", f"arn:aws:s3:::{bucket}/k")
    assert said(boundary(), request) is Answer.DENIED


@pytest.mark.invariant(17)
@pytest.mark.parametrize(
    "arn",
    [
        f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/harmless",
        f"arn:aws:s3:{REGION}:{ACCOUNT}:accesspoint/harmless/object/k",
        f"arn:aws-cn:s3:cn-north-1:{ACCOUNT}:accesspoint/harmless/object/k",
        f"arn:aws:s3::{ACCOUNT}:accesspoint/m1a2b3.mrap/object/k",
    ],
)
def test_no_access_point_leads_around_the_list(arn: str) -> None:
    """Its ARN does not tell the bucket behind it."""
    assert answer("s3:GetObject", arn) is Answer.DENIED


@pytest.mark.invariant(17)
def test_the_stacks_own_trail_is_denied_by_its_arn() -> None:
    for resource in ("AuditTrailBucket.Arn", "AuditTrailBucket.Arn/records/day=2026-11-28/x"):
        assert answer("s3:GetObject", resource, **TRAIL) is Answer.DENIED
    assert "AuditTrailBucket" not in json.dumps(boundary())


@pytest.mark.invariant(17)
def test_what_the_operator_adds_is_denied_with_its_objects() -> None:
    for bucket in ("deploys", "tf-state-prod"):
        for resource in (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/a/key"):
            assert answer("s3:GetObject", resource, **ADDED) is Answer.DENIED
            assert answer("s3:GetObject", resource) is Answer.ALLOWED
    for bucket in ("deploys-too", "my-deploys", "tf-state"):
        assert answer("s3:GetObject", f"arn:aws:s3:::{bucket}/k", **ADDED) is Answer.ALLOWED


def test_buckets_beside_the_list_are_lent_as_before() -> None:
    for bucket in ("hogehoge-bucket", "cdk-reports", "amplify-shop", "sam-artifacts"):
        for resource in (f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/a/key"):
            assert answer("s3:GetObject", resource) is Answer.ALLOWED


def test_the_functions_read_what_the_operator_adds() -> None:
    for given, value in (({}, "*-audittrailbucket-*"), (ADDED, "*-audittrailbucket-*,deploys,tf-state-*")):  # fmt: skip
        stored = stack(**given).properties("NeverLentBucketsParameter")
        assert stored["Value"] == value
        assert stored["Name"] == "/s3vend/s3vend/never-lent-buckets"


def characters(document: dict[str, Any]) -> int:
    """As IAM counts: without white space. An ARN of ours is longer than its logical id."""
    arn = "arn:aws-us-gov:s3:::" + "b" * 63
    text = json.dumps(document, separators=(",", ":")).replace("AuditTrailBucket.Arn", arn)
    return len(re.sub(r"\s", "", text))


NAME: Final = "n" * 63
TEN: Final = ",".join([NAME] * 10)


@pytest.mark.parametrize(
    ("count", "length"), [(21, 63), (37, 30)], ids=["the longest names", "usual names"]
)
def test_the_boundary_has_room_for_what_the_page_promises(count: int, length: int) -> None:
    """With ten added patterns of 63 characters, a trail, and so many allowed buckets."""
    allowed = ",".join(["n" * length] * count)
    made = boundary(AllowedBuckets=allowed, NeverLentBuckets=TEN, **TRAIL)
    assert characters(made) <= POLICY_CHARACTERS
    assert characters(boundary(NeverLentBuckets=TEN, **TRAIL)) <= POLICY_CHARACTERS


def takes(parameter: str, value: str) -> bool:
    pattern = template()["Parameters"][parameter]["AllowedPattern"]
    return re.fullmatch(pattern, value) is not None


@pytest.mark.parametrize(
    ("parameter", "value", "taken"),
    [
        ("AllowedBuckets", "*", True),
        ("AllowedBuckets", "reports-prod", True),
        ("AllowedBuckets", "reports-prod,data-*,log?s", True),
        # All that would open every bucket, or nearly, without being the one word for it:
        ("AllowedBuckets", "**", False),
        ("AllowedBuckets", "?*", False),
        ("AllowedBuckets", "*?", False),
        ("AllowedBuckets", "reports-prod,*", False),
        ("AllowedBuckets", "*,reports-prod", False),
        ("AllowedBuckets", "a*", False),
        ("AllowedBuckets", "ab*", False),
        ("AllowedBuckets", "*-prod", False),
        ("AllowedBuckets", "reports-prod,", False),
        ("AllowedBuckets", "reports-prod, data-*", False),
        ("AllowedBuckets", "", False),
        ("AllowedBuckets", "reports-prod/*", False),
        ("NeverLentBuckets", "", True),
        ("NeverLentBuckets", "deploys", True),
        ("NeverLentBuckets", "*-deploys,tf-*", True),
        ("NeverLentBuckets", TEN, True),
        ("NeverLentBuckets", f"{TEN},eleven", False),
        ("NeverLentBuckets", "arn:aws:s3:::deploys", False),
        ("NeverLentBuckets", "deploys,", False),
        ("NeverLentBuckets", "s3://deploys", False),
    ],
)
def test_a_list_of_buckets_is_taken_or_refused(parameter: str, value: str, taken: bool) -> None:
    assert takes(parameter, value) is taken


@pytest.mark.invariant(17)
def test_production_names_its_buckets() -> None:
    prod = {"Environment": "prod"}
    assert broken_rules(**prod) == {"ProductionNamesItsBuckets"}
    assert broken_rules(**prod, AllowedBuckets="*") == {"ProductionNamesItsBuckets"}
    assert broken_rules(**prod, **NAMED) == set()
    assert broken_rules(Environment="dev") == set()


def test_by_name_the_boundary_allows_those_and_no_others() -> None:
    document = boundary(**NAMED)
    assert allows(document, "s3:GetObject", "arn:aws:s3:::reports-prod/k")
    assert allows(document, "s3:ListBucket", "arn:aws:s3:::data-1")
    assert not allows(document, "s3:GetObject", "arn:aws:s3:::reports-prod-2/k")
    assert not allows(document, "s3:ListAllMyBuckets", "*")
    assert all(len(listed(one["Resource"])) for one in document["Statement"])
