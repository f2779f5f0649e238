"""Kills a copy of many files at random points, and starts it again, until everything is copied.

A point is a number of files that have arrived. The bucket keeps versions, so S3 itself tells how
often each object was sent; a file that was written again has another inode.
"""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from random import Random
from typing import Any

from local.cloud.ministack import ROOT
from local.stack.seed import BUCKET

UNFINISHED = ".s3vend-"  # begins the names of files that are being written
COMMAND = [sys.executable, "-m", "s3vend"]
STILL, PAUSE = 5, 0.1  # looks that find the same number, and seconds between them
ATTEMPTS = 20  # starts for each kill, at most


@dataclass(frozen=True, slots=True)
class Storage:
    """A service and its S3."""

    s3: Any  # with keys that may do everything
    environment: Mapping[str, str]  # of the command, with an identity that has the bucket
    bucket: str = BUCKET

    def keep_versions(self) -> None:
        """From now on the bucket counts how often an object is sent."""
        self.s3.put_bucket_versioning(
            Bucket=self.bucket, VersioningConfiguration={"Status": "Enabled"}
        )

    def objects(self, prefix: str) -> dict[str, str]:
        """The MD5 of each object, by its key below the prefix."""
        return {
            one["Key"].removeprefix(prefix): one["ETag"].strip('"')
            for one in self._listed("list_objects_v2", "Contents", prefix)
        }

    def times_sent(self, prefix: str) -> Counter[str]:
        """How often each object was sent, by its key below the prefix."""
        listed = self._listed("list_object_versions", "Versions", prefix)
        return Counter(one["Key"].removeprefix(prefix) for one in listed)

    def _listed(self, operation: str, member: str, prefix: str) -> Iterator[Any]:
        pages = self.s3.get_paginator(operation).paginate(Bucket=self.bucket, Prefix=prefix)
        return (one for page in pages for one in page.get(member, ()))


@dataclass(frozen=True, slots=True)
class Killed:
    """How often copies were killed, and after how many files."""

    points: tuple[int, ...]
    copies: int

    def __str__(self) -> str:
        middle = sum(point > 0 for point in self.points)
        return (
            f"{len(self.points)} kills, {middle} of them after the first file, {self.copies} copies"
        )


def made(place: Path, files: int, chance: Random) -> Path:
    """A directory with files of up to 8 KiB, some of them empty, at several depths."""
    for number in range(files):
        above = place.joinpath(*(f"d{number // 7**depth % 7}" for depth in range(number % 4)))
        above.mkdir(parents=True, exist_ok=True)
        (above / f"file-{number}+%25.bin").write_bytes(chance.randbytes(chance.randrange(8192)))
    return place


def tree(place: Path) -> dict[str, str]:
    """The MD5 of each file, by its path."""
    return {
        path.relative_to(place).as_posix(): md5(
            path.read_bytes(), usedforsecurity=False
        ).hexdigest()
        for path in place.rglob("*")
        if path.is_file()
    }


def uploads(storage: Storage, source: Path, prefix: str, kills: int, chance: Random) -> Killed:
    """Kill uploads so often; raises AssertionError unless each object was sent once, as it is."""
    wanted, points = tree(source), list[int]()
    for copy in range(ATTEMPTS * kills + 1):
        below = f"{prefix}/{copy}/"
        words = ["sync", f"{source}/", f"s3://{storage.bucket}/{below}"]

        def arrived(below: str = below) -> int:
            return len(storage.objects(below))

        points += _until_done(storage, words, arrived, len(wanted), kills - len(points), chance)
        assert storage.objects(below) == wanted
        assert set(storage.times_sent(below).values()) <= {1}, "an object was sent twice"
        if len(points) == kills:
            return Killed(tuple(points), copy + 1)
    raise AssertionError(f"of {kills} kills, {len(points)} came before the end")


def downloads(storage: Storage, prefix: str, place: Path, kills: int, chance: Random) -> Killed:
    """Kill downloads so often; raises AssertionError unless each file was written once, whole."""
    wanted, points = storage.objects(f"{prefix}/"), list[int]()
    for copy in range(ATTEMPTS * kills + 1):
        target = place / str(copy)
        target.mkdir()
        written: dict[str, int] = {}  # inodes

        def arrived(target: Path = target) -> int:
            return sum(1 for _ in _finished(target))

        def look(target: Path = target, written: dict[str, int] = written) -> None:
            for path in _finished(target):
                name = path.relative_to(target).as_posix()
                digest = md5(path.read_bytes(), usedforsecurity=False).hexdigest()
                assert digest == wanted[name], f"{name} is half"
                inode = path.stat().st_ino
                assert written.setdefault(name, inode) == inode, f"{name} was written twice"

        words = ["sync", f"s3://{storage.bucket}/{prefix}/", f"{target}/"]
        points += _until_done(
            storage, words, arrived, len(wanted), kills - len(points), chance, look
        )
        assert tree(target) == wanted  # and nothing unfinished is left
        if len(points) == kills:
            return Killed(tuple(points), copy + 1)
    raise AssertionError(f"of {kills} kills, {len(points)} came before the end")


def _finished(place: Path) -> Iterator[Path]:
    found = (path for path in place.rglob("*") if not path.name.startswith(UNFINISHED))
    return (path for path in found if path.is_file())


def _until_done(
    storage: Storage,
    words: list[str],
    arrived: Callable[[], int],
    files: int,
    kills: int,
    chance: Random,
    look: Callable[[], object] = bool,
) -> list[int]:
    """Start the command again and again until it ends; return the points where it was killed."""
    points: list[int] = []
    already = 0
    while True:
        child = start(storage, words)
        if len(points) < kills and already < files:
            _wait(child, arrived, chance.randrange(already, files))
            if child.poll() is None:
                os.killpg(child.pid, signal.SIGKILL)
        _, told = child.communicate()
        look()
        if child.returncode != -signal.SIGKILL:
            assert child.returncode == 0, told
            return points
        already = _settled(arrived)
        points.append(already)


def start(storage: Storage, words: list[str]) -> "subprocess.Popen[str]":
    """The command, as a process group of its own."""
    return subprocess.Popen(  # noqa: S603 - ours
        [*COMMAND, *words],
        env={**storage.environment, "PYTHONPATH": str(ROOT / "client/src")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def _wait(child: "subprocess.Popen[str]", arrived: Callable[[], int], point: int) -> None:
    """Until so many files have arrived, or it has ended."""
    while child.poll() is None and arrived() < point:
        time.sleep(0.01)


def _settled(arrived: Callable[[], int]) -> int:
    """Return how many have arrived once S3 has ended the requests of the killed process."""
    seen = [arrived()]
    while len(seen) < STILL or len(set(seen[-STILL:])) > 1:
        time.sleep(PAUSE)
        seen.append(arrived())
    return seen[-1]
