"""What preflight says of an account, from answers in the shapes that AWS documents."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, Final

import boto3
import pytest
from botocore import xform_name
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.loaders import Loader
from botocore.model import ServiceModel
from botocore.validate import ParamValidator

from tools.account import boundary, key_policy
from tools.account.place import Place
from tools.preflight import __main__ as program
from tools.preflight import checks
from tools.preflight.account import CannotSeeError, ask, clients, refuse_changes
from tools.preflight.finding import EVERYTHING, SOMETHING, UNKNOWN, Finding, Kind, verdict
from tools.preflight.planned import Planned

ACCOUNT, REGION = "123456789012", "eu-central-1"
PLACE: Final = Place(ACCOUNT, REGION, "s3vend")
BUCKETS: Final = {"AllowedBuckets": "reports-prod"}
POLICY = f"arn:aws:iam::{ACCOUNT}:policy/Ours"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d-1111-2222-3333-444455556666"
LOG_ROLE = f"arn:aws:iam::{ACCOUNT}:role/ApiLogs"
DEPLOYER = f"arn:aws:iam::{ACCOUNT}:role/ci/Deployer"
NOW = "2026-11-29T00:00:00Z"

type Reply = Callable[[dict[str, Any]], Any]
type Replies = Mapping[str, Reply]


def error(code: str, message: str = "no") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


@cache
def model(service: str) -> ServiceModel:
    return ServiceModel(Loader().load_service_model(service, "service-2"), service)


class Documented:
    """A client whose requests and answers have the shapes of the service's model."""

    def __init__(self, service: str, replies: Replies) -> None:
        self.service, self.replies, self.model = service, replies, model(service)
        self.named = {xform_name(one): one for one in self.model.operation_names}

    def __getattr__(self, method: str) -> Callable[..., Any]:
        return lambda **sent: self.call(method, sent)

    def get_paginator(self, method: str) -> Any:
        class Pages:
            def paginate(_, **sent: Any) -> Iterator[Any]:  # noqa: N805 - of the outer self
                yield self.call(method, sent)

        return Pages()

    def call(self, method: str, sent: dict[str, Any]) -> Any:
        operation = self.model.operation_model(self.named[method])
        refuse_changes(operation)
        valid(sent, operation.input_shape)
        answer = self.replies[f"{self.service}.{method}"](sent)
        if isinstance(answer, Exception):
            raise answer
        plain = {k: v for k, v in answer.items() if k != "Document"}
        valid(plain, operation.output_shape)
        return answer


def valid(members: Any, shape: Any) -> None:
    if shape is None:
        return
    # boto3 answers with a policy's document as a dict, not as its text.
    if isinstance(members, dict) and isinstance(members.get("PolicyVersion"), dict):
        version = members["PolicyVersion"]
        members = {"PolicyVersion": {k: v for k, v in version.items() if k != "Document"}}
    report = ParamValidator().validate(members, shape)
    assert not report.has_errors(), report.generate_report()


def is_allowed(sent: dict[str, Any]) -> Any:
    return {
        "EvaluationResults": [
            {"EvalActionName": one, "EvalDecision": "allowed"} for one in sent["ActionNames"]
        ]
    }


USUAL: Final[Replies] = {
    "sts.get_caller_identity": lambda _: {
        "Account": ACCOUNT,
        "UserId": "AROAEXAMPLE:ci",
        "Arn": f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/ci",
    },
    "cloudformation.describe_stacks": lambda _: error(
        "ValidationError", "Stack with id s3vend does not exist"
    ),
    "cloudformation.list_stack_resources": lambda _: error(
        "ValidationError", "Stack with id s3vend does not exist"
    ),
    "iam.get_role": lambda sent: (
        {"Role": role(DEPLOYER)} if sent["RoleName"] == "Deployer" else error("NoSuchEntity")
    ),
    "iam.get_user": lambda _: error("NoSuchEntity"),
    "iam.get_policy": lambda _: error("NoSuchEntity"),
    "iam.get_account_summary": lambda _: {
        "SummaryMap": {"Roles": 20, "RolesQuota": 1000, "Policies": 5, "PoliciesQuota": 1500}
    },
    "iam.simulate_principal_policy": is_allowed,
    "iam.simulate_custom_policy": is_allowed,
    "ssm.get_parameter": lambda _: error("ParameterNotFound"),
    "cloudwatch.get_dashboard": lambda _: error("ResourceNotFound"),
    "apigateway.get_account": lambda _: {},
    "lambda.get_account_settings": lambda _: limits(1000),
    "service-quotas.list_service_quotas": lambda _: {"Quotas": []},
}


