"""200 callers for ten minutes, and a thousand at one instant, against real functions in processes.

Each environment is a process that serves one request at a time; which one gets a request is
chance, as with Lambda. STS and the table are stand-ins of realistic latency, STS with its quota.
LOAD_SECONDS shortens it, LOAD_RATE is a caller's requests a second.
"""

import asyncio
import json
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic, sleep, time
from urllib.request import urlopen

from bench.apparatus.rounds import say
from bench.load.hours import calls_in_a_thousand
from bench.load.services import QUOTA
from bench.load.table import LATER, Counted, Seen, listed, quantile, tell
from local.cloud import environments
from local.cloud.environments import ACCOUNT, REGION
from local.cloud.ministack import ROOT

SECONDS = int(os.environ.get("LOAD_SECONDS", "600"))
CALLERS, HERD = 200, 1000
ENVIRONMENTS = (1, 50)
LENDING = 10  # environments of the function that lends credentials
LOW_QUOTA = 30.0
COMES_BACK = 10  # times at most, after what Retry-After says
LEADING, TRAILING = 15, 3  # seconds of the load that do not count
LOCUST = ROOT / ".venv-bench/bin/locust"


@dataclass(frozen=True, slots=True)
class Place:
    """Where the front and the services answer."""

    front: int
    services: int

    def counted(self) -> Counted:
        """What both have counted until now."""
        return {**_asked(self.front, "/counted"), **_asked(self.services, "/counted")}

    def quota(self, calls: float) -> None:
        """So many AssumeRole calls a second from now on."""
        _asked(self.services, f"/quota/{calls}")

    def warm(self, names: str) -> None:
        """A session for each caller in each environment."""
        self.quota(10_000)
        _asked(self.front, f"/warm/{names}/{CALLERS}")
        self.quota(QUOTA)


def _asked(port: int, path: str) -> Counted:
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=600) as answer:
        found: Counted = json.load(answer)
        return found


def variables(services: int) -> dict[str, str]:
    """The environment of a function whose services are the stand-ins."""
    return {
        **environments.NO_SETTINGS,
        "AWS_ENDPOINT_URL_DYNAMODB": f"http://127.0.0.1:{services}",
        "STS_ENDPOINT": f"http://127.0.0.1:{services}",
        "S3_ENDPOINT": "",
        "TABLE_NAME": "table",
        "ROLE_ARN": f"arn:aws:iam::{ACCOUNT}:role/AllowedAssumeS3Role",
        "GRANTS_CACHE_SECONDS": "10",
        "ALLOW_LOCAL_ISSUERS": "false",
        "ASSUMABLE_ROLES_PARAMETER": "/s3vend/s3vend/assumable-role-arns",
        "NEVER_LENT_PARAMETER": "/s3vend/s3vend/never-lent-buckets",
        "METRICS_NAMESPACE": "s3vend/load",
        "SHARING": "false",
        "RATE_LIMIT_REQUESTS": "0",
        "RATE_LIMIT_URLS": "0",
        "RATE_LIMIT_FAILURE": "refuse",
        "POWERTOOLS_SERVICE_NAME": "s3vend",
        "PYDANTIC_DISABLE_PLUGINS": "__all__",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "AKIAEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "opens-nothing",
        "BOTO_DISABLE_CRT": "true",  # the layer has no awscrt
        "NO_PROXY": "127.0.0.1",
        "PATH": environments.PATH,
        "HOME": tempfile.gettempdir(),
        "PYTHONUTF8": "1",
        "PYTHONPATH": ":".join(str(ROOT / one) for one in ("layers", "functions", "")),
    }


