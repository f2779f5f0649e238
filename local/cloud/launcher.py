"""The local cloud's process: MiniStack, an issuer and a relay for containers.

It ends together with its starter.

`local.cloud.ministack` starts it, with a pipe as stdin. The pipe closes when the starter ends, even
after `kill -9`; then the whole process group is killed. If the starter has written `STAY` into the
pipe first, the cloud stays.
"""

import os
import runpy
import signal
import sys
import tempfile
import threading
from importlib import import_module
from pathlib import Path

from local.cloud import checksums, issuer, packages, relay

STAY = b"stay"


def _end_with_the_starter() -> None:
    # os.read, not sys.stdin: a thread that holds sys.stdin's lock breaks the exit of Python.
    if os.read(0, len(STAY)) != STAY:
        os.killpg(os.getpgrp(), signal.SIGKILL)


def main() -> None:
    """Run all three in this process; the environment has their settings."""
    if os.getpgrp() != os.getpid():
        sys.exit("local.cloud.launcher: must be the leader of its own process group")
    threading.Thread(target=_end_with_the_starter, daemon=True).start()
    port, issuer_port = (int(os.environ[name]) for name in ("GATEWAY_PORT", "S3VEND_ISSUER_PORT"))
    place = Path(os.environ["S3VEND_ISSUER_DIRECTORY"]), issuer_port
    threading.Thread(target=issuer.serve, args=place, daemon=True).start()
    loopback = Path(os.environ["S3VEND_LOOPBACK"]), (port, issuer_port)
    threading.Thread(target=relay.serve, args=loopback, daemon=True).start()
    checksums.compute_natively(import_module("ministack.services.s3"))
    unpacked = Path(tempfile.gettempdir(), "packages")
    packages.unpack_once(import_module("ministack.core.lambda_runtime"), unpacked)
    runpy.run_module("ministack", run_name="__main__")


if __name__ == "__main__":
    main()