def limits(most: int) -> dict[str, Any]:
    return {"AccountLimit": {"ConcurrentExecutions": most, "UnreservedConcurrentExecutions": most}}


def role(arn: str) -> dict[str, Any]:
    name = arn.rpartition("/")[2]
    return {"Path": "/", "RoleName": name, "RoleId": "A" * 21, "Arn": arn, "CreateDate": NOW}


def found(given: Mapping[str, str] | None = None, **replies: Reply) -> list[Finding]:
    """What is found with these parameters, where the account answers so."""
    own = {name.replace("__", "."): r for name, r in replies.items()}
    answers = {**USUAL, **own}
    made: dict[str, Documented] = {}

    def client(service: str) -> Documented:
        return made.setdefault(service, Documented(service, answers))

    return checks.look(Planned.of(PLACE, {**BUCKETS, **(given or {})}), client)


def of(kind: Kind, findings: list[Finding]) -> list[str]:
    return [one.says for one in findings if one.kind is kind]


def test_an_empty_account_needs_no_change() -> None:
    findings = found()
    assert {one.kind for one in findings} == {Kind.GOOD}
    assert verdict(findings) == ("Nothing to change: deploy.", EVERYTHING)


def test_prod_needs_its_buckets_and_a_log_role() -> None:
    findings = found({"Environment": "prod", "AllowedBuckets": "*", "AccessLogs": "true"})
    rules, logs = of(Kind.CHANGE, findings)
    assert "AllowedBuckets must name the buckets in prod" in rules
    assert "log role is not set" in logs
    assert verdict(findings) == ("2 to change before you deploy.", SOMETHING)


def documented(arn: str = LOG_ROLE) -> dict[str, Reply]:
    return {
        "apigateway__get_account": lambda _: {"cloudwatchRoleArn": arn},
        "iam__get_role": lambda sent: (
            {"Role": role(f"arn:aws:iam::{ACCOUNT}:role/{sent['RoleName']}")}
            if sent["RoleName"] in ("ApiLogs", "Deployer")
            else error("NoSuchEntity")
        ),
    }


