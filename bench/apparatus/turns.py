"""What each side of `bench.files` does in its turn, and how long that takes."""

import os
import resource
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from time import perf_counter, process_time
from typing import Any, NamedTuple

import s3vend
from bench.peers import bare
from bench.peers.copying import Copying, with_keys
from local.stack.seed import BUCKET
from tests.backends.lending import Lent

PAGE = 1000  # keys of a list


class Took(NamedTuple):
    """Seconds of one command: by the clock, and of its own processor time."""

    wall: float
    processor: float


def tree(place: Path) -> dict[str, bytes]:
    """The digest of each file below a directory."""
    found = (path for path in place.rglob("*") if path.is_file())
    return {
        path.relative_to(place).as_posix(): sha256(path.read_bytes()).digest() for path in found
    }


def keys(s3: Any, prefix: str) -> set[str]:
    """The names of the objects below a prefix."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
    return {one["Key"].removeprefix(prefix) for page in pages for one in page.get("Contents", ())}


def run(command: Sequence[str], side: Copying) -> Took:
    """One command to its end; what others wrote before is on the disk."""
    os.sync()
    before, started = _processor(), perf_counter()
    done = subprocess.run(  # noqa: S603 - of the table of tools
        command,
        env=dict(side.settings),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    took = Took(perf_counter() - started, _processor() - before)
    if done.returncode:
        raise SystemExit(f"{side.name} ended with {done.returncode}:\n{done.stderr[-2000:]}")
    return took


def _processor() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def turn(side: Copying, lent: Lent, source: Path, number: int) -> Iterator[tuple[str, Took]]:
    """All works of one side, on a prefix and a directory of their own."""
    own = f"bench/{side.name.replace(' ', '-')}"
    prefix = f"{own}/{number}"
    place, target = f"s3://{BUCKET}/{prefix}", Path(mkdtemp(dir=source.parent))
    if "S3VEND_TOKEN" not in side.settings:
        scope, service = f"s3://{BUCKET}/{own}/*", service_of(lent)
        credentials = s3vend.credentials(scope, permission="READWRITE", service=service)
        side = with_keys(side, credentials)
    yield "up", run(side.up(source, place), side)
    assert set(tree(source)) == keys(lent.s3, f"{prefix}/"), side.name
    yield "nothing to do", run(side.up(source, place), side)
    yield "down", run(side.down(place, target), side)
    # It stays: ext4 looks at each inode that was freed of late before it takes one for a new file.
    assert tree(target) == tree(source), f"{side.name} got other files"


def service_of(lent: Lent) -> s3vend.Service:
    """The service, for the caller that all sides are."""
    settings = lent.settings(Path())
    return s3vend.connect(url=settings["S3VEND_URL"], token=settings["S3VEND_TOKEN"])


def bare_turn(lent: Lent, source: Path, number: int) -> Iterator[tuple[str, Took]]:
    """The requests of all works, without a tool."""
    service, below = service_of(lent), f"bench/bare/{number}/"
    place, names = f"s3://{BUCKET}/{below}", sorted(tree(source))
    targets = [f"{place}{name}" for name in names]
    puts = s3vend.presign(targets, method="PUT", service=service)
    contents = [(source / name).read_bytes() for name in names]
    yield "up", sent(lent, map(bare.request, puts, contents))
    starts = [{}, *({"start_after": f"{below}{name}"} for name in names[PAGE - 1 : -1 : PAGE])]
    lists = [{"method": "LIST", "target": f"{place}*", **start} for start in starts]
    yield "nothing to do", sent(lent, map(bare.request, s3vend.presign(lists, service=service)))
    target = Path(mkdtemp(dir=source.parent))
    files = [target / name for name in names]
    for directory in {file.parent for file in files}:
        directory.mkdir(parents=True)
    yield "down", sent(lent, map(bare.request, s3vend.presign(targets, service=service)), files)
    assert tree(target) == tree(source), "the bare requests got other files"


def sent(lent: Lent, requests: Iterable[bytes], files: Sequence[Path] = ()) -> Took:
    """What requests take until all are answered; their bytes are made before."""
    ready = list(requests)
    os.sync()
    before, started = process_time(), perf_counter()
    bare.send(lent.endpoint, ready, files)
    return Took(perf_counter() - started, process_time() - before)