@contextmanager
def program(*words: str, given: Mapping[str, str]) -> Iterator[int]:
    """A module as a program; the port on which it answers."""
    process = subprocess.Popen(  # noqa: S603 - this Python
        (sys.executable, "-m", *words),
        env=dict(given),
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout
        yield int(process.stdout.readline())
    finally:
        assert process.stdin
        process.stdin.close()  # its children end before it does
        try:
            process.wait(1 if "services" in words[0] else 30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def running(presigning: int) -> Iterator[Place]:
    """So many environments that presign, others that lend, and what they call."""
    with (
        program("bench.load.services", given=variables(0)) as services,
        program(
            *("bench.load.front", str(presigning), str(LENDING)), given=variables(services)
        ) as front,
    ):
        yield Place(front, services)


@contextmanager
def held(place: Place, seconds: float, names: str) -> Iterator[Callable[[], Seen]]:
    """The mix for so long, beside the block, which then asks what was seen."""
    with tempfile.TemporaryDirectory() as directory:
        written = Path(directory) / "seen.json"
        process = subprocess.Popen(  # noqa: S603 - Locust, of the benchmarks' environment
            (
                *(str(LOCUST), "--headless", "--only-summary", "--loglevel", "ERROR"),
                *("--locustfile", str(ROOT / "bench/load/callers.py")),
                *("--host", f"http://127.0.0.1:{place.front}"),
                *("--users", str(CALLERS), "--spawn-rate", "25", "--run-time", f"{seconds:.0f}s"),
            ),
            env={**os.environ, "LOAD_SEEN": str(written), "LOAD_NAMES": names},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )

        def seen() -> Seen:
            _, errors = process.communicate()
            if not written.exists():
                raise RuntimeError(f"Locust has ended: {errors[-2000:]}")
            found: Seen = json.loads(written.read_text())
            return found

        try:
            yield seen
        finally:
            process.kill()
            process.wait()


def steady(number: int, seconds: float) -> float:
    """Prints the table of one number of environments; presign requests in a second."""
    names = f"Steady{number}x"
    with running(number) as place:
        place.warm(names)
        with held(place, LEADING + seconds + TRAILING, names) as ended:
            sleep(LEADING)  # until all callers are there
            began, before = time(), place.counted()
            sleep(seconds)
            after, took = place.counted(), time() - began
            seen = ended()
    what = f"{number} environments that presign, {LENDING} that lend"
    say(f"\n{CALLERS} callers, {what}; {took:.0f} s.")
    return tell([one for one in seen if began <= one[0] <= began + took], before, after, took)


async def once(port: int, path: str) -> tuple[int, int]:
    """Status, and the seconds of Retry-After, of one request on a connection of its own."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: front\r\n\r\n".encode())
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    writer.close()
    later = head.partition("Retry-After: ")[2].partition("\r")[0]
    return int(head.split(" ", 2)[1]), int(later or 0)


@dataclass(slots=True)
class Herd:
    """A thousand callers whom nobody knows yet, at once; who is refused comes back as told."""

    port: int
    names: str
    first: Counter[str] = field(default_factory=Counter)  # answers
    tries: Counter[str] = field(default_factory=Counter)

    async def go(self) -> list[float]:
        """The seconds until each was served or gave up, in order."""
        start = monotonic()
        callers = (self.caller(number, start) for number in range(HERD))
        return sorted(await asyncio.gather(*callers))

    async def caller(self, number: int, start: float) -> float:
        """One of them."""
        for attempt in range(1, COMES_BACK + 1):
            status, later = await once(self.port, f"/presigned-urls/{self.names}{number}/one")
            if attempt == 1:
                self.first[f"{status}{LATER if later else ''}"] += 1
            if status == 200:
                self.tries[f"try {attempt}"] += 1
                return monotonic() - start
            if not later:
                break
            await asyncio.sleep(later)
        self.tries["none"] += 1
        return monotonic() - start


def herds(number: int) -> None:
    """Prints what a thousand callers at one instant get, with STS's quota and with less."""
    with running(number) as place:
        for quota in (QUOTA, LOW_QUOTA):
            place.quota(quota)
            before, come = place.counted(), Herd(place.front, f"Herd{quota:.0f}x")
            times, after = asyncio.run(come.go()), place.counted()
            made, throttled = (
                after.get(name, 0) - before.get(name, 0) for name in ("sessions", "throttled")
            )
            most = f"{quota:.0f} STS calls a second"
            say(f"\n{HERD} new callers at once, {number} environments, {most}.")
            say(f"First answers: {listed(come.first)}. Served: {listed(come.tries)}.")
            say(f"AssumeRole: {made}, of which throttled {throttled}.")
            half, last = quantile(times, 0.5), times[-1]
            say(f"Half of them after {half:.1f} s, the last after {last:.1f} s.")


def main() -> int:
    """Prints all tables."""
    say(f"Load of this machine before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors.")
    rates = {}
    for number in ENVIRONMENTS:
        rates[number] = steady(number, SECONDS if number > 1 else max(30, SECONDS / 5))
    herds(max(ENVIRONMENTS))
    say("\nSTS calls in 1,000 presign requests, over hours of a clock that is moved:")
    for number, rate in rates.items():
        found = calls_in_a_thousand(number, CALLERS, rate)
        say(
            f"{CALLERS} callers, {number:2} environments, {rate:.0f} requests a second: {found:.2f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