@pytest.mark.parametrize(
    ("given", "replies", "kind", "words"),
    [
        ({"AccessLogs": "true"}, documented(), Kind.GOOD, "has a log role"),
        (
            {"AccessLogs": "true"},
            documented(f"{LOG_ROLE}Gone"),
            Kind.CHANGE,
            "is a role that is gone",
        ),
        (
            {"AccessLogs": "true", "ManageApiGatewayAccount": "true"},
            documented(),
            Kind.NOTE,
            f"replaces {LOG_ROLE}",
        ),
        (
            {"AccessLogs": "true", "ManageApiGatewayAccount": "true"},
            {},
            Kind.GOOD,
            "has a log role, or gets one",
        ),
        (
            {},
            {"lambda__get_account_settings": lambda _: limits(10)},
            Kind.NOTE,
            "Only 10 functions",
        ),
        (
            {"ReservedConcurrency": "5"},
            {"lambda__get_account_settings": lambda _: limits(104)},
            Kind.CHANGE,
            "would leave 99 executions",
        ),
        ({"ReservedConcurrency": "5"}, {}, Kind.GOOD, "1000 functions may run at once"),
        (
            {"ThrottlingRate": "1000"},
            {},
            Kind.NOTE,
            "STS makes 600 sessions a second, AWS's default, since",
        ),
        (
            {},
            {
                "service-quotas__list_service_quotas": lambda _: {
                    "Quotas": [{"QuotaName": "AssumeRole requests", "Value": 5.0}]
                }
            },
            Kind.NOTE,
            "STS makes 5 sessions a second; ThrottlingRate",
        ),
        (
            {},
            {
                "iam__get_account_summary": lambda _: {
                    "SummaryMap": {
                        "Roles": 999,
                        "RolesQuota": 1000,
                        "Policies": 5,
                        "PoliciesQuota": 1500,
                    }
                }
            },
            Kind.CHANGE,
            "has 999 of 1000 roles",
        ),
        (
            {},
            {"iam__get_user": lambda sent: {"User": user(sent["UserName"])}},
            Kind.CHANGE,
            "IAM::User AssumeS3User exists already",
        ),
        (
            {},
            {"ssm__get_parameter": lambda _: {"Parameter": {"Name": "x", "Value": "y"}}},
            Kind.CHANGE,
            "SSM::Parameter /s3vend/s3vend/api-url exists already",
        ),
        (
            {},
            {"cloudformation__describe_stacks": lambda _: stacks("ROLLBACK_COMPLETE")},
            Kind.CHANGE,
            "cannot be updated",
        ),
        (
            {},
            {"cloudformation__describe_stacks": lambda _: stacks("UPDATE_ROLLBACK_FAILED")},
            Kind.CHANGE,
            "is in UPDATE_ROLLBACK_FAILED and cannot be updated",
        ),
        (
            {},
            {"cloudformation__describe_stacks": lambda _: stacks("UPDATE_IN_PROGRESS")},
            Kind.CHANGE,
            "is in UPDATE_IN_PROGRESS",
        ),
        (
            {},
            {"cloudformation__describe_stacks": lambda _: stacks("REVIEW_IN_PROGRESS")},
            Kind.NOTE,
            "this is an update",
        ),
        (
            {"PermissionsBoundaryArn": POLICY},
            {},
            Kind.CHANGE,
            "PermissionsBoundaryArn: arn:aws:iam::123456789012:policy/Ours does not exist",
        ),
        ({"LentRoleBoundaryArn": POLICY}, {}, Kind.CHANGE, "LentRoleBoundaryArn: arn:"),
    ],
)
def test_an_account_is_told_what_to_change(
    given: dict[str, str], replies: dict[str, Reply], kind: Kind, words: str
) -> None:
    findings = found(given, **replies)
    assert [one for one in of(kind, findings) if words in one], [str(one) for one in findings]
    assert all(one.do for one in findings if one.kind is Kind.CHANGE)


def user(name: str) -> dict[str, Any]:
    arn = f"arn:aws:iam::{ACCOUNT}:user/{name}"
    return {"Path": "/", "UserName": name, "UserId": "A" * 21, "Arn": arn, "CreateDate": NOW}


def stacks(status: str) -> dict[str, Any]:
    return {"Stacks": [{"StackName": "s3vend", "CreationTime": NOW, "StackStatus": status}]}


def listed(*names: str) -> Reply:
    """What a stack has, by logical id."""
    summaries = [
        {
            "LogicalResourceId": name,
            "PhysicalResourceId": name,
            "ResourceType": "AWS::IAM::User",
            "LastUpdatedTimestamp": NOW,
            "ResourceStatus": "CREATE_COMPLETE",
        }
        for name in names
    ]
    return lambda _: {"StackResourceSummaries": summaries}


def test_what_the_stack_has_already_is_not_taken() -> None:
    findings = found(
        cloudformation__describe_stacks=lambda _: stacks("UPDATE_COMPLETE"),
        cloudformation__list_stack_resources=listed("AllowedAssumeS3Role", "AssumeS3User"),
        iam__get_user=lambda sent: {"User": user(sent["UserName"])},
    )
    assert of(Kind.CHANGE, findings) == []
    assert of(Kind.NOTE, findings) == [
        "The stack s3vend exists (UPDATE_COMPLETE): this is an update."
    ]


