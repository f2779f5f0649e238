"""What the cost page is computed from: the real handlers, warm, against a local cloud.

Writes ``docs/cost/measured.json``. Processor time is this machine's; waiting for the network is
left out, since the local cloud's would say nothing about AWS.
"""

import json
import platform
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bench.apparatus import environment
from bench.apparatus.clouds import cloud_with_grants, variables_of
from bench.apparatus.environment import BUCKET, EVENT
from bench.apparatus.rounds import say
from local.cloud.ministack import ROOT, Cloud

USER = "Bench"
MEASURED = ROOT / "docs/cost/measured.json"
COMMAND = "make bench BENCH=cost"

type Work = tuple[str, str, str, dict[str, Any], int]


def processor() -> str:
    """What this machine is called."""
    with open("/proc/cpuinfo", encoding="utf-8") as text:  # noqa: PTH123 - no path of ours
        names = [line.partition(":")[2].strip() for line in text if line.startswith("model name")]
    return names[0] if names else platform.machine()


def work(cloud: Cloud) -> list[Work]:
    """Name, logical id, module, event and calls of each kind of vend."""
    urls, credentials = "PresignedUrlsFunction", "CredentialsFunction"
    target = {"target": f"s3://{BUCKET}/{USER}/*", "permission": "READ"}
    asks_credentials = environment.event(USER, target)
    asks_credentials["requestContext"]["resourcePath"] = "/iam/credentials"
    token = json.loads(EVENT.with_name("authorizer.json").read_text())
    token["multiValueHeaders"]["Authorization"] = [f"Bearer {cloud.issuer.token({})}"]
    one_key = {"body": json.dumps({"bucket": BUCKET, "key": environment.keys(USER, 1)[0]})}
    wanted = [
        (f"urls-{n}", environment.urls(USER, n), k) for n, k in ((1, 301), (100, 51), (1000, 15))
    ]
    wanted.append(("compact-10000", environment.compact(USER, 10_000), 7))
    return [
        ("credentials", credentials, "credentials", asks_credentials, 101),
        *((n, urls, "presigned_urls", environment.event(USER, body), k) for n, body, k in wanted),
        ("authorizer", "AuthorizerFunction", "authorizer", token, 101),
        ("home-made", urls, "bench.peers.home_made", one_key, 51),
    ]


def measure(cloud: Cloud, one: Work) -> Mapping[str, float]:
    """By a process of its own; raises RuntimeError where it fails."""
    _, function, module, event, calls = one
    variables = variables_of(cloud, function) | {
        "AWS_ENDPOINT_URL_STS": cloud.endpoint,
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    done = subprocess.run(  # noqa: S603 - this interpreter
        (sys.executable, "-m", "bench.apparatus.cost_calls", module, str(calls)),
        env=variables,
        cwd=ROOT,
        input=json.dumps(event),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{module}: {done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> int:
    """Measures all and writes the file."""
    with cloud_with_grants([USER]) as cloud:
        found = {one[0]: measure(cloud, one) for one in work(cloud)}
    about = {
        "command": COMMAND,
        "when": datetime.now(UTC).date().isoformat(),
        "processor": processor(),
        "python": platform.python_version(),
    }
    MEASURED.parent.mkdir(exist_ok=True)
    MEASURED.write_text(json.dumps({"about": about, "calls": found}, indent=2) + "\n")
    for name, figures in found.items():
        say(f"{name:16}{json.dumps(figures)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
