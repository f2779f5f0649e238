"""Reads from AWS which code a stack's functions run, with the caller's own AWS credentials.

A route of the service could not tell: whoever replaces its code replaces its answers.
"""

import base64
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from s3vend.cli.terminal.refusal import NOT_AUTHENTICATED, NOT_REACHABLE, REFUSED, USAGE, Refusal

ALIAS = "live"  # what the API and the schedule call
FUNCTION = "AWS::Lambda::Function"
# IAM's actions for the operations whose names differ.
ACTIONS = {"GetLayerVersionByArn": "lambda:GetLayerVersion"}
DENIED = ("AccessDenied", "AccessDeniedException", "UnauthorizedOperation")
NOT_SIGNED_IN = ("ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId")


@dataclass(frozen=True, slots=True)
class Layer:
    """A version of a layer; ``sha256`` is the hash of its zip."""

    arn: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Code:
    """A version of a function to which its alias leads; ``sha256`` is the hash of its zip."""

    function: str
    arn: str
    version: str
    architecture: str
    sha256: str
    layers: "tuple[Layer, ...]"
    variables: "frozenset[str]"  # names of environment variables
    handler: str  # where Lambda starts it, such as credentials.handler
    has_files: bool  # whether it mounts a file system


def clients(profile: "str | None", region: "str | None") -> Callable[[str], Any]:
    """Return what makes a client of an AWS service.

    ``AWS_REGION`` comes before ``AWS_DEFAULT_REGION`` and the profile, as for the AWS CLI; botocore
    does not read it.

    Raises:
        Refusal: no region is set, AWS has none of this name, or the profile does not exist.
    """
    from botocore.exceptions import BotoCoreError, UnknownRegionError
    from botocore.session import Session

    try:
        session = Session(profile=profile)
        configured = session.get_config_variable("region")
    except BotoCoreError as error:
        raise Refusal(f"the AWS profile cannot be used: {error}") from None
    found = region or os.environ.get("AWS_REGION") or configured
    if not found:
        raise Refusal("name the region of the stack: --region eu-central-1, or AWS_REGION")
    try:
        session.get_partition_for_region(found)
    except UnknownRegionError:
        raise Refusal(
            f"AWS has no region {found!r}; name the stack's, such as --region eu-central-1"
        ) from None

    def client(service: str) -> Any:
        try:
            return session.create_client(service, region_name=found)
        except BotoCoreError as error:
            raise Refusal(
                f"the AWS credentials cannot be used: {error}; name a profile with --aws-profile",
                NOT_AUTHENTICATED,
            ) from None

    return client


def deployed(stack: str, client: Callable[[str], Any]) -> Iterator[Code]:
    """Yield the code of each function of a stack, by the versions that its alias leads to.

    Raises:
        Refusal: AWS refuses a call or does not answer; the message names the permission.
    """
    aws = _Lambda(client("lambda"))
    for name, function in sorted(_functions(stack, client("cloudformation"))):
        alias = _ask(aws.client, "get_alias", FunctionName=function, Name=ALIAS)
        others = (alias.get("RoutingConfig") or {}).get("AdditionalVersionWeights") or {}
        for version in (alias["FunctionVersion"], *sorted(others)):
            yield aws.code(name, function, version)


class _Lambda:
    """Reads from Lambda; each layer once."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self._layer = lru_cache(maxsize=None)(self._read_layer)

    def code(self, name: str, function: str, version: str) -> Code:
        found = _ask(
            self.client, "get_function_configuration", FunctionName=function, Qualifier=version
        )
        environment = found.get("Environment") or {}
        if "Error" in environment:  # encrypted with a key that the caller may not use
            raise Refusal(
                f"AWS does not show the variables of {name}: this command needs kms:Decrypt on "
                "the key of the stack (KmsKeyArn)",
                REFUSED,
            )
        return Code(
            name,
            found["FunctionArn"],
            version,
            found.get("Architectures", ["x86_64"])[0],
            _hex(found["CodeSha256"]),
            tuple(self._layer(one["Arn"]) for one in found.get("Layers") or ()),
            frozenset(environment.get("Variables") or ()),
            found.get("Handler", ""),
            bool(found.get("FileSystemConfigs")),
        )

    def _read_layer(self, arn: str) -> Layer:
        found = _ask(self.client, "get_layer_version_by_arn", Arn=arn)
        return Layer(arn, _hex(found["Content"]["CodeSha256"]))


def _functions(stack: str, client: Any) -> Iterator["tuple[str, str]"]:
    """Yield logical and physical id of each function of the stack."""
    token: dict[str, str] = {}
    while True:
        page = _ask(client, "list_stack_resources", StackName=stack, **token)
        for one in page["StackResourceSummaries"]:
            if one["ResourceType"] == FUNCTION and one.get("PhysicalResourceId"):
                yield one["LogicalResourceId"], one["PhysicalResourceId"]
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def _ask(client: Any, method: str, **members: str) -> Any:
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError, NoCredentialsError
    from botocore.exceptions import ConnectionError as NotConnected

    operation = client.meta.method_to_api_mapping[method]
    service = client.meta.service_model.endpoint_prefix
    action = ACTIONS.get(operation, f"{service}:{operation}")
    try:
        return getattr(client, method)(**members)
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"]["Message"]
        if code in DENIED:
            about = next(iter(members.values()))
            raise Refusal(
                f"AWS refuses {action} on {about}: this command needs that permission", REFUSED
            ) from None
        if code == "ValidationError" and "does not exist" in message:
            raise Refusal(
                f"{message} in {client.meta.region_name}; name the stack with --stack, and its "
                "region with --region"
            ) from None
        exit_code = NOT_AUTHENTICATED if code in NOT_SIGNED_IN else USAGE
        raise Refusal(f"{action}: {message} ({code})", exit_code) from None
    except NoCredentialsError:
        raise Refusal(
            "no AWS credentials found: name a profile with --aws-profile", NOT_AUTHENTICATED
        ) from None
    except (HTTPClientError, NotConnected) as error:
        raise Refusal(f"{action}: {error}", NOT_REACHABLE) from None
    except BotoCoreError as error:
        raise Refusal(f"{action}: {error}", NOT_AUTHENTICATED) from None


def _hex(sha256: str) -> str:
    """Return a hash as sha256sum writes it; Lambda answers base64."""
    return base64.b64decode(sha256).hex()
