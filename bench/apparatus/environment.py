"""One execution environment: the function as Lambda loads it, and its callers' events.

As a program it answers the events on its standard input, one at a time, until that ends.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

EVENT = Path(__file__).parents[2] / "events" / "presigned-urls.json"
ACCOUNT = "123456789012"
BUCKET = "hogehoge-bucket"
ANSWERED = "answered "  # begins the line that follows an event's records

type Handler = Callable[[dict[str, Any], object], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Context:
    """What the functions' logger reads of Lambda's context."""

    function_name: str = "presigned-urls"
    memory_limit_in_mb: int = 512
    invoked_function_arn: str = f"arn:aws:lambda:ap-northeast-1:{ACCOUNT}:function:presigned-urls"
    aws_request_id: str = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"


def load(function: str = "presigned_urls") -> Handler:
    """The real handler, with the settings that are in the environment."""
    handler: Handler = import_module(function).handler
    return handler


def event(user: str, body: object, name: str = "presigned-urls") -> dict[str, Any]:
    """What API Gateway sends for this IAM user's request."""
    sent: dict[str, Any] = json.loads(EVENT.with_name(f"{name}.json").read_text())
    sent["requestContext"]["identity"] |= {
        "userArn": f"arn:aws:iam::{ACCOUNT}:user/{user}",
        "user": f"AIDA{user.upper():0>16}",
        "caller": f"AIDA{user.upper():0>16}",
    }
    return sent | {"body": json.dumps(body)}


def grant(user: str) -> dict[str, Any]:
    """What lets this IAM user read and write below its own name."""
    return {
        "id": user,
        "grantee": {"iam": f"arn:aws:iam::{ACCOUNT}:user/{user}"},
        "scope": f"s3://{BUCKET}/{user}/*",
        "permission": "READWRITE",
    }


def keys(user: str, count: int) -> Sequence[str]:
    """Keys below the user's name."""
    return [f"{user}/2026/11/24/part-{number:05}.parquet" for number in range(count)]


def urls(user: str, count: int) -> dict[str, object]:
    """The body that asks for so many URLs."""
    wanted = [{"method": "GET", "target": f"s3://{BUCKET}/{key}"} for key in keys(user, count)]
    return {"expiresIn": 900, "requests": wanted}


def compact(user: str, count: int) -> dict[str, object]:
    """The same in compact form."""
    prefix = f"{user}/"
    return {
        "format": "compact",
        "method": "GET",
        "prefix": f"s3://{BUCKET}/{prefix}",
        "keys": [key.removeprefix(prefix) for key in keys(user, count)],
        "expiresIn": 900,
    }


def main() -> int:
    """Answers until there is nothing more to answer."""
    handler, context = load(*sys.argv[1:]), Context()
    for line in sys.stdin:
        answer = handler(json.loads(line), context)
        later = answer["headers"].get("Retry-After", "")
        sys.stdout.write(f"{ANSWERED}{answer['statusCode']} {later}".rstrip() + "\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
