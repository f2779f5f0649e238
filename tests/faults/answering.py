"""One execution environment: a function of the artifact, asked line by line; started as a program.

It has the function's code and its layer, and nothing of this project.
"""

import importlib
import json
import sys
from typing import Any

ANSWERED = "answered "


class Context:
    """What the functions' logger reads of Lambda's context."""

    function_name = "faults"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:ap-northeast-1:123456789012:function:faults"
    aws_request_id = "0a1b2c3d-4e5f-6071-8293-a4b5c6d7e8f9"


def answered(handler: Any, event: Any) -> dict[str, Any]:
    """What API Gateway would get: an answer, or an error by its type."""
    try:
        return {"answer": handler(event, Context())}
    except Exception as error:  # noqa: BLE001 - Lambda takes them all
        return {"error": type(error).__name__}


def main() -> int:
    """Answers until there is nothing more to answer."""
    handler = importlib.import_module(sys.argv[1]).handler
    for line in sys.stdin:
        sys.stdout.write(f"{ANSWERED}{json.dumps(answered(handler, json.loads(line)))}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