def test_a_name_that_an_update_would_give_is_taken_if_somebody_else_has_it() -> None:
    findings = found(
        {"NamePrefix": "two-"},
        cloudformation__describe_stacks=lambda _: stacks("UPDATE_COMPLETE"),
        cloudformation__list_stack_resources=listed("AllowedAssumeS3Role", "AssumeS3User"),
        iam__get_user=lambda sent: {"User": user(sent["UserName"])},
    )
    [sentence] = of(Kind.CHANGE, findings)
    assert sentence == "IAM::User two-AssumeS3User exists already, and is not of this stack."


def test_a_policy_of_the_stack_has_its_name_in_its_arn() -> None:
    policy = f"arn:aws:iam::{ACCOUNT}:policy/S3VendCallers"
    resource = {
        "LogicalResourceId": "CallersPolicy",
        "PhysicalResourceId": policy,
        "ResourceType": "AWS::IAM::ManagedPolicy",
        "LastUpdatedTimestamp": NOW,
        "ResourceStatus": "CREATE_COMPLETE",
    }
    findings = found(
        cloudformation__list_stack_resources=lambda _: {"StackResourceSummaries": [resource]},
        iam__get_policy=lambda sent: (
            {"Policy": {"Arn": policy}} if sent["PolicyArn"] == policy else error("NoSuchEntity")
        ),
    )
    assert "No name that the stack gives is taken." in of(Kind.GOOD, findings)


def test_a_stack_of_somebody_else_has_the_name() -> None:
    findings = found(
        cloudformation__describe_stacks=lambda _: stacks("UPDATE_COMPLETE"),
        cloudformation__list_stack_resources=listed("Bucket"),
    )
    assert of(Kind.CHANGE, findings) == ["The stack s3vend exists, and is not of s3vend."]


# ---- Boundaries -----------------------------------------------------------------------------------

OURS: Final = boundary.policy(BUCKETS, PLACE)
WIDER: Final = {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}


def with_policy(document: Mapping[str, Any], **more: Reply) -> dict[str, Reply]:
    return {
        "iam__get_policy": lambda sent: (
            {"Policy": {"DefaultVersionId": "v3"}}
            if sent["PolicyArn"] == POLICY
            else error("NoSuchEntity")
        ),
        "iam__get_policy_version": lambda _: {"PolicyVersion": {"Document": document}},
        **more,
    }


def test_a_boundary_with_our_text_is_accepted() -> None:
    findings = found({"LentRoleBoundaryArn": POLICY}, **with_policy(OURS))
    assert "LentRoleBoundaryArn allows no more than our text." in of(Kind.GOOD, findings)
    assert of(Kind.CHANGE, findings) == []


@pytest.mark.parametrize(
    "document",
    [
        {"Statement": [*OURS["Statement"], WIDER]},
        {"Statement": [one for one in OURS["Statement"] if one["Effect"] == "Allow"]},
        boundary.policy({"AllowedBuckets": "reports-prod,other"}, PLACE),
        {"Statement": WIDER},
    ],
)
def test_a_boundary_that_allows_more_is_refused(document: dict[str, Any]) -> None:
    findings = found({"LentRoleBoundaryArn": POLICY}, **with_policy(document))
    assert of(Kind.CHANGE, findings)
    assert verdict(findings)[1] == SOMETHING


def test_a_boundary_that_leaves_too_little_room_is_told() -> None:
    def without_tables(sent: dict[str, Any]) -> Any:
        [document] = sent["PermissionsBoundaryPolicyInputList"]
        assert json.loads(document) == {"Statement": []}
        answer = is_allowed(sent)
        for one in answer["EvaluationResults"]:
            if one["EvalActionName"].startswith("dynamodb:"):
                one["EvalDecision"] = "implicitDeny"
        return answer

    replies = with_policy({"Statement": []}, iam__simulate_custom_policy=without_tables)
    [sentence] = of(Kind.NOTE, found({"PermissionsBoundaryArn": POLICY}, **replies))
    assert "dynamodb:BatchGetItem" in sentence
    assert "sts:AssumeRole" not in sentence


NETWORK: Final = {"VpcId": "vpc-0123456789abcdef0", "VpcSubnetIds": "subnet-0123456789abcdef0"}


