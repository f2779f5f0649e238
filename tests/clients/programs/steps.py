"""What every program here does with its client: inside, outside, and inside again when it is time.

``INSIDE`` and ``OUTSIDE`` are keys, ``SECONDS`` how long to wait; what came of it is printed as JSON.
"""

import json
import os
import sys
import time
from collections.abc import Callable

BUCKET = os.environ["BUCKET"]


def run(read: Callable[[str], bytes]) -> None:
    """``read`` gives the bytes of a key, or raises."""
    inside, outside = os.environ["INSIDE"], os.environ["OUTSIDE"]
    told = {"inside": read(inside).decode()}
    try:
        told["outside"] = f"read {read(outside)!r}"
    except Exception as error:  # noqa: BLE001 - of whatever client this is
        told["outside"] = f"{type(error).__name__}: {error}"[:600]
    time.sleep(float(os.environ["SECONDS"]))
    told["again"] = read(inside).decode()
    sys.stdout.write(json.dumps(told))
