"""What every program here does under its prefix: writes, reads, and is refused both beside it.

``read`` gives an object's text or a table's numbers, or raises; ``write`` writes them. ``IN`` is
there before, and ``OUT`` is looked at afterwards.
"""

import json
import os
import sys
from collections.abc import Callable

BUCKET, BODY = os.environ["BUCKET"], os.environ["BODY"]
IN, OUT, OUTSIDE, STRAY = (os.environ[name] for name in ("IN", "OUT", "OUTSIDE", "STRAY"))
URL = os.environ["AWS_ENDPOINT_URL_S3"]
REGION = os.environ["AWS_REGION"]
NUMBERS = [1, 2, 3]  # the only column, n
# For what is built on object_store. The local cloud has no TLS.
OBJECT_STORE = {"aws_endpoint": URL, "aws_region": REGION, "aws_allow_http": "true"}


def attempt(what: Callable[[], object]) -> str:
    """What came of something that should be refused."""
    try:
        return f"was allowed: {what()!r}"
    except Exception as error:  # noqa: BLE001 - of whatever client this is
        return f"{type(error).__name__}: {error}"[-1500:]


def run(
    read: Callable[[str], object], write: Callable[[str], object], known: str | None = IN
) -> None:
    """All steps; what came of them is printed as JSON. Without ``known``, reads what it wrote."""
    write(OUT)
    told = {
        "read": read(known or OUT),
        "refused": [attempt(lambda: read(OUTSIDE)), attempt(lambda: write(STRAY))],
    }
    sys.stdout.write(json.dumps(told))
