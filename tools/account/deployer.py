"""The policies of an identity that deploys the stack.

``make deployer-policy`` prints them; docs/deployer-policy.json has those of an example.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

from local.stack.intrinsics import Resolver
from tools.account.boundary import LONGEST
from tools.account.parameters import check, whole_template
from tools.account.place import Place
from tools.account.resources import (
    ANYWHERE,
    KEY,
    KEY_THROUGH,
    MADE_OF,
    ONLY_WITH,
    PASSED_TO,
    RESOURCES,
)

DEPLOYMENT: Final = "Deployment"  # what is no type of resource in calls.yaml


@cache
def calls() -> Mapping[str, Mapping[str, list[str]]]:
    """Return what CloudFormation calls: by type of resource, then by service."""
    found: Mapping[str, Mapping[str, list[str]]] = yaml.safe_load(
        (Path(__file__).parent / "calls.yaml").read_text(encoding="utf-8")
    )
    return found


def actions(kinds: Iterable[str]) -> set[str]:
    """Return the actions for these types of resources, as IAM writes them."""
    return {
        f"{service}:{name}"
        for kind in kinds
        for service, names in calls()[kind].items()
        for name in names
    }


def policies(place: Place, parameters: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return policies for a stack with these parameters, as few as IAM's longest allows.

    Raises ``ValueError`` for a parameter that the stack does not have or take.
    """
    check(parameters)
    source = whole_template()
    resolve = Resolver(source, parameters, place.pseudo)
    kinds = {
        kind
        for resource in source["Resources"].values()
        if resolve.makes(resource)
        for kind in MADE_OF.get(resource["Type"], (resource["Type"],))
    }
    if parameters.get("GradualDeployment") == "true":
        kinds |= {"AWS::CodeDeploy::Application", "AWS::CodeDeploy::DeploymentGroup"}
    needed = actions({*kinds, DEPLOYMENT})
    for condition, others in ONLY_WITH.items():
        if not resolve.holds(condition):
            needed -= others
    found = _statements(needed, place, _names(source, resolve))
    if resolve.holds("HasKmsKey"):
        found += _own_key(place, resolve.values["KmsKeyArn"])
    return _packed(found)


def _names(source: Mapping[str, Any], resolve: Resolver) -> dict[str, list[str]]:
    """Return what has names of its own, by subject: IAM's resources, and log groups."""

    def named(kind: str, key: str) -> list[str]:
        return [
            resolve(resource["Properties"][key])
            for resource in source["Resources"].values()
            if resource["Type"] == kind
            and key in resource["Properties"]
            and resolve.makes(resource)
        ]

    iam, path = "arn:<partition>:iam::<account>:", resolve.values["RolePath"]
    policies_ = ["<stack>-*", *named("AWS::IAM::ManagedPolicy", "ManagedPolicyName")]
    roles = ["<stack>-*", *named("AWS::IAM::Role", "RoleName")]
    trail = resolve.values["CloudTrailLogGroup"]
    groups = ["<stack>-*", *([f"{trail}:*"] if trail else [])]
    zone, certificate = resolve.values["HostedZoneId"], resolve.values["CertificateArn"]
    return {
        "acm": [certificate] if certificate else [],
        "route53": [
            f"arn:<partition>:route53:::{one}" for one in ("change/*", f"hostedzone/{zone}")
        ],
        "logs": [f"arn:<partition>:logs:<region>:<account>:log-group:{name}" for name in groups],
        "pass-role": [f"{iam}role{path}<stack>-*"],
        "policy": [f"{iam}policy/{name}" for name in policies_],
        "role": [f"{iam}role{path}{name}" for name in roles],
        "user": [f"{iam}user/{name}" for name in named("AWS::IAM::User", "UserName")],
    }


def _own_key(place: Place, key: str) -> list[dict[str, Any]]:
    """Return the statements on a company's own key, which encrypts more than the stack's data."""
    through = [place.fill(f"{one}.<region>.<suffix>") for one in KEY_THROUGH]
    return [
        {"Sid": "OwnKey", "Effect": "Allow", "Action": ["kms:DescribeKey"], "Resource": [key]},
        {
            "Sid": "OwnKeyThroughServices",
            "Effect": "Allow",
            "Action": [*KEY],
            "Resource": [key],
            "Condition": {"StringEquals": {"kms:ViaService": through}},
        },
    ]


def _statements(
    needed: set[str], place: Place, names: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    by_subject: dict[str, list[str]] = defaultdict(list)
    for action in sorted(needed):
        by_subject[_subject(action)].append(action)
    conditions: dict[str, dict[str, Any]] = {
        "kms": {"aws:ResourceTag/aws:cloudformation:stack-name": place.stack},
        "pass-role": {"iam:PassedToService": [f"{one}.amazonaws.com" for one in PASSED_TO]},
    }
    found: list[dict[str, Any]] = []
    for subject, own in sorted(by_subject.items()):
        resources = names.get(subject) or [*RESOURCES.get(subject, ("*",))]
        statement: dict[str, Any] = {
            "Sid": subject.title().replace("-", ""),
            "Effect": "Allow",
            "Action": own,
            "Resource": [place.fill(one) for one in resources],
        }
        if subject in conditions:
            statement["Condition"] = {"StringEquals": conditions[subject]}
        found.append(statement)
    return found


def _subject(action: str) -> str:
    """Return what an action is on: a service, or a type of resource of IAM."""
    service, _, name = action.partition(":")
    if action.startswith(ANYWHERE):
        return "anywhere"
    if service != "iam":
        return service
    if name == "PassRole":
        return "pass-role"
    if "User" in name or name == "ListGroupsForUser":
        return "user"
    return "role" if "Role" in name else "policy"


def _packed(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the statements in policies that are not too long, in their order."""
    found: list[list[dict[str, Any]]] = [[]]
    for one in statements:
        whole = json.dumps([*found[-1], one], separators=(",", ":"))
        if found[-1] and len(whole) + len('{"Version":"2012-10-17","Statement":}') > LONGEST:
            found.append([])
        found[-1].append(one)
    return [{"Version": "2012-10-17", "Statement": each} for each in found]