@pytest.mark.parametrize(
    ("given", "action"),
    [
        ({"Tracing": "true"}, "xray:PutTraceSegments"),
        ({"KmsKeyArn": KEY}, "kms:ReEncryptFrom"),
        ({"VpcFunctions": "all", **NETWORK}, "ec2:CreateNetworkInterface"),
        ({"GradualDeployment": "true", "Alarms": "true"}, "lambda:UpdateAlias"),
    ],
)
def test_a_boundary_leaves_room_for_the_managed_policies_of_the_roles_too(
    given: dict[str, str], action: str
) -> None:
    """The stack's own, and AWS's, which are looked up."""

    def without(sent: dict[str, Any]) -> Any:
        assert not [one for one in sent["ActionNames"] if "*" in one]
        answer = is_allowed(sent)
        for one in answer["EvaluationResults"]:
            if one["EvalActionName"] == action:
                one["EvalDecision"] = "implicitDeny"
        return answer

    aws = {"Statement": {"Effect": "Allow", "Action": "lambda:UpdateAlias", "Resource": "*"}}
    replies: dict[str, Reply] = {
        "iam__get_policy": lambda sent: (
            {"Policy": {"DefaultVersionId": "v3"}}
            if sent["PolicyArn"] == POLICY or ":aws:policy/" in sent["PolicyArn"]
            else error("NoSuchEntity")
        ),
        "iam__get_policy_version": lambda _: {"PolicyVersion": {"Document": aws}},
        "iam__simulate_custom_policy": without,
        **with_key("Enabled", key_policy.statements(PLACE)),
    }
    [sentence] = of(Kind.NOTE, found({"PermissionsBoundaryArn": POLICY, **given}, **replies))
    assert action in sentence


# ---- The key --------------------------------------------------------------------------------------


def with_key(state: str, statements: list[dict[str, Any]], **more: str) -> dict[str, Reply]:
    text = json.dumps({"Version": "2012-10-17", "Statement": statements})
    return {
        "kms__describe_key": lambda _: {"KeyMetadata": {"KeyId": KEY, "KeyState": state, **more}},
        "kms__get_key_policy": lambda _: {"Policy": text},
    }


