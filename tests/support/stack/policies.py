"""The stack as CloudFormation would make it, and what its policies allow."""

import tomllib
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import boto3
import pytest
from samtranslator.parser.parser import Parser  # type: ignore[import-untyped]
from samtranslator.translator.translator import Translator  # type: ignore[import-untyped]
from samtranslator.yaml_helper import yaml_parse  # type: ignore[import-untyped]

from local.stack.intrinsics import Resolver

ROOT: Final = Path(__file__).parents[3]
ACCOUNT: Final = "123456789012"
REGION: Final = "ap-northeast-1"
PSEUDO: Final = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": "s3vend",
    "AWS::URLSuffix": "amazonaws.com",
}


@cache
def template() -> dict[str, Any]:
    """The template as it is written; shared, so nobody may change it."""
    written: dict[str, Any] = yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8"))
    return written


@cache
def transformed(*, code: str = "code", layer: str = "layer", **parameters: str) -> dict[str, Any]:
    """The template after the SAM transform; ``code`` and ``layer`` are the uploads' names."""
    source = deepcopy(template())
    source["Globals"]["Function"]["CodeUri"] = f"s3://uploads/{code}"
    source["Resources"]["VendingLayer"]["Properties"]["ContentUri"] = f"s3://uploads/{layer}"
    session = boto3.Session(region_name=REGION)
    result: dict[str, Any] = Translator({}, Parser(), boto_session=session).translate(
        source, parameters
    )
    return result


def configuration(environment: str) -> dict[str, str]:
    """The parameters that samconfig.toml sets, and the buckets that an operator has to name."""
    config = tomllib.loads((ROOT / "samconfig.toml").read_text(encoding="utf-8"))
    overrides = config[environment]["global"]["parameters"]["parameter_overrides"]
    named = {"AllowedBuckets": "hogehoge-bucket"} if environment == "prod" else {}
    return dict(override.split("=", 1) for override in overrides) | named


@dataclass(frozen=True)
class Stack:
    """Resources and outputs with their intrinsics resolved; false conditions take theirs away.

    A reference to a resource is its logical id, an attribute ``LogicalId.Attribute``.
    """

    resources: Mapping[str, dict[str, Any]]
    outputs: Mapping[str, Any]

    def properties(self, logical_id: str) -> dict[str, Any]:
        properties: dict[str, Any] = self.resources[logical_id]["Properties"]
        return properties

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Properties by logical id."""
        return {k: v["Properties"] for k, v in self.resources.items() if v["Type"] == kind}


@cache
def stack(**parameters: str) -> Stack:
    """What is made with these parameters; the others have their defaults."""
    source = transformed(**parameters)
    resolve = Resolver(source, parameters, PSEUDO)
    made = {
        name: resolve(resource)
        for name, resource in source["Resources"].items()
        if resolve.makes(resource)
    }
    outputs = {
        name: resolve(output["Value"])
        for name, output in source["Outputs"].items()
        if resolve.makes(output)
    }
    return Stack(made, outputs)


# Parameters of the two direct ways.
GOOGLE: Final = {
    "TrustGoogleSubject": "104857600123456789012",
    "TrustGoogleAudience": "https://vend.example.com",
}
PROVIDER: Final = {
    "TrustOidcProvider": "token.actions.githubusercontent.com",
    "TrustOidcAudience": "sts.amazonaws.com",
    "TrustOidcSubject": "repo:octo-org/app:ref:refs/heads/main",
}

DEV: Final = stack(**configuration("dev"))
PROD: Final = stack(**configuration("prod"))
ALL: Final = stack(
    AccessLogs="true",
    ManageApiGatewayAccount="true",
    Tracing="true",
    Alarms="true",
    CloudTrailLogGroup="trail",
    Dashboard="true",
    AllowedOrigins="https://app.example.com",
)
# What docs/deploying.md adds, as far as it goes together.
REAL: Final = stack(
    **configuration("prod"),
    DomainName="vend.example.com",
    CertificateArn=f"arn:aws:acm:{REGION}:{ACCOUNT}:certificate/0a1b2c3d-1111-2222-3333-444455556666",
    HostedZoneId="Z0123456789EXAMPLE",
    CallerAccounts="111122223333",
    AllowedOrigins="https://app.example.com,https://console.example.com",
    OwnWebAcl="true",
    WebAclRequestsPerAddress="1000",
    GradualDeployment="true",
    CloudTrailLogGroup="cloudtrail",
)
STACKS: Final = pytest.mark.parametrize(
    "made",
    [pytest.param(DEV, id="dev"), pytest.param(PROD, id="prod"), pytest.param(ALL, id="all")],
)


def broken_rules(**parameters: str) -> set[str]:
    """The rules for which CloudFormation would refuse these parameters."""
    return {name for name, _ in Resolver(template(), parameters, PSEUDO).broken_rules()}
