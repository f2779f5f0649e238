"""Runs the local cloud: MiniStack on 127.0.0.1, a child process with its own keys and state."""

import secrets
import socket
import string
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from local.cloud import environments, processes
from local.cloud.client import Credentials, call
from local.cloud.environments import ACCOUNT
from local.cloud.issuer import Issuer
from local.cloud.launcher import STAY
from local.cloud.processes import Child
from local.messages import LocalError, step, tail

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 60.0
ANSWER_SECONDS = 2.0
ENDING_SECONDS = 0.5  # without a limit it waits for idle connections; it has nothing to save
LOG = "cloud.log"


@dataclass(frozen=True, slots=True)
class Cloud:
    """A running local cloud. Its root keys are random and created at its start."""

    endpoint: str
    directory: Path  # its state and logs
    root: Credentials
    group: int  # the process group of the cloud and its functions
    issuer: Issuer


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def in_use(port: int) -> bool:
    """Return whether a program already listens on the port."""
    with socket.socket() as probe:
        # As servers do, so that connections that have just ended do not count.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return True
        return False


def root_keys() -> Credentials:
    """Return new root keys. They work only on the cloud that is started with them."""
    letters = string.ascii_uppercase + string.digits
    return Credentials(
        "AKIA" + "".join(secrets.choice(letters) for _ in range(16)), secrets.token_hex(20)
    )


def launch(directory: Path, port: int) -> tuple[Cloud, Child]:
    """Start a cloud and wait until it answers; it ends with this process unless `stay` is called.

    Raises LocalError if it does not start; then nothing of it keeps running.
    """
    if sys.platform != "linux":
        raise LocalError(
            "The local cloud needs Linux, because it runs the functions as they are built for AWS: "
            "start it on Linux, or in a Linux container or virtual machine."
        )
    (directory / "tmp").mkdir(parents=True)
    root, issuer_port = root_keys(), free_port()
    issuer = Issuer(f"http://127.0.0.1:{issuer_port}", directory / "issuer")
    issuer.open()
    child = None
    try:
        with processes.undisturbed():
            child = processes.spawn(
                [sys.executable, "-m", "local.cloud.launcher"],
                log=directory / LOG,
                environment=environments.server(
                    port, directory, root, (issuer.directory, issuer_port)
                ),
                directory=ROOT,
                stdin=subprocess.PIPE,
            )
        cloud = Cloud(f"http://127.0.0.1:{port}", directory, root, child.pid, issuer)
        with step("Starting the local cloud"):
            _await(cloud, child)
    except BaseException:
        if child is not None:
            end(child)
        raise
    return cloud, child


def _await(cloud: Cloud, child: Child) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise LocalError(
                f"The local cloud ended with exit code {child.returncode} while starting:"
                f"\n{tail(cloud.directory / LOG)}"
            )
        # Signed with the new keys, which another program on this port cannot know.
        if answers(cloud):
            return
        time.sleep(0.05)
    raise LocalError(
        f"The local cloud did not answer within {READY_SECONDS:.0f} s:"
        f"\n{tail(cloud.directory / LOG)}"
    )


def answers(cloud: Cloud) -> bool:
    """Return whether this cloud answers, and not another program: it knows its root keys."""
    query = b"Action=GetCallerIdentity&Version=2011-06-15"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        answer = call(
            "POST",
            f"{cloud.endpoint}/",
            query,
            cloud.root,
            headers=form,
            service="sts",
            timeout=ANSWER_SECONDS,
        )
    except OSError:
        return False
    return answer.status == 200 and f"arn:aws:iam::{ACCOUNT}:root" in str(answer.json)


def stay(child: Child) -> None:
    """Let the cloud run on after this process has ended."""
    assert child.stdin is not None
    child.stdin.write(STAY)
    child.stdin.close()


def end(child: Child) -> None:
    """End the cloud and every function that it started."""
    processes.end(child.pid, child, ENDING_SECONDS)
    if child.stdin is not None:
        child.stdin.close()


@contextmanager
def running() -> Iterator[Cloud]:
    """Run a cloud on a free port in a temporary directory; remove both afterwards."""
    with tempfile.TemporaryDirectory(prefix="s3vend-") as temporary:
        cloud, child = launch(Path(temporary), free_port())
        try:
            yield cloud
        finally:
            end(child)
