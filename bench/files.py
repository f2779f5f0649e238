"""Many small files up, down, and a sync with nothing to do: ours beside the tools people use.

The storage is on this machine, and all sides share its processor time: first SeaweedFS, which
checks a session in each request, then `rclone serve s3`, which checks signatures and takes less.
All are one caller of a service that runs on a local cloud with that S3: ours has a token, with
which the service signs every URL; the peers have credentials that it lends. The sides take turns,
each command in a process of its own, after what others wrote is on the disk; what arrived is
compared. Beside them are the bare requests, which are the bound of all tools. S3VEND_BENCH_FILES:
files of 4 KiB (10,000). S3VEND_BENCH_ROUNDS: rounds (5). With SeaweedFS also one file, as
`bench.client`: S3VEND_BENCH_MIB (1,024).
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bench import client
from bench.apparatus.counting import counting
from bench.apparatus.rclone import lent_by_rclone
from bench.apparatus.rounds import HEADING, row, say
from bench.apparatus.turns import Took, bare_turn, turn
from bench.peers.copying import Copying, others, ours, versions_of_peers
from local.cloud.ministack import ROOT
from tests.backends.lending import Lent, lent_by_seaweedfs
from tests.backends.seaweedfs import REGION, SeaweedFS

FILES = int(os.environ.get("S3VEND_BENCH_FILES", "10000"))
ROUNDS = int(os.environ.get("S3VEND_BENCH_ROUNDS", "5"))
SIZE, IN_A_DIRECTORY = 4096, 100
WORKS = ("up", "nothing to do", "down")
BARE = "bare requests"
WANTED = {"AWS CLI 2": "(at least 5 is wanted)", "rclone": "(at least 1 is wanted)"}


def written(place: Path) -> Path:
    """A directory with the files."""
    for number in range(FILES):
        path = place / f"{number // IN_A_DIRECTORY:04}/file-{number:06}.bin"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(os.urandom(SIZE))
    return place


def sides_of(lent: Lent, place: Path, provider: str) -> list[Copying]:
    """Ours, and the peers."""
    return [ours(lent.settings(place)), *others(lent.endpoint, REGION, place, provider)]


def compare(lent: Lent, sides: Sequence[Copying], source: Path) -> None:
    """Print each one's time to ours; the sides begin in turns."""
    found: dict[tuple[str, str], list[Took]] = {}
    for number in range(ROUNDS):
        first = number % len(sides)
        for side in (*sides[first:], *sides[:first]):
            for work, took in turn(side, lent, source, number):
                found.setdefault((work, side.name), []).append(took)
        for work, took in bare_turn(lent, source, number):
            found.setdefault((work, BARE), []).append(took)
    mine, *theirs = sides
    for work in WORKS:
        say(f"\n{FILES:,} files of 4 KiB, {work}; {ROUNDS} rounds, its time to ours\n{HEADING}")
        own = found[work, mine.name]
        for side in theirs:
            pairs = list(zip(found[work, side.name], own, strict=True))
            row(side.name, [one.wall / my.wall for one, my in pairs], WANTED.get(side.name, ""))
            row("  processor time", [one.processor / my.processor for one, my in pairs])
        bound = found[work, BARE]
        row(BARE, [one.wall / my.wall for one, my in zip(bound, own, strict=True)])
        for side in theirs:
            pairs = list(zip(found[work, side.name], bound, strict=True))
            row(f"{side.name}, its time to those", [one.wall / least.wall for one, least in pairs])


def count(lent: Lent, side: Copying, source: Path) -> None:
    """Print how often the service is asked."""
    with counting(lent.stack.url) as asked:
        counted = Copying(side.name, side.up, side.down, {**side.settings, "S3VEND_URL": asked.url})
        say(f"\nRequests to the service for {FILES:,} files")
        before = 0
        for work, _ in turn(counted, lent, source, ROUNDS):
            say(f"{work:34}{asked.requests - before:8}")
            before = asked.requests


def one_file(lent: Lent, weed: SeaweedFS, place: Path) -> None:
    """Print boto3's time to ours, for one large file."""
    shared = {
        **lent.settings(place),
        "XDG_STATE_HOME": str(place),
        "PYTHONPATH": str(ROOT / "client/src"),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": weed.endpoint,
    }
    plain = {**shared, **client.named(weed.root)}
    sides = {"ours": (client.OURS, shared), "theirs": (client.THEIRS, plain)}
    say("")
    client.measure(place, sides)


@contextmanager
def seaweedfs(directory: Path) -> Iterator[tuple[Lent, SeaweedFS]]:
    """A service that lends SeaweedFS."""
    os.environ["PATH"] += f"{os.pathsep}{ROOT / '.venv-backends/bin'}"
    directory.mkdir()
    with lent_by_seaweedfs(directory) as lent_and_weed:
        yield lent_and_weed


def main() -> None:
    """Print the ratios: over 1 we are faster."""
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        source = written(place / "source")
        say(f"{versions_of_peers()}. Load of this machine before: {os.getloadavg()[0]:.1f}.")
        with seaweedfs(place / "SeaweedFS") as (lent, weed):
            sides = sides_of(lent, place, "SeaweedFS")
            compare(lent, sides, source)
            count(lent, sides[0], source)
            (place / "one").mkdir()
            one_file(lent, weed, place / "one")
        say("\nThe same with `rclone serve s3`, whose own time is less")
        (place / "rclone").mkdir()
        with lent_by_rclone(place / "rclone") as lent:
            compare(lent, sides_of(lent, place, "Rclone"), source)


if __name__ == "__main__":
    main()
