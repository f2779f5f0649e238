"""The local cloud's own process: MiniStack and an issuer, ending with whoever started them.

`python -m local.launcher` with a pipe as stdin. When the pipe closes, the starter is gone, by
whatever end (`kill -9` too), and the whole process group goes with it; when the starter has
written `STAY` into it first, the cloud stays.
"""

import os
import runpy
import signal
import sys
import threading
from pathlib import Path

from local.cloud import issuer

STAY = b"stay"


def _end_with_the_starter() -> None:
    # os.read, not sys.stdin: a thread that holds sys.stdin's lock breaks the interpreter's exit.
    if os.read(0, len(STAY)) != STAY:
        os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    """Run MiniStack and the issuer in this process, with their settings in the environment."""
    if os.getpgrp() != os.getpid():
        sys.exit("local.launcher: start it as the leader of a process group of its own")
    threading.Thread(target=_end_with_the_starter, daemon=True).start()
    place = Path(os.environ["S3VEND_ISSUER_DIRECTORY"]), int(os.environ["S3VEND_ISSUER_PORT"])
    threading.Thread(target=issuer.serve, args=place, daemon=True).start()
    runpy.run_module("ministack", run_name="__main__")


if __name__ == "__main__":
    main()
