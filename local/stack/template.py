"""Reads the project's template: gateway responses, boundaries, and which function serves what."""

from collections.abc import Hashable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from local.stack.intrinsics import ABSENT, Resolver

SHORT_WITHOUT_PREFIX = ("Ref", "Condition")
AUTHORIZER = "AuthorizerFunction"
SOURCES = {"Schedule": ("aws.events",)}  # of types of events that name no pattern


class _Loader(yaml.CSafeLoader):  # in C: the template has 5,000 lines
    """Loads YAML with CloudFormation's short tags, as their long forms."""


def _tag(loader: _Loader, name: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
        if name == "GetAtt":
            value = str(value).split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        assert isinstance(node, yaml.MappingNode)
        value = loader.construct_mapping(node, deep=True)
    return {name if name in SHORT_WITHOUT_PREFIX else f"Fn::{name}": value}


_Loader.add_multi_constructor("!", _tag)


def read(path: Path) -> dict[str, Any]:
    """Return the template as plain values."""
    template: dict[str, Any] = yaml.load(path.read_text(), _Loader)  # noqa: S506  (a SafeLoader)
    return template


class GatewayResponse(NamedTuple):
    """One answer that API Gateway gives on its own, in the form that its API takes."""

    kind: str
    status: str
    parameters: Mapping[str, str]
    templates: Mapping[str, str]


def gateway_responses(
    template: Mapping[str, Any], parameters: Mapping[str, str]
) -> list[GatewayResponse]:
    """Return the gateway responses of the template's API under these parameters."""
    resolve = Resolver(template, parameters)
    return [
        GatewayResponse(
            kind,
            str(response["StatusCode"]),
            {
                f"gatewayresponse.header.{name}": str(text)
                for name, text in resolve(response["ResponseParameters"]["Headers"]).items()
            },
            response["ResponseTemplates"],
        )
        for api in _resources(template, "AWS::Serverless::Api").values()
        for kind, response in api["GatewayResponses"].items()
    ]


def boundaries(template: Mapping[str, Any], parameters: Mapping[str, str]) -> dict[str, str]:
    """Return the logical ids of roles with a permissions boundary under these parameters.

    Each has its policy: the logical id of one in the template, or an ARN.
    """
    resolve = Resolver(template, parameters)
    return {
        name: policy
        for name, role in _resources(template, "AWS::IAM::Role").items()
        if (policy := resolve(role.get("PermissionsBoundary", ABSENT))) is not ABSENT
    }


def function_for(template: Mapping[str, Any], method: str, path: str) -> str | None:
    """Return the logical id of the function that serves this route; None if none does."""
    for name, kind, event in _events(template):
        if kind == "Api" and (event["Method"], event["Path"]) == (method, path):
            return name
    return None


def function_from(template: Mapping[str, Any], source: str) -> str | None:
    """Return the logical id of the function that EventBridge sends this source's events to."""
    for name, kind, event in _events(template):
        if source in SOURCES.get(kind, event.get("Pattern", {}).get("source", ())):
            return name
    return None


def functions(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the properties of each function, by logical id."""
    return _resources(template, "AWS::Serverless::Function")


def layers(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the properties of each layer, by logical id."""
    return _resources(template, "AWS::Serverless::LayerVersion")


def authorizers(template: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return the API's own authorizers."""
    apis = _resources(template, "AWS::Serverless::Api").values()
    return [each for api in apis for each in api["Auth"]["Authorizers"].values()]


def _events(template: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    """Return each event of a function: the function's logical id, its type, its properties."""
    for name, function in functions(template).items():
        for event in function.get("Events", {}).values():
            yield name, event["Type"], event["Properties"]


def _resources(template: Mapping[str, Any], kind: Hashable) -> dict[str, Any]:
    return {
        name: resource["Properties"]
        for name, resource in template["Resources"].items()
        if resource["Type"] == kind
    }
