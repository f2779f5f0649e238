"""The evaluator agrees with AWS's documentation: its example policies, and what it says of them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest

from tests.evaluator import Answer, Policies, Principal, Request, decide, matches
from tests.support.pages import row_of

GUIDE: Final = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
LOGIC: Final = f"{GUIDE}reference_policies_evaluation-logic.html"
ACROSS: Final = f"{GUIDE}reference_policies_evaluation-logic-cross-account.html"
OPERATORS: Final = f"{GUIDE}reference_policies_elements_condition_operators.html"
SETS: Final = f"{GUIDE}reference_policies_condition-single-vs-multi-valued-context-keys.html"
VARIABLES: Final = f"{GUIDE}reference_policies_variables.html"
RESOURCE: Final = f"{GUIDE}reference_policies_elements_resource.html"
BOUNDARIES: Final = f"{GUIDE}access_policies_boundaries.html"
ACCESS: Final = f"{GUIDE}access_policies.html"
ACTION: Final = f"{GUIDE}reference_policies_elements_action.html"
S3_KEYS: Final = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html"

YES, NO, DENIED = Answer.ALLOWED, Answer.NOT_ALLOWED, Answer.DENIED


def policy(*statements: Mapping[str, Any], version: str | None = "2012-10-17") -> dict[str, Any]:
    return ({"Version": version} if version else {}) | {"Statement": list(statements)}


def allow(actions: Any, resources: Any = "*", **condition: Any) -> dict[str, Any]:
    made = {"Effect": "Allow", "Action": actions, "Resource": resources}
    return made | ({"Condition": condition} if condition else {})


def deny(actions: Any, resources: Any = "*", **condition: Any) -> dict[str, Any]:
    return allow(actions, resources, **condition) | {"Effect": "Deny"}


def to(principal: Any, statement: Mapping[str, Any]) -> dict[str, Any]:
    return {**statement, "Principal": principal}


def s3(*names: str) -> list[str]:
    return [f"arn:aws:s3:::{name}" for name in names]


class Row(NamedTuple):
    page: str
    sentence: str
    policies: Policies
    request: Request
    answer: Answer


def one(statement: Mapping[str, Any], *more: Mapping[str, Any]) -> Policies:
    return Policies(identity=[policy(statement, *more)])


CARLOS: Final = Principal("arn:aws:iam::123456789012:user/carlossalazar")
OWN: Final = s3("carlossalazar/*", "carlossalazar")
CARLOS_POLICIES: Final = Policies(
    identity=[
        policy(
            allow(["s3:GetBucketLocation", "s3:GetAccountPublicAccessBlock", "s3:ListAccessPoints", "s3:ListAllMyBuckets"], s3("*")),
            allow("s3:*", OWN),
            deny("s3:*", s3("*log*")),
        )
    ],
    resource=policy(to({"AWS": CARLOS.name}, allow("s3:*", OWN))),
)  # fmt: skip
ACROSS_CARLOS: Final = Principal("arn:aws:iam::111111111111:user/carlossalazar")
ACROSS_POLICIES: Final = Policies(
    identity=[
        policy(
            allow("s3:ListAllMyBuckets"),
            allow("s3:*Object*", "arn:aws:s3:::Production/*"),
            deny("s3:*", s3("*log*", "*log*/*")),
        )
    ],
    resource=policy(
        to(
            {"AWS": ACROSS_CARLOS.name},
            allow(["s3:GetObject*", "s3:PutObject*", "s3:ReplicateObject", "s3:RestoreObject"], "arn:aws:s3:::Production/*"),
        )
    ),
)  # fmt: skip


def across(action: str, resource: str) -> Request:
    return Request(action, resource, {}, ACROSS_CARLOS, owner="222222222222")


GET_LIST: Final = one(allow(["iam:Get*", "iam:List*"]), deny("iam:*Report"))
SHIRLEY: Final = Policies(
    identity=[policy(allow("iam:CreateUser"), allow("s3:ListBucket"))],
    boundary=policy(allow(["s3:*", "cloudwatch:*", "ec2:*"])),
)
SESSION: Final = Principal(
    "arn:aws:sts::111122223333:assumed-role/examplerole/examplerolesessionname",
    "arn:aws:iam::111122223333:role/examplerole",
)
EXAMPLE_USER: Final = Principal("arn:aws:iam::111122223333:user/exampleuser")
THING: Final = "arn:aws:s3:::b/k"


def granting(principal: str, **others: Any) -> Policies:
    return Policies(resource=policy(to({"AWS": principal}, allow("s3:GetObject", THING))), **others)


NOTHING: Final = policy(allow("s3:ListAllMyBuckets"))  # that is, an implicit deny for the rest


def asks(principal: Principal, action: str = "s3:GetObject", resource: str = THING) -> Request:
    return Request(action, resource, {}, principal)


HOME: Final = one(
    allow(["s3:ListAllMyBuckets", "s3:GetBucketLocation"], s3("*")),
    allow("s3:ListBucket", s3("BUCKET"), StringLike={"s3:prefix": ["", "home/", "home/${aws:username}/"]}),
    allow("s3:*", s3("BUCKET/home/${aws:username}", "BUCKET/home/${aws:username}/*")),
)  # fmt: skip
DAVID: Final = {"aws:username": "David"}
THREAD: Final = "arn:aws:dynamodb:us-east-2:123456789012:table/Thread"
ATTRIBUTES: Final = "dynamodb:requestedAttributes"
ALL_OF: Final = one(allow("dynamodb:GetItem", THREAD, **{"ForAllValues:StringLike": {ATTRIBUTES: ["PostDateTime", "Message", "Tags"]}}))  # fmt: skip
ANY_OF: Final = one(
    allow("dynamodb:PutItem", THREAD),
    deny("dynamodb:PutItem", THREAD, **{"ForAnyValue:StringLike": {ATTRIBUTES: ["ID", "PostDateTime"]}}),
)  # fmt: skip
NO_KEYS: Final = "arn:aws:iam::123456789012:user/x"
ARN_GIVEN: Final = (
    "arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt"
)
ARN_WANTED: Final = "arn:aws:someservice:*:111122223333:finance/*"
IP_BUCKET: Final = Policies(
    resource=policy(
        to("*", allow("s3:GetObject", s3("awsexamplebucket1/*"), IpAddress={"aws:SourceIp": "192.0.2.0/24"}, NotIpAddress={"aws:SourceIp": "192.0.2.188/32"}))
    )
)  # fmt: skip
INSTANCE: Final = {"ec2:InstanceType": ["t1.*", "t2.*", "m3.*"]}
CONFIDENTIAL: Final = one(
    allow(["iam:ChangePassword"]),
    allow("s3:ListAllMyBuckets"),
    allow(["s3:List*", "s3:Get*"], s3("confidential-data", "confidential-data/*"), Bool={"aws:MultiFactorAuthPresent": "true"}),
)  # fmt: skip


def conditioned(action: str, resource: str = "*", /, **context: Any) -> Request:
    return Request(action, resource, context)


def with_(key: str, value: Any, action: str = "ec2:Do", resource: str = "*") -> Request:
    return Request(action, resource, {key: value})


ROWS: Final = [
    Row(LOGIC, "Carlos may not save to a bucket of logs", CARLOS_POLICIES, asks(CARLOS, "s3:PutObject", "arn:aws:s3:::carlossalazar-logs/x"), DENIED),
    Row(LOGIC, "Carlos may save to his own bucket", CARLOS_POLICIES, asks(CARLOS, "s3:PutObject", "arn:aws:s3:::carlossalazar/x"), YES),
    Row(LOGIC, "Carlos may list all buckets", CARLOS_POLICIES, asks(CARLOS, "s3:ListAllMyBuckets", "arn:aws:s3:::x"), YES),
    Row(LOGIC, "the bucket policy alone would do", Policies(resource=CARLOS_POLICIES.resource), asks(CARLOS, "s3:PutObject", "arn:aws:s3:::carlossalazar/x"), YES),
    Row(LOGIC, "Get and List are allowed", GET_LIST, Request("iam:GetUser", "*"), YES),
    Row(LOGIC, "other actions are denied implicitly", GET_LIST, Request("iam:CreatePolicy", "*"), NO),
    Row(LOGIC, "reports are denied explicitly", GET_LIST, Request("iam:GetOrganizationsAccessReport", "*"), DENIED),
    Row(LOGIC, "also with another policy that allows them", Policies(identity=[*GET_LIST.identity, policy(allow("iam:GenerateCredentialReport"))]), Request("iam:GenerateCredentialReport", "*"), DENIED),
    Row(LOGIC, "a policy for the role's ARN is limited by the boundary", granting(str(SESSION.role), boundary=NOTHING), asks(SESSION), NO),
    Row(LOGIC, "a policy for the role's ARN is limited by the session policy", granting(str(SESSION.role), session=NOTHING), asks(SESSION), NO),
    Row(LOGIC, "a policy for the role's ARN needs no identity policy", granting(str(SESSION.role)), asks(SESSION), YES),
    Row(LOGIC, "a policy for the session's ARN is not limited by the boundary", granting(SESSION.name, boundary=NOTHING), asks(SESSION), YES),
    Row(LOGIC, "a policy for the session's ARN is not limited by the session policy", granting(SESSION.name, session=NOTHING, boundary=NOTHING), asks(SESSION), YES),
    Row(LOGIC, "but an explicit deny limits it", granting(SESSION.name, session=policy(deny("s3:*"))), asks(SESSION), DENIED),
    Row(LOGIC, "another session's ARN is nobody's", granting(SESSION.name + "2"), asks(SESSION), NO),
    Row(LOGIC, "a policy for the user's ARN is not limited by the boundary", granting(EXAMPLE_USER.name, boundary=NOTHING), asks(EXAMPLE_USER), YES),
    Row(LOGIC, "a role's trust policy must allow explicitly", Policies(identity=[policy(allow("sts:AssumeRole"))], resource=policy(to({"AWS": EXAMPLE_USER.name}, {"Effect": "Allow", "Action": "sts:AssumeRole"})), resource_decides=True), asks(CARLOS, "sts:AssumeRole", str(SESSION.role)), NO),
    Row(LOGIC, "and whom it names may", Policies(resource=policy(to({"AWS": EXAMPLE_USER.name}, {"Effect": "Allow", "Action": "sts:AssumeRole"})), resource_decides=True), asks(EXAMPLE_USER, "sts:AssumeRole", str(SESSION.role)), YES),
    Row(ACROSS, "to the bucket of logs: denied in his own account", ACROSS_POLICIES, across("s3:PutObject", "arn:aws:s3:::Production-logs/x"), DENIED),
    Row(ACROSS, "to the production bucket: allowed in both", ACROSS_POLICIES, across("s3:PutObject", "arn:aws:s3:::Production/x"), YES),
    Row(ACROSS, "he can not delete there", ACROSS_POLICIES, across("s3:DeleteObject", "arn:aws:s3:::Production/x"), NO),
    Row(ACROSS, "the bucket policy alone is not enough", Policies(resource=ACROSS_POLICIES.resource), across("s3:PutObject", "arn:aws:s3:::Production/x"), NO),
    Row(ACROSS, "the identity policy alone is not enough", Policies(identity=ACROSS_POLICIES.identity), across("s3:PutObject", "arn:aws:s3:::Production/x"), NO),
    Row(BOUNDARIES, "Shirley may not create users, though a policy allows it", SHIRLEY, Request("iam:CreateUser", "*"), NO),
    Row(BOUNDARIES, "what both allow she may", SHIRLEY, Request("s3:ListBucket", "arn:aws:s3:::b"), YES),
    Row(BOUNDARIES, "a boundary gives nothing by itself", SHIRLEY, Request("s3:GetObject", THING), NO),
    Row(ACCESS, "a policy that trusts the account leaves users to be granted", granting("arn:aws:iam::111122223333:root"), asks(EXAMPLE_USER), NO),
    Row(ACCESS, "who are granted it then", granting("111122223333", identity=[policy(allow("s3:GetObject"))]), asks(EXAMPLE_USER), YES),
    Row(ACCESS, "with MFA the confidential data", CONFIDENTIAL, with_("aws:MultiFactorAuthPresent", "true", "s3:GetObject", "arn:aws:s3:::confidential-data/x"), YES),
    Row(ACCESS, "without it not", CONFIDENTIAL, with_("aws:MultiFactorAuthPresent", "false", "s3:GetObject", "arn:aws:s3:::confidential-data/x"), NO),
    Row(ACCESS, "and not where the request does not say", CONFIDENTIAL, Request("s3:ListBucket", "arn:aws:s3:::confidential-data"), NO),
    Row(OPERATORS, "a home is its user's", HOME, Request("s3:PutObject", "arn:aws:s3:::BUCKET/home/David/x", DAVID), YES),
    Row(OPERATORS, "and nobody else's", HOME, Request("s3:PutObject", "arn:aws:s3:::BUCKET/home/Davida/x", DAVID), NO),
    Row(OPERATORS, "a home is listed", HOME, Request("s3:ListBucket", "arn:aws:s3:::BUCKET", {**DAVID, "s3:prefix": "home/David/"}), YES),
    Row(OPERATORS, "a prefix that is empty is a value", HOME, Request("s3:ListBucket", "arn:aws:s3:::BUCKET", {**DAVID, "s3:prefix": ""}), YES),
    Row(OPERATORS, "another prefix is not listed", HOME, Request("s3:ListBucket", "arn:aws:s3:::BUCKET", {**DAVID, "s3:prefix": "home/"[:-1]}), NO),
    Row(OPERATORS, "a tag of the principal matches", one(allow("iam:*AccessKey*", StringEquals={"aws:PrincipalTag/job-category": "iamuser-admin"})), with_("aws:PrincipalTag/job-category", "iamuser-admin", "iam:CreateAccessKey", NO_KEYS), YES),
    Row(OPERATORS, "a tag that is missing does not", one(allow("iam:*AccessKey*", StringEquals={"aws:PrincipalTag/job-category": "iamuser-admin"})), Request("iam:CreateAccessKey", NO_KEYS), NO),
    Row(OPERATORS, "up to ten keys at a time", one(allow("s3:ListBucket", s3("example_bucket"), NumericLessThanEquals={"s3:max-keys": "10"})), with_("s3:max-keys", "10", "s3:ListBucket", "arn:aws:s3:::example_bucket"), YES),
    Row(OPERATORS, "and not eleven", one(allow("s3:ListBucket", s3("example_bucket"), NumericLessThanEquals={"s3:max-keys": "10"})), with_("s3:max-keys", "11", "s3:ListBucket", "arn:aws:s3:::example_bucket"), NO),
    Row(OPERATORS, "credentials issued after the date", one(allow("ec2:*", DateGreaterThan={"aws:TokenIssueTime": "2020-01-01T00:00:01Z"})), with_("aws:TokenIssueTime", "2020-01-01T00:00:02Z"), YES),
    Row(OPERATORS, "not those of that second", one(allow("ec2:*", DateGreaterThan={"aws:TokenIssueTime": "2020-01-01T00:00:01Z"})), with_("aws:TokenIssueTime", "2020-01-01T00:00:01Z"), NO),
    Row(OPERATORS, "nor long-term keys, which have no issue time", one(allow("ec2:*", DateGreaterThan={"aws:TokenIssueTime": "2020-01-01T00:00:01Z"})), Request("ec2:Do", "*"), NO),
    Row(OPERATORS, "a deny without TLS", one(allow("s3:*"), deny("s3:*", s3("b", "b/*"), Bool={"aws:SecureTransport": "false"})), with_("aws:SecureTransport", "false", "s3:GetObject", THING), DENIED),
    Row(OPERATORS, "and none with it", one(allow("s3:*"), deny("s3:*", s3("b", "b/*"), Bool={"aws:SecureTransport": "false"})), with_("aws:SecureTransport", "true", "s3:GetObject", THING), YES),
    Row(OPERATORS, "the range from 203.0.113.0", one(allow("ec2:*", IpAddress={"aws:SourceIp": "203.0.113.0/24"})), with_("aws:SourceIp", "203.0.113.0"), YES),
    Row(OPERATORS, "to 203.0.113.255", one(allow("ec2:*", IpAddress={"aws:SourceIp": "203.0.113.0/24"})), with_("aws:SourceIp", "203.0.113.255"), YES),
    Row(OPERATORS, "and no further", one(allow("ec2:*", IpAddress={"aws:SourceIp": "203.0.113.0/24"})), with_("aws:SourceIp", "203.0.114.0"), NO),
    Row(OPERATORS, "IPv4 and IPv6 side by side", one(allow("ec2:*", IpAddress={"aws:SourceIp": ["203.0.113.0/24", "2001:DB8:1234:5678::/64"]})), with_("aws:SourceIp", "2001:db8:1234:5678::1"), YES),
    Row(OPERATORS, "an address without a prefix is one address", one(allow("ec2:*", IpAddress={"aws:SourceIp": "203.0.113.7"})), with_("aws:SourceIp", "203.0.113.8"), NO),
    Row(OPERATORS, "through a VPC endpoint there is no source IP", one(allow("ec2:*", IpAddress={"aws:SourceIp": "0.0.0.0/0"})), Request("ec2:Do", "*"), NO),
    Row(OPERATORS, "StringLike reaches over colons", one(allow("ec2:*", StringLike={"aws:SourceArn": ARN_WANTED})), with_("aws:SourceArn", ARN_GIVEN), YES),
    Row(OPERATORS, "ArnLike does not", one(allow("ec2:*", ArnLike={"aws:SourceArn": ARN_WANTED})), with_("aws:SourceArn", ARN_GIVEN), NO),
    Row(OPERATORS, "ArnEquals has wildcards too", one(allow("ec2:*", ArnEquals={"aws:SourceArn": "arn:aws:sns:*:1:t?"})), with_("aws:SourceArn", "arn:aws:sns:eu-1:1:t2"), YES),
    Row(OPERATORS, "the policy that does not work: no image has an instance type", one(allow("ec2:RunInstances", StringLike=INSTANCE)), Request("ec2:RunInstances", "arn:aws:ec2:x::image/a"), NO),
    Row(OPERATORS, "with IfExists it works", one(allow("ec2:RunInstances", StringLikeIfExists=INSTANCE)), Request("ec2:RunInstances", "arn:aws:ec2:x::image/a"), YES),
    Row(OPERATORS, "and other types are still no match", one(allow("ec2:RunInstances", StringLikeIfExists=INSTANCE)), with_("ec2:InstanceType", "m4.large", "ec2:RunInstances"), NO),
    Row(OPERATORS, "Null: no temporary credentials", one(allow("ec2:*", Null={"aws:TokenIssueTime": "true"})), with_("aws:TokenIssueTime", "2020-01-01T00:00:01Z"), NO),
    Row(OPERATORS, "Null: but one's own", one(allow("ec2:*", Null={"aws:TokenIssueTime": "true"})), Request("ec2:Do", "*"), YES),
    Row(OPERATORS, "a negated operator holds for a missing key", one(allow("ec2:*", StringNotLike={"aws:x": "a*"})), Request("ec2:Do", "*"), YES),
    Row(SETS, "all that is asked for is on the list", ALL_OF, with_(ATTRIBUTES, ["PostDateTime", "Message"], "dynamodb:GetItem", THREAD), YES),
    Row(SETS, "one that is not is too many", ALL_OF, with_(ATTRIBUTES, ["PostDateTime", "UserName"], "dynamodb:GetItem", THREAD), NO),
    Row(SETS, "ForAllValues holds where the key is missing", ALL_OF, Request("dynamodb:GetItem", THREAD), YES),
    Row(SETS, "one that is forbidden is enough", ANY_OF, with_(ATTRIBUTES, ["UserName", "Message", "PostDateTime"], "dynamodb:PutItem", THREAD), DENIED),
    Row(SETS, "none that is forbidden", ANY_OF, with_(ATTRIBUTES, ["UserName"], "dynamodb:PutItem", THREAD), YES),
    Row(SETS, "ForAnyValue does not hold where the key is missing", ANY_OF, Request("dynamodb:PutItem", THREAD), YES),
    Row(VARIABLES, "keys' names have no case", one(allow("ec2:*", DateLessThan={"AWS:currenttime": "2026-01-01T00:00:00Z"})), with_("aws:CurrentTime", "2025-12-31T23:59:59Z"), YES),
    Row(VARIABLES, "a user's own queue", one(allow("sqs:*", "arn:aws:sqs:us-east-2:*:${aws:username}-queue")), Request("sqs:SendMessage", "arn:aws:sqs:us-east-2:1:David-queue", DAVID), YES),
    Row(VARIABLES, "without a version a variable is text", Policies(identity=[policy(allow("s3:*", s3("b/${aws:username}")), version=None)]), Request("s3:GetObject", "arn:aws:s3:::b/David", DAVID), NO),
    Row(VARIABLES, "and its very text matches", Policies(identity=[policy(allow("s3:*", s3("b/${aws:username}")), version=None)]), Request("s3:GetObject", "arn:aws:s3:::b/${aws:username}", DAVID), YES),
    Row(VARIABLES, "a variable without a value makes the statement invalid", one(allow("s3:*", s3("b/${aws:username}*"))), Request("s3:GetObject", "arn:aws:s3:::b/"), NO),
    Row(VARIABLES, "a variable's default", one(allow("s3:*", s3("bucket/${aws:userid, 'anonymous'}"))), Request("s3:GetObject", "arn:aws:s3:::bucket/anonymous"), YES),
    Row(VARIABLES, "${*} is an asterisk", one(allow("s3:*", s3("b/a${*}c"))), Request("s3:GetObject", "arn:aws:s3:::b/a*c"), YES),
    Row(VARIABLES, "and no wildcard", one(allow("s3:*", s3("b/a${*}c"))), Request("s3:GetObject", "arn:aws:s3:::b/abc"), NO),
    Row(VARIABLES, "${?} is a question mark", one(allow("s3:*", s3("b/a${?}c"))), Request("s3:GetObject", "arn:aws:s3:::b/abc"), NO),
    Row(VARIABLES, "${$} is a dollar sign", one(allow("s3:*", s3("b/${$}{aws:username}"))), Request("s3:GetObject", "arn:aws:s3:::b/${aws:username}", DAVID), YES),
    Row(VARIABLES, "and what follows it is no variable", one(allow("s3:*", s3("b/${$}{aws:username}"))), Request("s3:GetObject", "arn:aws:s3:::b/David", DAVID), NO),
    Row(VARIABLES, "in a condition too", one(allow("s3:*", StringLike={"s3:prefix": "${*}/*"})), with_("s3:prefix", "a/b", "s3:ListBucket"), NO),
    Row(RESOURCE, "all users whose path is /accounting", one(allow("iam:*", "arn:aws:iam::1:user/accounting/*")), Request("iam:GetUser", "arn:aws:iam::1:user/accounting/eu/Ann"), YES),
    Row(RESOURCE, "and not the bucket itself", one(allow("s3:*", s3("my_corporate_bucket/*"))), Request("s3:ListBucket", "arn:aws:s3:::my_corporate_bucket"), NO),
    Row(ACTION, "an action has no case", one(allow("iam:listaccesskeys")), Request("IAM:ListAccessKeys", "*"), YES),
    Row(ACTION, "all actions on access keys", one(allow("iam:*AccessKey*")), Request("iam:UpdateAccessKey", "*"), YES),
    Row(S3_KEYS, "anyone of the range", IP_BUCKET, Request("s3:GetObject", "arn:aws:s3:::awsexamplebucket1/x", {"aws:SourceIp": "192.0.2.7"}, EXAMPLE_USER), YES),
    Row(S3_KEYS, "unless it is this one", IP_BUCKET, Request("s3:GetObject", "arn:aws:s3:::awsexamplebucket1/x", {"aws:SourceIp": "192.0.2.188"}, EXAMPLE_USER), NO),
]  # fmt: skip


@pytest.mark.parametrize("row", ROWS, ids=[row.sentence for row in ROWS])
def test_the_evaluator_says_what_awss_page_says(row: Row) -> None:
    assert decide(row.policies, row.request) is row.answer, row.page


def test_the_page_says_how_many_they_are() -> None:
    assert row_of("docs/proof.md", Path(__file__)).endswith(f" | {len(ROWS)} |")


def test_a_wildcard_is_any_character_and_a_pattern_the_whole_text() -> None:
    assert matches("a*b", "a\n/日:b")
    assert not matches("a", "a\n")


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        (allow("s3:*", StringSomehow={"a": "b"}), ValueError),
        (allow("s3:*", DateNotEquals={"a": "b"}), ValueError),
        ({**allow("s3:*"), "NotAction": "s3:*"}, ValueError),
        ({**allow("s3:*"), "Effect": "Perhaps"}, ValueError),
        (allow("s3:*", "arn:aws:s3:${aws:x}::b"), ValueError),
        (allow("s3:*", StringEquals={"aws:TagKeys": "a"}), TypeError),
        (to({"CanonicalUser": "x"}, allow("s3:*")), ValueError),
    ],
)
def test_what_the_evaluator_does_not_know_is_an_error_and_no_answer(
    statement: Mapping[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        decide(one(statement), Request("s3:GetObject", THING, {"aws:TagKeys": ["a", "b"]}, CARLOS))
