"""Runs the programs that build a release, in an environment that is the same everywhere."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

UMASK = 0o022
# How this machine reaches a package index. What is installed is decided by the locks' hashes.
_NETWORK = (
    *("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_", "REQUESTS_CA_BUNDLE"),
    *("PIP_CACHE_DIR", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_CONFIG_FILE", "PIP_DEFAULT_TIMEOUT"),
    *("PIP_EXTRA_INDEX_URL", "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_NO_INDEX", "PIP_PROXY"),
    *("PIP_RETRIES", "PIP_TIMEOUT", "PIP_TRUSTED_HOST"),
)


class FailedError(Exception):
    """A program failed; the message has the end of what it wrote."""


def environment(given: Mapping[str, str], home: Path, time: int) -> dict[str, str]:
    """Return the variables of every program; ``time`` is what they take for now."""
    network = {name: given[name] for name in given if name.upper().startswith(_NETWORK)}
    own = Path(sys.executable).parent
    return network | {
        "HOME": str(home),
        "LC_ALL": "C.UTF-8",
        "PATH": f"{own}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONHASHSEED": "0",
        "SOURCE_DATE_EPOCH": str(time),
        "TZ": "UTC",
    }


def run(command: Sequence[str | Path], directory: Path, home: Path, time: int) -> None:
    """Run one program in a directory; raises FailedError."""
    done = subprocess.run(  # noqa: S603 - our own commands
        list(map(str, command)),
        cwd=directory,
        env=environment(os.environ, home, time),
        umask=UMASK,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise FailedError(f"{command[0]} failed in {directory.name}:\n{done.stdout[-2000:]}")
