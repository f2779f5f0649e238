"""Sends one event to its function in a container, against the cloud that `make local` keeps."""

import json
import os
import socket
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from local.cloud import environments
from local.cloud.ministack import ROOT
from local.messages import LocalError, say
from local.stack import containers, keep, template
from local.stack.build import built

DOCKER = "unix:///var/run/docker.sock"
DOCKER_PORT = 2375
# An authorizer raises this very message for a token that it refuses.
REFUSED = {"Unauthorized": " API Gateway answers 401 to that: the token is refused."}


def run(directory: Path, event: Path) -> int:
    """Invoke the event's function with `sam local invoke`, and print its answer.

    Returns:
        0 if the function answered, 1 if the answer is a 5xx or an error, SAM's code if SAM failed.

    Raises:
        LocalError: the event, Docker or the local cloud is missing.
    """
    request = read_event(event)
    function = function_of(request, template.read(ROOT / "template.yaml"))
    need_docker(os.environ.get("DOCKER_HOST") or DOCKER)
    kept = keep.read_record(directory)
    if kept is None or not keep.lives(kept):
        raise LocalError("No local cloud is running: run `make local` first.")
    prepared = containers.prepare(kept.cloud, built())
    command: list[str | Path] = [
        *("sam", "local", "invoke", function, "--event", event.resolve()),
        *("--template-file", prepared.template, "--env-vars", prepared.variables),
    ]
    settings = environments.client(kept.cloud.endpoint, kept.cloud.directory, kept.cloud.root)
    ended = subprocess.run(command, env=settings, cwd=ROOT, check=False, stdout=subprocess.PIPE)
    print(ended.stdout.decode(errors="replace"), end="", flush=True)
    if ended.returncode != 0:
        return ended.returncode
    if reason := fault(ended.stdout, request):
        say(f"\n{function} failed: {reason}")
        return 1
    return 0


def fault(output: bytes, request: Mapping[str, Any]) -> str | None:
    """Return why what a function printed is not a good answer to this event; None if it is."""
    try:
        answer = json.loads(output)
    except ValueError:
        return "it did not answer. Its log, above, may say why."
    if isinstance(answer, dict) and "errorMessage" in answer:
        told = REFUSED.get(answer["errorMessage"], "") if request.get("type") == "REQUEST" else ""
        return f"it raised {answer.get('errorType', 'an error')}: {answer['errorMessage']}.{told}"
    if not is_for_a_route(request):
        return None
    status = answer.get("statusCode") if isinstance(answer, dict) else None
    if not isinstance(status, int):
        return "its answer has no statusCode, so API Gateway would answer 502."
    return f"it answered {status}." if status >= 500 else None


def read_event(path: Path) -> Mapping[str, Any]:
    """Return the event in a file. Raises LocalError if there is none."""
    try:
        event = json.loads(path.read_bytes())
    except OSError as error:
        raise LocalError(f"No event found at {path}; use a file in events/.") from error
    except ValueError as error:
        raise LocalError(f"{path} is not JSON, so not an event; use a file in events/.") from error
    if not isinstance(event, dict):
        raise LocalError(f"{path} is not a JSON object, so not an event; use a file in events/.")
    return event


def need_docker(address: str) -> None:
    """Raise LocalError unless a container engine answers at this address."""
    place = urlsplit(address)
    if place.scheme != "unix" and place.hostname not in ("127.0.0.1", "localhost"):
        raise LocalError(
            f"DOCKER_HOST is {address}. Containers reach the local cloud through files of this "
            "machine, so they need a Docker that runs here: DOCKER_HOST=unix:///PATH/OF/ITS/SOCKET."
        )
    try:
        if place.scheme == "unix":
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(place.path)
        else:
            socket.create_connection(("127.0.0.1", place.port or DOCKER_PORT)).close()
    except OSError as error:
        raise LocalError(
            f"This runs functions in containers, but no Docker answers at {address}. Install it "
            "(Debian, Ubuntu: apt-get install docker.io), start it, or set DOCKER_HOST, and try "
            "again. Without Docker, `make test` runs every event through its function, and "
            "`make local` serves the whole API."
        ) from error


def is_for_a_route(event: Mapping[str, Any]) -> bool:
    """Return whether API Gateway sent this event to the function of a route."""
    return event.get("type") != "REQUEST" and "requestContext" in event


def function_of(event: Mapping[str, Any], source: Mapping[str, Any]) -> str:
    """Return the logical id of the event's function. Raises LocalError if it has none."""
    match event:
        case {"type": "REQUEST"}:
            return template.AUTHORIZER
        case {"requestContext": {"httpMethod": str(method), "resourcePath": str(path)}}:
            function, sender = template.function_for(source, method, path), f"{method} {path}"
        case {"source": str(origin)}:
            function, sender = template.function_from(source, origin), f"events of {origin}"
        case _:
            raise LocalError(
                "The event names neither a route (requestContext.httpMethod and .resourcePath) nor "
                "a source of EventBridge (source): use a file in events/ as a model."
            )
    if function is None:
        raise LocalError(f"No function in template.yaml serves {sender}.")
    return function
