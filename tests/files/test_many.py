"""A hundred thousand files, and the memory of the process that copies them."""

import os
import re
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import pytest

from local.stack.seed import BUCKET
from tests.files.conftest import SEAWEEDFS, Tell
from tests.support.killing import Storage, start

MANY = int(os.environ.get("S3VEND_MANY", "100000"))
FEW = 2_000
GROWTH = 24 * 1024  # KiB: more than noise, and far less than 100,000 names and URLs take


def written(place: Path, files: int) -> Path:
    for number in range(files):
        path = place / f"{number // 1000:03}/file-{number:06}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"%d" % number)
    return place


def peak(storage: Storage, words: Sequence[str]) -> int:
    """The most memory that the command had at once, in KiB.

    The kernel keeps it while the process lives; what `wait4` returns begins with our own.
    """
    child, most = start(storage, list(words)), 0
    while child.poll() is None:
        with suppress(ProcessLookupError, FileNotFoundError):
            found = re.search(
                r"VmHWM:\s+([0-9]+) kB", Path(f"/proc/{child.pid}/status").read_text()
            )
            most = max(most, int(found[1]) if found else 0)
        time.sleep(0.02)
    _, told = child.communicate()
    assert child.returncode == 0, told
    return most


@pytest.mark.parametrize("lent", [SEAWEEDFS], indirect=True)
def test_a_hundred_thousand_files_take_no_more_memory_than_two_thousand(
    storage: Storage, tell: Tell, tmp_path: Path
) -> None:
    peaks: dict[int, dict[str, int]] = {}
    for files in (FEW, MANY):
        source, target = written(tmp_path / f"up{files}", files), tmp_path / f"down{files}"
        place = f"s3://{BUCKET}/many/{files}/"
        peaks[files] = {
            "up": peak(storage, ["sync", f"{source}/", place]),
            "nothing to do": peak(storage, ["sync", f"{source}/", place]),
            "down": peak(storage, ["sync", place, f"{target}/"]),
        }
        assert len(storage.objects(f"many/{files}/")) == files
        same = subprocess.run(  # noqa: S603 - our own two directories
            ["diff", "-r", source, target],  # noqa: S607 - any
            capture_output=True,
            text=True,
            check=False,
        )
        assert same.stdout == ""
    for work, most in peaks[MANY].items():
        tell(f"{work}: {peaks[FEW][work] / 1024:.0f} MiB for {FEW}, {most / 1024:.0f} for {MANY}")
    for work, most in peaks[MANY].items():
        assert most < peaks[FEW][work] + GROWTH, work
