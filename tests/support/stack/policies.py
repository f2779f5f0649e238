"""The stack as CloudFormation would make it, and what its policies allow."""

import re
import tomllib
from collections.abc import Callable, Mapping
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
ABSENT: Final = object()


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


class Resolver:
    """CloudFormation's intrinsic functions, as far as the template uses them."""

    def __init__(self, source: Mapping[str, Any], given: Mapping[str, str]) -> None:
        declared = source["Parameters"]
        if unknown := given.keys() - declared.keys():
            raise KeyError(f"no such parameters: {sorted(unknown)}")
        self.conditions = source["Conditions"]
        self.values: dict[str, Any] = dict(PSEUDO)
        for name, parameter in declared.items():
            value = str(given.get(name, parameter["Default"]))
            is_list = parameter["Type"] == "CommaDelimitedList"
            self.values[name] = value.split(",") if is_list else value
        self.functions: dict[str, Callable[[Any], Any]] = {
            "Ref": self.reference,
            "Fn::Equals": lambda pair: str(self(pair[0])) == str(self(pair[1])),
            "Fn::GetAtt": ".".join,
            "Fn::If": self.choose,
            "Fn::Not": lambda one: not self(one[0]),
            "Fn::And": lambda all_: all(map(self, all_)),
            "Fn::Or": lambda any_: any(map(self, any_)),
            "Fn::Contains": lambda pair: self(pair[1]) in self(pair[0]),
            "Fn::Join": lambda pair: pair[0].join(self(pair[1])),
            "Fn::Select": lambda pair: self(pair[1])[int(pair[0])],
            "Fn::Split": lambda pair: self(pair[1]).split(pair[0]),
            "Fn::Sub": self.substitute,
        }

    def __call__(self, value: Any) -> Any:
        if isinstance(value, list):
            return [item for item in map(self, value) if item is not ABSENT]
        if not isinstance(value, dict):
            return value
        for name, argument in value.items():
            if name == "Ref" or name.startswith("Fn::"):
                return self.functions[name](argument)
        resolved = {key: self(item) for key, item in value.items()}
        return {key: item for key, item in resolved.items() if item is not ABSENT}

    def holds(self, condition: str) -> bool:
        return bool(self(self.conditions[condition]))

    def reference(self, name: str) -> Any:
        return ABSENT if name == "AWS::NoValue" else self.values.get(name, name)

    def choose(self, argument: list[Any]) -> Any:
        condition, yes, no = argument
        return self(yes if self.holds(condition) else no)

    def substitute(self, argument: Any) -> str:
        text, own = argument if isinstance(argument, list) else (argument, {})

        def value(match: re.Match[str]) -> str:
            return str(self(own[match[1]]) if match[1] in own else self.reference(match[1]))

        return re.sub(r"\$\{([^!}]+)\}", value, text)


@cache
def stack(**parameters: str) -> Stack:
    """What is made with these parameters; the others have their defaults."""
    source = transformed(**parameters)
    resolve = Resolver(source, parameters)
    made = {
        name: resolve(resource)
        for name, resource in source["Resources"].items()
        if "Condition" not in resource or resolve.holds(resource["Condition"])
    }
    outputs = {
        name: resolve(output["Value"])
        for name, output in source["Outputs"].items()
        if "Condition" not in output or resolve.holds(output["Condition"])
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
    source = template()
    resolve = Resolver(source, parameters)
    return {
        name
        for name, rule in source["Rules"].items()
        if resolve(rule.get("RuleCondition", True))
        and not all(resolve(assertion["Assert"]) for assertion in rule["Assertions"])
    }
