"""`rclone mount` of the grant's whole prefix, and of the one beside it."""

import os
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path

from steps import BODY, BUCKET, run

RCLONE = os.environ["RCLONE"]
# Over TLS: its SDK signs a stream's checksum behind the bytes, and does so over TLS alone.
os.environ["RCLONE_CONFIG_LENT_ENDPOINT"] = os.environ["SECURE_URL"]
os.environ["RCLONE_CA_CERT"] = os.environ["CERTIFICATE"]
OPTIONS = ["--vfs-cache-mode=writes", "--vfs-write-back=0s", "--retries=1"]
SECONDS = 60


@contextmanager
def mounted(prefix, log):
    """The directory, while the block runs; afterwards everything is uploaded or in the log."""
    there = Path("mounted")
    there.mkdir(exist_ok=True)
    command = [RCLONE, "mount", *OPTIONS, "--low-level-retries=1", f"--log-file={log}"]
    # With a slash: without, it asks first whether the prefix is an object, which it may not.
    process = subprocess.Popen([*command, f"lent:{BUCKET}/{prefix}/", there])
    try:
        deadline = time.monotonic() + SECONDS
        while not there.is_mount() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        yield there
    finally:
        subprocess.run(["fusermount3", "-u", there], check=False)
        process.wait(SECONDS)


def below(key, act):
    """What `act` gives with the file of this key; raises what rclone has logged."""
    tenants, prefix, name = key.split("/", 2)
    log = Path("mount.log")
    log.unlink(missing_ok=True)
    try:
        with mounted(f"{tenants}/{prefix}", log) as there:
            found = act(there / name)
    except OSError as error:
        raise OSError(f"{error}: {log.read_text()}") from error
    if "ERROR" in log.read_text():
        raise OSError(log.read_text())
    return found


def put(at):
    at.parent.mkdir(parents=True, exist_ok=True)
    at.write_text(BODY)


run(lambda key: below(key, Path.read_text), lambda key: below(key, put))