def test_a_key_is_told_what_its_policy_lacks() -> None:
    wanted = key_policy.statements(PLACE)
    given = {"KmsKeyArn": KEY}
    assert "has what the stack needs" in str(found(given, **with_key("Enabled", wanted)))
    findings = found(given, **with_key("Enabled", wanted[1:]))
    assert "statement TableOfS3Vend" in str(of(Kind.NOTE, findings))
    assert of(Kind.CHANGE, found(given, **with_key("Disabled", wanted)))
    gone = {"kms__describe_key": lambda _: error("NotFoundException")}
    assert "not there" in str(of(Kind.CHANGE, found(given, **gone)))
    signing = with_key("Enabled", wanted, KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")
    assert "RSA_2048" in str(of(Kind.CHANGE, found(given, **signing)))
    closed = [*wanted, {"Effect": "Deny", "Principal": "*", "Action": "kms:*", "Resource": "*"}]
    findings = found(given, **with_key("Enabled", closed))
    assert "policy also denies" in str(of(Kind.NOTE, findings))
    assert "has what the stack needs" not in str(findings)
    other = {"KmsKeyArn": KEY.replace(REGION, "us-east-1")}
    # KMS does not look for an ARN of another region.
    unknown: dict[str, Reply] = {"kms__describe_key": lambda _: error("InvalidArnException")}
    assert "another region" in str(of(Kind.CHANGE, found(other, **unknown)))


# ---- Permissions ----------------------------------------------------------------------------------


def test_a_deployer_is_told_which_actions_it_lacks() -> None:
    def denied(sent: dict[str, Any]) -> Any:
        assert sent["PolicySourceArn"] == DEPLOYER
        assert not [one for one in sent["ResourceArns"] if "*" in one and one != "*"]
        answer = is_allowed(sent)
        for one in answer["EvaluationResults"]:
            if one["EvalActionName"] in ("iam:CreateRole", "lambda:CreateFunction"):
                one["EvalDecision"] = "implicitDeny"
        return answer

    findings = found(iam__simulate_principal_policy=denied)
    [sentence] = of(Kind.CHANGE, findings)
    assert sentence == f"{DEPLOYER} may not iam:CreateRole, lambda:CreateFunction."


def test_an_action_may_be_allowed_on_one_of_its_resources_alone() -> None:
    def one_table(sent: dict[str, Any]) -> Any:
        answer = is_allowed(sent)
        for one in answer["EvaluationResults"]:
            if sent["ResourceArns"][0].endswith("/account"):
                one["EvalDecision"] = "implicitDeny"
        return answer

    assert of(Kind.CHANGE, found(iam__simulate_principal_policy=one_table)) == []


def test_conditions_of_the_printed_policies_come_with_the_question() -> None:
    seen: dict[str, str] = {}

    def noted(sent: dict[str, Any]) -> Any:
        for one in sent["ContextEntries"]:
            seen[one["ContextKeyName"]] = one["ContextKeyValues"][0]
        return is_allowed(sent)

    found(
        {"PermissionsBoundaryArn": POLICY},
        iam__simulate_principal_policy=noted,
        **with_policy({"Statement": []}),
    )
    assert seen["iam:PassedToService"] == "apigateway.amazonaws.com"
    assert seen["iam:PermissionsBoundary"] == POLICY


def test_root_is_told_to_use_a_role() -> None:
    root: dict[str, Reply] = {
        "sts__get_caller_identity": lambda _: {
            "Account": ACCOUNT,
            "UserId": ACCOUNT,
            "Arn": f"arn:aws:iam::{ACCOUNT}:root",
        }
    }
    assert "root user's credentials" in str(of(Kind.NOTE, found({}, **root)))


# ---- What cannot be seen --------------------------------------------------------------------------


def test_what_the_account_does_not_answer_is_not_taken_for_good() -> None:
    findings = found(
        iam__simulate_principal_policy=lambda _: error("AccessDenied"),
        lambda__get_account_settings=lambda _: EndpointConnectionError(endpoint_url="https://x"),
    )
    assert of(Kind.UNSEEN, findings) == [
        'quota of Lambda: Could not connect to the endpoint URL: "https://x"',
        "permissions: Operation answers AccessDenied",
    ]
    line, code = verdict(findings)
    assert (line, code) == ("Nothing to change was seen, but 2 checks could not be made.", UNKNOWN)


def test_an_action_about_which_iam_says_nothing_is_not_taken_for_allowed() -> None:
    def about_others(sent: dict[str, Any]) -> Any:
        answer = is_allowed(sent)
        answer["EvaluationResults"] = answer["EvaluationResults"][1:]
        return answer

    replies = with_policy(
        {"Statement": []},
        iam__simulate_custom_policy=about_others,
        iam__simulate_principal_policy=about_others,
    )
    findings = found({"PermissionsBoundaryArn": POLICY}, **replies)
    assert of(Kind.UNSEEN, findings) == [
        "boundaries: SimulateCustomPolicy says nothing about dynamodb:BatchGetItem",
        "permissions: SimulatePrincipalPolicy says nothing about cloudformation:GetTemplateSummary",
    ]


@pytest.mark.parametrize(("number", "words"), [(1, "1 check could"), (2, "2 checks could")])
def test_one_check_is_not_several(number: int, words: str) -> None:
    line, _ = verdict([Finding(Kind.UNSEEN, "x")] * number)
    assert words in line


def test_a_quota_that_aws_does_not_list_has_its_default() -> None:
    replies: dict[str, Reply] = {
        "service-quotas__list_service_quotas": lambda _: error("NoSuchResourceException")
    }
    assert "AWS's default" in str(of(Kind.GOOD, found({}, **replies)))


def test_a_boundary_without_a_text_of_ours_is_told() -> None:
    given = {"Environment": "prod", "AllowedBuckets": "*", "LentRoleBoundaryArn": POLICY}
    assert "There is no text" in str(of(Kind.CHANGE, found(given, **with_policy(OURS))))


def test_every_check_that_is_refused_is_told() -> None:
    refused: dict[str, Reply] = {
        name.replace(".", "__"): lambda _: error("AccessDenied") for name in USUAL
    }
    findings = found({}, **refused)
    assert len(of(Kind.UNSEEN, findings)) == 6
    assert of(Kind.CHANGE, findings) == []


def test_preflight_only_reads() -> None:
    session = boto3.Session("AKIDEXAMPLE", "secret", region_name=REGION)
    client = clients(session)
    with pytest.raises(ValueError, match="does not call CreateRole"):
        client("iam").create_role(RoleName="x", AssumeRolePolicyDocument="{}")
    with pytest.raises(ValueError, match="does not call DeleteStack"):
        client("cloudformation").delete_stack(StackName="x")


def test_a_failure_names_its_operation() -> None:
    def throttled() -> None:
        raise error("Throttling")

    with pytest.raises(CannotSeeError, match="Operation answers Throttling"):
        ask(throttled)


# ---- The command ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--region", "mars-1"], "AWS has no region 'mars-1'"),
        (["--region", REGION, "--configuration", "x"], "no configuration 'x'"),
        (["--region", REGION, "--", "NoSuch=1"], "the stack has no parameter NoSuch"),
        (["--region", REGION, "--", "AllowedBuckets=UPPER"], "AllowedBuckets cannot be 'UPPER'"),
        (["--region", REGION, "--", "ThrottlingRate=many"], "ThrottlingRate cannot be 'many'"),
        (["--region", REGION, "--", "VpcFunctions=some"], "VpcFunctions cannot be 'some'"),
        (["--region", REGION, "--", "ThrottlingRate=0"], "ThrottlingRate cannot be '0'"),
        (["--region", REGION, "--", "ReservedConcurrency=101"], "ReservedConcurrency cannot be"),
    ],
)
def test_the_command_says_what_is_wrong_before_it_asks_aws(
    arguments: list[str],
    words: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(program, "clients", lambda _: pytest.fail("AWS is asked"))
    assert program.main(arguments) == UNKNOWN
    assert words in capsys.readouterr().err


@pytest.mark.parametrize(
    ("variables", "words"),
    [
        ({}, "Unable to locate credentials"),
        ({"AWS_PROFILE": "missing"}, "The config profile (missing) could not be found"),
        ({"AWS_ACCESS_KEY_ID": "AKIAEXAMPLE"}, "missing: AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_without_credentials_the_command_says_how_to_sign_in(
    variables: dict[str, str],
    words: str,
    signed_out: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name, value in variables.items():
        signed_out.setenv(name, value)
    assert program.main(["--region", REGION]) == UNKNOWN
    shown = capsys.readouterr().err
    assert shown.startswith("preflight: AWS does not say who you are: ")
    assert words in shown
    assert "aws sts get-caller-identity has to answer." in shown


def test_a_role_that_may_not_read_itself_still_sees_the_rest() -> None:
    findings = found(iam__get_role=lambda _: error("AccessDenied"))
    assert of(Kind.UNSEEN, findings) == [
        one for one in of(Kind.UNSEEN, findings) if one.startswith(("names: ", "permissions: "))
    ]
    assert "permissions: Operation answers AccessDenied" in of(Kind.UNSEEN, findings)


def test_the_command_prints_changes_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(program, "clients", lambda _: lambda name: Documented(name, USUAL))
    arguments = ["--region", REGION, "--", "AllowedBuckets=reports-prod"]
    assert program.main(arguments) == SOMETHING  # prod has access logs, and no log role
    shown = capsys.readouterr().out
    session = f"arn:aws:sts::{ACCOUNT}:assumed-role/Deployer/ci"
    assert shown.startswith(f"Account {ACCOUNT}, region {REGION}, stack s3vend, as {session}\n")
    kinds = re.findall(r"^(ok|note|not seen|CHANGE): ", shown, re.MULTILINE)
    assert kinds == sorted(kinds, key=["ok", "note", "not seen", "CHANGE"].index)
    assert shown.endswith("\n1 to change before you deploy.\n")
