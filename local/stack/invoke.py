"""Sends one event to its function in a container, against the cloud that `make local` keeps."""

import json
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from local.cloud import aws, environments
from local.cloud.client import Credentials
from local.cloud.environments import REGION
from local.cloud.ministack import ROOT, Cloud
from local.messages import LocalError
from local.stack import keep, template
from local.stack.build import ARCHITECTURE, built
from local.stack.deploy import NAME

AUTHORIZER = "AuthorizerFunction"
DOCKER = "unix:///var/run/docker.sock"


def run(directory: Path, event: Path) -> int:
    """Invoke the event's function with `sam local invoke` and return SAM's exit code.

    Raises LocalError if the event, Docker or the local cloud is missing.
    """
    request = read_event(event)
    need_docker(os.environ.get("DOCKER_HOST") or DOCKER)
    kept = keep.read_record(directory)
    if kept is None or not keep.lives(kept):
        raise LocalError("No local cloud is running: run `make local` first.")
    source = built()
    function = function_of(request, template.read(source))
    variables = deployed_variables(kept.cloud, function)
    place = source.with_name("invoke.json")  # next to the code, which it names by relative paths
    place.write_text(json.dumps(with_variables(template.read(source), function, variables)))
    values = directory / "invoke-variables.json"
    keep.write_secret(values, json.dumps({function: variables}))
    keys = function_credentials(kept.cloud, function)
    command: list[str | Path] = [
        *("sam", "local", "invoke", function, "--template-file", place),
        *("--event", event.resolve(), "--env-vars", values, "--region", REGION),
        *("--docker-network", "host", "--parameter-overrides", f"Architecture={ARCHITECTURE}"),
    ]
    settings = {
        **environments.client(kept.cloud.endpoint, kept.cloud.directory, kept.cloud.root),
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_SESSION_TOKEN": keys.session_token or "",
    }
    return subprocess.run(command, env=settings, cwd=ROOT, check=False).returncode


def read_event(path: Path) -> Mapping[str, Any]:
    """Return the event in a file. Raises LocalError if there is none."""
    try:
        event: Mapping[str, Any] = json.loads(path.read_text())
    except OSError as error:
        raise LocalError(f"No event found at {path}; use a file in events/.") from error
    except ValueError as error:
        raise LocalError(f"{path} is not JSON, so not an event; use a file in events/.") from error
    return event


def need_docker(address: str) -> None:
    """Raise LocalError unless a container engine answers at this address."""
    scheme, _, path = address.partition("://")
    if scheme != "unix":
        return  # a remote engine: SAM reports what is wrong with it
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError as error:
            raise LocalError(
                f"`make invoke` runs the function in a container, but no Docker answers at {path}. "
                "Start Docker (or set DOCKER_HOST) and try again. Without Docker, `make test` runs "
                "every event through its handler, and `make local` serves the whole API."
            ) from error


def function_of(event: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    """Return the logical id of the function that serves this event's route."""
    if event.get("type") == "REQUEST":
        return AUTHORIZER
    method, path = (event["requestContext"][name] for name in ("httpMethod", "resourcePath"))
    function = template.function_for(source, method, path)
    if function is None:
        raise LocalError(f"No function in template.yaml serves {method} {path}.")
    return function


def deployed_variables(cloud: Cloud, function: str) -> dict[str, str]:
    """Return the deployed function's environment variables, and the local cloud's address."""
    configuration = aws.functions(cloud).get_function_configuration(
        FunctionName=_physical(cloud, function)
    )
    return {**configuration["Environment"]["Variables"], "AWS_ENDPOINT_URL": cloud.endpoint}


def with_variables(
    source: dict[str, Any], function: str, variables: Mapping[str, str]
) -> dict[str, Any]:
    """Return the template with these variables defined: SAM passes only defined ones on."""
    properties = source["Resources"][function]["Properties"]
    return {
        **source,
        "Resources": {
            **source["Resources"],
            function: {
                **source["Resources"][function],
                "Properties": {**properties, "Environment": {"Variables": dict(variables)}},
            },
        },
    }


def function_credentials(cloud: Cloud, function: str) -> Credentials:
    """Return a session of the deployed function's role, with the same permissions."""
    role = aws.functions(cloud).get_function_configuration(FunctionName=_physical(cloud, function))[
        "Role"
    ]
    answer = aws.sts(cloud, cloud.root).assume_role(RoleArn=role, RoleSessionName="invoke")
    keys = answer["Credentials"]
    return Credentials(keys["AccessKeyId"], keys["SecretAccessKey"], keys["SessionToken"])


def _physical(cloud: Cloud, function: str) -> str:
    found = aws.cloudformation(cloud).describe_stack_resource(
        StackName=NAME, LogicalResourceId=function
    )
    return found["StackResourceDetail"]["PhysicalResourceId"]
