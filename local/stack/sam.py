"""Runs the SAM CLI with a directory of its own for what it leaves in the temporary one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from local.cloud import processes


def run(
    command: Sequence[str | Path], *, log: Path, environment: Mapping[str, str], directory: Path
) -> int:
    """Run a command of SAM and return its exit code; nothing of it stays but its log.

    `sam deploy` leaves an empty directory for each function and layer that it uploads, and an
    interrupted command leaves whatever it was writing.
    """
    with TemporaryDirectory(dir=log.parent) as temporary:
        settings = {**environment, "TMPDIR": temporary}
        return processes.run(command, log=log, environment=settings, directory=directory)
