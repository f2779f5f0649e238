"""Prepares what `sam local` needs to run the functions in containers, against a local cloud.

`sam local … --config-env local` reads it (samconfig.toml). It is a copy: what is deployed never has
the relay, its settings or these credentials.
"""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from local.cloud import relay
from local.cloud.environments import CODE, LOOPBACK, REGION
from local.cloud.files import write_secret
from local.cloud.ministack import Cloud
from local.stack import deployed, template
from local.stack.build import ARCHITECTURE

DIRECTORY = CODE.parent
LAYER = DIRECTORY / "layer"
TEMPLATE, VARIABLES = DIRECTORY / "template.json", DIRECTORY / "variables.json"
COPIED = DIRECTORY / "copied"  # names what was copied last
TASK = Path("/var/task")  # where a container has the code
WRAPPER = LOOPBACK / "relay.py"


class Prepared(NamedTuple):
    """Files for `sam local`: `--template-file` and `--env-vars`."""

    template: Path
    variables: Path


def prepare(cloud: Cloud, built: Path) -> Prepared:
    """Copy what was built, and write its template and the deployed settings for `sam local`."""
    source = template.read(built)
    copied = cloud.directory / COPIED
    if not copied.exists() or copied.read_text() != str(built):  # or a container may be reading it
        copy(source, built.parent, cloud.directory)
        copied.write_text(str(built))
    prepared = Prepared(cloud.directory / TEMPLATE, cloud.directory / VARIABLES)
    settings = {name: variables(cloud, name) for name in template.functions(source)}
    prepared.template.write_text(json.dumps(for_containers(source, settings)))
    write_secret(prepared.variables, json.dumps(settings))
    return prepared


def copy(source: Mapping[str, Any], built: Path, directory: Path) -> None:
    """Copy code and layer, in the place of earlier ones, and put the wrapper beside the sockets."""
    code, layer, wrapper = (directory / place for place in (CODE, LAYER, WRAPPER))
    for place in [*code.iterdir(), layer]:
        if place.is_dir() and place != wrapper.parent:
            shutil.rmtree(place)
        elif place.is_file():
            place.unlink()
    for function in template.functions(source).values():  # each has the whole of functions/
        shutil.copytree(built / function["CodeUri"], code, dirs_exist_ok=True)
    for each in template.layers(source).values():
        shutil.copytree(built / each["ContentUri"], layer)
    shutil.copyfile(relay.__file__, wrapper)
    wrapper.chmod(0o755)


def variables(cloud: Cloud, function: str) -> dict[str, str]:
    """Return a function's environment: deployed settings, its own role, the way to the cloud."""
    keys = deployed.credentials(cloud, function)
    return {
        **deployed.variables(cloud, function),
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_SESSION_TOKEN": keys.session_token or "",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_LAMBDA_EXEC_WRAPPER": str(TASK / WRAPPER.relative_to(CODE)),
    }


def for_containers(
    source: Mapping[str, Any], settings: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    """Return the template with the copied code and layer, and this machine's architecture.

    Functions have the names of their settings: SAM fills in only variables that the template has.
    Their values are in a file of their own, since SAM prefers the shell's to the template's.
    """
    result: dict[str, Any] = json.loads(json.dumps(source))
    result["Parameters"]["Architecture"]["Default"] = ARCHITECTURE
    for name, function in template.functions(result).items():
        function["Environment"] = {"Variables": dict.fromkeys(settings[name], "")}
        function["CodeUri"] = CODE.name
    for layer in template.layers(result).values():
        layer["ContentUri"] = LAYER.name
    for authorizer in template.authorizers(result):  # `start-api` does not find one by its alias
        authorizer["FunctionArn"] = {"Fn::GetAtt": [template.AUTHORIZER, "Arn"]}
    return result
