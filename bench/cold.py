"""What a cold start costs beside ``import boto3; boto3.client("sts")``.

The artifact is the one that `sam build` makes, read as Lambda reads it: nobody writes bytecode.
Each start is a process of its own, and all take turns, so that whatever else the machine does hits
all alike. Only ratios are printed: times would tell about the machine.
"""

import compileall
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from tempfile import TemporaryDirectory

import boto3

from bench.apparatus.cold_parts import PARTS
from local.cloud.environments import NO_SETTINGS, REGION
from local.stack import template
from local.stack.build import built

ROUNDS, ROUNDS_WITHOUT, ROUNDS_OF_PARTS = 25, 7, 9
WANTED = {  # the most that we want a start to cost, for each function
    "authorizer": 1.45,
    "credentials": 1.45,
    "presigned_urls": 1.55,
    "sts": 1.6,
    **dict.fromkeys(("access", "administration", "audit", "revocations"), 1.7),
}
PEER = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3")  # and nothing else
TIMED = (
    "from time import perf_counter as now, process_time as spent; start, before = now(), spent(); "
    "{}; print(now() - start, spent() - before)"
)

type Start = Callable[[], tuple[float, float]]  # seconds, and seconds of the processor


def run(code: list[str], paths: list[Path], more: Mapping[str, str], stdin: str = "") -> str:
    """What a new Python prints that has these directories and the standard library alone."""
    environment = {
        **NO_SETTINGS,
        "AWS_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join(map(str, paths)),
        "PYTHONDONTWRITEBYTECODE": "1",
        **more,
    }
    command = [sys.executable, "-S", "-P", *code]
    done = subprocess.run(  # noqa: S603 - this Python and code of this file
        command, env=environment, input=stdin, capture_output=True, text=True, check=True
    )
    return done.stdout


def variables(source: Path) -> dict[str, str]:
    """The environment that the template gives the functions, without what only AWS fills in."""
    read = template.read(source)
    wanted = dict(read["Globals"]["Function"]["Environment"]["Variables"])
    for resource in read["Resources"].values():
        if resource["Type"] == "AWS::Serverless::Function":
            wanted |= resource["Properties"].get("Environment", {}).get("Variables", {})
    filled = {"TABLE_NAME": "t", "ROLE_ARN": "r"}
    defaults = {name: one.get("Default", "") for name, one in read["Parameters"].items()}
    return {
        name: value
        if isinstance(value, str)
        else filled.get(name) or str(defaults.get(value.get("Ref"), ""))
        for name, value in wanted.items()
    }


@contextmanager
def without_bytecode(artifact: Path) -> Iterator[Path]:
    """The artifact as SAM's own builder would leave it."""
    with TemporaryDirectory() as place:
        copied = Path(place) / "artifact"
        shutil.copytree(artifact, copied, ignore=shutil.ignore_patterns("__pycache__"))
        yield copied


@contextmanager
def plain_boto3() -> Iterator[Path]:
    """boto3 and what it needs, as pip leaves it: compiled, and without what else is installed."""
    site = Path(boto3.__file__).parents[1]
    with TemporaryDirectory() as place:
        for name in PEER:
            ignored = shutil.ignore_patterns("__pycache__")
            shutil.copytree(site / name, Path(place) / name, ignore=ignored)
        shutil.copy(site / "six.py", place)
        compileall.compile_dir(place, quiet=1)
        yield Path(place)


def starts(artifact: Path, settings: Mapping[str, str]) -> dict[str, Start]:
    """A start of each function."""

    def start(name: str) -> Start:
        code = ["-c", TIMED.format(f"from {name} import handler")]
        return lambda: seconds(run(code, places(artifact), settings))

    return {name: start(name) for name in WANTED}


def seconds(printed: str) -> tuple[float, float]:
    """What ``TIMED`` prints."""
    whole, processor = map(float, printed.split())
    return whole, processor


def places(artifact: Path) -> list[Path]:
    """Where Lambda would find the modules; every function has the code of all."""
    return [artifact / "AccessFunction", artifact / "VendingLayer" / "python"]


def ratios(
    peer: Start, ours: Mapping[str, Start], rounds: int
) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Each start to the peer's, one for each round; who begins alternates.

    First by the clock, then by the processor's time, which others on the machine disturb less.
    """
    turns = {"": peer, **ours}
    by_clock: dict[str, list[float]] = {name: [] for name in ours}
    by_processor: dict[str, list[float]] = {name: [] for name in ours}
    for start in turns.values():
        start()  # the disk's cache
    for number in range(rounds):
        names = list(turns)[:: -1 if number % 2 else 1]
        spent = {name: turns[name]() for name in names}
        for name in ours:
            by_clock[name].append(spent[name][0] / spent[""][0])
            by_processor[name].append(spent[name][1] / spent[""][1])
    return by_clock, by_processor


def parts(peer: Start, function: str, artifact: Path, settings: Mapping[str, str]) -> list[float]:
    """What each of ``PARTS`` costs, to the peer's whole start; the median of the rounds."""
    code = [str(Path(__file__).with_name("apparatus") / "cold_parts.py"), function]
    modules = run(code, places(artifact), settings)
    found = []
    for _ in range(ROUNDS_OF_PARTS):
        whole, _ = peer()
        spent = json.loads(run(code, places(artifact), settings, modules))
        found.append([spent[part] / whole for part in PARTS])
    return [median(one) for one in zip(*found, strict=True)]


def table(title: str, found: Mapping[str, list[float]]) -> str:
    """A line for each function."""
    lines = [f"\n{title}\n{'':16}{'median':>8}{'middle half':>16}{'all':>16}"]
    for name, each in found.items():
        low, _, high = quantiles(each, n=4)
        middle, whole = f"{low:.2f}-{high:.2f}", f"{min(each):.2f}-{max(each):.2f}"
        lines.append(f"{name:16}{median(each):8.2f}{middle:>16}{whole:>16}")
    return "\n".join(lines) + "\n"


def main() -> int:
    """Prints the tables; a slow machine does not make it fail."""
    source = built()
    settings, write = variables(source), sys.stdout.write
    with plain_boto3() as boto, without_bytecode(source.parent) as bare:

        def peer() -> tuple[float, float]:
            code = TIMED.format(f"import boto3; boto3.client('sts', region_name='{REGION}')")
            return seconds(run(["-c", code], [boto], {}))

        write('A cold start to `import boto3; boto3.client("sts")`, as `sam build` makes it.\n')
        by_clock, by_processor = ratios(peer, starts(source.parent, settings), ROUNDS)
        write(table(f"{ROUNDS} rounds", by_clock))
        write("At most wanted: " + ", ".join(f"{one} {WANTED[one]}" for one in WANTED) + "\n")
        write(table("The same by the processor's time", by_processor))
        by_clock, _ = ratios(peer, starts(bare, settings), ROUNDS_WITHOUT)
        write(table(f"Without bytecode, {ROUNDS_WITHOUT} rounds", by_clock))
        columns = [parts(peer, name, source.parent, settings) for name in WANTED]
    write(f"\nOf that, the parts: medians of {ROUNDS_OF_PARTS} rounds\n{'':24}")
    write("".join(f"{name:>16}" for name in WANTED) + "\n")
    for part, row in zip(PARTS, zip(*columns, strict=True), strict=True):
        write(f"{part:24}" + "".join(f"{cost:16.2f}" for cost in row) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
