"""The commands of `python -m local`: the local cloud, the canary, and one event in a container."""

import argparse
import json
import os
from collections.abc import Sequence
from pathlib import Path

from local import canary
from local.cloud import environments
from local.stack import invoke, keep


def run(arguments: Sequence[str] | None = None) -> int:
    """Run the command of the command line; return its exit code. Raises LocalError."""
    options = _parser().parse_args(arguments)
    if options.command == "canary":  # needs the environment, which may name any stack
        return canary.run(options.directory / keep.ENV)
    environments.forget_own()
    match options.command:
        case "start":
            keep.start(options.directory, options.port)
        case "stop":
            keep.stop(options.directory)
        case "token":
            print(keep.token(options.directory, options.claims))
        case "invoke":
            return invoke.run(options.directory, options.event)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m local", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    kept = argparse.ArgumentParser(add_help=False)
    kept.add_argument(
        "--directory",
        type=Path,
        default=keep.DIRECTORY,
        help="directory with the local cloud's state, logs and env file",
    )
    start = commands.add_parser(
        "start",
        parents=[kept],
        help="start a local cloud, deploy and seed the stack, and leave it running",
    )
    start.add_argument(
        "--port",
        type=port,
        default=os.environ.get("S3VEND_LOCAL_PORT") or None,
        help=f"the port to listen on; default: S3VEND_LOCAL_PORT, or {keep.PORT}",
    )
    commands.add_parser("stop", parents=[kept], help="stop the local cloud")
    token = commands.add_parser(
        "token", parents=[kept], help="print a token of the local cloud's issuer, with any claims"
    )
    token.add_argument(
        "claims",
        type=claims,
        help="a JSON object; usual claims are filled in, a claim of null is left out",
    )
    commands.add_parser(
        "canary", parents=[kept], help="measure how long a revoked URL still works, on any stack"
    )
    one = commands.add_parser(
        "invoke", parents=[kept], help="send one event to its function in a container"
    )
    one.add_argument("event", type=Path, help="a file in events/")
    return parser


def claims(text: str) -> dict[str, object]:
    """Parse the claims of a token. Raises argparse's error unless they are a JSON object."""
    try:
        members = json.loads(text)
    except ValueError:
        members = None
    if not isinstance(members, dict):
        raise argparse.ArgumentTypeError(
            f"""claims must be a JSON object, such as '{{"sub": "alice"}}', not {text!r}"""
        )
    return members


def port(text: str) -> int:
    """Parse a port, 1 to 65535. Raises argparse's error for anything else."""
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) < 65536):
        raise argparse.ArgumentTypeError(
            f"S3VEND_LOCAL_PORT must be a port, 1 to 65535, not {text!r}"
        )
    return int(text)
